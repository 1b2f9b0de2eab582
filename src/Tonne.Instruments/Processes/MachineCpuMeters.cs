using Tonne.Hardware;
using Tonne.Instruments.Files;
using Tonne.Recording.Metering;
using Tonne.Runs;

namespace Tonne.Instruments.Processes;

/// <summary>The machine's CPU time as two meters, busy and idle, from one read of <c>/proc/stat</c> per sample.</summary>
/// <remarks>Not thread safe, as <see cref="IMeter"/>.</remarks>
sealed class MachineCpuMeters : IDisposable
{
    /// <summary>Id of the busy meter.</summary>
    public const string BusyId = "proc:busy";

    /// <summary>Id of the idle meter.</summary>
    public const string IdleId = "proc:idle";

    readonly PersistentFile _file;
    CpuTimes _times;
    long _timestamp = long.MinValue;
    string? _reason;

    /// <summary>Meters over a tree's <c>proc/stat</c>.</summary>
    public MachineCpuMeters(FileTree tree)
    {
        // Only the first line, of ten numbers, is copied; the kernel generates the whole file in any case.
        _file = tree.OpenPersistent("proc/stat", maxBytes: 256);
        Tree = tree;
        var path = tree.GetFullPath("proc/stat");
        Busy = new CpuTimeMeter(this, new MeterDescription(BusyId, Component.Cpu, MeterKind.CpuTime, MeterRole.Busy, Note: $"{path}: user + nice + system + irq + softirq, all threads; ticks of 10 ms; steal excluded"), static times => times.Busy);
        Idle = new CpuTimeMeter(this, new MeterDescription(IdleId, Component.Cpu, MeterKind.CpuTime, MeterRole.Idle, Note: $"{path}: idle + iowait, all threads; ticks of 10 ms"), static times => times.Idle);
    }

    /// <summary>The files of the machine.</summary>
    internal FileTree Tree { get; }

    /// <summary>Busy time of all threads in ns.</summary>
    public IMeter Busy { get; }

    /// <summary>Idle time of all threads in ns.</summary>
    public IMeter Idle { get; }

    /// <summary>Time stolen by the hypervisor in ns, as of the last sample; null if it could not be read.</summary>
    public long? StealNanoseconds => _reason is null && _timestamp != long.MinValue ? _times.Steal : null;

    /// <inheritdoc/>
    public void Dispose() => _file.Dispose();

    void Refresh(long timestamp)
    {
        if (timestamp == _timestamp)
            return;
        _timestamp = timestamp;
        var bytes = _file.Read(out _reason);
        if (_reason is null && !CpuTimes.TryParse(bytes, out _times))
            _reason = ReadFailure.Malformed;
    }

    sealed class CpuTimeMeter(MachineCpuMeters owner, MeterDescription description, Func<CpuTimes, long> side) : IMeter
    {
        // The kernel lets iowait run backwards by a tick or so (Documentation/filesystems/proc.rst).
        const long Jitter = 1_000_000_000;

        long _last;

        public MeterDescription Description => description;

        public Reading Read(long timestamp)
        {
            owner.Refresh(timestamp);
            if (owner._reason is { } reason)
                return Reading.FromGapReason(reason);
            var value = side(owner._times);
            _last = value < _last && _last - value < Jitter ? _last : value;
            return Reading.FromValue(_last);
        }
    }
}
