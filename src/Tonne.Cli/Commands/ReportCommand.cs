using System.CommandLine;
using System.Text.Json;
using Tonne.Explaining;
using Tonne.Footprints;
using Tonne.Reports;
using Tonne.Runs;

namespace Tonne.Cli.Commands;

/// <summary><c>tonne report RUN --FORMAT</c>: one run as a document.</summary>
static class ReportCommand
{
    sealed record Format(string Flag, string Description, Action<TextWriter, RunRecord, Footprint, Screen> Write);

    static readonly Format[] _formats =
    [
        new("--text", "Plain text: summary, stages, epochs and the loss curve (default)", static (writer, record, footprint, screen) => RunReport.Write(writer, record, footprint, screen)),
        new("--md", "Markdown", static (writer, record, footprint, _) => writer.Write(MarkdownReport.Of(record, footprint))),
        new("--json", "JSON (schema tonne.run/1)", static (writer, record, footprint, _) => writer.WriteLine(JsonSerializer.Serialize(RunDocument.Of(record, footprint), ReportJson.Readable.RunDocument))),
        new("--csv", "CSV with CodeCarbon's column names for what it shares", static (writer, record, footprint, _) => writer.Write(CarbonCsvRow.Of(record, footprint).ToCsv())),
        new("--model-card", "The environmental section of a model card, Markdown", static (writer, record, footprint, _) => writer.Write(ModelCard.Of(record, footprint))),
        new("--hugging-face", "co2_eq_emissions for a Hugging Face model card, YAML", static (writer, record, footprint, _) => writer.Write(HuggingFaceCard.Of(record, footprint))),
    ];

    public static Command Build(Surroundings around)
    {
        var run = ShowCommand.Run();
        var command = new Command("report", "Print one run as a document, on standard output.") { run };
        var flags = _formats.Select(format => (Format: format, Option: new Option<bool>(format.Flag) { Description = format.Description })).ToList();
        foreach (var (_, option) in flags)
            command.Options.Add(option);
        command.SetAction(parsed =>
        {
            var asked = flags.Where(flag => parsed.GetValue(flag.Option)).ToList();
            if (asked.Count > 1)
                throw new WrongInputException($"{string.Join(" and ", asked.Select(flag => flag.Format.Flag))}: give one format.");
            var desk = LedgerDesk.Open(around);
            var entry = desk.Load(parsed.GetValue(run)!);
            (asked.Count == 0 ? _formats[0] : asked[0].Format).Write(around.Out, entry.Record, entry.Account(), desk.Screen);
            return 0;
        });
        return command;
    }
}
