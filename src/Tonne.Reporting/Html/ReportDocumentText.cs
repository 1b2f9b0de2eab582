using System.Text.Json;
using Tonne.Accounting;
using Tonne.Runs;

namespace Tonne.Reporting.Html;

/// <summary>The document of a run's page as JSON text, schema <c>tonne.report/1</c>: what <see cref="HtmlReport"/> puts into its page.</summary>
public static class ReportDocumentText
{
    /// <summary>Writes the document.</summary>
    /// <param name="record">The record of the run; that of a running run has what it has so far.</param>
    /// <param name="footprint">The footprint of the run.</param>
    /// <param name="options">What it contains; null for the defaults.</param>
    public static string ToJson(RunRecord record, Footprint footprint, HtmlReportOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(record);
        ArgumentNullException.ThrowIfNull(footprint);
        return JsonSerializer.Serialize(ReportDocumentBuilder.Create(record, footprint, options ?? new HtmlReportOptions()), ReportJsonContext.Default.ReportDocument);
    }
}
