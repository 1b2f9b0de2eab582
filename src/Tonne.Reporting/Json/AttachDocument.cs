using System.Text.Json;

namespace Tonne.Reporting.Json;

/// <summary>Says that the recording of a process has begun, schema <c>tonne.attach/1</c>.</summary>
/// <param name="Run">Id of the run.</param>
/// <param name="Name">Name of the run.</param>
/// <param name="Boot">Id of the boot, by which a run inside this one knows that it is on the same machine.</param>
/// <param name="Marks">Path of the socket that takes marks and answers <c>figures</c>; null if there is none.</param>
public sealed record AttachDocument(string Run, string Name, string Boot, string? Marks)
{
    /// <summary>Schema.</summary>
    public string Schema { get; init; } = "tonne.attach/1";

    /// <summary>The document on one line.</summary>
    public string ToJsonLine() => JsonSerializer.Serialize(this, ReportJson.OneLine.AttachDocument);
}
