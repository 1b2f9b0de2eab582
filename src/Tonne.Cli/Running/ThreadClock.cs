using System.Runtime.InteropServices;

namespace Tonne.Cli.Running;

/// <summary>CPU time of the calling thread.</summary>
static partial class ThreadClock
{
    const int ThreadCpuTime = 3;

    /// <summary>CPU time of the calling thread in ns (CLOCK_THREAD_CPUTIME_ID).</summary>
    public static long Nanoseconds()
    {
        Span<long> time = stackalloc long[2];
        return GetTime(ThreadCpuTime, time) == 0 ? (time[0] * 1_000_000_000) + time[1] : 0;
    }

    [LibraryImport("libc", EntryPoint = "clock_gettime")]
    private static partial int GetTime(int clock, Span<long> time);
}
