using System.CommandLine;
using System.Text.Json;
using Tonne.Reporting.Json;
using Tonne.Reporting.Terminal;

namespace Tonne.Cli.Commands;

/// <summary><c>tonne show RUN</c>: one run, as at its end.</summary>
static class ShowCommand
{
    public static Argument<string> Run() => new("run") { Description = "Id, unique prefix, name, or 'last'" };

    public static Command Build(Surroundings around)
    {
        var run = Run();
        var json = new Option<bool>("--json") { Description = "One JSON document (schema tonne.run/1)" };
        var command = new Command("show", "Show one run: its energy and emissions, stages, epochs, place, doubts.") { run, json };
        command.SetAction(parsed =>
        {
            var desk = LedgerDesk.Open(around);
            var entry = desk.Load(parsed.GetValue(run)!);
            var footprint = entry.Account();
            if (parsed.GetValue(json))
                around.Out.WriteLine(JsonSerializer.Serialize(RunDocument.Of(entry.Record, footprint), ReportJson.Readable.RunDocument));
            else
                RunReport.Write(around.Out, entry.Record, footprint, desk.Screen, desk.Ledger.Home.Of(entry.Record.Opening.Id).Location);
            return 0;
        });
        return command;
    }
}
