using Tonne.Catalogs;
using Tonne.Formatting;
using Tonne.Quantities;

namespace Tonne.Reporting.Teaching;

/// <summary>
/// Chooses the everyday equivalents of a figure: at most three, of different kinds, each counted between about 1 and 1000.
/// </summary>
/// <remarks>
/// Of each kind, the one whose count is nearest 20 on a logarithmic scale is taken; of the kinds, the three nearest, in the order of the
/// table. There are fewer if fewer fit, none for a figure of zero. count = figure ÷ one; the spreads of both add in quadrature of
/// logarithms. Emissions and energy have separate tables. No trees and no offsets: see docs/methods/equivalents.md.
/// </remarks>
public static class Equivalents
{
    /// <summary>The most that are given for one figure.</summary>
    public const int MaxResults = 3;

    const string Table = "equivalents.csv";
    const double MinCount = 0.8;
    const double MaxCount = 1200;
    const double PreferredCount = 20;

    static readonly Lazy<Row[]> Rows = new(Read);

    /// <summary>Returns the equivalents of a figure of emissions (kg CO2e) or energy (kWh); empty for any other unit.</summary>
    public static IReadOnlyList<Equivalent> Choose(Figure figure) => Choose(figure.Bounds, figure.Unit);

    /// <summary>Returns the equivalents of an amount.</summary>
    /// <param name="bounds">The amount with its bounds.</param>
    /// <param name="unit"><c>kg CO2e</c> or <c>kWh</c>; any other has none.</param>
    public static IReadOnlyList<Equivalent> Choose(Bounds bounds, string unit) =>
        [.. Rows.Value.Select((row, place) => (Row: row, Place: place, Count: bounds.Best / row.One.Bounds.Best))
            .Where(each => string.Equals(each.Row.One.Unit, unit, StringComparison.Ordinal) && each.Count is >= MinCount and <= MaxCount)
            .GroupBy(each => each.Row.Group, StringComparer.Ordinal)
            .Select(kind => kind.MinBy(each => Distance(each.Count)))
            .OrderBy(each => Distance(each.Count)).Take(MaxResults)
            .OrderBy(each => each.Place)
            .Select(each => each.Row.Counted(bounds))];

    /// <summary>Rows for <c>tonne catalog equivalents</c>.</summary>
    public static IReadOnlyList<CatalogEntry> Search(string? search = null) =>
        [.. Rows.Value.Select(row => CatalogEntry.FromFactor(row.One, null, row.Year)).Where(entry => entry.Matches(search))];

    /// <summary>Returns the problems of the table; empty if there are none.</summary>
    public static IReadOnlyList<string> Validate() =>
        [.. CatalogEntry.Problems(Search()), .. Rows.Value.Where(row => row.One.Bounds.Low <= 0 || row.One.Unit.Symbol is not ("kg CO2e" or "kWh")).Select(row => $"{row.One.Id}: its low must be above 0 and its unit kg CO2e or kWh")];

    /// <summary>Emissions or energy of one unit, by the id of its row.</summary>
    internal static Factor GetUnitFactor(string id) => Rows.Value.Single(row => row.One.Id == id).One;

    static double Distance(double count) => Math.Abs(Math.Log(count / PreferredCount));

    static Row[] Read()
    {
        var all = new List<Row>();
        var rows = new CsvReader(Table, EmbeddedTable.ReadText(Table, typeof(ClaimCatalog).Assembly), "id,group,one,many,unit,low,best,high,year,quality,source,definition");
        while (rows.Read())
        {
            var (low, best, high) = (rows.GetNumber(5), rows.GetNumber(6), rows.GetNumber(7));
            if (!(low > 0 && low <= best && best <= high))
                throw rows.CreateFormatException("the bounds must satisfy 0 < low ≤ best ≤ high");
            var quality = rows[9] switch
            {
                "measured" => Quality.Measured,
                "modelled" => Quality.Modelled,
                "assumed" => Quality.Assumed,
                _ => throw rows.CreateFormatException($"the quality \"{rows[9]}\" is unknown"),
            };
            if (rows[11].IsEmpty)
                throw rows.CreateFormatException("the definition is empty");
            all.Add(new Row(rows.GetText(1), rows.GetText(2), rows.GetText(3), rows.GetInteger(8),
                new Factor(rows.GetText(0), rows.GetText(2), rows.GetText(4), new Bounds(low, best, high), quality, SourceList.Find(rows.GetText(10)), rows.GetText(11))));
        }
        return [.. all];
    }

    sealed record Row(string Group, string Singular, string Plural, int Year, Factor One)
    {
        public Equivalent Counted(Bounds figure)
        {
            var one = One.Bounds;
            var count = figure.Best / one.Best;
            // A figure that may be zero has no spread downwards in logarithms: its count may be zero too.
            var bounds = new Bounds(
                count * Math.Exp(-Bounds.ZScore95 * LogNormal.CombineSigmas(figure.SigmaLow, one.SigmaHigh)), count, count * Math.Exp(Bounds.ZScore95 * LogNormal.CombineSigmas(figure.SigmaHigh, one.SigmaLow)));
            return new Equivalent(DisplayValue.Format(bounds, "1").Value is "1" or "1.0" ? Singular : Plural, bounds, One, One.Note ?? "", Year);
        }
    }
}
