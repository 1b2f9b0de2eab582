using Tonne.Runs;

namespace Tonne.Recording.Metering;

/// <summary>Tracks one cumulative energy counter and interprets each reading.</summary>
/// <remarks>
/// The first value means nothing. A smaller value is a wrap if the corrected difference is physically possible
/// (range − previous + current over the elapsed time below the ceiling), else a reset, whose energy is unknown. After a time in which
/// it could have wrapped more than once, the difference is unknown. A counter that its device updates in steps may show the energy of a
/// whole step between two close readings.
/// RAPL: the modulus is one unit above <c>max_energy_range_uj</c>; this unit of 15 to 61 µJ is ignored. Source: Linux powercap
/// documentation.
/// </remarks>
public sealed class CounterTracker(MeterDescription meter)
{
    long _value;
    long _timestamp;
    bool _known;

    /// <summary>Time of the last usable value, in ns; meaningful once one has been seen.</summary>
    public long LastTimestamp => _timestamp;

    /// <summary>Whether a usable value has been seen.</summary>
    public bool IsKnown => _known;

    /// <summary>Interprets a value read at a time: the amount since the last value.</summary>
    /// <param name="value">The counter, in its own unit.</param>
    /// <param name="timestamp">Monotonic time in ns, not before the last one.</param>
    public CounterDelta AddValue(long value, long timestamp)
    {
        if (!_known)
        {
            (_value, _timestamp, _known) = (value, timestamp, true);
            return new CounterDelta(CounterOutcome.First, 0);
        }

        var (previous, since) = (_value, timestamp - _timestamp);
        (_value, _timestamp) = (value, timestamp);
        var possible = meter.CeilingWatts * ((since / 1e3) + ((meter.RefreshSeconds ?? 0) * 1e6));
        if (meter.Range is { } whole && possible >= whole)
            return new(CounterOutcome.Ambiguous, 0);
        var difference = value - previous;
        if (difference >= 0)
            return difference <= possible ? new(CounterOutcome.Counted, difference) : new(CounterOutcome.Reset, 0);
        if (meter.Range is { } range)
        {
            var corrected = range - previous + value;
            if (corrected >= 0 && corrected <= possible)
                return new(CounterOutcome.Wrapped, corrected);
        }

        return new(CounterOutcome.Reset, 0);
    }
}
