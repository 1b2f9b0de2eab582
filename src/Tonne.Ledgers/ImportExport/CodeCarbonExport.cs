using Tonne.Accounting;

namespace Tonne.Ledgers.ImportExport;

/// <summary>
/// Exports an entry as a <see cref="CarbonCsvRow"/>. Values of an imported run that only CodeCarbon knows are exported as they were
/// imported.
/// </summary>
static class CodeCarbonExport
{
    /// <summary>Columns that are computed from the newest statement, whatever was imported.</summary>
    static readonly HashSet<string> Counted = new(StringComparer.Ordinal)
    {
        CodeCarbonColumn.EmissionsRate, CodeCarbonColumn.Pue, CodeCarbonColumn.Wue,
    };

    /// <summary>The columns.</summary>
    internal static readonly string[] Header = [.. CarbonCsvRow.Columns];

    internal static IEnumerable<string> CreateRow(LedgerEntry entry)
    {
        var known = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var note in entry.Record.Notes)
        {
            if (note.StartsWith(CodeCarbonColumn.Prefix, StringComparison.Ordinal) && note.IndexOf(" = ", StringComparison.Ordinal) is > 0 and var at
                && note[CodeCarbonColumn.Prefix.Length..at] is var column && !Counted.Contains(column) && !CodeCarbonColumn.MappedColumns.Contains(column))
                known[column] = note[(at + 3)..];
        }

        foreach (var (tag, column) in new[] { (CodeCarbonColumn.RunIdTag, CodeCarbonColumn.RunId), (CodeCarbonColumn.ExperimentTag, CodeCarbonColumn.ExperimentId) })
        {
            if (entry.Record.Opening.Tags.TryGetValue(tag, out var id))
                known[column] = id;
        }

        return CarbonCsvRow.From(entry.Record, entry.Statements[^1], known).Fields;
    }
}
