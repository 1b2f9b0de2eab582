using Tonne.Recording.Metering;
using Tonne.Runs;

namespace Tonne.Recording.Attribution;

/// <summary>
/// Tracks one energy meter through a run: the energy since its last usable reading, and the use of the machine in that window.
/// </summary>
sealed class MeterWindow(MeterDescription meter, int index, ComponentAttribution account, DeviceUsageTracker? device = null)
{
    readonly CounterTracker _track = new(meter);

    internal MeterDescription Meter { get; } = meter;

    internal int Index { get; } = index;

    internal ComponentAttribution Account { get; } = account;

    internal UsageWindow Window { get; } = new();

    /// <summary>Stretches in which its part of the machine was idle.</summary>
    internal IdleStretches Idle { get; } = new();

    /// <summary>Use of the device; null if the meter is not of a device.</summary>
    internal DeviceUsageTracker? Device { get; } = device;

    /// <summary>The integral of a power; null for a counter.</summary>
    internal PowerIntegrator? Integral { get; } = meter.Kind == MeterKind.Power ? new PowerIntegrator(meter.RefreshSeconds ?? 0) : null;

    /// <summary>Reason of the gap that is open; null if none.</summary>
    internal string? OpenGap { get; set; }

    /// <summary>Joules counted over a run so far, and the seconds in which they were.</summary>
    internal (double Joules, double Seconds) Counted { get; private set; }

    /// <summary>Adds what was counted in the window.</summary>
    internal void AddJoules(double joules) => Counted = (Counted.Joules + joules, Counted.Seconds + Window.Seconds);

    /// <summary>Evaluates a reading; for a power, computes the energy since the last one by the trapezoid rule.</summary>
    /// <param name="reading">The reading, not a gap.</param>
    /// <param name="timestamp">Time of the reading, in ns.</param>
    /// <param name="longestBridged">Longest time in s without a reading over which a power is integrated.</param>
    internal (CounterOutcome Outcome, double Joules) AddReading(Reading reading, long timestamp, double longestBridged)
    {
        if (Meter.Kind == MeterKind.EnergyCounter)
        {
            var step = _track.AddValue(reading.Value, timestamp);
            return (step.Outcome, step.Amount / 1e6);
        }

        var watts = reading.Value / 1e3;
        // The power is unknown for a time in which it was not read.
        if (OpenGap is not null && Integral!.SecondsSince(timestamp) > longestBridged)
        {
            Integral.Skip(watts, timestamp);
            return (CounterOutcome.Ambiguous, 0);
        }

        return Integral!.AddSample(watts, timestamp) is { } joules ? (CounterOutcome.Counted, joules) : (CounterOutcome.First, 0);
    }
}
