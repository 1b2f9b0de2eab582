using System.Globalization;
using Tonne.Ledgers.Totals;

namespace Tonne.Reporting.Totals;

/// <summary>Joins the groups of a total with those of the year before.</summary>
static class YearComparison
{
    /// <summary>Each group of either total with its counterpart; null where there is none.</summary>
    public static IEnumerable<(TotalRow? Row, TotalRow? Before)> Match(LedgerTotal total, LedgerTotal yearBefore)
    {
        var before = yearBefore.Rows.ToDictionary(row => CreateKey(row.Group.Select((value, i) => AddYear(value, total.Query.By[i]))), StringComparer.Ordinal);
        foreach (var row in total.Rows)
        {
            before.Remove(CreateKey(row.Group), out var counterpart);
            yield return (row, counterpart);
        }

        foreach (var gone in before.Values)
            yield return (null, gone);
    }

    /// <summary>A value of a group a year later: months and years move, others stay.</summary>
    public static string? AddYear(string? value, TotalKey key) =>
        key.Dimension is TotalDimension.Month or TotalDimension.Year && value is { Length: >= 4 } && int.TryParse(value.AsSpan(0, 4), NumberStyles.None, CultureInfo.InvariantCulture, out var year)
            ? string.Create(CultureInfo.InvariantCulture, $"{year + 1:0000}") + value[4..] : value;

    static string CreateKey(IEnumerable<string?> group) => string.Join('\n', group.Select(value => value is null ? "-" : "+" + value));
}
