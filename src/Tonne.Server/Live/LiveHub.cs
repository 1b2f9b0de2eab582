using System.Runtime.CompilerServices;
using Tonne.Instruments.Feeds;
using Tonne.Ledgers;
using Tonne.Server.Api;

namespace Tonne.Server.Live;

/// <summary>The runs that are watched now. Thread-safe.</summary>
/// <param name="home">The ledger.</param>
/// <param name="time">The clock.</param>
sealed class LiveHub(LedgerHome home, TimeProvider time)
{
    /// <summary>Most streams at a time.</summary>
    public const int MaxStreams = 1000;

    readonly KnownIntensities _intensities = new(KnownIntensities.OpenHistory(home.Root));
    readonly Lock _lock = new();
    readonly Dictionary<string, LiveRun> _runs = new(StringComparer.Ordinal);
    int _streams;

    /// <summary>Watches a run until it ends.</summary>
    /// <param name="id">Id of the run.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <exception cref="RequestProblemException">There are too many streams.</exception>
    public async IAsyncEnumerable<LiveSample> WatchAsync(string id, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        if (Interlocked.Increment(ref _streams) > MaxStreams)
        {
            Interlocked.Decrement(ref _streams);
            throw new RequestProblemException(StatusCodes.Status503ServiceUnavailable, $"{MaxStreams} streams are open, the most that this server takes", "server", "Close some, or ask again later.");
        }

        var (run, channel) = Subscribe(id);
        try
        {
            await foreach (var sample in channel.Reader.ReadAllAsync(cancellationToken).ConfigureAwait(false))
            {
                yield return sample;
                if (sample.IsLast)
                    yield break;
            }
        }
        finally
        {
            run.Unsubscribe(channel);
            Interlocked.Decrement(ref _streams);
        }
    }

    (LiveRun Run, System.Threading.Channels.Channel<LiveSample> Channel) Subscribe(string id)
    {
        lock (_lock)
        {
            while (true)
            {
                if (!_runs.TryGetValue(id, out var run))
                    _runs[id] = run = Create(id);
                if (run.Subscribe() is { } channel)
                    return (run, channel);
                _runs.Remove(id);
            }
        }
    }

    LiveRun Create(string id)
    {
        LiveRun? made = null;
        made = new LiveRun(home.GetRunFolder(id), time, _intensities, () =>
        {
            lock (_lock)
            {
                if (_runs.GetValueOrDefault(id) == made)
                    _runs.Remove(id);
            }
        });
        return made;
    }
}
