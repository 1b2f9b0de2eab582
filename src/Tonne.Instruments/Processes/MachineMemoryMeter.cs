using Tonne.Hardware;
using Tonne.Instruments.Files;
using Tonne.Recording.Metering;
using Tonne.Runs;

namespace Tonne.Instruments.Processes;

/// <summary>Memory of the machine that processes and the kernel hold, in bytes: what could not be given to a new process.</summary>
/// <remarks>
/// MemTotal − MemAvailable of <c>/proc/meminfo</c>: the cache of files is held by nobody, since it gives way. Before Linux 3.14 there is no
/// MemAvailable; then MemTotal − MemFree − Buffers − Cached − SReclaimable + Shmem. Source: Linux, Documentation/filesystems/proc.rst.
/// Refreshed at most once a second. Not thread safe.
/// </remarks>
sealed class MachineMemoryMeter : IMeter, IDisposable
{
    /// <summary>Id of the meter.</summary>
    public const string MeterId = "proc:memory";

    readonly PersistentFile _file;
    readonly CostThrottle _pace = new(TimeSpan.FromMilliseconds(950), initialRuns: 1);
    readonly Action _refresh;
    Reading _reading = Reading.FromGapReason(ReadFailure.Missing);

    /// <summary>A meter over a tree's <c>proc/meminfo</c>.</summary>
    public MachineMemoryMeter(FileTree tree)
    {
        (_file, _refresh) = (tree.OpenPersistent("proc/meminfo"), Refresh);
        Description = new MeterDescription(MeterId, Component.Memory, MeterKind.Memory, MeterRole.Busy,
            Note: $"{tree.GetFullPath("proc/meminfo")}: MemTotal - MemAvailable: held by processes and the kernel");
    }

    /// <inheritdoc/>
    public MeterDescription Description { get; }

    /// <inheritdoc/>
    public Reading Read(long timestamp)
    {
        _pace.Run(timestamp, _refresh);
        return _reading;
    }

    /// <inheritdoc/>
    public void Dispose() => _file.Dispose();

    internal static long? ComputeBytesInUse(ReadOnlySpan<byte> text)
    {
        if (!KernelText.TryReadKeyed(text, "MemTotal:"u8, out var total))
            return null;
        if (!KernelText.TryReadKeyed(text, "MemAvailable:"u8, out var available))
        {
            if (!KernelText.TryReadKeyed(text, "MemFree:"u8, out available))
                return null;
            available = Add(text, available, "Buffers:"u8);
            available = Add(text, available, "Cached:"u8);
            available = Add(text, available, "SReclaimable:"u8);
            // Cached holds shared memory, which gives way to nobody.
            if (KernelText.TryReadKeyed(text, "Shmem:"u8, out var shared))
                available -= Math.Min(available, shared);
        }

        return total > available && total <= long.MaxValue / 1024 ? (total - available) * 1024 : total <= long.MaxValue / 1024 ? 0 : null;

        static long Add(ReadOnlySpan<byte> text, long sum, ReadOnlySpan<byte> key) =>
            KernelText.TryReadKeyed(text, key, out var value) && value <= long.MaxValue / 8 && sum <= long.MaxValue / 8 ? sum + value : sum;
    }

    void Refresh()
    {
        var text = _file.Read(out var reason);
        _reading = reason is not null ? Reading.FromGapReason(reason)
            : ComputeBytesInUse(text) is { } bytes ? Reading.FromValue(bytes)
            : Reading.FromGapReason(ReadFailure.Malformed);
    }
}
