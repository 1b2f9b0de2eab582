using Tonne.Hardware;
using Tonne.Recording.Metering;
using Tonne.Runs;

namespace Tonne.Recording.Attribution;

/// <summary>
/// Finds meters that report the same number for too long, whose energy in that time is unknown and not zero
/// (docs/methods/power-sampling.md).
/// </summary>
/// <remarks>
/// All samples of a run are added first; then the readings of stuck times are replaced by gaps. Only meters that are summed are watched.
/// An energy counter is stuck if it did not change in the whole run, since what is on draws power even without work; or if it did not change
/// for 10 s or three of its refreshes, whichever is longer, in which the processors or the device worked for a second.
/// A power is stuck if it was the same for 60 s or five of its refreshes, whichever is longer, in which the load changed by half of the
/// capacity (means of 5 s). A power of 0 W is no reading.
/// A counter that goes on afterwards has counted the time in between, unless that makes less than a tenth of its mean power: then it did not count in that time.
/// </remarks>
sealed class StuckMeters
{
    const double MinCounterSeconds = 10;
    const double MinCounterRefreshes = 3;
    const double MinBusySeconds = 1;
    const double MinPowerSeconds = 60;
    const double MinPowerRefreshes = 5;
    const double LoadBlockSeconds = 5;
    const double MinLoadRange = 0.5;
    const double MinRateOfMean = 0.1;

    /// <summary>Shorter runs may lie between two refreshes of a counter, in s.</summary>
    const double MinRunSeconds = 1;

    const string NoChange = "the counter did not change";
    const string NoChangeAtWork = "the counter did not change while the machine worked";
    const string BelowResolution = "the time was below the counter's resolution";
    const string SamePower = "the power did not change while the load did";
    const string NoPower = "it reports 0 W, which nothing that runs draws";

    readonly RunOpening _opening;
    readonly List<Watch> _watches = [];

    internal StuckMeters(RunOpening opening)
    {
        _opening = opening;
        foreach (var basis in opening.Bases)
        {
            if (basis.Meters.IsDefaultOrEmpty)
                continue;
            for (var i = 0; i < opening.Meters.Length; i++)
            {
                var meter = opening.Meters[i];
                if (MeterAccumulator.Accepts(meter) && basis.Meters.Contains(meter.Id) && !_watches.Exists(watch => watch.Index == i))
                    _watches.Add(new Watch(meter, i, FindBusyTime(meter)));
            }
        }
    }

    /// <summary>Adds a sample.</summary>
    /// <param name="timestamp">Its time, ns.</param>
    /// <param name="readings">All readings of the sample.</param>
    /// <param name="seconds">Time since the last one, s.</param>
    /// <param name="busy">Busy thread-seconds since the last one.</param>
    internal void AddSample(long timestamp, ReadOnlySpan<Reading> readings, double seconds, double busy)
    {
        foreach (var watch in _watches)
        {
            watch.AddWork(timestamp, seconds, busy, _opening.Machine.Threads, readings);
            if (!readings[watch.Index].IsGap)
                watch.AddReading(readings[watch.Index].Value, timestamp);
        }
    }

    /// <summary>All samples have been added.</summary>
    internal void Complete()
    {
        foreach (var watch in _watches)
            watch.Complete();
    }

    /// <summary>Replaces the readings of stuck meters by gaps. Called for each sample, in order.</summary>
    internal void Replace(long timestamp, Span<Reading> readings)
    {
        foreach (var watch in _watches)
        {
            if (!readings[watch.Index].IsGap && watch.FindReason(timestamp, readings[watch.Index].Value) is { } reason)
                readings[watch.Index] = Reading.FromGapReason(reason);
        }
    }

    /// <summary>The whole time of a meter that never gave a usable reading because it did not change; null if it gave one.</summary>
    internal Gap? FindWhole(string meter) => _watches.Find(watch => watch.Id == meter)?.FindWhole();

    /// <summary>Whether a counter did not change until this reading and counted nothing of that time.</summary>
    internal bool HasLost(int meter, long timestamp) => _watches.Exists(watch => watch.Index == meter && watch.HasLost(timestamp));

    /// <summary>The busy time of the device of a meter: its place among the meters; -1 if it is not reported, null for processors.</summary>
    int? FindBusyTime(MeterDescription meter)
    {
        if (meter.Component != Component.Gpu)
            return null;
        for (var i = 0; i < _opening.Meters.Length; i++)
        {
            if (_opening.Meters[i] is { Component: Component.Gpu, Kind: MeterKind.DeviceTime, Role: MeterRole.Busy } time
                && time.Device == meter.Device)
            {
                return i;
            }
        }

        return -1;
    }

