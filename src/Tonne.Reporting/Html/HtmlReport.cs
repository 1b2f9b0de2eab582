using System.Text.Encodings.Web;
using Tonne.Accounting;
using Tonne.Runs;

namespace Tonne.Reporting.Html;

/// <summary>A run as one HTML file that works without a network: figures, charts, derivation, what-if and quiz.</summary>
/// <remarks>
/// The page is a template that was built from <c>web/</c>, with the document of the run in it. Its policy allows its own script and style,
/// known by their hashes, and no request to anywhere. Names, notes and commands are text in it, never markup.
/// </remarks>
public static class HtmlReport
{
    const string TemplateName = "report.html";
    const string DataPlace = "{{report-data}}";
    const string TitlePlace = "{{report-title}}";
    const string AnswerPlace = "{{report-answer}}";

    /// <summary>Whether the template was built into this assembly.</summary>
    public static bool IsAvailable => typeof(HtmlReport).Assembly.GetManifestResourceInfo(TemplateName) is not null;

    /// <summary>Writes the page.</summary>
    /// <param name="record">The record of the run.</param>
    /// <param name="footprint">The footprint of the run.</param>
    /// <param name="options">What the page contains; null for the defaults.</param>
    /// <exception cref="InvalidOperationException">The template was not built into this assembly (<see cref="IsAvailable"/>).</exception>
    public static string Render(RunRecord record, Footprint footprint, HtmlReportOptions? options = null)
    {
        return PageDocument.FromRun(record, footprint, options).ToHtml();
    }

    /// <summary>
    /// A name for the file of a page: the run's name and the day of its start, with characters that every file system takes.
    /// </summary>
    /// <param name="record">The record of the run.</param>
    public static string GetFileName(RunRecord record)
    {
        ArgumentNullException.ThrowIfNull(record);
        return PageDocument.GetFileName(record.Opening.Name, record.Opening.StartedAt);
    }

    /// <summary>Puts a document into a template.</summary>
    internal static string Fill(string template, PageDocument document) =>
        // The data last: what it contains is not searched for places.
        template
            .Replace(TitlePlace, HtmlEncoder.Default.Encode(document.Title), StringComparison.Ordinal)
            .Replace(AnswerPlace, HtmlEncoder.Default.Encode(document.Answer), StringComparison.Ordinal)
            .Replace(DataPlace, document.Json, StringComparison.Ordinal);

    internal static string ReadTemplate()
    {
        using var stream = typeof(HtmlReport).Assembly.GetManifestResourceStream(TemplateName)
            ?? throw new InvalidOperationException("The page was not built into this tonne.");
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd();
    }
}
