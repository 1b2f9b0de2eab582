using Tonne.Quantities;

namespace Tonne.Hardware;

/// <summary>Power of main memory per gigabyte of capacity, whatever the load.</summary>
/// <remarks>1 GB is 2^30 bytes, as memory is sold. Of DRAM alone, before supply losses. Memory on an accelerator (HBM) is inside its board power: never add it. See docs/methods/memory.md.</remarks>
public static class MemoryCatalog
{
    /// <summary>W per GB of a type of memory.</summary>
    public static Factor WattsPerGigabyte(MemoryType type) => MachineFactors.Table[type switch
    {
        MemoryType.Ddr3 => "memory/ddr3",
        MemoryType.Ddr4 => "memory/ddr4",
        MemoryType.Ddr5 => "memory/ddr5",
        MemoryType.Lpddr => "memory/lpddr",
        MemoryType.Lpddr5X => "memory/lpddr5x",
        _ => "memory/unknown",
    }];

    /// <summary>The type that firmware tables (DMI type 17) name: <c>DDR4</c>, <c>LPDDR5</c>; unknown if none of them.</summary>
    public static MemoryType Parse(string? name) => name?.Trim().ToUpperInvariant() switch
    {
        "DDR3" or "DDR3L" => MemoryType.Ddr3,
        "DDR4" => MemoryType.Ddr4,
        "DDR5" => MemoryType.Ddr5,
        "LPDDR4" or "LPDDR4X" or "LPDDR5" or "LPDDR" or "LPDDR3" => MemoryType.Lpddr,
        "LPDDR5X" => MemoryType.Lpddr5X,
        _ => MemoryType.Unknown,
    };
}
