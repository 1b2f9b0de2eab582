using Tonne.Accounting;
using Tonne.Formatting;
using Tonne.Ledgers;
using Tonne.Reporting.Explaining;
using Tonne.Reporting.Html;
using Tonne.Reporting.Json;
using Tonne.Reporting.Watching;
using Tonne.Runs;

namespace Tonne.Server.Api;

/// <summary>The routes of runs: the list, one run, the derivation of its figures, comparisons.</summary>
static class RunRoutes
{
    const int MaxCompared = 100;

    /// <summary>Adds the routes.</summary>
    public static void Map(IEndpointRouteBuilder routes, IRunDirectory runs)
    {
        routes.MapDocument("/runs", "listRuns", "Runs that match, sorted, a page at a time", typeof(RunPageDocument), RunSearch.Parameters,
            request => System.Text.Json.JsonSerializer.Serialize(RunSearch.Find(request, runs), ApiJson.Readable.RunPageDocument));
        routes.MapDocument("/runs/{run}", "getRun", "One run, as 'tonne show --json'", typeof(RunDocument), new([]), request =>
        {
            var entry = Load(runs, request.GetRoute("run"));
            return (RunDocument.From(entry.Record, entry.Account()) with { RecountedBy = entry.Statements[^1].RecountedBy }).ToJson();
        });
        routes.MapDocument("/runs/{run}/report", "getRunReport", "All that the page of a run shows, as in 'tonne report --html --with-details'; of a running run what it has so far", null, new([]),
            request => CreateReport(runs, request.GetRoute("run")));
        routes.MapDocument("/filters", "listFilters", "The projects, users, machines, tags and accounts of the runs, to choose from", typeof(FilterDocument), new([]),
            _ => System.Text.Json.JsonSerializer.Serialize(FilterDocument.From(runs.CountValues()), ApiJson.Readable.FilterDocument));
        routes.MapDocument("/runs/{run}/explain", "explainRun", "The derivation of a figure down to each factor, as 'tonne explain --json'", typeof(ExplanationDocument),
            new([new("figure", "Name of the figure: emissions, energy, stages.train.energy_kwh. Default: emissions_kg.total")]),
            request => Explain(runs, request.GetRoute("run"), request["figure"]).ToJson());
        routes.MapDocument("/compare", "compareRuns", "Ratios between runs, in which shared factors cancel, as 'tonne compare --json'", typeof(ComparisonDocument),
            new([new("run", $"Id, unique prefix, name, or last; twice to {MaxCompared} times", IsRequired: true, IsRepeatable: true)]),
            request => Compare(runs, request.GetAll("run")).ToJson());
        routes.MapDocument("/compare/report", "getComparisonReport", "All that the page of a comparison shows, as in 'tonne compare --html --with-details'", null,
            new([new("run", $"Id, unique prefix, name, or last; twice to {PageDocument.MaxComparedRuns} times", IsRequired: true, IsRepeatable: true)]),
            request => PageDocument.FromComparison(CompareRuns(runs, request.GetAll("run"), PageDocument.MaxComparedRuns), withDetails: true).Json);
    }

    /// <summary>The document of a run's page. A running run is accounted from its trace so far.</summary>
    static string CreateReport(IRunDirectory runs, string text)
    {
        var run = Find(runs.OpenReader(), text);
        var folder = runs.FindFolder(run.Id);
        var options = new HtmlReportOptions { WithDetails = true, OpenTrace = File.Exists(folder?.TracePath) ? folder.OpenTrace : null };
        if (run.Status != RunStatus.Running || folder is null)
        {
            var entry = Load(runs, run.Id);
            return PageDocument.FromRun(entry.Record, entry.Account(), options).Json;
        }

        try
        {
            var (record, footprint, isRunning) = new RunWatcher(folder, runs.Time, runs.Intensities).Look();
            return PageDocument.FromRun(isRunning ? record with { Status = RunStatus.Running } : record, footprint, options).Json;
        }
        catch (FormatException)
        {
            throw new RequestProblemException(StatusCodes.Status409Conflict, $"{run.Id} ({run.Name}) has no sample yet", $"run '{TextSanitizer.ToOneLine(text)}'", "Ask again in a second.");
        }
    }

    /// <summary>The derivation of a figure.</summary>
    /// <param name="runs">The runs.</param>
    /// <param name="text">Id, unique prefix, name, or last.</param>
    /// <param name="figure">Name of the figure; null for all emissions.</param>
    public static ExplanationDocument Explain(IRunDirectory runs, string text, string? figure)
    {
        var entry = Load(runs, text);
        var footprint = entry.Account();
        return ExplanationDocument.From(entry.Record, footprint, Explanation.Create(FigureIndex.Find(footprint, figure ?? "emissions_kg.total").ValueOrThrow));
    }

    /// <summary>Compares runs with the first.</summary>
    public static ComparisonDocument Compare(IRunDirectory runs, IReadOnlyList<string> texts) => ComparisonDocument.From(CompareRuns(runs, texts, MaxCompared));

    static RunComparison CompareRuns(IRunDirectory runs, IReadOnlyList<string> texts, int most)
    {
        if (texts.Count < 2 || texts.Count > most)
            throw RequestProblemException.ForParameter("run", $"{texts.Count} runs are given", $"Give 2 to {most}: ?run=A&run=B.");
        var entries = texts.Select(text => Load(runs, text)).ToList();
        return entries.DistinctBy(entry => entry.Record.Opening.Id).Count() < entries.Count
            ? throw RequestProblemException.ForParameter("run", "the same run is given twice", "Compare different runs.")
            : RunComparison.Compare([.. entries.Select(entry => new ComparedRun(entry.Record, entry.Account()))]);
    }

    /// <summary>Loads the one ended run that a text identifies.</summary>
    /// <exception cref="RequestProblemException">There is none, there are several, or it is still running.</exception>
    public static LedgerEntry Load(IRunDirectory runs, string text)
    {
        var ledger = runs.OpenReader();
        var run = Find(ledger, text);
        return run.Status != RunStatus.Running ? ledger.Load(run.Id)
            : throw new RequestProblemException(StatusCodes.Status409Conflict, $"{run.Id} ({run.Name}) is still running", $"run '{text}'",
                $"Its figures are available when it has ended; /api/v1/runs/{run.Id}/live shows it now.");
    }

    /// <summary>Finds the one run that a text identifies, running or ended.</summary>
    public static RunSummary Find(ILedgerReader ledger, string text) => ledger.Find(text) switch
    {
        RunLookupResult.One one => one.Run,
        RunLookupResult.Ambiguous several => throw new RequestProblemException(StatusCodes.Status409Conflict, several.ToString().Replace('`', '\''), $"run '{TextSanitizer.ToOneLine(text)}'", "Give the whole id."),
        var none => throw new RequestProblemException(StatusCodes.Status404NotFound, none.ToString()!.Replace("`tonne list`", "/api/v1/runs", StringComparison.Ordinal), $"run '{TextSanitizer.ToOneLine(text)}'", "/api/v1/runs lists all."),
    };
}
