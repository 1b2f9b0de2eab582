using System.CommandLine;
using Tonne.Catalogs;
using Tonne.Cli.Configuration;
using Tonne.Cli.LanguageModels;
using Tonne.Estimation.Requests;
using Tonne.Estimation.Training;
using Tonne.Hardware;
using Tonne.Reporting.Explaining;
using Tonne.Reporting.Html;
using Tonne.Reporting.Json;
using Tonne.Reporting.Terminal;
using Tonne.Runs;

namespace Tonne.Cli.Commands;

/// <summary><c>tonne estimate training</c>: chip-hours, energy and emissions of a training, on one accelerator or ranked over
/// several.</summary>
static class EstimateTrainingCommand
{
    public static Command Build(CommandContext context)
    {
        var parameters = new Option<string>("--parameters") { Description = "Parameters of the model: 175e9 or 175B", HelpName = "N" };
        var active = new Option<string>("--active-parameters") { Description = "Parameters used per token (mixture of experts); default all", HelpName = "N" };
        var models = new ModelOptions();
        var tokens = new Option<string>("--tokens") { Description = "Tokens to train on: 300e9 or 300B", HelpName = "N" };
        var flops = new Option<string>("--flops") { Description = "Operations instead of 6 × parameters × tokens", HelpName = "N" };
        var hardware = new Option<string[]>("--hardware") { Description = "Accelerators: h100 or v100,a100 (tonne catalog hardware)", HelpName = "NAME[,NAME…]", AllowMultipleArgumentsPerToken = true, Arity = ArgumentArity.OneOrMore };
        hardware.CompletionSources.Add(_ => AcceleratorCatalog.All.Select(chip => new System.CommandLine.Completions.CompletionItem(Short(chip.Name))));
        var chips = new Option<string>("--chips") { Description = "Number of accelerators; the duration follows from it", HelpName = "N" };
        var hours = new Option<string>("--hours") { Description = "Duration of one run; without --chips their number follows", HelpName = "H" };
        var precision = new Option<string>("--precision") { Description = "bf16 (default), fp16, fp32, fp8, int8, mxfp4", HelpName = "P" };
        precision.CompletionSources.Add([.. TrainingRequest.Precisions]);
        var distilled = new Option<bool>("--distilled") { Description = "The model learns from outputs of a larger one" };
        var like = new Option<string>("--like")
        {
            Description = "Published training whose setup is repeated; narrows the bounds (tonne catalog models)",
            HelpName = "NAME",
        };
        like.CompletionSources.Add(_ => TrainingCatalog.All.Where(row => row.CalibratesHours)
            .Select(row => new System.CommandLine.Completions.CompletionItem(row.Name)));
        var tune = new Option<string>("--tune") { Description = "Fine-tuning of a trained model: lora or full", HelpName = "KIND" };
        tune.CompletionSources.Add("lora", "full");
        var runs = new Option<string>("--runs") { Description = "Number of runs, as in a hyper-parameter search; default 1", HelpName = "N" };
        var space = new Option<string>("--space") { Description = "Search space; the product is the runs: lr=4,layers=3", HelpName = "K=N[,K=N…]" };
        var explain = new Option<string?>("--explain") { Description = "Show how a figure was computed: total (default), energy, facility, operational, embodied, hours, water", HelpName = "FIGURE", Arity = ArgumentArity.ZeroOrOne };
        explain.CompletionSources.Add(_ => _figures.Select(pair => new System.CommandLine.Completions.CompletionItem(pair.Word)));
        var json = new Option<bool>("--json") { Description = "One JSON document (schema tonne.training-estimate/1)" };
        var command = new Command("training", "Estimate chip-hours, energy and emissions of a training. Several accelerators are ranked by energy.")
        {
            parameters, active, models.Name, models.File, tokens, flops, hardware, chips, hours, precision, distilled, like, tune, runs, space,
            explain, json,
        };
        var page = CreatePageOptions();
        foreach (var option in SettingOptions.Place.Concat(page.All))
            command.Options.Add(option);
        command.SetAction(parsed =>
        {
            var isPage = page.Check(parsed, explain, json);
            var arguments = ReadArguments(parsed);
            var model = models.Find(parsed, parameters, active);
            var tasks = ReadOrExplain(() => TrainingRequest.Read(arguments, model));
            var settings = SettingOptions.Resolve(parsed, context);
            // The place of this computer is not the place of a future training: if no place is given, the world's mean intensity is used.
            var ranking = TrainingRanking.Rank(tasks, settings.Place ?? new Place(Pue: settings.Pue));
            if (isPage)
                return page.Write(context, parsed, () => PageDocument.FromTraining(ranking, context.Time.GetLocalNow()));
            var screen = new TerminalCapabilities { Width = context.Width, Colour = context.UsesColour(context.IsOutTerminal), Unicode = context.Unicode };
            if (parsed.GetResult(explain) is not null)
                Explanation.Create(SelectFigure(ranking.Best, parsed.GetValue(explain) ?? "total")).Write(context.Out, screen);
            else if (parsed.GetValue(json))
                context.Out.WriteLine(TrainingEstimateDocument.From(ranking).ToJson());
            else
                TrainingEstimateText.Write(context.Out, ranking, screen);
            return 0;
        });
        return command;
    }

    /// <summary>The options of the page of an estimate.</summary>
    internal static PageOptions CreatePageOptions() =>
        PageOptions.Create("One web page with assumptions, comparison and derivation, which works offline", details: null);

    static readonly (string Word, Func<TrainingEstimate, Quantities.Figure?> Of)[] _figures =
    [
        ("total", estimate => estimate.Footprint.Total),
        ("operational", estimate => estimate.Footprint.Operational),
        ("embodied", estimate => estimate.Footprint.Embodied),
        ("energy", estimate => estimate.Footprint.Energy),
        ("facility", estimate => estimate.Footprint.FacilityEnergy),
        ("hours", estimate => estimate.ChipHours),
        ("water", estimate => estimate.Footprint.Water),
    ];

    static Quantities.Figure SelectFigure(TrainingEstimate estimate, string word) =>
        Array.Find(_figures, pair => pair.Word == word).Of?.Invoke(estimate)
        ?? throw new InvalidInputException($"--explain '{word}' is not known; there is {string.Join(", ", _figures.Select(pair => pair.Word))}.");

    /// <summary>The options of a command as the words of an estimate.</summary>
    internal static EstimateArguments ReadArguments(ParseResult parsed) => new(
        name => parsed.CommandResult.Command.Options.FirstOrDefault(option => option.Name == "--" + name) switch
        {
            Option<string> option => parsed.GetValue(option),
            Option<string[]> option => ParseNames(parsed.GetValue(option)),
            Option<bool> option => parsed.GetValue(option) ? "true" : null,
            _ => null,
        },
        "--");

    /// <summary>Reads words, and says what is wrong with them as a message of the command line.</summary>
    internal static T ReadOrExplain<T>(Func<T> read)
    {
        try
        {
            return read();
        }
        catch (FormatException error)
        {
            throw new InvalidInputException(error.Message);
        }
    }

    /// <summary>The names of an option that takes all words that follow, so that an unknown option has to be detected here.</summary>
    static string? ParseNames(string[]? given) => given is not { Length: > 0 } ? null
        : given.FirstOrDefault(name => name.StartsWith('-')) is { } option ? throw new InvalidInputException($"there is no option '{option}'; --help lists the options.")
        : string.Join(',', given);

    static string Short(string name) => NameMatching.ToSlug(name);
}
