using System.Threading.Channels;

namespace Tonne.Ledgers.Calls;

/// <summary>Takes calls from a program, adds them up in the background, and appends the sums to the ledger.</summary>
/// <remarks>
/// Recording neither blocks nor throws. Sums are written each period, at <see cref="Flush"/>, when the recorder is disposed and when the
/// process ends; a crash loses at most those of one period. What cannot be written is kept and written later. Thread safe.
/// </remarks>
public sealed class CallRecorder : IDisposable, IAsyncDisposable
{
    readonly CallLog _log;
    readonly CallRecorderOptions _options;
    readonly TimeProvider _time;
    readonly Channel<CallRow> _waiting;
    readonly Lock _gate = new();
    readonly Dictionary<CallKey, CallSum> _sums = [];
    readonly ITimer _timer;
    readonly Task _adding;
    long _dropped;
    long _droppedWritten;
    bool _disposed;

    /// <summary>Creates a recorder; nothing is written before the first call.</summary>
    /// <param name="home">The ledger.</param>
    /// <param name="options">The options. Default: null, those of <see cref="CallRecorderOptions"/>.</param>
    /// <param name="time">The clock. Default: null, the system's.</param>
    /// <exception cref="ArgumentOutOfRangeException">An option is out of range.</exception>
    public CallRecorder(LedgerHome home, CallRecorderOptions? options = null, TimeProvider? time = null)
    {
        ArgumentNullException.ThrowIfNull(home);
        _options = options ?? new CallRecorderOptions();
        _options.Validate();
        (_log, _time) = (new CallLog(home), time ?? TimeProvider.System);
        _waiting = Channel.CreateBounded<CallRow>(new BoundedChannelOptions(_options.Capacity) { SingleReader = false });
        _timer = _time.CreateTimer(static self => ((CallRecorder)self!).Flush(), this, _options.Period, _options.Period);
        _adding = Task.Run(AddAsync);
        AppDomain.CurrentDomain.ProcessExit += OnProcessExit;
    }

    /// <summary>The ledger's calls.</summary>
    public CallLog Log => _log;

    /// <summary>Calls that were lost because too many waited, or because too many different ones could not be written.</summary>
    public long Dropped => Interlocked.Read(ref _dropped);

    /// <summary>Records a call, or several that are alike.</summary>
    /// <param name="row">The calls.</param>
    /// <returns>Whether it was taken; if not, it is counted in <see cref="Dropped"/>.</returns>
    public bool Record(CallRow row)
    {
        ArgumentNullException.ThrowIfNull(row);
        if (_waiting.Writer.TryWrite(row))
            return true;
        Interlocked.Add(ref _dropped, Math.Max(1, row.Sum.Requests));
        return false;
    }

    /// <summary>Writes what was recorded so far.</summary>
    /// <returns>Whether all is written; if not, <see cref="CallRecorderOptions.OnProblem"/> was called and the rest is kept.</returns>
    public bool Flush()
    {
        lock (_gate)
        {
            Add();
            AddDropped();
            if (_sums.Count == 0)
                return true;
            try
            {
                _log.Append([.. _sums.Select(pair => new CallRow(pair.Key, pair.Value))], row => _sums.Remove(row.Key));
                return true;
            }
#pragma warning disable CA1031 // Whatever keeps the sums from being written, the program goes on.
            catch (Exception error) when (error is not OutOfMemoryException)
#pragma warning restore CA1031
            {
                Report(error);
                return false;
            }
        }
    }

    /// <summary>Writes what was recorded and takes no more.</summary>
    public void Dispose()
    {
        lock (_gate)
        {
            if (_disposed)
                return;
            _disposed = true;
        }

        AppDomain.CurrentDomain.ProcessExit -= OnProcessExit;
        _timer.Dispose();
        _waiting.Writer.TryComplete();
        Flush();
    }

    /// <inheritdoc cref="Dispose"/>
    public async ValueTask DisposeAsync()
    {
        // Writing may wait for a disk.
        await Task.Run(Dispose).ConfigureAwait(false);
        await _adding.ConfigureAwait(false);
    }

    void OnProcessExit(object? sender, EventArgs args) => Flush();

    async Task AddAsync()
    {
        while (await _waiting.Reader.WaitToReadAsync().ConfigureAwait(false))
        {
            lock (_gate)
                Add();
        }
    }

    void Add()
    {
        while (_waiting.Reader.TryRead(out var row))
        {
            if (_sums.TryGetValue(row.Key, out var sum))
                _sums[row.Key] = sum.Plus(row.Sum);
            else if (_sums.Count < _options.Capacity)
                _sums[row.Key] = row.Sum;
            else
                Interlocked.Add(ref _dropped, Math.Max(1, row.Sum.Requests));
        }
    }

    void AddDropped()
    {
        var dropped = Dropped;
        if (dropped == _droppedWritten)
            return;
        var key = new CallKey { Hour = _time.GetUtcNow(), Service = _options.Service };
        var sum = new CallSum { Dropped = dropped - _droppedWritten };
        _sums[key] = _sums.TryGetValue(key, out var before) ? before.Plus(sum) : sum;
        _droppedWritten = dropped;
    }

    void Report(Exception problem)
    {
        try
        {
            _options.OnProblem?.Invoke(problem);
        }
#pragma warning disable CA1031 // The timer and the end of the process must not fail because the program's own handler does.
        catch (Exception error) when (error is not OutOfMemoryException)
#pragma warning restore CA1031
        {
            // The problem stays unreported; the sums are kept.
        }
    }
}
