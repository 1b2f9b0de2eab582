using Tonne.Recording.Metering;
using Tonne.Runs;

namespace Tonne.Recording.Attribution;

/// <summary>Computes the use of one device between neighbouring samples: its busy time, the job's part of it, and its holders.</summary>
/// <remarks>
/// Holders are known at instants only, so a slice has the holders of the end that had more. A job that ends before the last sample thus
/// held the device until its end.
/// If a device does not report its holders, it counts as held by the job alone if the job may use it.
/// </remarks>
sealed class DeviceUsageTracker
{
    readonly int _time = -1;
    readonly int _jobTime = -1;
    readonly int _processTime = -1;
    readonly int _holders = -1;
    readonly int _jobHolders = -1;
    readonly bool _excluded;
    long? _lastTime;
    long? _lastJobTime;
    long? _lastProcessTime;
    (double All, double Job) _held;

    /// <summary>Creates a tracker for a device of a run.</summary>
    internal DeviceUsageTracker(RunOpening opening, ComponentBasis basis)
    {
        _excluded = basis.Excluded;
        for (var i = 0; i < opening.Meters.Length; i++)
        {
            var meter = opening.Meters[i];
            if (meter.Component != basis.Component || meter.Device != basis.Device)
                continue;
            switch (meter.Kind, meter.Role)
            {
                case (MeterKind.DeviceTime, MeterRole.Busy):
                    _time = i;
                    break;
                case (MeterKind.DeviceTime, MeterRole.Job):
                    _jobTime = i;
                    break;
                case (MeterKind.DeviceTime, MeterRole.Processes):
                    _processTime = i;
                    break;
                case (MeterKind.Holders, MeterRole.Busy):
                    _holders = i;
                    break;
                case (MeterKind.Holders, MeterRole.Job):
                    _jobHolders = i;
                    break;
                default:
                    break;
            }
        }
    }

    /// <summary>Whether the holders of the device are known.</summary>
    internal bool KnowsHolders => _holders >= 0 && _time >= 0 && !_excluded;

    /// <summary>The last slice.</summary>
    internal DeviceUsage Slice { get; private set; }

    /// <summary>Takes a sample.</summary>
    /// <param name="readings">All readings of the sample.</param>
    /// <param name="seconds">Time since the last one.</param>
    internal void AddSample(ReadOnlySpan<Reading> readings, double seconds)
    {
        var busy = GetIncrease(readings, _time, ref _lastTime);
        var job = GetIncrease(readings, _jobTime, ref _lastJobTime);
        var processes = GetIncrease(readings, _processTime, ref _lastProcessTime);
        double? othersBusy = _processTime < 0 ? null : Math.Max(0, processes - job);
        if (_excluded)
        {
            Slice = new DeviceUsage(seconds, busy, 0, 0, 0, _processTime < 0 ? null : processes);
            return;
        }

        if (_holders < 0 || readings[_holders].IsGap || _jobHolders < 0 || readings[_jobHolders].IsGap)
        {
            Slice = new DeviceUsage(seconds, busy, _jobTime < 0 ? busy : Math.Min(busy, job), 1, 0);
            return;
        }

        var now = (All: (double)readings[_holders].Value, Job: (double)readings[_jobHolders].Value);
        // A process that used the device between two samples held it too.
        var jobHeld = Math.Max(Math.Max(now.Job, _held.Job), job > 0 ? 1 : 0);
        var others = Math.Max(Math.Max(now.All - now.Job, _held.All - _held.Job), 0);
        _held = now;
        var all = jobHeld + others;
        Slice = all > 0
            ? new DeviceUsage(seconds, busy, others == 0 ? busy : Math.Min(busy, job), jobHeld / all, others / all, othersBusy)
            : new DeviceUsage(seconds, busy, 0, 0, 0, othersBusy);
    }

    static double GetIncrease(ReadOnlySpan<Reading> readings, int index, ref long? last)
    {
        if (index < 0 || readings[index].IsGap)
            return 0;
        var value = readings[index].Value;
        var grown = last is { } before ? Math.Max(0, value - before) / 1e9 : 0;
        last = Math.Max(value, last ?? value);
        return grown;
    }
}
