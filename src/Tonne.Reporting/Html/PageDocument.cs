using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Tonne.Accounting;
using Tonne.Estimation.Serving;
using Tonne.Estimation.Tasks;
using Tonne.Estimation.Training;
using Tonne.Formatting;
using Tonne.LifeCycles;
using Tonne.Reporting.Explaining;
using Tonne.Reporting.Html.Comparisons;
using Tonne.Reporting.Html.Documents;
using Tonne.Reporting.Html.Estimates;
using Tonne.Reporting.Html.LifeCycles;
using Tonne.Reporting.Services;
using Tonne.Runs;

namespace Tonne.Reporting.Html;

/// <summary>
/// What a page shows, as JSON, and the page itself: one HTML file that works without a network. Figures in it are texts that tonne
/// prints; names, notes and commands are text, never markup.
/// </summary>
public sealed record PageDocument
{
    /// <summary>The most runs that one page compares: epochs are drawn over each other, and the lines of more runs cannot be distinguished.</summary>
    public const int MaxComparedRuns = 24;

    PageDocument(string title, string answer, string json, string fileName) => (Title, Answer, Json, FileName) = (title, answer, json, fileName);

    /// <summary>Title of the page: what it is of, its date, and the headline figure.</summary>
    public string Title { get; }

    /// <summary>The answer in one sentence, with its boundary.</summary>
    public string Answer { get; }

    /// <summary>The document, JSON in which all that HTML could read as markup is escaped. Its field <c>schema</c> names its kind; see
    /// <c>docs/formats/report.md</c>.</summary>
    public string Json { get; }

    /// <summary>A name for the file of the page: what it is of and a day, with characters that every file system takes.</summary>
    public string FileName { get; }

    /// <summary>The page.</summary>
    /// <exception cref="InvalidOperationException">The template was not built into this assembly
    /// (<see cref="HtmlReport.IsAvailable"/>).</exception>
    public string ToHtml() => HtmlReport.Fill(HtmlReport.ReadTemplate(), this);

    /// <summary>The page of a run.</summary>
    /// <param name="record">The record of the run.</param>
    /// <param name="footprint">The footprint of the run.</param>
    /// <param name="options">What the page contains; null for the defaults.</param>
    public static PageDocument FromRun(RunRecord record, Footprint footprint, HtmlReportOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(record);
        ArgumentNullException.ThrowIfNull(footprint);
        return FromRun(ReportDocumentBuilder.Create(record, footprint, options ?? new HtmlReportOptions()));
    }

    /// <summary>The page of runs that are compared.</summary>
    /// <param name="comparison">The comparison, of at most <see cref="MaxComparedRuns"/> runs.</param>
    /// <param name="withDetails">Whether it names commands, users, machines and hardware, and keeps paths. Default: no.</param>
    /// <exception cref="ArgumentException">More than <see cref="MaxComparedRuns"/> runs.</exception>
    public static PageDocument FromComparison(RunComparison comparison, bool withDetails = false)
    {
        ArgumentNullException.ThrowIfNull(comparison);
        var document = ComparisonPage.Create(comparison, withDetails);
        var names = string.Join(" and ", document.Runs.Select(run => run.Name));
        var day = document.Runs.Max(run => run.StartedAt);
        return Create(document, ReportJsonContext.Default.ComparisonPageDocument, $"{names}, {FormatDay(day)}: {document.Answer.Headline}",
            $"{document.Answer.Sentence} {document.Answer.Boundary}.",
            $"compare-{string.Join('-', document.Runs.Take(2).Select(run => Shorten(run.Name, 20)))}", FormatDay(day));
    }

    /// <summary>The page of the life cycle of a model.</summary>
    /// <param name="life">The life cycle.</param>
    /// <param name="now">The time, whose day is on the page.</param>
    /// <param name="withDetails">Whether paths in notes are kept. Default: no.</param>
    public static PageDocument FromLifeCycle(LifeCycle life, DateTimeOffset now, bool withDetails = false)
    {
        ArgumentNullException.ThrowIfNull(life);
        var document = FootprintPage.Create(life, now, withDetails);
        return Create(document, ReportJsonContext.Default.FootprintPageDocument,
            $"{document.Name}, life cycle: {document.Totals.Total.Text}", $"{document.Sentence} {document.Boundary}",
            $"footprint-{Shorten(document.Name, 40)}", document.Date);
    }

