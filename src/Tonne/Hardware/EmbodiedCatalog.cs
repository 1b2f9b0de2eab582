using Tonne.Catalogs;
using Tonne.Quantities;

namespace Tonne.Hardware;

/// <summary>Emissions of making a machine or an accelerator, kg CO2e a piece, and the years and use they are spread over.</summary>
/// <remarks>embodied of a run = h̄ · d · M ÷ (L · U). See docs/methods/embodied.md.</remarks>
public static class EmbodiedCatalog
{
    static readonly FactorTable Table = new("embodied.csv");

    /// <summary>L: years a machine serves.</summary>
    public static Factor Lifetime => MachineFactors.Table["embodied/lifetime"];

    /// <summary>U: share of its life that it is held for work; best 1, the interval is one-sided.</summary>
    public static Factor Utilisation => MachineFactors.Table["embodied/utilisation"];

    /// <summary>M of a machine without its accelerators; null for laptops, desktops and boards, for which no factor is cited.</summary>
    /// <param name="kind">What kind of machine it is.</param>
    /// <param name="productName">What its firmware calls it (<c>PowerEdge R740</c>); null if hidden.</param>
    public static Factor? Machine(MachineKind kind, string? productName = null)
    {
        if (kind is MachineKind.Laptop or MachineKind.Desktop or MachineKind.Board)
            return null;
        if (productName is not null)
        {
            var key = Spelling.Key(productName);
            foreach (var factor in Table.All)
            {
                // Without the maker: firmware names the product, and the longer name (R740XD) must not be taken for the shorter.
                if (factor.Id.StartsWith("embodied/server/", StringComparison.Ordinal) && Spelling.Key(factor.Label) is var label
                    && (string.Equals(label, key, StringComparison.Ordinal) || (key.Length > 5 && label.EndsWith(key, StringComparison.Ordinal))))
                {
                    return factor;
                }
            }
        }
        return Table[kind == MachineKind.GpuServer ? "embodied/gpu-server/unknown" : "embodied/server/unknown"];
    }

    /// <summary>M of an accelerator: of its family where published, else the unknown one's, wide.</summary>
    public static Factor Accelerator(Accelerator accelerator)
    {
        foreach (var factor in Table.All)
        {
            if (factor.Id.StartsWith("embodied/accelerator/", StringComparison.Ordinal)
                && (string.Equals(accelerator.Name, factor.Label, StringComparison.Ordinal) || accelerator.Name.StartsWith($"{factor.Label} ", StringComparison.Ordinal)))
            {
                return factor;
            }
        }
        return UnknownAccelerator;
    }

    /// <summary>M of an accelerator of which nothing is published.</summary>
    public static Factor UnknownAccelerator => Table["embodied/accelerator/unknown"];

    internal static IReadOnlyCollection<Factor> All => Table.All;
}
