namespace Tonne.Instruments.MacAndWindows;

/// <summary>CPU time of all hardware threads of a machine since some moment in the past, in ns.</summary>
/// <param name="BusyNanoseconds">Time at work, in user mode and in the kernel.</param>
/// <param name="IdleNanoseconds">Time without work.</param>
public readonly record struct SystemCpuTime(long BusyNanoseconds, long IdleNanoseconds)
{
    const long NanosecondsPerFileTime = 100;

    /// <summary>Computes it from what Windows' <c>GetSystemTimes</c> reports, in units of 100 ns.</summary>
    /// <remarks>Kernel time includes idle time. Source: Microsoft, GetSystemTimes function (processthreadsapi.h), parameter
    /// lpKernelTime.</remarks>
    /// <param name="idle">Time without work.</param>
    /// <param name="kernel">Time in the kernel, idle time included.</param>
    /// <param name="user">Time in user mode.</param>
    /// <returns>Null if the numbers cannot be: nothing was counted, or less kernel time than idle time.</returns>
    public static SystemCpuTime? FromFileTimes(long idle, long kernel, long user)
    {
        if (idle < 0 || user < 0 || kernel < idle || kernel > long.MaxValue / NanosecondsPerFileTime / 2
            || user > long.MaxValue / NanosecondsPerFileTime / 2 || (kernel == 0 && user == 0))
            return null;
        return new SystemCpuTime((kernel - idle + user) * NanosecondsPerFileTime, idle * NanosecondsPerFileTime);
    }
}