    sealed class Watch(MeterDescription meter, int index, int? busyTime)
    {
        readonly List<StuckSpan> _spans = [];
        readonly bool _isCounter = meter.Kind == MeterKind.EnergyCounter;
        long? _value;
        long _since;
        long _last;
        bool _hasChanged;
        long? _lastBusyTime;
        double _busySeconds;
        (double Seconds, double Work) _block;
        (double Low, double High) _load = (double.PositiveInfinity, double.NegativeInfinity);
        double _counted;
        double _countedSeconds;
        int _next;
        long _first;

        internal int Index => index;

        internal string Id => meter.Id;

        internal void AddWork(long timestamp, double seconds, double busy, int threads, ReadOnlySpan<Reading> readings)
        {
            var capacity = busyTime is null ? threads * seconds : seconds;
            if (busyTime is { } place)
            {
                busy = 0;
                if (place < 0)
                    return;
                if (!readings[place].IsGap)
                {
                    busy = _lastBusyTime is { } before ? Math.Max(0, readings[place].Value - before) / 1e9 : 0;
                    _lastBusyTime = readings[place].Value;
                }
            }

            if (_value is null || timestamp <= _since || capacity <= 0)
                return;
            _busySeconds += busy;
            _block = (_block.Seconds + seconds, _block.Work + (busy / capacity * seconds));
            if (_block.Seconds < LoadBlockSeconds)
                return;
            var load = _block.Work / _block.Seconds;
            (_load, _block) = ((Math.Min(_load.Low, load), Math.Max(_load.High, load)), default);
        }

        internal void AddReading(long value, long timestamp)
        {
            if (_value == value)
            {
                _last = timestamp;
                return;
            }

            if (_value is null)
                _first = timestamp;
            if (_value is { } before)
            {
                _hasChanged = true;
                CloseStretch(timestamp, value - before);
            }

            (_value, _since, _last, _busySeconds, _block) = (value, timestamp, timestamp, 0, default);
            _load = (double.PositiveInfinity, double.NegativeInfinity);
        }

        internal void Complete()
        {
            CloseStretch(null, 0);
            var mean = _countedSeconds > 0 ? _counted / _countedSeconds : 0;
            for (var i = 0; i < _spans.Count; i++)
            {
                var span = _spans[i];
                if (span.ResumedAt is { } at && span.Resumed * 1e9 / Math.Max(at - span.From, 1) < MinRateOfMean * mean)
                    _spans[i] = span with { IsLost = true };
            }
        }

        internal string? FindReason(long timestamp, long value)
        {
            if (!_isCounter && value == 0)
                return NoPower;
            while (_next < _spans.Count && timestamp > _spans[_next].To)
                _next++;
            return _next < _spans.Count && timestamp > _spans[_next].From ? _spans[_next].Reason : null;
        }

        internal Gap? FindWhole()
        {
            if (_hasChanged || _value is null)
                return null;
            var reason = !_isCounter && _value == 0 ? NoPower : _spans.Count == 1 ? _spans[0].Reason : null;
            return reason is null ? null : new Gap(meter.Id, _first / 1e9, _last / 1e9, reason);
        }

        internal bool HasLost(long timestamp) => _spans.Exists(span => span.IsLost && span.ResumedAt == timestamp);

        /// <summary>Ends a time with one value; <paramref name="resumedAt"/> is null at the end of the run.</summary>
        void CloseStretch(long? resumedAt, long difference)
        {
            if (FindReason() is { } reason)
            {
                _spans.Add(new StuckSpan(_since, _last, reason, resumedAt, difference, false));
            }
            else if (resumedAt is { } at && difference > 0)
            {
                (_counted, _countedSeconds) = (_counted + difference, _countedSeconds + ((at - _since) / 1e9));
            }
        }

        /// <summary>Why the time with the present value is no measurement; null if it is one.</summary>
        string? FindReason()
        {
            var seconds = (_last - _since) / 1e9;
            var refresh = meter.RefreshSeconds ?? 0;
            if (seconds <= 0)
                return null;
            if (!_isCounter)
            {
                var isLong = seconds >= Math.Max(MinPowerSeconds, MinPowerRefreshes * refresh);
                return isLong && _load.High - _load.Low >= MinLoadRange ? SamePower : null;
            }

            if (!_hasChanged)
                return seconds < MinRunSeconds ? BelowResolution : NoChange;
            var hasWaited = seconds >= Math.Max(MinCounterSeconds, MinCounterRefreshes * refresh);
            return hasWaited && _busySeconds >= MinBusySeconds ? NoChangeAtWork : null;
        }
    }

    /// <summary>A time in which a meter did not change.</summary>
    /// <param name="From">Its first reading with the value, which is kept, ns.</param>
    /// <param name="To">Its last reading with the value, ns.</param>
    /// <param name="Reason">Why it is no measurement.</param>
    /// <param name="ResumedAt">Time of the next reading with another value; null if there was none.</param>
    /// <param name="Resumed">Difference to that value.</param>
    /// <param name="IsLost">Whether that difference is not the energy of this time.</param>
    readonly record struct StuckSpan(long From, long To, string Reason, long? ResumedAt, long Resumed, bool IsLost);
}
