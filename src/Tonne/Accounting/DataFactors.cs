using Tonne.Catalogs;
using Tonne.Quantities;

namespace Tonne.Accounting;

/// <summary>Energy of stored and transferred data.</summary>
/// <remarks>
/// storage = TB · hours · W/TB ÷ 1000, at the plug; network = TB · kWh/TB, its own overhead included. Both factors are wide: see
/// <c>data_factors.csv</c>.
/// </remarks>
public static class DataFactors
{
    static readonly FactorTable Table = new("data_factors.csv");

    /// <summary>Power of stored data at the plug, W/TB.</summary>
    public static Factor Storage => Table["data/storage"];

    /// <summary>Energy of data over the internet, kWh/TB, which are Wh/GB.</summary>
    public static Factor Network => Table["data/network"];

    /// <summary>Energy of stored data.</summary>
    /// <param name="terabytes">Data stored, TB; copies are part of the factor.</param>
    /// <param name="hours">Time, h.</param>
    /// <param name="factors">Factors of the place.</param>
    public static DataUse Store(Factor terabytes, Factor hours, AccountingFactors factors) =>
        Store(new Derivation.FactorNode(terabytes), new Derivation.FactorNode(hours), factors);

    /// <summary>Energy of data sent over the internet.</summary>
    /// <param name="terabytes">Data transferred, TB.</param>
    /// <param name="factors">Factors of the place.</param>
    public static DataUse Transfer(Factor terabytes, AccountingFactors factors) => Transfer(new Derivation.FactorNode(terabytes), factors);

    internal static DataUse Store(Derivation terabytes, Derivation hours, AccountingFactors factors) => new(
        "storage",
        new PhaseUse("storage", new Boundary(BoundaryExtent.It, ["storage"], AllocationPolicy.Described),
            new Derivation.Product("energy of stored data", "kWh", [terabytes, hours, new Derivation.FactorNode(Storage)], 1 / 1000d),
            Quality: Quality.Assumed, WithWater: false),
        factors);

    internal static DataUse Transfer(Derivation terabytes, AccountingFactors factors) => new(
        "network",
        new PhaseUse("network", new Boundary(BoundaryExtent.Facility, ["network"], AllocationPolicy.Described),
            new Derivation.Product("energy of transferred data", "kWh", [terabytes, new Derivation.FactorNode(Network)]),
            Quality: Quality.Assumed, IncludesFacility: true, WithWater: false),
        factors);
}
