using Tonne.Quantities;

namespace Tonne.Instruments.Machines;

/// <summary>What is known of the machine beforehand, from its configuration.</summary>
public sealed record DiscoveryOptions
{
    /// <summary>Idle power of all processor packages together, in W, measured on this machine. Default: not measured.</summary>
    public Factor? CpuIdlePower { get; init; }

    /// <summary>k, everything else over processor and memory, measured on this machine. Default: from the catalog.</summary>
    public Factor? OtherFraction { get; init; }
}
