using Tonne.Recording.Metering;
using Tonne.Runs;

namespace Tonne.Recording.Attribution;

/// <summary>Sums the readings of one energy meter, whether the machine's total includes it or not.</summary>
sealed class MeterAccumulator(MeterDescription meter, int index)
{
    readonly CounterTracker _track = new(meter);
    readonly PowerIntegrator _integral = new();
    double _joules;
    double _seconds;
    long _last;

    internal int Index => index;

    internal static bool Accepts(MeterDescription meter) => meter.Kind is MeterKind.EnergyCounter or MeterKind.Power;

    internal void AddReading(Reading reading, long timestamp)
    {
        if (reading.IsGap)
            return;
        if (meter.Kind == MeterKind.Power)
        {
            _integral.AddSample(reading.Value / 1e3, timestamp);
            return;
        }

        var step = _track.AddValue(reading.Value, timestamp);
        if (step.Outcome is CounterOutcome.Counted or CounterOutcome.Wrapped)
            (_joules, _seconds) = (_joules + (step.Amount / 1e6), _seconds + ((timestamp - _last) / 1e9));
        _last = timestamp;
    }

    /// <summary>Energy counted; null with fewer than two values.</summary>
    internal MeterCount? GetCount() =>
        meter.Kind == MeterKind.Power ? _integral.Samples > 1 ? new(meter.Id, _integral.Joules, _integral.Seconds) : null
        : _seconds > 0 ? new(meter.Id, _joules, _seconds) : null;
}
