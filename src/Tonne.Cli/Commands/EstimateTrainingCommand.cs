using System.CommandLine;
using System.Globalization;
using Tonne.Catalogs;
using Tonne.Cli.Configuration;
using Tonne.Cli.LanguageModels;
using Tonne.Estimation.Training;
using Tonne.Hardware;
using Tonne.Reporting.Explaining;
using Tonne.Reporting.Json;
using Tonne.Reporting.Terminal;
using Tonne.Runs;

namespace Tonne.Cli.Commands;

/// <summary><c>tonne estimate training</c>: chip-hours, energy and emissions of a training, on one accelerator or ranked over
/// several.</summary>
static class EstimateTrainingCommand
{
    static readonly TrainingPrecision[] _precisions = Enum.GetValues<TrainingPrecision>();

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
        precision.CompletionSources.Add(_ => _precisions.Select(one => new System.CommandLine.Completions.CompletionItem(Name(one))));
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
        foreach (var option in SettingOptions.Place)
            command.Options.Add(option);
        command.SetAction(parsed =>
        {
            var names = ParseNames(parsed.GetValue(hardware));
            if (names.Count == 0)
                throw new InvalidInputException("--hardware is missing. For example: tonne estimate training --parameters 7e9 --tokens 2e12 --hardware h100");
            var accelerators = names.Select(name => AcceleratorCatalog.FindWithSlice(name).ValueOrThrow).Distinct().ToList();
            var sibling = parsed.GetValue(like) is { } name ? TrainingCatalog.Find(name).ValueOrThrow : null;
            var model = models.Find(parsed, parameters, active);
            var tasks = accelerators.ConvertAll(chip => new TrainingTask(chip)
            {
                Parameters = ParseAmount("--parameters", parsed.GetValue(parameters)),
                ActiveParameters = ParseAmount("--active-parameters", parsed.GetValue(active)),
                Tokens = ParseAmount("--tokens", parsed.GetValue(tokens)),
                Operations = ParseAmount("--flops", parsed.GetValue(flops)),
                Chips = ParseCount("--chips", parsed.GetValue(chips)),
                Hours = ParseAmount("--hours", parsed.GetValue(hours)),
                Precision = ParsePrecision(parsed.GetValue(precision)),
                Distilled = parsed.GetValue(distilled),
                Sibling = sibling,
                Tuning = ParseTuning(parsed.GetValue(tune)),
                Runs = ParseRuns(parsed.GetValue(runs), parsed.GetValue(space)),
            });
            if (model is not null)
                tasks = tasks.ConvertAll(task => task.WithModel(model));
            if (tasks.SelectMany(task => task.Validate()).Distinct(StringComparer.Ordinal).ToList() is { Count: > 0 } problems)
                throw new InvalidInputException(string.Join("; ", problems) + ".");
            var settings = SettingOptions.Resolve(parsed, context);
            // The place of this computer is not the place of a future training: if no place is given, the world's mean intensity is used.
            var ranking = TrainingRanking.Rank(tasks, settings.Place ?? new Place(Pue: settings.Pue));
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

    /// <summary>Parses a number above 0 as people write it: 175e9, 175B, 15T, 70_000_000.</summary>
    /// <summary>
    /// Returns the names given with --hardware. The parser takes all words that follow, so an unknown option has to be detected here.
    /// </summary>
    internal static List<string> ParseNames(string[]? given)
    {
        List<string> names = [.. (given ?? []).SelectMany(text => text.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))];
        return names.Find(name => name.StartsWith('-')) is { } option ? throw new InvalidInputException($"there is no option '{option}'; --help lists the options.") : names;
    }

    internal static double? ParseAmount(string option, string? text)
    {
        if (text is null)
            return null;
        var digits = text.Trim().Replace("_", "", StringComparison.Ordinal);
        var scale = digits.Length > 1 ? digits[^1] switch { 'k' or 'K' => 1e3, 'm' or 'M' => 1e6, 'b' or 'B' or 'g' or 'G' => 1e9, 't' or 'T' => 1e12, _ => 1 } : 1;
        if (scale > 1)
            digits = digits[..^1];
        return double.TryParse(digits, NumberStyles.AllowDecimalPoint | NumberStyles.AllowExponent, CultureInfo.InvariantCulture, out var value) && value * scale is > 0 and < 1e40
            ? value * scale : throw new InvalidInputException($"{option} '{text}' must be a number above 0, for example 175e9, 175B or 15T.");
    }

    internal static int? ParseCount(string option, string? text) => text is null ? null
        : int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var count) && count is >= 1 and <= 100_000_000 ? count
        : throw new InvalidInputException($"{option} '{text}' must be a whole number from 1 to 100000000.");

    static int ParseRuns(string? runs, string? space)
    {
        var count = ParseCount("--runs", runs) ?? 1;
        if (space is null)
            return count;
        foreach (var dimension in space.Split(','))
        {
            var parts = dimension.Split('=', 2);
            if (parts.Length != 2 || parts[0].Trim().Length == 0)
                throw new InvalidInputException($"--space '{space}' must be NAME=NUMBER[,NAME=NUMBER…], for example lr=4,layers=3.");
            var size = ParseCount($"--space {parts[0].Trim()}", parts[1].Trim())!.Value;
            if ((long)count * size > 100_000_000)
                throw new InvalidInputException($"--space '{space}' comes to more than 100000000 runs.");
            count *= size;
        }

        return count;
    }

    static TrainingPrecision ParsePrecision(string? text) => text is null ? TrainingPrecision.Bf16
        : Array.Exists(_precisions, one => Name(one).Equals(text, StringComparison.OrdinalIgnoreCase)) ? Array.Find(_precisions, one => Name(one).Equals(text, StringComparison.OrdinalIgnoreCase))
        : throw new InvalidInputException($"--precision '{text}' is not known; there are {string.Join(", ", _precisions.Select(Name))}.");

    static TrainingTuning ParseTuning(string? text) => text?.Trim().ToLowerInvariant() switch
    {
        null => TrainingTuning.None,
        "lora" => TrainingTuning.Lora,
        "full" => TrainingTuning.Full,
        _ => throw new InvalidInputException($"--tune '{text}' is not known; there are lora and full."),
    };

    static string Name(TrainingPrecision precision) => precision.ToString().ToLowerInvariant();

    static string Short(string name) => NameMatching.ToSlug(name);
}
