using Tonne.Metering;

namespace Tonne.Runs;

/// <summary>One energy meter followed through a run: what it counted since it last could be read, and who used the machine meanwhile.</summary>
sealed class MeterWindow(MeterDescription meter, int index, ComponentAccount account)
{
    readonly CounterTrack _track = new(meter);
    long _lastPowerAt;
    double? _lastWatts;

    internal MeterDescription Meter { get; } = meter;

    internal int Index { get; } = index;

    internal ComponentAccount Account { get; } = account;

    internal UseWindow Window { get; } = new();

    /// <summary>Reason of the gap that is open; null if none.</summary>
    internal string? OpenGap { get; set; }

    /// <summary>Joules counted over a run so far, and the seconds in which they were.</summary>
    internal (double Joules, double Seconds) Counted { get; private set; }

    /// <summary>Whether a counter has been read long enough to have moved, and has not: it counts nothing, which is not zero energy.</summary>
    internal bool StandsStill => Meter.Kind == MeterKind.EnergyCounter && Counted is { Joules: 0, Seconds: >= 1 };

    /// <summary>Adds what was counted in the window.</summary>
    internal void Count(double joules) => Counted = (Counted.Joules + joules, Counted.Seconds + Window.Seconds);

    /// <summary>Takes a reading and says what it means; for a power, the energy since the last by the trapezoid rule.</summary>
    internal (CounterOutcome Outcome, double Joules) Take(Reading reading, long timestamp)
    {
        if (Meter.Kind == MeterKind.EnergyCounter)
        {
            var step = _track.Take(reading.Value, timestamp);
            return (step.Outcome, step.Amount / 1e6);
        }

        var watts = reading.Value / 1e3;
        var (before, since) = (_lastWatts, (timestamp - _lastPowerAt) / 1e9);
        (_lastWatts, _lastPowerAt) = (watts, timestamp);
        return before is { } last ? (CounterOutcome.Counted, (last + watts) / 2 * since) : (CounterOutcome.First, 0);
    }
}
