using Tonne.Catalogs;

namespace Tonne.Hardware;

/// <summary>All hardware factors together: processors, accelerators, memory, the rest of a machine, embodied emissions.</summary>
public static class HardwareCatalog
{
    /// <summary>Rows for <c>tonne catalog hardware</c>.</summary>
    public static IReadOnlyList<CatalogEntry> Search(string? search = null) =>
        [.. AcceleratorCatalog.Entries()
            .Concat(MachineFactors.Table.All.Select(factor => CatalogEntry.FromFactor(factor)))
            .Concat(EmbodiedCatalog.Entries(search))
            .Concat(CpuCatalog.Entries())
            .Where(entry => entry.Matches(search))];

    /// <summary>What is wrong with the tables; empty if nothing.</summary>
    public static IReadOnlyList<string> Validate() => [.. CatalogEntry.Problems(Search()), .. CpuCatalog.Problems(), .. AcceleratorDatasheet.Problems(), .. AcceleratorConstruction.Problems()];
}
