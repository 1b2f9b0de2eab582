using System.CommandLine;
using Tonne.Formatting;
using Tonne.Ledgers;
using Tonne.Ledgers.Totals;
using Tonne.Quantities;
using Tonne.Reporting.Explaining;
using Tonne.Reporting.Json;
using Tonne.Reporting.Terminal;
using Tonne.Reporting.Totals;
using Tonne.Runs;

namespace Tonne.Cli.Commands;

/// <summary><c>tonne list</c>: the runs of the ledger, newest first.</summary>
static class ListCommand
{
    public static Command Build(CommandContext context)
    {
        var project = new Option<string>("--project", "-p") { Description = "Only runs of this project", HelpName = "P" };
        var name = new Option<string>("--name", "-n") { Description = "Only runs of this name", HelpName = "N" };
        var status = new Option<RunStatus?>("--status") { Description = "completed, failed, interrupted or running", HelpName = "STATUS" };
        var limit = new Option<int?>("--limit", "-l") { Description = "Most runs to list; default 30 (all with --json)", HelpName = "N" };
        var json = new Option<bool>("--json") { Description = "One JSON document (schema tonne.runs/1)" };
        var command = new Command("list", "List the runs of the ledger, newest first.") { project, name, status, limit, json };
        command.SetAction(parsed =>
        {
            var asJson = parsed.GetValue(json);
            var session = LedgerSession.Open(context);
            var filter = LedgerQuery.All with
            {
                Project = parsed.GetValue(project),
                Name = parsed.GetValue(name),
                Status = parsed.GetValue(status),
            };
            var runs = session.Ledger.ListRuns(filter with { Limit = parsed.GetValue(limit) ?? (asJson ? null : 30) });
            if (asJson)
            {
                foreach (var run in runs.Where(run => !HasRecord(run)))
                    context.Error.WriteLine($"tonne: {run.Id} ({TextSanitizer.ToOneLine(run.Name)}) is {FormatState(run)} and not in the document.");
                var entries = runs.Where(HasRecord).Select(run => session.Ledger.Load(run.Id));
                RunListDocument.Write(entries, context.Out);
                context.Out.WriteLine();
            }
            else
            {
                Write(context, runs, session, isFiltered: filter != LedgerQuery.All);
            }

            return 0;
        });
        return command;
    }

    static bool HasRecord(RunSummary run) => run.Trouble is null && run.Status is not null and not RunStatus.Running;

    static string FormatState(RunSummary run) =>
        run.AwaitsClosing ? "not closed" : run.Trouble is not null ? "damaged" : run.Status is { } state ? EnumWords.Format(state) : "?";

    static void Write(CommandContext context, IReadOnlyList<RunSummary> runs, LedgerSession session, bool isFiltered)
    {
        if (runs.Count == 0)
        {
            context.Out.WriteLine(isFiltered && session.Ledger.ListRuns(LedgerQuery.All with { Limit = 1 }).Count > 0
                ? $"No run in {session.Ledger.Home.Root} matches."
                : $"No runs in {session.Ledger.Home.Root} yet. Record one: tonne run -- COMMAND");
            return;
        }

        var table = new TextTable("ID", "NAME", "STATUS", "STARTED (UTC)", "TIME", "FACILITY ENERGY", "EMISSIONS", "QUALITY") { RightAligned = new HashSet<int> { 4, 5, 6 }, OptionalColumns = [3, 7, 4], FlexibleColumn = 1 };
        var total = LedgerTotal.Of(runs);
        var included = total.CountedWithOthers.ToDictionary(run => run.Id, run => run.In, StringComparer.Ordinal);
        foreach (var run in runs)
        {
            var headline = RunHeadline.From(run);
            table.Add(
                run.Id, included.TryGetValue(run.Id, out var outer) ? $"{run.Name} (in {outer[^6..]})" : run.Name, FormatState(run),
                run.StartedAt.UtcDateTime.ToString("yyyy-MM-dd HH:mm"),
                run.DurationSeconds is { } seconds ? DisplayValue.FormatDuration(seconds) : "-",
                headline.Energy?.Text ?? "-", headline.Emissions?.Text ?? "-", headline.FormatQuality());
        }

        table.Write(context.Out, context.IsOutTerminal ? context.Width : null);
        WriteTotal(context, total, session.Capabilities);
    }

    static void WriteTotal(CommandContext context, LedgerTotal total, TerminalCapabilities screen)
    {
        if (total.Sum.Runs < 2 && total.CountedWithOthers.IsEmpty)
            return;
        var dash = screen.Unicode ? "–" : "-";
        context.Out.WriteLine();
        context.Out.WriteLine(
            $"Total of {(total.Sum.Runs == 1 ? "1 run" : $"{total.Sum.Runs} runs")}: {DisplayValue.Format(total.Sum.FacilityEnergy, "kWh").FormatWithInterval(dash)} facility energy, "
            + $"{DisplayValue.Format(total.Sum.Emissions, "kg CO2e").FormatWithInterval(dash)}.");
        foreach (var line in TotalText.DescribeCountedWithOthers(total))
            context.Out.WriteLine(line);
    }
}
