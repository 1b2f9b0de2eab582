using System.Text.Json;
using Tonne.Recording.Traces;
using Tonne.Runs;

namespace Tonne.Recording.Metering;

/// <summary>Reads all meters periodically on its own thread and appends each sample to the trace.</summary>
/// <remarks>
/// Samples follow a schedule, so they do not drift. A sample on demand (a mark, the start, the end) is taken by the caller.
/// A meter that throws is a gap with the error's message. Thread safe; meters are read by one thread at a time.
/// </remarks>
sealed class Sampler : IDisposable
{
    /// <summary>Any number is suitable: it must only be independent of the machine's work.</summary>
    const int Seed = 186_282;

    readonly Lock _gate = new();
    readonly ISampleWaiter _waiter;
    readonly IReadOnlyList<IMeter> _meters;
    readonly Reading[] _readings;
    readonly TraceWriter _trace;
    readonly TimeProvider _time;
    readonly TimeSpan _period;
    readonly Func<long>? _threadCpuClock;
    readonly long _anchor;
    Thread? _thread;
    readonly Random? _jitter;
    volatile bool _stopping;
    long _last = -1;

    /// <summary>Creates a sampler, not started.</summary>
    /// <param name="meters">The meters, in the order of the trace's opening.</param>
    /// <param name="trace">Where samples go.</param>
    /// <param name="time">The clock.</param>
    /// <param name="period">Time between samples, 10 ms to 1 h.</param>
    /// <param name="threadCpuClock">CPU time of the calling thread in ns, for the overhead; null if unavailable.</param>
    /// <param name="anchor">Monotonic zero of the trace as a timestamp of the clock; null for now.</param>
    /// <param name="waiter">How the thread waits; the sampler disposes it. Null for .NET's own means.</param>
    /// <param name="jitter">Whether each sample is taken at a random time within its period, so that periodic power is not always sampled
    /// at the same phase; see <see cref="PowerIntegrator"/>. Default: at its end.</param>
    public Sampler(IReadOnlyList<IMeter> meters, TraceWriter trace, TimeProvider time, TimeSpan period, Func<long>? threadCpuClock = null, long? anchor = null, ISampleWaiter? waiter = null, bool jitter = false)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(period, TimeSpan.FromMilliseconds(10));
        ArgumentOutOfRangeException.ThrowIfGreaterThan(period, TimeSpan.FromHours(1));
        (_meters, _trace, _time, _period, _threadCpuClock) = (meters, trace, time, period, threadCpuClock);
        _waiter = waiter ?? new EventWaiter();
        _jitter = jitter ? new Random(Seed) : null;
        _readings = new Reading[meters.Count];
        _anchor = anchor ?? time.GetTimestamp();
    }

    /// <summary>Receives each sample after it is in the trace, one at a time. Must not throw. Default: null, none.</summary>
    internal SampleListener? Listener { get; init; }

    /// <summary>Receives each mark of a rank after it is in the trace. Must not throw. Default: null, none.</summary>
    internal Action<Mark>? MarkListener { get; init; }

    /// <summary>Ranks that are read with each sample. Default: null, none.</summary>
    internal IRankMeters? Ranks { get; init; }

    /// <summary>Monotonic time since the anchor, in ns.</summary>
    public long ElapsedNanoseconds => _time.GetElapsedTime(_anchor).Ticks * 100;

    /// <summary>The readings of the newest sample, in the order of the meters. Only after sampling has stopped.</summary>
    internal ReadOnlySpan<Reading> LastReadings => _readings;

    /// <summary>Samples taken so far.</summary>
    public int Samples { get; private set; }

    /// <summary>Samples taken by the sampler's own thread.</summary>
    public int ThreadSamples { get; private set; }

    /// <summary>CPU time of the sampler thread in ns, after each of its samples.</summary>
    public long ThreadCpuNanoseconds { get; private set; }

    /// <summary>Starts the thread. The first sample must have been taken with <see cref="SampleNow"/>.</summary>
    public void Start()
    {
        _thread = new Thread(RunLoop, 256 * 1024) { IsBackground = true, Name = "tonne sampler" };
        _thread.Start();
    }

    /// <summary>Takes a sample now, unless the last one is younger than a given age.</summary>
    /// <returns>Time of the newest sample, in ns since the anchor.</returns>
    public long SampleNow(TimeSpan unlessYoungerThan = default)
    {
        lock (_gate)
        {
            var now = ElapsedNanoseconds;
            if (_last >= 0 && now - _last < unlessYoungerThan.Ticks * 100)
                return _last;
            var values = Ranks is null ? [] : ReadRanks(Ranks, now);
            for (var i = 0; i < _readings.Length; i++)
                _readings[i] = Read(_meters[i], now);
            _trace.AppendSample(now, _readings, values);
            Listener?.Invoke(now, _readings);
            Volatile.Write(ref _last, now);
            Samples++;
            return now;
        }
    }

    /// <summary>Takes a sample, unless the last one is younger than a given age at a time that the caller has just read.</summary>
    public void SampleUnlessYounger(long now, TimeSpan age)
    {
        if (Volatile.Read(ref _last) is var last and >= 0 && now - last < age.Ticks * 100)
            return;
        SampleNow(age);
    }

    long[] ReadRanks(IRankMeters ranks, long now)
    {
        foreach (var change in ranks.Update(now))
            _trace.Append(TraceBlock.Rank, JsonSerializer.SerializeToUtf8Bytes(change, RunJson.Default.RankEvent));
        foreach (var mark in ranks.TakeMarks())
        {
            _trace.Append(TraceBlock.Mark, JsonSerializer.SerializeToUtf8Bytes(mark, RunJson.Default.Mark));
            MarkListener?.Invoke(mark);
        }

        return [.. ranks.Values];
    }

    /// <summary>Stops the thread and waits for it.</summary>
    public void Dispose()
    {
        if (_stopping)
            return;
        _stopping = true;
        _waiter.Cancel();
        _thread?.Join();
        _waiter.Dispose();
    }

    static Reading Read(IMeter meter, long now)
    {
        try
        {
            return meter.Read(now);
        }
        catch (Exception error) when (error is not OutOfMemoryException)
        {
            return Reading.FromGapReason($"{error.GetType().Name}: {error.Message}");
        }
    }

    void RunLoop()
    {
        var begin = _threadCpuClock?.Invoke() ?? 0;
        var due = _time.GetTimestamp();
        var step = (long)(_period.TotalSeconds * _time.TimestampFrequency);
        while (true)
        {
            due += step;
            var now = _time.GetTimestamp();
            if (due < now)
                due = now + step;
            var at = _jitter is null ? due : Math.Max(now, due - (long)(step * _jitter.NextDouble()));
            _waiter.Wait(_time.GetElapsedTime(now, at));
            if (_stopping)
                return;
            SampleNow();
            ThreadSamples++;
            if (_threadCpuClock is not null)
                ThreadCpuNanoseconds = _threadCpuClock() - begin;
        }
    }
}
