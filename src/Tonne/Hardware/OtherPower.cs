using Tonne.Quantities;

namespace Tonne.Hardware;

/// <summary>What a machine draws at the plug beside processor, memory and GPUs: supplies, fans, board, network, drives.</summary>
/// <remarks>other = k · (cpu + memory + gpu). Only for energy summed from metered or modelled parts; a whole-machine model and a plug meter hold it already. See docs/methods/other.md.</remarks>
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

    /// <summary>The whole rest of an eight-GPU node over its GPU boards alone, for figures where only GPUs are known.</summary>
    /// <param name="liquidCooled">Whether the node is liquid-cooled.</param>
    public static Factor FractionOverGpus(bool liquidCooled = false) => MachineFactors.Table[liquidCooled ? "other/gpu-server-liquid" : "other/gpu-server-gpus-only"];

    /// <summary>Power at the plug over power after the supply, dimensionless; inside <see cref="Fraction"/> already.</summary>
    public static Factor PowerSupplyRatio => MachineFactors.Table["psu/ratio"];
}
