using System.Reflection;
using Tonne.Quantities;

namespace Tonne.Catalogs;

/// <summary>A table whose rows are factors as they stand: id, label, unit, low, best, high, quality, source, note.</summary>
/// <param name="table">File name of the table.</param>
/// <param name="assembly">The assembly that holds it; null for that of the domain, <c>Tonne</c>.</param>
public sealed class FactorTable(string table, Assembly? assembly = null)
{
    readonly Lazy<Dictionary<string, Factor>> _factors = new(() =>
    {
        var all = new Dictionary<string, Factor>(StringComparer.Ordinal);
        var rows = new CsvReader(table, EmbeddedTable.Text(table, assembly), "id,label,unit,low,best,high,quality,source,note");
        while (rows.Read())
        {
            var (low, best, high) = (rows.Number(3), rows.Number(4), rows.Number(5));
            if (!(low >= 0 && low <= best && best <= high))
                throw rows.Broken("the bounds must satisfy 0 ≤ low ≤ best ≤ high");
            var quality = rows[6] switch
            {
                "measured" => Quality.Measured,
                "modelled" => Quality.Modelled,
                "assumed" => Quality.Assumed,
                _ => throw rows.Broken($"the quality \"{rows[6]}\" is unknown"),
            };
            var id = rows.Text(0);
            if (!all.TryAdd(id, new Factor(id, rows.Text(1), rows.Text(2), new Bounds(low, best, high), quality, SourceList.Find(rows.Text(7)), rows[8].IsEmpty ? null : rows.Text(8))))
                throw rows.Broken($"the id {id} is used twice");
        }
        return all;
    });

    /// <summary>All factors in the order of the table.</summary>
    public IReadOnlyCollection<Factor> All => _factors.Value.Values;

    /// <summary>The factor with an id.</summary>
    /// <exception cref="ArgumentException">There is none.</exception>
    public Factor this[string id] => _factors.Value.TryGetValue(id, out var factor) ? factor : throw new ArgumentException($"{table} has no factor {id}.", nameof(id));
}
