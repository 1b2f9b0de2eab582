using Tonne.Metering;

namespace Tonne.Runs;

/// <summary>Turns neighbouring samples into the use of the machine between them: busy, job, other runs, memory held.</summary>
/// <remarks>
/// The kernel counts a job in ns but the machine in ticks of 10 ms, so over a short slice a job may seem to use more than all.
/// Then the machine was at least as busy as its jobs, and the difference is taken back from what follows.
/// </remarks>
sealed class MachineUse
{
    readonly RunOpening _opening;
    readonly long?[] _last;
    double _owed;

    internal MachineUse(RunOpening opening)
    {
        _opening = opening;
        _last = new long?[opening.Meters.Length];
    }

    /// <summary>Job CPU seconds seen by polling since the first sample.</summary>
    internal double JobPolled { get; private set; }

    /// <summary>Busy, idle and elapsed thread-seconds since the first sample.</summary>
    internal (double Busy, double Idle, double Capacity) Machine { get; private set; }

    /// <summary>Takes a sample. The first gives zeros.</summary>
    internal (double Busy, double Job, double Peers, double MemoryShare) Take(ReadOnlySpan<Reading> readings, double seconds)
    {
        double busy = 0, idle = 0, job = 0, peers = 0, memory = 0;
        var sawBusy = false;
        for (var i = 0; i < readings.Length; i++)
        {
            var meter = _opening.Meters[i];
            if (readings[i].IsGap)
                continue;
            var value = readings[i].Value;
            if (meter.Kind == MeterKind.Memory && meter.Role == MeterRole.Job && _opening.Machine.MemoryBytes > 0)
                memory = (double)(_opening.ReservedMemoryBytes ?? value) / _opening.Machine.MemoryBytes;
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
                default:
                    break;
            }
        }

        JobPolled += job;
        if (sawBusy)
            Machine = (Machine.Busy + busy, Machine.Idle + idle, Machine.Capacity + (seconds * _opening.Machine.Threads));
        var known = job + peers;
        if (known > busy)
        {
            _owed += known - busy;
            busy = known;
        }
        else if (_owed > 0)
        {
            var back = Math.Min(_owed, busy - known);
            (_owed, busy) = (_owed - back, busy - back);
        }

        return (busy, job, peers, Math.Clamp(memory, 0, 1));
    }
}
