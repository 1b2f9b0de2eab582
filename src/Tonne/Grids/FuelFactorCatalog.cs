using Tonne.Catalogs;
using Tonne.Quantities;

namespace Tonne.Grids;

/// <summary>Lifecycle intensity of each kind of power station, for feeds that publish generation by fuel.</summary>
/// <remarks>
/// Medians of IPCC AR5 WG III, Annex III, Table A.III.2, where it has the fuel; see Tables/SOURCES.md for the others, which are assumed.
/// </remarks>
public static class FuelFactorCatalog
{
    const string Table = "fuel_factors.csv";

    static readonly Lazy<Dictionary<string, FuelFactor>> Factors = new(Read);

    /// <summary>All fuels, by name.</summary>
    public static IReadOnlyCollection<FuelFactor> All => Factors.Value.Values;

    /// <summary>The factor of a fuel by its name in the table, for example <c>wind_offshore</c>; null if the table has none.</summary>
    public static FuelFactor? Find(string fuel) => Factors.Value.GetValueOrDefault(fuel);

    static Dictionary<string, FuelFactor> Read()
    {
        var factors = new Dictionary<string, FuelFactor>(StringComparer.Ordinal);
        var rows = new CsvReader(Table, EmbeddedTable.ReadText(Table), "fuel,g_per_kwh,quality,source,note");
        while (rows.Read())
        {
            var quality = rows[2] switch
            {
                "modelled" => Quality.Modelled,
                "assumed" => Quality.Assumed,
                _ => throw rows.CreateFormatException($"the quality \"{rows[2]}\" is unknown"),
            };
            var factor = new FuelFactor(rows.GetText(0), CarbonIntensity.FromGramsPerKilowattHour(rows.GetNumber(1)), quality,
                SourceList.Find(rows.GetText(3)), rows.GetText(4));
            factors.Add(factor.Fuel, factor);
        }

        return factors;
    }
}
