using Tonne.Catalogs;
using Tonne.Formatting;
using Tonne.Quantities;

namespace Tonne.Reporting.Teaching;

/// <summary>Chooses what a figure is as much as: at most three things, of different kinds, counted between about 1 and 1000.</summary>
/// <remarks>
/// Of each kind the one whose count reads easiest, nearest 20 on a logarithmic scale; of the kinds the three that read easiest, in the order of the table. Fewer where fewer fit, none for a figure of zero.
/// count = figure ÷ one; the spreads of both in quadrature of logarithms. Emissions and energy each have their own. No trees and no offsets: see docs/methods/equivalents.md.
/// </remarks>
public static class Equivalents
{
    /// <summary>The most that are given for one figure.</summary>
    public const int Most = 3;

    const string Table = "equivalents.csv";
    const double Fewest = 0.8;
    const double Largest = 1200;
    const double Easiest = 20;

    static readonly Lazy<Row[]> Rows = new(Read);

    /// <summary>What a figure of emissions (kg CO2e) or energy (kWh) is as much as; empty for any other unit.</summary>
    public static IReadOnlyList<Equivalent> For(Figure figure) => For(figure.Bounds, figure.Unit);

    /// <summary>What an amount is as much as.</summary>
    /// <param name="bounds">The amount with its bounds.</param>
    /// <param name="unit"><c>kg CO2e</c> or <c>kWh</c>; any other has none.</param>
    public static IReadOnlyList<Equivalent> For(Bounds bounds, string unit) =>
        [.. Rows.Value.Select((row, place) => (Row: row, Place: place, Count: bounds.Best / row.One.Bounds.Best))
            .Where(each => string.Equals(each.Row.One.Unit, unit, StringComparison.Ordinal) && each.Count is >= Fewest and <= Largest)
            .GroupBy(each => each.Row.Group, StringComparer.Ordinal)
            .Select(kind => kind.MinBy(each => Distance(each.Count)))
            .OrderBy(each => Distance(each.Count)).Take(Most)
            .OrderBy(each => each.Place)
            .Select(each => each.Row.Counted(bounds))];

    /// <summary>Rows for <c>tonne catalog equivalents</c>.</summary>
    public static IReadOnlyList<CatalogEntry> Search(string? search = null) =>
        [.. Rows.Value.Select(row => CatalogEntry.Of(row.One, null, row.Year)).Where(entry => entry.Matches(search))];

    /// <summary>What is wrong with the table; empty if nothing.</summary>
    public static IReadOnlyList<string> Validate() =>
        [.. CatalogEntry.Problems(Search()), .. Rows.Value.Where(row => row.One.Bounds.Low <= 0 || row.One.Unit is not ("kg CO2e" or "kWh")).Select(row => $"{row.One.Id}: its low must be above 0 and its unit kg CO2e or kWh")];

    /// <summary>What one emits or uses, by the id of its row.</summary>
    internal static Factor One(string id) => Rows.Value.Single(row => row.One.Id == id).One;

    static double Distance(double count) => Math.Abs(Math.Log(count / Easiest));

    static Row[] Read()
    {
        var all = new List<Row>();
        var rows = new CsvReader(Table, EmbeddedTable.Text(Table, typeof(Claims).Assembly), "id,group,one,many,unit,low,best,high,year,quality,source,definition");
        while (rows.Read())
        {
            var (low, best, high) = (rows.Number(5), rows.Number(6), rows.Number(7));
            if (!(low > 0 && low <= best && best <= high))
                throw rows.Broken("the bounds must satisfy 0 < low ≤ best ≤ high");
            var quality = rows[9] switch
            {
                "measured" => Quality.Measured,
                "modelled" => Quality.Modelled,
                "assumed" => Quality.Assumed,
                _ => throw rows.Broken($"the quality \"{rows[9]}\" is unknown"),
            };
            if (rows[11].IsEmpty)
                throw rows.Broken("the definition is empty");
            all.Add(new Row(rows.Text(1), rows.Text(2), rows.Text(3), rows.Whole(8),
                new Factor(rows.Text(0), rows.Text(2), rows.Text(4), new Bounds(low, best, high), quality, SourceList.Find(rows.Text(10)), rows.Text(11))));
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
                count * Math.Exp(-Bounds.Z * LogNormal.Together(figure.SigmaLow, one.SigmaHigh)), count, count * Math.Exp(Bounds.Z * LogNormal.Together(figure.SigmaHigh, one.SigmaLow)));
            return new Equivalent(Readout.Of(bounds, "1").Value is "1" or "1.0" ? Singular : Plural, bounds, One, One.Note ?? "", Year);
        }
    }
}
