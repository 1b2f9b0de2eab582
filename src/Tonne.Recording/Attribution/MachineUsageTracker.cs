using Tonne.Recording.Metering;
using Tonne.Runs;

namespace Tonne.Recording.Attribution;

/// <summary>Computes the use of the machine between neighbouring samples: busy time, the job, other runs, memory held.</summary>
/// <remarks>
/// The kernel counts a job in ns but the machine in ticks of 10 ms, so over a short slice a job may seem to use more than the machine's
/// busy time.
/// The machine then counts as busy as the job, and the difference is subtracted from later slices. Ticks beyond the capacity of the
/// machine's threads
/// belong to the next slice. Reports of other runs arrive late: they can claim earlier busy time that was not the job's, and never
/// increase it.
/// </remarks>
sealed class MachineUsageTracker
{
    /// <summary>Ticks of 10 ms at each end of a slice, in s per thread.</summary>
    const double TickSlack = 0.02;

    readonly RunOpening _opening;
    readonly long?[] _last;
    double _excessJobSeconds;
    double _surplusBusySeconds;
    double _unmatchedPeerSeconds;
    double _unclaimed;
    readonly bool _countsProcesses;
    double _jobSinceProcesses;
    double _unmatchedOthersSeconds;

    internal MachineUsageTracker(RunOpening opening)
    {
        _opening = opening;
        _last = new long?[opening.Meters.Length];
        _countsProcesses = opening.Meters.Any(meter => meter is { Kind: MeterKind.CpuTime, Role: MeterRole.Processes });
    }

    /// <summary>Job CPU seconds seen by polling since the first sample.</summary>
    internal double JobPolled { get; private set; }

    /// <summary>Busy, idle and elapsed thread-seconds since the first sample.</summary>
    internal (double Busy, double Idle, double Capacity) Machine { get; private set; }

    /// <summary>Thread-seconds that other runs hold by the last sample; null if no meter reports them, then they hold what they use.</summary>
    internal double? PeersHeld { get; private set; }

    /// <summary>Takes a sample. The first gives zeros.</summary>
    internal (double Busy, double Job, double Peers, MemoryShares Memory) AddSample(ReadOnlySpan<Reading> readings, double seconds)
    {
        double busy = 0, idle = 0, job = 0, peers = 0;
        long resident = 0;
        long? inUse = null;
        PeersHeld = null;
        var sawBusy = false;
        double? processes = null;
        for (var i = 0; i < readings.Length; i++)
        {
            var meter = _opening.Meters[i];
            if (readings[i].IsGap)
                continue;
            var value = readings[i].Value;
            if (meter is { Kind: MeterKind.Memory, Role: MeterRole.Job })
                resident = value;
            else if (meter is { Kind: MeterKind.Memory, Role: MeterRole.Busy })
                inUse = value;
            if (meter.Kind != MeterKind.CpuTime)
                continue;
            var used = _last[i] is { } last ? Math.Max(0, value - last) / 1e9 : 0;
            _last[i] = Math.Max(value, _last[i] ?? value);
            switch (meter.Role)
            {
                case MeterRole.Busy:
                    busy += used;
                    sawBusy = true;
                    break;
                case MeterRole.Idle:
                    idle += used;
                    break;
                case MeterRole.Job:
                    job += used;
                    break;
                case MeterRole.Peers:
                    peers += used;
                    break;
                case MeterRole.Processes:
                    processes = (processes ?? 0) + used;
                    break;
                case MeterRole.PeersHeld:
                    PeersHeld = (PeersHeld ?? 0) + used;
                    break;
                default:
                    break;
            }
        }

        _jobSinceProcesses += job;
        if (processes is { } counted)
        {
            _unmatchedOthersSeconds += counted - _jobSinceProcesses;
            _jobSinceProcesses = 0;
        }

        JobPolled += job;
        if (sawBusy)
            Machine = (Machine.Busy + busy, Machine.Idle + idle, Machine.Capacity + (seconds * _opening.Machine.Threads));
        busy += _surplusBusySeconds;
        _surplusBusySeconds = Math.Clamp(busy - (seconds * _opening.Machine.Threads), 0, TickSlack * _opening.Machine.Threads);
        busy -= _surplusBusySeconds;
        if (job > busy)
        {
            _excessJobSeconds += job - busy;
            busy = job;
        }
        else if (_excessJobSeconds > 0)
        {
            var back = Math.Min(_excessJobSeconds, busy - job);
            (_excessJobSeconds, busy) = (_excessJobSeconds - back, busy - back);
        }

        _unclaimed += busy - job;
        var reported = peers + _unmatchedPeerSeconds;
        peers = Math.Min(reported, Math.Min(_unclaimed, Math.Max(0, (seconds * _opening.Machine.Threads) - job)));
        (_unclaimed, _unmatchedPeerSeconds) = (_unclaimed - peers, reported - peers);
        return (busy, job, peers, MemoryShares.From(_opening.ReservedMemoryBytes, resident, inUse, _opening.Machine.MemoryBytes));
    }

    /// <summary>CPU time of other processes in the last slice by their own account, in s; null if the run has none.</summary>
    /// <remarks>
    /// All processes less the job. The two clocks differ by ticks, so what exceeds the slice's busy time waits for later slices; only what is more than the
    /// ticks can differ is claimed beyond it.
    /// </remarks>
    /// <param name="busy">Busy time of the slice, at least that of the job.</param>
    /// <param name="job">CPU time of the job, that which sampling missed included.</param>
    /// <param name="missed">That which sampling missed.</param>
    /// <param name="seconds">Length of the slice.</param>
    internal double? ClaimOthers(double busy, double job, double missed, double seconds)
    {
        if (!_countsProcesses)
            return null;
        _unmatchedOthersSeconds -= missed;
        var claimed = Math.Clamp(_unmatchedOthersSeconds, 0, Math.Max(0, busy - job));
        var beyond = _unmatchedOthersSeconds - claimed - (TickSlack * _opening.Machine.Threads);
        if (beyond > 0 && busy > 0)
            claimed += Math.Clamp(beyond, 0, Math.Max(0, (seconds * _opening.Machine.Threads) - job - claimed));
        _unmatchedOthersSeconds -= claimed;
        return claimed;
    }
}
