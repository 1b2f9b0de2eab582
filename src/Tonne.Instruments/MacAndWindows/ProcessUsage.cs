namespace Tonne.Instruments.MacAndWindows;

/// <summary>What a process has used.</summary>
/// <param name="CpuNanoseconds">Its CPU time in user mode and in the kernel, in ns.</param>
/// <param name="ReapedCpuNanoseconds">CPU time in ns of children that it has waited for, with theirs; 0 where the system has no such
/// account.</param>
/// <param name="ResidentBytes">Memory that it holds now, in bytes; shared pages count in each process.</param>
/// <param name="HasEnded">Whether it has ended, and the CPU time is the last.</param>
public readonly record struct ProcessUsage(long CpuNanoseconds, long ReapedCpuNanoseconds, long ResidentBytes, bool HasEnded);
