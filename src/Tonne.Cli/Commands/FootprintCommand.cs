using System.Collections.Immutable;
using System.CommandLine;
using System.CommandLine.Completions;
using Tonne.Accounting;
using Tonne.Catalogs;
using Tonne.Cli.LanguageModels;
using Tonne.Estimation.LifeCycles;
using Tonne.Ledgers;
using Tonne.LifeCycles;
using Tonne.LifeCycles.YamlDescriptions;
using Tonne.Quantities;
using Tonne.Reporting.Explaining;
using Tonne.Reporting.Html;
using Tonne.Reporting.Json;
using Tonne.Reporting.Markdown;
using Tonne.Reporting.Regulatory;
using Tonne.Reporting.Terminal;
using Tonne.Sci;

namespace Tonne.Cli.Commands;

/// <summary><c>tonne footprint FILE.yaml</c>: the life cycle of a model from a description.</summary>
static class FootprintCommand
{
    const string SchemaResource = "footprint.schema.json";

    public static Command Build(CommandContext context)
    {
        var file = new Argument<string?>("file") { Description = "The description, YAML or JSON (docs/formats/footprint.md); '-' reads it from standard input", Arity = ArgumentArity.ZeroOrOne };
        var explain = new Option<string>("--explain") { Description = "Show how a figure was computed, down to each factor", HelpName = "FIGURE" };
        var json = new Option<bool>("--json") { Description = "One JSON document (schema tonne.footprint/1; with --explain tonne.explain/1)" };
        var markdown = new Option<bool>("--md") { Description = "Markdown" };
        var form = new Option<bool>("--eu-ai-act") { Description = "Energy part of the EU's model documentation form, Markdown" };
        var sci = new Option<bool>("--sci") { Description = "Software Carbon Intensity (ISO/IEC 21031), per unit of --per" };
        var per = SciOptions.CreateUnitOption();
        var boundary = SciOptions.CreateBoundaryOption();
        var basis = SciOptions.CreateBasisOption();
        var schema = new Option<bool>("--schema") { Description = "Print the JSON schema of descriptions, for editors" };
        var page = PageOptions.Create("One web page with phases, break-even and derivation, which works offline",
            "With --html: also paths in notes and warnings");
        explain.CompletionSources.Add(completion => CompleteFigureNames(context, completion, file));
        var command = new Command("footprint", "Account the life cycle of a model from a description. Phases: experiments, training, deployment, by boundary.") { file, explain, json, markdown, form, sci, per, boundary, basis, schema };
        foreach (var option in page.All)
            command.Options.Add(option);
        command.SetAction(parsed =>
        {
            if (parsed.GetValue(schema))
            {
                context.Out.Write(Schema());
                return 0;
            }

            var requested = new List<string>();
            foreach (var (option, flag) in new[] { (json, "--json"), (markdown, "--md"), (form, "--eu-ai-act"), (sci, "--sci") })
            {
                if (parsed.GetValue(option))
                    requested.Add(flag);
            }

            page.Check(parsed, explain, schema);
            if (parsed.GetValue(page.Html))
                requested.Add("--html");
            if (requested.Count > 1)
                throw new InvalidInputException($"{string.Join(" and ", requested)}: give one format.");
            var unit = SciOptions.ParseUnit(parsed.GetValue(per));
            if (!parsed.GetValue(sci) && (unit is not null || parsed.GetValue(boundary) is not null || parsed.GetValue(basis) is not null))
                throw new InvalidInputException("--per, --boundary and --basis go with --sci.");
            SciOptions.CheckBasis(unit, parsed.GetValue(basis));
            var life = Account(context, parsed.GetValue(file) ?? throw new InvalidInputException("no file is given. Begin with examples/footprints/bloom.yaml, or see docs/formats/footprint.md."));
            var screen = new TerminalCapabilities { Width = context.Width, Colour = context.UsesColour(context.IsOutTerminal), Unicode = context.Unicode };
            if (parsed.GetValue(page.Html))
                return page.Write(context, parsed, () => PageDocument.FromLifeCycle(life, context.Time.GetLocalNow(), page.HasDetails(parsed)));
            if (parsed.GetValue(explain) is { } name)
                Explain(context, life, name, parsed.GetValue(json), screen);
            else if (parsed.GetValue(json))
                context.Out.WriteLine(LifeCycleDocument.From(life).ToJson());
            else if (parsed.GetValue(markdown))
                context.Out.Write(LifeCycleMarkdown.Render(life));
            else if (parsed.GetValue(form))
                context.Out.Write(ModelDocumentationForm.RenderMarkdown(life.Description.Name, ModelDocumentationForm.CreateLines(life)));
            else if (parsed.GetValue(sci))
                SciReport.Write(context.Out, ComputeRates(life, unit, parsed.GetValue(boundary), parsed.GetValue(basis)), screen);
            else
                LifeCycleText.Write(context.Out, life, screen);
            return 0;
        });
        return command;
    }