    /// <summary>The page of the estimate of a training.</summary>
    /// <param name="ranking">The estimates.</param>
    /// <param name="now">The time, whose day is on the page.</param>
    public static PageDocument FromTraining(TrainingRanking ranking, DateTimeOffset now)
    {
        ArgumentNullException.ThrowIfNull(ranking);
        return FromEstimate(TrainingEstimatePage.Create(ranking, now));
    }

    /// <summary>The page of an estimate of inference.</summary>
    /// <param name="ranked">The estimates, the least energy first; at least one.</param>
    /// <param name="workload">What they are of.</param>
    /// <param name="requests">Requests of a campaign; null if none.</param>
    /// <param name="requestsPerDay">Requests a day; null if not given.</param>
    /// <param name="now">The time, whose day is on the page.</param>
    public static PageDocument FromInference(
        IReadOnlyList<InferenceEstimate> ranked, ServingWorkload workload, double? requests, double? requestsPerDay, DateTimeOffset now)
    {
        ArgumentNullException.ThrowIfNull(ranked);
        ArgumentNullException.ThrowIfNull(workload);
        return FromEstimate(InferenceEstimatePage.Create(ranked, workload, requests, requestsPerDay, now));
    }

    /// <summary>The page of the estimate of a measured task.</summary>
    /// <param name="estimate">The estimate.</param>
    /// <param name="requests">Requests of a campaign; null if none.</param>
    /// <param name="requestsPerDay">Requests a day; null if not given.</param>
    /// <param name="now">The time, whose day is on the page.</param>
    public static PageDocument FromTask(TaskEstimate estimate, double? requests, double? requestsPerDay, DateTimeOffset now)
    {
        ArgumentNullException.ThrowIfNull(estimate);
        return FromEstimate(InferenceEstimatePage.Create(estimate, requests, requestsPerDay, now));
    }

    /// <summary>The page of a service.</summary>
    /// <param name="report">The report on it; its document is in the page as it is.</param>
    public static PageDocument FromService(ServiceReport report)
    {
        ArgumentNullException.ThrowIfNull(report);
        var name = TextSanitizer.ToOneLine(report.Account.Name);
        var request = report.All.WattHoursPerRequest is { } energy
            ? DisplayValue.Format(energy * 1e-3, "kWh").Text + " for each request" : "no request known";
        var answer = string.Join(' ', ServiceText.Describe(report, "–").Select(TextSanitizer.ToOneLine));
        return Create(
            ServiceDocument.From(report), ReportJsonContext.Default.ServiceDocument, $"Service {name}, {FormatDay(report.At)}: {request}", answer,
            $"service-{Shorten(name, 40)}", FormatDay(report.At));
    }

    /// <summary>The page of the document of a run.</summary>
    internal static PageDocument FromRun(ReportDocument document) => Create(
        document, ReportJsonContext.Default.ReportDocument,
        $"{document.Run.Name}, {FormatDay(document.Run.StartedAt)}: {document.Answer.Total.Text}",
        $"{document.Answer.Sentence} {document.Answer.Boundary}", Shorten(document.Run.Name, 40), FormatDay(document.Run.StartedAt));

    static PageDocument FromEstimate(EstimatePageDocument document) => Create(
        document, ReportJsonContext.Default.EstimatePageDocument, $"{document.Name}, {document.Date}: {document.Figures[0].Figure.Text}",
        $"{document.Sentence} {document.Boundary}", $"estimate-{document.Kind}-{Shorten(document.Name, 40)}", document.Date);

    static PageDocument Create<T>(T document, JsonTypeInfo<T> type, string title, string answer, string name, string day) =>
        new(title, answer, JsonSerializer.Serialize(document, type), $"tonne-{name}-{day}.html");

    internal static string GetFileName(string name, DateTimeOffset day) => $"tonne-{Shorten(name, 40)}-{FormatDay(day)}.html";

    static string FormatDay(DateTimeOffset time) => time.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);

    static string Shorten(string name, int longest)
    {
        var characters = TextSanitizer.ToOneLine(name).Select(c => char.IsAsciiLetterOrDigit(c) ? char.ToLowerInvariant(c) : '-');
        var words = string.Join('-', new string([.. characters]).Split('-', StringSplitOptions.RemoveEmptyEntries));
        return words.Length == 0 ? "run" : words[..Math.Min(words.Length, longest)].TrimEnd('-');
    }
}
