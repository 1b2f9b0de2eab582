using System.CommandLine;
using System.Text.Json;
using Tonne.Accounting;
using Tonne.Ledgers.ImportExport;
using Tonne.Ledgers.Totals;
using Tonne.Reporting.Advising;
using Tonne.Reporting.BoAmps;
using Tonne.Reporting.Html;
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
        new("--csv", "CSV with CodeCarbon's column names", static (context, record, footprint) => context.WriteTable(CarbonCsvRow.Header, CarbonCsvRow.From(record, footprint).ToCsv(withHeader: false))),
        new("--model-card", "Environmental section of a model card, Markdown", static (context, record, footprint) => context.Out.Write(ModelCard.Render(record, footprint))),
        new("--eu-ai-act", "Energy part of the EU's model documentation form, Markdown", static (context, record, footprint) =>
            context.Out.Write(ModelDocumentationForm.RenderMarkdown(record.Opening.Name, ModelDocumentationForm.CreateLines(record, footprint)))),
        new("--boamps", "BoAmps report (Boavizta, AFNOR), JSON", static (context, record, footprint) => WriteBoAmps(context, record, footprint)),
        new("--hugging-face", "co2_eq_emissions of a Hugging Face card, YAML", static (context, record, footprint) => context.Out.Write(HuggingFaceCard.Render(record, footprint))),
    ];

    public static Command Build(CommandContext context)
    {
        var run = new Argument<string[]>("run")
        {
            Description = "Id, unique prefix, name, or 'last'; several with --html compare the others with the first",
            Arity = new ArgumentArity(1, 100),
        };
        var command = new Command("report", "Write a run as a web page, Markdown, CSV, JSON, a card or a form.") { run };
        var flags = _formats.Select(format => (Format: format, Option: new Option<bool>(format.Flag) { Description = format.Description })).ToList();
        foreach (var (_, option) in flags)
            command.Options.Add(option);
        var sci = new Option<bool>("--sci") { Description = "Software Carbon Intensity (ISO/IEC 21031)" };
        var (per, boundary, basis) = (SciOptions.CreateUnitOption(), SciOptions.CreateBoundaryOption(), SciOptions.CreateBasisOption());
        var campaign = new Option<bool?>("--campaign") { Description = "With --sci: all runs with the same tag campaign, else model; default for providers", HelpName = "true|false", Arity = ArgumentArity.ZeroOrOne };
        var page = PageOptions.Create("One web page with charts, derivation and what-if, which works offline",
            "With --html: also command, arguments, user, machine, paths, tags and notes");
        var png = new Option<bool>("--png") { Description = "A picture of the summary, 1200 px wide, drawn by a browser of this machine" };
        command.Options.Add(png);
        foreach (var option in page.All.Concat([sci, per, boundary, basis, campaign]))
            command.Options.Add(option);
        command.SetAction(parsed =>
        {
            var requested = flags.Where(flag => parsed.GetValue(flag.Option)).ToList();
            var (ofSci, asPage) = (parsed.GetValue(sci), parsed.GetValue(page.Html));
            var asPicture = parsed.GetValue(png);
            string[] chosen = [.. requested.Select(flag => flag.Format.Flag), .. asPage ? ["--html"] : (string[])[], .. asPicture ? ["--png"] : (string[])[], .. ofSci ? ["--sci"] : (string[])[]];
            if (chosen.Length > 1)
                throw new InvalidInputException($"{string.Join(" and ", chosen)}: give one format.");
            if (asPicture)
                page.RequireOnlyOutput(parsed);
            else if (!asPage)
                page.RequireUnused(parsed);
            var unit = SciOptions.ParseUnit(parsed.GetValue(per));
            if (!ofSci && (unit is not null || parsed.GetValue(boundary) is not null || parsed.GetValue(basis) is not null || parsed.GetResult(campaign) is { Implicit: false }))
                throw new InvalidInputException("--per, --boundary, --basis and --campaign go with --sci.");
            if (ofSci && unit is null)
                throw new InvalidInputException("SCI is a rate per functional unit (ISO/IEC 21031), and a run counts none of its own: without R it would be a total. Give --per UNIT=COUNT, as in --per token=1.2e9 or --per 'training run=1'.");
            SciOptions.CheckBasis(unit, parsed.GetValue(basis));
            var session = LedgerSession.Open(context);
            var names = parsed.GetValue(run)!;
            if (names.Length > 1)
            {
                return asPage ? CompareCommand.WritePage(context, page, parsed, CompareCommand.Compare(session, names))
                    : throw new InvalidInputException("several runs go with --html only, which compares them; "
                        + "'tonne compare' does so here, and every other format is of one run.");
            }

            var entry = session.Load(names[0]);
            if (ofSci)
            {
                var side = parsed.GetValue(boundary) ?? SciUnit.Find(unit!.Name)?.Boundary ?? SciBoundary.Whole;
                SciReport.Write(context.Out, [ComputeRate(session, entry, unit!, side, parsed.GetValue(basis), parsed.GetValue(campaign))], session.Capabilities);
                return 0;
            }

            if (asPage)
                return page.Write(context, parsed, () => CreatePage(session, entry, page.HasDetails(parsed), AdviseCommand.AdviseAtStart(context, entry)));
            if (asPicture)
                return page.WritePicture(context, parsed, () => CreatePage(session, entry, withDetails: false));
            (requested.Count == 0 ? _formats[0] : requested[0].Format).Write(context, entry.Record, entry.Account());
            return 0;
        });
        return command;
    }

    static PageDocument CreatePage(LedgerSession session, LedgerEntry entry, bool withDetails, Advice? advice = null)
    {
        var folder = session.Ledger.Home.GetRunFolder(entry.Record.Opening.Id);
        return PageDocument.FromRun(entry.Record, entry.Account(), new HtmlReportOptions
        {
            WithDetails = withDetails,
            Advice = advice,
            OpenTrace = File.Exists(folder.TracePath) ? folder.OpenTrace : null,
            Prediction = File.Exists(folder.PredictionPath) ? File.ReadAllText(folder.PredictionPath) : null,
        });
    }

    static void WriteBoAmps(CommandContext context, RunRecord record, Footprint footprint)
    {
        var report = BoAmpsReport.Create(record, footprint, context.Time.GetUtcNow(), VersionCommand.Version);
        context.Out.WriteLine(report.ToJson());
        foreach (var field in report.MissingFields)
            context.Error.WriteLine($"tonne: BoAmps requires {field.Path}, which the run does not state; add it to the file, and to the next run: {field.Remedy}.");
    }

    static SoftwareCarbonIntensity ComputeRate(LedgerSession session, LedgerEntry entry, FunctionalUnit unit, SciBoundary boundary, SciBasis? basis, bool? wholeCampaign)
    {
        var opening = entry.Record.Opening;
        var name = opening.Tags.GetValueOrDefault("campaign") ?? opening.Tags.GetValueOrDefault("model");
        if (wholeCampaign == true && name is null)
            throw new InvalidInputException($"{opening.Id} has neither the tag campaign nor the tag model, so its campaign is unknown. Record with --tag campaign=NAME.");
        if ((wholeCampaign ?? boundary == SciBoundary.Provider) && name is not null)
        {
            var row = session.Total(new TotalQuery { By = [new TotalKey(TotalDimension.Campaign)] }).Rows.FirstOrDefault(row => row.Group[0] == name)
                ?? throw new InvalidInputException($"no run of the campaign {name} is counted by itself: 'tonne total --by campaign' shows in which runs they are.");
            return SoftwareCarbonIntensity.Calculate(CreateCampaign(name, row), entry.Account(), unit, boundary, basis);
        }

        var rate = SoftwareCarbonIntensity.Calculate($"run {opening.Id}", entry.Account(), unit, boundary, basis);
        return boundary != SciBoundary.Provider ? rate : rate with
        {
            Warnings =
            [
                .. rate.Warnings,
                new("sci-one-run", "Only this run is counted. SCI for AI counts the entire training: repeated, failed and stopped runs too (7.2).", name is null ? "Record with --tag campaign=NAME." : "Leave out --campaign false."),
            ],
        };
    }

    static SciCampaign CreateCampaign(string name, TotalRow row) => new(
        name, row.FacilityEnergy, row.Operational, row.Embodied, row.Emissions, row.Completed, row.Failed, row.Interrupted, row.Quality, row.MeasuredShare, row.Boundaries.Count == 1);
}
