using Tonne.Instruments.Files;

namespace Tonne.Instruments.Processes;

/// <summary>CPU time of all hardware threads since boot, in ns.</summary>
/// <remarks>
/// From the first line of <c>/proc/stat</c>: busy = user + nice + system + irq + softirq, idle = idle + iowait. Guest time is inside user
/// already; steal is time we did not get and belongs to neither. Source: Linux, Documentation/filesystems/proc.rst.
/// </remarks>
/// <param name="Busy">Time spent working, in ns.</param>
/// <param name="Idle">Time spent idle or waiting for a disk, in ns.</param>
/// <param name="Steal">Time the hypervisor gave to others, in ns.</param>
readonly record struct CpuTimes(long Busy, long Idle, long Steal)
{
    /// <summary>Unit of the kernel's CPU times: 100 ticks a second, whatever the kernel's own clock rate.</summary>
    public const long NanosecondsPerTick = 10_000_000;

    /// <summary>Reads the first line of <c>/proc/stat</c>.</summary>
    /// <returns>False if it is not one: then nothing is known, which is not zero.</returns>
    public static bool TryParse(ReadOnlySpan<byte> stat, out CpuTimes times)
    {
        times = default;
        if (!stat.StartsWith("cpu "u8))
            return false;
        var end = stat.IndexOf((byte)'\n');
        if (end < 0)
            return false;
        var line = stat[4..end];
        Span<long> ticks = stackalloc long[8];
        ticks.Clear();
        for (var i = 0; i < ticks.Length; i++)
        {
            // Linux 2.0 and later have the first four fields. Later fields may be missing, but have no other meaning.
            if (i >= 4 && KernelText.IsBlank(line))
                break;
            if (!KernelText.TryReadNumber(ref line, out ticks[i]) || ticks[i] > long.MaxValue / (8 * NanosecondsPerTick))
                return false;
        }

        times = new CpuTimes(
            (ticks[0] + ticks[1] + ticks[2] + ticks[5] + ticks[6]) * NanosecondsPerTick,
            (ticks[3] + ticks[4]) * NanosecondsPerTick,
            ticks[7] * NanosecondsPerTick);
        return true;
    }
}
