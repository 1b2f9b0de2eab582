using System.Collections.Immutable;
using Tonne.Recording.Metering;
using Tonne.Runs;

namespace Tonne.Instruments.MachineCalibration;

/// <summary>The mean power of a few meters over a stretch of time, from their counters or from the powers they report.</summary>
sealed class AveragePowerMeter(ImmutableArray<IMeter> meters)
{
    readonly MeterAverage[] _all = [.. meters.Select(meter => new MeterAverage(meter))];

    /// <summary>Why a meter said nothing, the last time one did; null if all have spoken.</summary>
    public string? Reason => _all.Select(one => one.Reason).FirstOrDefault(reason => reason is not null);

    public void Start()
    {
        foreach (var one in _all)
            one.Start();
    }

    public void AddSample(long timestamp)
    {
        foreach (var one in _all)
            one.AddSample(timestamp);
    }

    /// <summary>Mean W since <see cref="Start"/>; null if a meter reported less than two values.</summary>
    public double? Watts
    {
        get
        {
            var sum = 0d;
            foreach (var one in _all)
            {
                if (one.Watts is not { } watts)
                    return null;
                sum += watts;
            }

            return _all.Length == 0 ? null : sum;
        }
    }

    sealed class MeterAverage(IMeter meter)
    {
        CounterTracker _track = new(meter.Description);
        double _joules;
        double _seconds;
        long _last;
        double _milliwatts;
        bool _known;

        public string? Reason { get; private set; }

        public double? Watts => _seconds > 0 ? _joules / _seconds : null;

        public void Start()
        {
            _track = new CounterTracker(meter.Description);
            (_joules, _seconds, _known, Reason) = (0, 0, false, null);
        }

        public void AddSample(long timestamp)
        {
            var reading = meter.Read(timestamp);
            if (reading.IsGap)
            {
                (_known, Reason) = (false, reading.Reason);
                return;
            }

            if (meter.Description.Kind == MeterKind.Power)
            {
                if (_known)
                {
                    var seconds = (timestamp - _last) / 1e9;
                    _joules += (_milliwatts + reading.Value) / 2e3 * seconds;
                    _seconds += seconds;
                }

                (_last, _milliwatts, _known) = (timestamp, reading.Value, true);
                return;
            }

            var since = _track.LastTimestamp;
            var step = _track.AddValue(reading.Value, timestamp);
            if (step.Outcome is CounterOutcome.Counted or CounterOutcome.Wrapped)
            {
                _joules += step.Amount / 1e6;
                _seconds += (timestamp - since) / 1e9;
            }
        }
    }
}
