using System.Diagnostics;
using Tonne.Recording.Metering;
using Tonne.Runs;

namespace Tonne.Instruments.Machines;

/// <summary>A meter whose driver may take long to answer, so that a sample never waits for it.</summary>
/// <remarks>
/// It is read directly as long as it is quick. Three slow answers in a row, and a thread of its own reads it from then on: each sample takes the newest
/// answer, one sample old, and asks for the next. An answer that does not come for 10 s is a gap, not the last value for ever.
/// </remarks>
sealed class PatientMeter : IMeter, IDisposable
{
    /// <summary>Why there is no value: the driver has not answered for 10 s.</summary>
    internal const string NoAnswer = "the driver has not answered for 10 s";

    const long Stale = 10_000_000_000;
    const int Lates = 3;

    readonly Lock _gate = new();
    readonly IMeter _meter;
    readonly TimeSpan _patience;
    readonly AutoResetEvent _asked = new(false);
    readonly ManualResetEventSlim _answered = new(false);
    Thread? _thread;
    Reading _newest;
    long? _unanswered;
    long _asking;
    int _late;
    volatile bool _ending;

    /// <summary>Reads another meter, which is owned from here on.</summary>
    /// <param name="meter">The meter.</param>
    /// <param name="patience">The longest a sample waits; null for 1 ms.</param>
    internal PatientMeter(IMeter meter, TimeSpan? patience = null) => (_meter, _patience) = (meter, patience ?? TimeSpan.FromMilliseconds(1));

    /// <inheritdoc/>
    public MeterDescription Description => _meter.Description;

    /// <summary>Whether it has a thread of its own.</summary>
    internal bool IsSlow => _thread is not null;

    /// <inheritdoc/>
    public Reading Read(long timestamp)
    {
        if (_thread is null)
        {
            var began = Stopwatch.GetTimestamp();
            var reading = _meter.Read(timestamp);
            _late = Stopwatch.GetElapsedTime(began) > _patience ? _late + 1 : 0;
            if (_late >= Lates)
                Begin(timestamp, reading);
            return reading;
        }

        lock (_gate)
        {
            var newest = timestamp - (_unanswered ?? timestamp) > Stale ? Reading.Gap(NoAnswer) : _newest;
            Ask(timestamp);
            return newest;
        }
    }

    /// <summary>Waits for an answer asked for at a time: the last sample's. At most a second.</summary>
    internal void Settle(TimeSpan longest)
    {
        if (_thread is null)
            return;
        _answered.Reset();
        lock (_gate)
            Ask(_asking);
        _answered.Wait(longest);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _ending = true;
        _asked.Set();
        // A thread that hangs in the driver keeps its meter and goes with the process.
        if (_thread is null || _thread.Join(TimeSpan.FromMilliseconds(100)))
            (_meter as IDisposable)?.Dispose();
    }

    void Begin(long timestamp, Reading reading)
    {
        (_newest, _asking) = (reading, timestamp);
        _thread = new Thread(Answer, 256 * 1024) { IsBackground = true, Name = "tonne slow meter" };
        _thread.Start();
    }

    /// <summary>Inside the gate.</summary>
    void Ask(long timestamp)
    {
        _asking = timestamp;
        _unanswered ??= timestamp;
        _asked.Set();
    }

    void Answer()
    {
        while (true)
        {
            _asked.WaitOne();
            if (_ending)
                return;
            long asked;
            lock (_gate)
                asked = _asking;
            Reading reading;
            try
            {
                reading = _meter.Read(asked);
            }
            catch (Exception error) when (error is not OutOfMemoryException)
            {
                reading = Reading.Gap($"{error.GetType().Name}: {error.Message}");
            }

            lock (_gate)
                (_newest, _unanswered) = (reading, null);
            _answered.Set();
        }
    }
}
