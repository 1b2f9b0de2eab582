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
