using System.CommandLine;
using System.Text.Json;
using Tonne.Accounting;
using Tonne.Ledgers;
using Tonne.Reporting.Json;
using Tonne.Reporting.Terminal;

namespace Tonne.Cli.Commands;

/// <summary><c>tonne show RUN</c>: shows everything about one run.</summary>
static class ShowCommand
{
    public static Argument<string> CreateRunArgument() => new("run") { Description = "Id, unique prefix, name, or 'last'" };

    public static Command Build(CommandContext context)
    {
        var run = CreateRunArgument();
        var json = new Option<bool>("--json") { Description = "One JSON document (schema tonne.run/1)" };
        var command = new Command("show", "Show everything about one run.") { run, json };
        command.SetAction(parsed =>
        {
            var session = LedgerSession.Open(context);
            var entry = session.Load(parsed.GetValue(run)!);
            var footprint = entry.Account();
            if (parsed.GetValue(json))
                context.Out.WriteLine(JsonSerializer.Serialize(RunDocument.From(entry.Record, footprint), ReportJson.Readable.RunDocument));
            else
                WriteReport(context, session, entry, footprint);
            return 0;
        });
        return command;
    }

    static void WriteReport(CommandContext context, LedgerSession session, LedgerEntry entry, Footprint footprint)
    {
        RunReport.Write(context.Out, entry.Record, footprint, session.Capabilities, session.Ledger.Home.GetRunFolder(entry.Record.Opening.Id).Location);
        if (entry.Record.Opening.Job is not { } part)
            return;
        var key = DistributedJob.CreateKey(part);
        var runs = session.Ledger.ListRuns().Where(run => run.Job is { } job && DistributedJob.CreateKey(job) == key);
        if (DistributedJob.Group(runs).FirstOrDefault(job => job.Runs.Any(run => run.Id == entry.Record.Opening.Id)) is { } whole)
            DistributedJobText.WriteIfSeveral(context.Out, whole, session.Capabilities);
    }
}
