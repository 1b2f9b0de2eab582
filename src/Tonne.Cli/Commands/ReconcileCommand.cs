using System.CommandLine;
using Tonne.Ledgers.ImportExport;
using Tonne.Reporting.Reconciling;
using Tonne.Runs;

namespace Tonne.Cli.Commands;

/// <summary><c>tonne reconcile RUN --codecarbon FILE</c>: every gram of difference to another tool, by cause.</summary>
static class ReconcileCommand
{
    public static Command Build(CommandContext context)
    {
        var run = ShowCommand.CreateRunArgument();
        var file = new Option<string>("--codecarbon") { Description = "emissions.csv as CodeCarbon wrote it beside the run", HelpName = "FILE", Required = true };
        var line = new Option<int?>("--row") { Description = "The row: its line in the file. Default: the one whose time overlaps", HelpName = "N" };
        var id = new Option<string>("--run-id") { Description = "The row: CodeCarbon's run_id", HelpName = "ID" };
        var tdp = new Option<double?>("--tdp") { Description = "TDP in CodeCarbon's log, W: divides missing children from power", HelpName = "W" };
        var order = LedgerCommand.CreateDateOrderOption();
        var json = new Option<bool>("--json") { Description = "One JSON document (schema tonne.reconcile/1)" };
        var md = new Option<bool>("--md") { Description = "Markdown" };
        var command = new Command("reconcile", "Explain every gram between CodeCarbon's figure and ours, by cause.") { run, file, line, id, tdp, order, json, md };
        command.SetAction(parsed =>
        {
            if (parsed.GetValue(json) && parsed.GetValue(md))
                throw new InvalidInputException("--json and --md: give one format.");
            if (parsed.GetValue(tdp) is { } watts && watts is not (> 0 and < 1e5))
                throw new InvalidInputException("--tdp is the TDP of all sockets in W, more than 0, as in --tdp 120.");
            var session = LedgerSession.Open(context);
            var entry = session.Load(parsed.GetValue(run)!);
            var rows = ReadRows(context, parsed.GetValue(file)!, LedgerCommand.ParseDateOrder(parsed.GetValue(order)));
            var choice = Choose(rows, parsed.GetValue(line), parsed.GetValue(id), entry.Record, context.Time.LocalTimeZone);
            var reconciliation = Reconciliation.Divide(entry.Record, entry.Account(), choice, parsed.GetValue(tdp));
            if (parsed.GetValue(json))
                context.Out.WriteLine(ReconciliationDocument.From(reconciliation).ToJson());
            else if (parsed.GetValue(md))
                context.Out.Write(ReconciliationText.RenderMarkdown(reconciliation));
            else
                ReconciliationText.Write(context.Out, reconciliation, context.OutCapabilities);
            return 0;
        });
        return command;
    }

    static IReadOnlyList<CodeCarbonRun> ReadRows(CommandContext context, string file, DateOrder? order)
    {
        var path = Path.Combine(context.CurrentDirectory, file);
        if (!File.Exists(path))
            throw new InvalidInputException($"there is no file '{file}'.");
        var (rows, problems) = CodeCarbonCsv.ReadRuns(path, order);
        foreach (var problem in problems)
            context.Error.WriteLine($"tonne: {problem}");
        return rows;
    }

    static RowChoice Choose(IReadOnlyList<CodeCarbonRun> rows, int? line, string? id, RunRecord record, TimeZoneInfo zone)
    {
        if (line is null && id is null)
        {
            var choice = RowChoice.FindOverlapping(rows, record, zone);
            return choice.Fault is { } fault ? throw new InvalidInputException(fault) : choice;
        }

        var named = rows.Where(row => (line is null || row.Line == line) && (id is null || row.RunId == id)).ToList();
        var wanted = string.Join(" and ", new[] { line is null ? null : $"--row {line}", id is null ? null : $"--run-id {id}" }.OfType<string>());
        if (named.Count == 1)
            return RowChoice.CreateChoice(named[0], record, zone);
        throw new InvalidInputException(named.Count > 0
            ? $"{wanted}: {named.Count} rows have it, in lines {string.Join(", ", named.Take(10).Select(row => row.Line))}. Give --row too."
            : $"{wanted}: no row that can be read has it. The file has lines {string.Join(", ", rows.Take(10).Select(row => $"{row.Line} ({row.RunId ?? "no run_id"})"))}{(rows.Count > 10 ? ", …" : "")}.");
    }
}
