using System.Text;
using System.Threading.Channels;
using Tonne.Grids;
using Tonne.Ledgers;
using Tonne.Ledgers.RunFolders;
using Tonne.Reporting.Watching;
using Tonne.Runs;

namespace Tonne.Server.Live;

/// <summary>A run that is watched: one reader of its trace for all who watch.</summary>
/// <remarks>
/// The trace is looked at when it has grown, so a sample is on its way a tenth of a second after it was written. A look reads the whole trace; reading takes at
/// most a fifth of a processor. Who is slow gets the newest look and misses earlier ones. Thread-safe.
/// </remarks>
/// <param name="folder">The folder of the run.</param>
/// <param name="time">The clock.</param>
/// <param name="intensities">Intensities by the hour.</param>
/// <param name="onIdle">Called when nobody watches any more.</param>
sealed class LiveRun(RunFolder folder, TimeProvider time, IIntensityHistory intensities, Action onIdle)
{
    const int MaxCostShare = 5;

    static readonly TimeSpan PollInterval = TimeSpan.FromMilliseconds(100);

    // How often a trace that does not grow is checked for a recorder that was killed.
    static readonly TimeSpan DeadCheck = TimeSpan.FromSeconds(2);

    readonly Lock _lock = new();
    readonly List<Channel<LiveSample>> _viewers = [];
    readonly RunWatcher _watcher = new(folder, time, intensities);
    LiveSample? _newest;
    bool _isStarted;
    bool _isOver;

    /// <summary>Starts to watch: the newest look comes at once, the others as they are made.</summary>
    /// <returns>The looks; null if this reader has just stopped and another must be made.</returns>
    public Channel<LiveSample>? Subscribe()
    {
        var channel = Channel.CreateBounded<LiveSample>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropOldest, SingleReader = true });
        lock (_lock)
        {
            if (_isOver)
                return null;
            _viewers.Add(channel);
            if (_newest is { } newest)
                channel.Writer.TryWrite(newest);
            if (!_isStarted)
            {
                _isStarted = true;
                _ = Task.Run(ReadAsync);
            }
        }

        return channel;
    }

    /// <summary>Ends a subscription.</summary>
    public void Unsubscribe(Channel<LiveSample> channel)
    {
        lock (_lock)
            _viewers.Remove(channel);
    }

    async Task ReadAsync()
    {
        var (length, looked, cost) = (-1L, 0L, TimeSpan.Zero);
        RunRecord? before = null;
        Exception? failure = null;
        while (HasViewers())
        {
            var began = time.GetTimestamp();
            var now = GetTraceLength();
            if (now != length || time.GetElapsedTime(looked) > DeadCheck)
            {
                try
                {
                    var (record, footprint, isRunning) = _watcher.Look();
                    if (now != length || !isRunning)
                        Publish(CreateSample(WatchState.From(record, footprint, before, isRunning: isRunning), isRunning ? now : -1));
                    if (now != length)
                        (before, length) = (record, now);
                    if (!isRunning)
                        break;
                }
                catch (Exception error) when (error is LedgerUnavailableException or FormatException or IOException or UnauthorizedAccessException)
                {
                    // It is being closed, or has no sample yet; a folder that is gone ends the view.
                    failure = error;
                    if (!Directory.Exists(folder.Location))
                        break;
                }
#pragma warning disable CA1031 // Viewers must see an end of their stream, whatever happens.
                catch (Exception error)
#pragma warning restore CA1031
                {
                    failure = error;
                    break;
                }

                looked = time.GetTimestamp();
                cost = time.GetElapsedTime(began) * (MaxCostShare - 1);
            }

            await Task.Delay(cost > PollInterval ? cost : PollInterval, time).ConfigureAwait(false);
            cost = TimeSpan.Zero;
        }

        lock (_lock)
        {
            _isOver = true;
            foreach (var viewer in _viewers)
                viewer.Writer.TryComplete(failure);
            _viewers.Clear();
        }

        onIdle();
    }

    bool HasViewers()
    {
        lock (_lock)
        {
            if (_viewers.Count > 0)
                return true;
            _isOver = true;
            return false;
        }
    }

    long GetTraceLength()
    {
        var trace = new FileInfo(folder.TracePath);
        // An imported run has no trace, and one that was closed has a record.
        return (trace.Exists ? trace.Length : 0) + (folder.IsClosed ? 1L << 62 : 0);
    }

    void Publish(LiveSample sample)
    {
        lock (_lock)
        {
            _newest = sample;
            foreach (var viewer in _viewers)
                viewer.Writer.TryWrite(sample);
        }
    }

    LiveSample CreateSample(WatchState state, long length)
    {
        // The length of the trace says which sample it is, in this server and in the next.
        var id = length < 0 ? LiveRoutes.EndId : length.ToString();
        var kind = length < 0 ? "end" : "sample";
        return new LiveSample(id, Encoding.UTF8.GetBytes($"id: {id}\nevent: {kind}\ndata: {WatchDocument.From(state, time.GetUtcNow()).ToJsonLine()}\n\n"), length < 0);
    }
}
