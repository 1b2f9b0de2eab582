using Tonne.Hardware;
using Tonne.Recording.Metering;
using Tonne.Runs;

namespace Tonne.Instruments.MacAndWindows;

/// <summary>The machine's CPU time as two meters, busy and idle, from one call of the system per sample.</summary>
/// <remarks>Not thread safe, as <see cref="IMeter"/>.</remarks>
sealed class SystemCpuMeters
{
    /// <summary>Id of the busy meter.</summary>
    public const string BusyId = "system:busy";

    /// <summary>Id of the idle meter.</summary>
    public const string IdleId = "system:idle";

    /// <summary>Why there is no value: the processors are at work or idle at any time, so one of the two must grow.</summary>
    public const string Unchanged = "the system's count of busy and idle time does not change";

    // Counters of the system are kept by ticks of up to 16 ms.
    const long LongestWithoutChange = 2_000_000_000;

    readonly HostSystem _system;
    SystemCpuTime? _time;
    long _timestamp = long.MinValue;
    long _changedAt;

    /// <summary>Meters of a system.</summary>
    public SystemCpuMeters(HostSystem system)
    {
        _system = system;
        Busy = new Meter(this, new MeterDescription(BusyId, Component.Cpu, MeterKind.CpuTime, MeterRole.Busy, Note: system.CpuTimeNote),
            static time => time.BusyNanoseconds);
        Idle = new Meter(this, new MeterDescription(IdleId, Component.Cpu, MeterKind.CpuTime, MeterRole.Idle, Note: system.CpuTimeNote),
            static time => time.IdleNanoseconds);
    }

    /// <summary>Busy time of all threads in ns.</summary>
    public IMeter Busy { get; }

    /// <summary>Idle time of all threads in ns.</summary>
    public IMeter Idle { get; }

    void Refresh(long timestamp)
    {
        if (timestamp == _timestamp)
            return;
        var isFirst = _timestamp == long.MinValue;
        _timestamp = timestamp;
        var time = _system.ReadCpuTime();
        if (isFirst || time != _time)
            _changedAt = timestamp;
        _time = time;
    }

    Reading Read(long timestamp, Func<SystemCpuTime, long> side)
    {
        Refresh(timestamp);
        return _time is not { } time ? Reading.FromGapReason(HostSystem.NotReported)
            : timestamp - _changedAt > LongestWithoutChange ? Reading.FromGapReason(Unchanged)
            : Reading.FromValue(side(time));
    }

    sealed class Meter(SystemCpuMeters owner, MeterDescription description, Func<SystemCpuTime, long> side) : IMeter
    {
        public MeterDescription Description => description;

        public Reading Read(long timestamp) => owner.Read(timestamp, side);
    }
}
