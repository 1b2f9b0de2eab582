using Tonne.Quantities;

namespace Tonne.Hardware;

/// <summary>Power at the plug of all parts other than processor, memory and GPUs: supply losses, fans, board, network, drives.</summary>
/// <remarks>
/// other = k · (cpu + memory + gpu). Only for energy summed from metered or modelled parts; a whole-machine model and a plug meter
/// already include it. See docs/methods/other.md.
/// </remarks>
public static class OtherPower
{
    /// <summary>k of a kind of machine, dimensionless.</summary>
    public static Factor Fraction(MachineKind kind) => MachineFactors.Table[kind switch
    {
        MachineKind.GpuServer => "other/gpu-server",
        MachineKind.Desktop => "other/desktop",
        MachineKind.Laptop => "other/laptop",
        MachineKind.Board => "other/board",
        _ => "other/server",
    }];

    /// <summary>Power of all other parts of an eight-GPU node over that of its GPU boards, used when only GPU power is known.</summary>
    /// <param name="liquidCooled">Whether the node is liquid-cooled.</param>
    public static Factor FractionOverGpus(bool liquidCooled = false) => MachineFactors.Table[liquidCooled ? "other/gpu-server-liquid" : "other/gpu-server-gpus-only"];

    /// <summary>Power at the plug over power after the supply, dimensionless; already included in <see cref="Fraction"/>.</summary>
    public static Factor PowerSupplyRatio => MachineFactors.Table["psu/ratio"];
}
