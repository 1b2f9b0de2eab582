using System.Text.Json;
using Tonne.Accounting;

namespace Tonne.Reporting.Json;

/// <summary>Runs as JSON, schema <c>tonne.runs/1</c>: what <c>tonne list --json</c> writes. The fields of a run without its stages, epochs and components.</summary>
/// <param name="Runs">The runs, in the order given.</param>
public sealed record RunListDocument(IReadOnlyList<RunDocument> Runs)
{
    /// <summary>Schema.</summary>
    [System.Text.Json.Serialization.JsonPropertyOrder(-1)]
    public string Schema { get; init; } = "tonne.runs/1";

    /// <summary>The list of ledger entries.</summary>
    public static RunListDocument From(IEnumerable<LedgerEntry> entries) =>
        new([.. entries.Select(entry => RunDocument.FromStatement(entry.Record, entry.Statements[^1]))]);

    /// <summary>The document as JSON text, indented.</summary>
    public string ToJson() => JsonSerializer.Serialize(this, ReportJson.Readable.RunListDocument);
}
