using System.Text.Json;
using Tonne.Reporting.Json;
using Tonne.Reporting.Totals;

namespace Tonne.Reporting.Services;

/// <summary>The calls of a program as JSON, schema <c>tonne.service-calls/1</c>; see docs/formats/service.md.</summary>
public sealed record CallServiceDocument
{
    /// <summary>Schema.</summary>
    public string Schema { get; init; } = "tonne.service-calls/1";

    /// <summary>The program.</summary>
    public required string Name { get; init; }

    /// <summary>Always <c>calls</c>.</summary>
    public string Kind { get; init; } = "calls";

    /// <summary>Time of the report, UTC.</summary>
    public required DateTimeOffset At { get; init; }

    /// <summary>Start of the first hour with calls, UTC.</summary>
    public required DateTimeOffset Since { get; init; }

    /// <summary>How the energy is known: estimated, measured, measured and estimated, unknown.</summary>
    public required string Basis { get; init; }

    /// <summary>The day so far (UTC).</summary>
    public required CallsDocument.CallsPart Today { get; init; }

    /// <summary>The last seven days, today included.</summary>
    public required CallsDocument.CallsPart Week { get; init; }

    /// <summary>The seven days before these.</summary>
    public required CallsDocument.CallsPart WeekBefore { get; init; }

    /// <summary>All of it.</summary>
    public required CallsDocument.CallsPart All { get; init; }

    /// <summary>The models, with the most energy first.</summary>
    public required IReadOnlyList<CallsDocument.CallsPart> Models { get; init; }

    /// <summary>Lines that could not be read and are not counted.</summary>
    public required IReadOnlyList<string> Problems { get; init; }

    /// <summary>The document of a report.</summary>
    public static CallServiceDocument From(CallServiceReport report)
    {
        ArgumentNullException.ThrowIfNull(report);
        return new CallServiceDocument
        {
            Name = report.Name,
            At = report.At,
            Since = report.Since,
            Basis = CallServiceReport.DescribeBasis(report.All),
            Today = CallsDocument.CallsPart.From(report.Today, null),
            Week = CallsDocument.CallsPart.From(report.Week, null),
            WeekBefore = CallsDocument.CallsPart.From(report.WeekBefore, null),
            All = CallsDocument.CallsPart.From(report.All, null),
            Models = [.. report.Models.Select(static model => CallsDocument.CallsPart.From(model, model.Group))],
            Problems = report.Problems,
        };
    }

    /// <summary>The document as JSON text, indented.</summary>
    public string ToJson() => JsonSerializer.Serialize(this, ReportJson.Readable.CallServiceDocument);
}