    static string Schema()
    {
        using var stream = typeof(FootprintCommand).Assembly.GetManifestResourceStream(SchemaResource) ?? throw new InvalidOperationException($"{SchemaResource} is not embedded.");
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd();
    }

    static void Explain(CommandContext context, LifeCycle life, string name, bool asJson, TerminalCapabilities screen)
    {
        var explanation = Explanation.Create(Find(life, name));
        if (asJson)
            context.Out.WriteLine(ExplanationDocument.From(life, explanation).ToJson());
        else
            explanation.Write(context.Out, screen);
    }

    static IReadOnlyList<SoftwareCarbonIntensity> ComputeRates(LifeCycle life, FunctionalUnit? unit, SciBoundary? boundary, SciBasis? basis)
    {
        var rates = SoftwareCarbonIntensity.Calculate(life, unit, boundary, basis);
        if (rates.Count > 0)
            return rates;
        throw new InvalidInputException(boundary is null or SciBoundary.Whole
            ? "SCI is a rate per functional unit, and the description counts none: add 'units: {request: 230768}' to a phase, or give --per request=230768."
            : $"no phase of the {boundary.ToString()!.ToLowerInvariant()}'s side counts a functional unit: add 'units:' to it, or give --per UNIT=COUNT.");
    }

    /// <summary>Reads and accounts a description.</summary>
    internal static LifeCycle Account(CommandContext context, string file)
    {
        LedgerSession? session = null;
        var description = LifeCycleReader.Read(ReadText(context, file), file);
        return new LifeCycleAccountant().Account(description, query => LifeCycleRuns.Load((session ??= LedgerSession.Open(context)).Ledger, query), asked => PhaseEstimator.Estimate(asked, ModelFile.Read));
    }

    static string ReadText(CommandContext context, string file)
    {
        if (file == "-")
            return Console.In.ReadToEnd();
        var path = Path.Combine(context.CurrentDirectory, file);
        if (Directory.Exists(path))
            throw new InvalidInputException($"{file} is a folder; name the file of a description.");
        if (!File.Exists(path))
            throw new InvalidInputException($"there is no file {file}. A description looks like examples/footprints/bloom.yaml; docs/formats/footprint.md has every key.");
        if (new FileInfo(path).Length > LifeCycleReader.MaxFileLength)
            throw new InvalidInputException($"{file} is larger than {LifeCycleReader.MaxFileLength >> 20} MiB: that is no description of a life cycle.");
        return File.ReadAllText(path);
    }

    /// <summary>Finds a figure by its name, or the beginning of it; the name of a phase alone means its total.</summary>
    static Figure Find(LifeCycle life, string name)
    {
        var all = life.GetFigures().DistinctBy(figure => figure.Name).ToImmutableArray();
        var key = NameMatching.ToKey(name);
        return all.FirstOrDefault(figure => NameMatching.ToKey(figure.Name) == key)
            ?? all.FirstOrDefault(figure => NameMatching.ToKey(figure.Name) == NameMatching.ToKey(name + " emissions kg total"))
            ?? all.FirstOrDefault(figure => NameMatching.ToKey(figure.Name) == NameMatching.ToKey(name + " emissions kg"))
            ?? all.FirstOrDefault(figure => key.Length >= 3 && NameMatching.ToKey(figure.Name).StartsWith(key, StringComparison.Ordinal))
            ?? all.FirstOrDefault(figure => key.Length >= 3 && NameMatching.ToKey(figure.Name).Replace("emissionskg", "", StringComparison.Ordinal).StartsWith(key, StringComparison.Ordinal))
            ?? throw new UnknownNameException(new UnknownName("figure", name, Ambiguous: false,
                NameMatching.FindNearest(name, all.Select(figure => (NameMatching.ToKey(figure.Name), figure.Name))) is { Count: > 0 } near ? near : [.. all.Select(figure => figure.Name).Take(7)]));
    }

    /// <summary>
    /// Returns the names of the figures of the file on the command line; none if it cannot be read, because shell completion must not print
    /// errors.
    /// </summary>
    static IEnumerable<CompletionItem> CompleteFigureNames(CommandContext context, CompletionContext completion, Argument<string?> file)
    {
        try
        {
            return completion.ParseResult.GetValue(file) is { Length: > 0 } name && name != "-"
                ? Account(context, name).GetFigures().Select(figure => figure.Name).Distinct(StringComparer.Ordinal).Select(figure => new CompletionItem(figure)) : [];
        }
        catch (Exception error) when (error is FormatException or ArgumentException or InvalidInputException or IOException or UnauthorizedAccessException or InvalidOperationException)
        {
            return [];
        }
    }
}
