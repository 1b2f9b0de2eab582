using System.CommandLine;
using System.Text.Json;
using Tonne.Reporting.Explaining;
using Tonne.Reporting.Json;

namespace Tonne.Cli.Commands;

/// <summary><c>tonne compare RUN RUN…</c>: ratios between runs, in which shared factors cancel.</summary>
static class CompareCommand
{
    public static Command Build(CommandContext context)
    {
        var runs = new Argument<string[]>("runs") { Description = "Two or more runs: id, unique prefix, name, or 'last'", Arity = new ArgumentArity(2, 100) };
        var json = new Option<bool>("--json") { Description = "One JSON document (schema tonne.compare/1)" };
        var command = new Command("compare", "Compare runs, with intervals of their ratios. Factors that two runs share, such as the grid, cancel; figures with different boundaries get no ratio.") { runs, json };
        command.SetAction(parsed =>
        {
            var session = LedgerSession.Open(context);
            var entries = (parsed.GetValue(runs) ?? []).Select(session.Load).ToList();
            if (entries.DistinctBy(entry => entry.Record.Opening.Id).Count() < entries.Count)
                throw new InvalidInputException("the same run is named twice; compare needs different runs ('tonne list' shows all).");
            var comparison = RunComparison.Compare([.. entries.Select(entry => new ComparedRun(entry.Record, entry.Account()))]);
            if (parsed.GetValue(json))
                context.Out.WriteLine(JsonSerializer.Serialize(ComparisonDocument.From(comparison), ReportJson.Readable.ComparisonDocument));
            else
                comparison.Write(context.Out, session.Capabilities);
            return 0;
        });
        return command;
    }
}
