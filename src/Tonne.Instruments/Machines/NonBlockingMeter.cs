using System.Diagnostics;
using Tonne.Recording.Metering;
using Tonne.Runs;

namespace Tonne.Instruments.Machines;

/// <summary>A meter whose driver may take long to answer, so that a sample never waits for it.</summary>
/// <remarks>
/// It is read directly as long as it is quick. Three slow answers in a row, and a thread of its own reads it from then on: each sample
/// takes the newest
/// answer, one sample old, and asks for the next. An answer that does not come for 10 s is a gap, not the last value for ever.
/// </remarks>
sealed class NonBlockingMeter : IMeter, IDisposable
{
    /// <summary>Why there is no value: the driver has not answered for 10 s.</summary>
    internal const string NoAnswer = "the driver has not answered for 10 s";

    const long Stale = 10_000_000_000;
    const int MaxSlowReads = 3;

    readonly Lock _gate = new();
    readonly IMeter _meter;
    readonly TimeSpan _maxWait;
    readonly AutoResetEvent _requested = new(false);
    readonly ManualResetEventSlim _completed = new(false);
    Thread? _thread;
    Reading _newest;
    long? _pendingSince;
    long _requestedAt;
    int _slowReads;
    volatile bool _ending;

    /// <summary>Reads another meter, which is owned from here on.</summary>
    /// <param name="meter">The meter.</param>
    /// <param name="maxWait">The longest a sample waits; null for 1 ms.</param>
    internal NonBlockingMeter(IMeter meter, TimeSpan? maxWait = null) => (_meter, _maxWait) = (meter, maxWait ?? TimeSpan.FromMilliseconds(1));

    /// <inheritdoc/>
    public MeterDescription Description => _meter.Description;

    /// <summary>Whether the meter is read on a thread of its own.</summary>
    internal bool HasOwnThread => _thread is not null;

    /// <inheritdoc/>
    public Reading Read(long timestamp)
    {
        if (_thread is null)
        {
#pragma warning disable RS0030 // A driver answers in real time, whatever clock the run is replayed on.
            var began = Stopwatch.GetTimestamp();
            var reading = _meter.Read(timestamp);
            _slowReads = Stopwatch.GetElapsedTime(began) > _maxWait ? _slowReads + 1 : 0;
#pragma warning restore RS0030
            if (_slowReads >= MaxSlowReads)
                StartThread(timestamp, reading);
            return reading;
        }

        lock (_gate)
        {
            var newest = timestamp - (_pendingSince ?? timestamp) > Stale ? Reading.FromGapReason(NoAnswer) : _newest;
            RequestReading(timestamp);
            return newest;
        }
    }

    /// <summary>Waits for an answer asked for at a time: the last sample's. At most a second.</summary>
    internal void WaitForFreshReading(TimeSpan longest)
    {
        if (_thread is null)
            return;
        _completed.Reset();
        lock (_gate)
            RequestReading(_requestedAt);
        _completed.Wait(longest);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _ending = true;
        _requested.Set();
        // A thread that hangs in the driver keeps its meter and goes with the process.
        if (_thread is null || _thread.Join(TimeSpan.FromMilliseconds(100)))
            (_meter as IDisposable)?.Dispose();
    }

    void StartThread(long timestamp, Reading reading)
    {
        (_newest, _requestedAt) = (reading, timestamp);
        _thread = new Thread(ReadLoop, 256 * 1024) { IsBackground = true, Name = "tonne slow meter" };
        _thread.Start();
    }

    /// <summary>Inside the gate.</summary>
    void RequestReading(long timestamp)
    {
        _requestedAt = timestamp;
        _pendingSince ??= timestamp;
        _requested.Set();
    }

    void ReadLoop()
    {
        while (true)
        {
            _requested.WaitOne();
            if (_ending)
                return;
            long asked;
            lock (_gate)
                asked = _requestedAt;
            Reading reading;
            try
            {
                reading = _meter.Read(asked);
            }
            catch (Exception error) when (error is not OutOfMemoryException)
            {
                reading = Reading.FromGapReason($"{error.GetType().Name}: {error.Message}");
            }

            lock (_gate)
                (_newest, _pendingSince) = (reading, null);
            _completed.Set();
        }
    }
}
