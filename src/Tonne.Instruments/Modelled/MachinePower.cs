using Tonne.Hardware;
using Tonne.Quantities;

namespace Tonne.Instruments.Modelled;

/// <summary>The power factors of one machine, and its size.</summary>
/// <param name="Cpu">Watts per hardware thread of the whole machine, from the catalog.</param>
/// <param name="MemoryWattsPerGigabyte">m: W per GB (2^30 bytes) of memory, whatever its use.</param>
/// <param name="OtherFraction">k: supply losses, fans, board, network, disks over processor and memory, dimensionless.</param>
/// <param name="Threads">N: hardware threads visible.</param>
/// <param name="Sockets">Processor packages visible.</param>
/// <param name="MemoryBytes">Main memory visible, in bytes; 0 if unknown.</param>
public sealed record MachinePower(CpuPowerModel Cpu, Factor MemoryWattsPerGigabyte, Factor OtherFraction, int Threads, int Sockets, long MemoryBytes)
{
    /// <summary>Bytes of a gigabyte as memory is sold.</summary>
    internal const double BytesPerMemoryGigabyte = 1L << 30;

    /// <summary>Memory per thread that the catalog's watts include and this machine has, in GB (2^30 bytes).</summary>
    internal double IncludedGigabytesPerThread => Math.Min(MemoryBytes / BytesPerMemoryGigabyte / Threads, Cpu.IncludedGigabytesPerThread);

    /// <summary>The power at the plug at best factors, in W: P = N·w0·f0 + (w1·f1 − w0·f0)·busy + max(0, G − g·N)·m·(1 + k).</summary>
    /// <param name="busyThreads">Threads at work, 0 to N.</param>
    public double ComputeWatts(double busyThreads)
    {
        var (idle, full) = (Cpu.IdleWattsPerThread.Bounds.Best * Cpu.InServiceIdleRatio.Bounds.Best, Cpu.FullWattsPerThread.Bounds.Best * Cpu.InServiceFullLoadRatio.Bounds.Best);
        var beyond = Math.Max(0, (MemoryBytes / BytesPerMemoryGigabyte) - (Cpu.IncludedGigabytesPerThread * Threads));
        return (Threads * idle) + ((full - idle) * busyThreads) + (beyond * MemoryWattsPerGigabyte.Bounds.Best * (1 + OtherFraction.Bounds.Best));
    }
}
