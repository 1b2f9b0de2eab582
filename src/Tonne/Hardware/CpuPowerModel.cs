using Tonne.Quantities;

namespace Tonne.Hardware;

/// <summary>
/// The power of a whole machine as a function of processor load: P = N · (f_idle·w0 + (f_full·w1 − f_idle·w0) · L), at the plug.
/// </summary>
/// <remarks>
/// N hardware threads visible, L their mean load 0 to 1. Memory up to <see cref="IncludedGigabytesPerThread"/> per thread, fans, board,
/// drives and supply losses are included: add only memory above that
/// and accelerators.
/// </remarks>
public sealed record CpuPowerModel
{
    // Mean load up to which a package may be asleep.
    const double SleepingLoad = 0.05;

    /// <summary>Name of the micro-architecture, or <c>unknown</c>.</summary>
    public required string Microarchitecture { get; init; }

    /// <summary>w0: W per hardware thread at the plug, idle.</summary>
    public required Factor IdleWattsPerThread { get; init; }

    /// <summary>w1: W per hardware thread at the plug, full load.</summary>
    public required Factor FullWattsPerThread { get; init; }

    /// <summary>
    /// f_idle: idle power of a host in service over that of the tuned machines from which w0 is taken; exactly 1 if w0 is from other
    /// machines.
    /// </summary>
    public required Factor InServiceIdleRatio { get; init; }

    /// <summary>f_full: the same at full load.</summary>
    public required Factor InServiceFullLoadRatio { get; init; }

    /// <summary>Power of the package idle over its TDP, dimensionless.</summary>
    public Factor PackageIdleFraction { get; init; } = CpuCatalog.PackageIdleFraction;

    /// <summary>Power of the package with all threads busy over its TDP, dimensionless.</summary>
    public Factor PackageFullLoadFraction { get; init; } = CpuCatalog.PackageFullFraction;

    /// <summary>Memory per thread that w0 and w1 include, GB (2^30 bytes).</summary>
    public required double IncludedGigabytesPerThread { get; init; }

    /// <summary>Type of memory of the processor, for memory above that.</summary>
    public required MemoryType Memory { get; init; }

    /// <summary>Hardware threads of the whole host, for the share of it that a virtual machine holds.</summary>
    public required Factor HostThreads { get; init; }

    /// <summary>The processor, where its name is known.</summary>
    public CpuModel? Model { get; init; }

    /// <summary>Modelled if machines of this micro-architecture were measured, else assumed.</summary>
    public required Quality Quality { get; init; }

    /// <summary>How the processor was recognised and which power figures were used.</summary>
    public required string Explanation { get; init; }

    /// <summary>
    /// The power of one package at a load, W, before the supply: TDP · (φ0·(1 − L) + φ1·c·L), with every factor at its low, its best and
    /// its high.
    /// </summary>
    /// <remarks>
    /// φ0 and φ1 are <see cref="PackageIdleFraction"/> and <see cref="PackageFullLoadFraction"/>; c is what a busy thread draws at part
    /// load over full load, in quadrature with φ1 and the TDP. Held against the load profiles of CodeCarbon (MIT).
    /// </remarks>
    /// <param name="load">Mean load of the threads, 0 to 1.</param>
    /// <returns>Null where no TDP is known.</returns>
    /// <exception cref="ArgumentOutOfRangeException">The load is not within 0 and 1.</exception>
    public Bounds? ComputePackagePower(double load)
    {
        if (!(load is >= 0 and <= 1))
            throw new ArgumentOutOfRangeException(nameof(load), load, "the load must be between 0 and 1");
        if (Model?.Tdp is not { Bounds: var tdp })
            return null;
        return ComputePackagePower(tdp, PackageIdleFraction.Bounds, PackageFullLoadFraction.Bounds, load);
    }

    internal static Bounds ComputePackagePower(Bounds tdp, Bounds idle, Bounds full, double load)
    {
        var part = CpuCatalog.PartLoad.Bounds;
        // Short wake-ups count as load and leave the package asleep.
        var leastLoad = Math.Max(0, load - SleepingLoad) / (1 - SleepingLoad);
        var low = full.Best * Math.Exp(-Bounds.ZScore95 * LogNormal.CombineSigmas(full.SigmaLow, tdp.SigmaLow, part.SigmaLow));
        var high = full.Best * Math.Exp(Bounds.ZScore95 * LogNormal.CombineSigmas(full.SigmaHigh, tdp.SigmaHigh, part.SigmaHigh));
        return new Bounds(
            tdp.Best * ((idle.Low * (1 - leastLoad)) + (low * leastLoad)),
            tdp.Best * ((idle.Best * (1 - load)) + (full.Best * load)),
            tdp.Best * ((idle.High * (1 - load)) + (high * load)));
    }

    /// <summary>The share of the host that a virtual machine with a number of threads holds: threads ÷ host threads, at most 1.</summary>
    public Factor HostShare(int threads)
    {
        var host = HostThreads.Bounds;
        double Share(double all) => all <= threads ? 1 : threads / all;
        return new Factor($"{HostThreads.Id}/share-of-{threads}", $"share of the host that {threads} virtual CPUs hold", "1",
            new Bounds(Share(host.High), Share(host.Best), Share(host.Low)),
            HostThreads.Quality, HostThreads.Source, HostThreads.Note);
    }
}
