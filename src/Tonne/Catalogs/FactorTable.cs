using System.Reflection;
using Tonne.Quantities;

namespace Tonne.Catalogs;

/// <summary>A table with one factor per row: id, label, unit, low, best, high, quality, source, note.</summary>
/// <param name="table">File name of the table.</param>
/// <param name="assembly">The assembly that holds it; null for that of the domain, <c>Tonne</c>.</param>
public sealed class FactorTable(string table, Assembly? assembly = null)
{
    readonly Lazy<Dictionary<string, Factor>> _factors = new(() =>
    {
        var all = new Dictionary<string, Factor>(StringComparer.Ordinal);
        var rows = new CsvReader(table, EmbeddedTable.ReadText(table, assembly), "id,label,unit,low,best,high,quality,source,note");
        while (rows.Read())
        {
            var (low, best, high) = (rows.GetNumber(3), rows.GetNumber(4), rows.GetNumber(5));
            if (!(low >= 0 && low <= best && best <= high))
                throw rows.CreateFormatException("the bounds must satisfy 0 ≤ low ≤ best ≤ high");
            var quality = rows[6] switch
            {
                "measured" => Quality.Measured,
                "modelled" => Quality.Modelled,
                "assumed" => Quality.Assumed,
                _ => throw rows.CreateFormatException($"the quality \"{rows[6]}\" is unknown"),
            };
            var id = rows.GetText(0);
            if (!all.TryAdd(id, new Factor(id, rows.GetText(1), rows.GetText(2), new Bounds(low, best, high), quality, SourceList.Find(rows.GetText(7)), rows[8].IsEmpty ? null : rows.GetText(8))))
                throw rows.CreateFormatException($"the id {id} is used twice");
        }
        return all;
    });

    /// <summary>All factors in the order of the table.</summary>
    public IReadOnlyCollection<Factor> All => _factors.Value.Values;

    /// <summary>The factor with an id.</summary>
    /// <exception cref="ArgumentException">There is none.</exception>
    public Factor this[string id] => _factors.Value.TryGetValue(id, out var factor) ? factor : throw new ArgumentException($"{table} has no factor {id}.", nameof(id));
}
