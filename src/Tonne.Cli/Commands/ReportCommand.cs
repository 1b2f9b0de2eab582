using System.CommandLine;
using System.Text.Json;
using Tonne.Accounting;
using Tonne.Ledgers.ImportExport;
using Tonne.Reporting.Json;
using Tonne.Reporting.Markdown;
using Tonne.Reporting.Regulatory;
using Tonne.Reporting.Terminal;
using Tonne.Runs;
using Tonne.Sci;

namespace Tonne.Cli.Commands;

/// <summary><c>tonne report RUN --FORMAT</c>: writes one run as a document.</summary>
static class ReportCommand
{
    sealed record Format(string Flag, string Description, Action<CommandContext, RunRecord, Footprint> Write);

    static readonly Format[] _formats =
    [
        new("--text", "Plain text: summary, stages, epochs and the loss curve (default)", static (context, record, footprint) => RunReport.Write(context.Out, record, footprint, context.OutCapabilities)),
        new("--md", "Markdown", static (context, record, footprint) => context.Out.Write(MarkdownReport.Render(record, footprint))),
        new("--json", "JSON (schema tonne.run/1)", static (context, record, footprint) => context.Out.WriteLine(JsonSerializer.Serialize(RunDocument.From(record, footprint), ReportJson.Readable.RunDocument))),
        new("--csv", "CSV with CodeCarbon's column names for what it shares", static (context, record, footprint) => context.WriteTable(CarbonCsvRow.Header, CarbonCsvRow.From(record, footprint).ToCsv(withHeader: false))),
        new("--model-card", "The environmental section of a model card, Markdown", static (context, record, footprint) => context.Out.Write(ModelCard.Render(record, footprint))),
        new("--eu-ai-act", "Energy part of the EU's model documentation form, Markdown", static (context, record, footprint) =>
            context.Out.Write(ModelDocumentationForm.RenderMarkdown(record.Opening.Name, ModelDocumentationForm.CreateLines(record, footprint)))),
        new("--hugging-face", "co2_eq_emissions for a Hugging Face model card, YAML", static (context, record, footprint) => context.Out.Write(HuggingFaceCard.Render(record, footprint))),
    ];

    public static Command Build(CommandContext context)
    {
        var run = ShowCommand.CreateRunArgument();
        var command = new Command("report", "Print a run as Markdown, CSV, JSON, a card or a form.") { run };
        var flags = _formats.Select(format => (Format: format, Option: new Option<bool>(format.Flag) { Description = format.Description })).ToList();
        foreach (var (_, option) in flags)
            command.Options.Add(option);
        var sci = new Option<bool>("--sci") { Description = "Software Carbon Intensity per unit of --per (ISO/IEC 21031)" };
        var (per, boundary) = (SciOptions.CreateUnitOption(), SciOptions.CreateBoundaryOption());
        command.Options.Add(sci);
        command.Options.Add(per);
        command.Options.Add(boundary);
        command.SetAction(parsed =>
        {
            var requested = flags.Where(flag => parsed.GetValue(flag.Option)).ToList();
            var ofSci = parsed.GetValue(sci);
            if (requested.Count + (ofSci ? 1 : 0) > 1)
                throw new InvalidInputException($"{string.Join(" and ", requested.Select(flag => flag.Format.Flag).Concat(ofSci ? ["--sci"] : []))}: give one format.");
            var unit = SciOptions.ParseUnit(parsed.GetValue(per));
            if (!ofSci && (unit is not null || parsed.GetValue(boundary) is not null))
                throw new InvalidInputException("--per and --boundary go with --sci.");
            if (ofSci && unit is null)
                throw new InvalidInputException("SCI is a rate per functional unit (ISO/IEC 21031), and a run counts none of its own: without R it would be a total. Give --per UNIT=COUNT, as in --per token=1.2e9 or --per 'training run=1'.");
            var session = LedgerSession.Open(context);
            var entry = session.Load(parsed.GetValue(run)!);
            if (ofSci)
            {
                var rate = SoftwareCarbonIntensity.Calculate($"run {entry.Record.Opening.Id}", entry.Account(), unit!, parsed.GetValue(boundary) ?? SciBoundary.Whole);
                SciReport.Write(context.Out, [rate], session.Capabilities);
                return 0;
            }

            (requested.Count == 0 ? _formats[0] : requested[0].Format).Write(context, entry.Record, entry.Account());
            return 0;
        });
        return command;
    }
}
