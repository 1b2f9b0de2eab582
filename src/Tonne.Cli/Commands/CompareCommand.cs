using System.CommandLine;
using System.Text.Json;
using Tonne.Reporting.Explaining;
using Tonne.Reporting.Html;
using Tonne.Reporting.Json;

namespace Tonne.Cli.Commands;

/// <summary><c>tonne compare RUN RUN…</c>: ratios between runs, in which shared factors cancel.</summary>
static class CompareCommand
{
    public static Command Build(CommandContext context)
    {
        var runs = new Argument<string[]>("runs") { Description = "Two or more runs: id, unique prefix, name, or 'last'", Arity = new ArgumentArity(2, 100) };
        var json = new Option<bool>("--json") { Description = "One JSON document (schema tonne.compare/1)" };
        var page = PageOptions.Create("One web page with charts and derivation, which works offline",
            "With --html: also commands, users, machines and hardware");
        var command = new Command("compare", "Compare runs, with intervals of their ratios. Factors that two runs share, such as the grid, cancel; figures with different boundaries get no ratio.") { runs, json };
        foreach (var option in page.All)
            command.Options.Add(option);
        command.SetAction(parsed =>
        {
            var isPage = page.Check(parsed, json);
            var session = LedgerSession.Open(context);
            var comparison = Compare(session, parsed.GetValue(runs) ?? []);
            if (isPage)
                return WritePage(context, page, parsed, comparison);
            if (parsed.GetValue(json))
                context.Out.WriteLine(JsonSerializer.Serialize(ComparisonDocument.From(comparison), ReportJson.Readable.ComparisonDocument));
            else
                comparison.Write(context.Out, session.Capabilities);
            return 0;
        });
        return command;
    }

    /// <summary>Compares runs of the ledger with the first of them.</summary>
    internal static RunComparison Compare(LedgerSession session, IReadOnlyList<string> names)
    {
        var entries = names.Select(session.Load).ToList();
        return entries.DistinctBy(entry => entry.Record.Opening.Id).Count() == entries.Count
            ? RunComparison.Compare([.. entries.Select(entry => new ComparedRun(entry.Record, entry.Account()))])
            : throw new InvalidInputException("the same run is named twice; compare needs different runs ('tonne list' shows all).");
    }

    /// <summary>Writes the page of a comparison.</summary>
    internal static int WritePage(CommandContext context, PageOptions page, ParseResult parsed, RunComparison comparison) =>
        comparison.Runs.Length > PageDocument.MaxComparedRuns
            ? throw new InvalidInputException($"a page compares at most {PageDocument.MaxComparedRuns} runs; 'tonne compare --json' takes more.")
            : page.Write(context, parsed, () => PageDocument.FromComparison(comparison, page.HasDetails(parsed)));
}
