using System.CommandLine;
using System.Globalization;
using Tonne.Catalogs;
using Tonne.Cli.Configuration;
using Tonne.Estimates;
using Tonne.Explaining;
using Tonne.Facilities;
using Tonne.Footprints;
using Tonne.Hardware;
using Tonne.Reports;
using Tonne.Runs;

namespace Tonne.Cli.Commands;

/// <summary><c>tonne estimate inference</c>: joules per token, Wh and grams per request before anything is served.</summary>
static class EstimateInferenceCommand
{
    public static Command Build(Surroundings around)
    {
        var parameters = new Option<string>("--parameters") { Description = "All parameters of the model: 70e9, 70b", HelpName = "N" };
        var active = new Option<string>("--active-parameters") { Description = "Parameters that one token uses, for a mixture of experts", HelpName = "N" };
        var hardware = new Option<string[]>("--hardware") { Description = "One or more accelerators, separated by commas (tonne catalog hardware)", HelpName = "NAME[,NAME…]", AllowMultipleArgumentsPerToken = true };
        hardware.CompletionSources.Add(_ => AcceleratorCatalog.All.Where(row => AcceleratorPeaks.Of(row)?.BandwidthGigabytesPerSecond is not null).Select(row => row.Name));
        var gpus = new Option<string>("--gpus") { Description = "Accelerators that serve one copy of the model; default: the fewest that hold it", HelpName = "N" };
        var batch = new Option<string>("--batch") { Description = "Mean number of requests served together; default: from --requests-per-day, else 32", HelpName = "N" };
        var precision = new Option<string>("--precision") { Description = "How weights are stored; default bf16", HelpName = "FORMAT" };
        precision.CompletionSources.Add([.. WeightFormat.All.Select(format => format.Name)]);
        var prompt = new Option<string>("--prompt-tokens") { Description = "Tokens of a prompt; default 300, with wide bounds", HelpName = "N" };
        var output = new Option<string>("--output-tokens") { Description = "Tokens of an answer", HelpName = "N" };
        var day = new Option<string>("--requests-per-day") { Description = "Requests the service gets a day: sets the batch, and counts the hours of waiting", HelpName = "N" };
        var requests = new Option<string>("--requests") { Description = "Requests of a campaign, for a total", HelpName = "N" };
        var layers = new Option<string>("--layers") { Description = "Layers; default: from the parameters", HelpName = "N" };
        var cache = new Option<string>("--kv-bytes-per-token") { Description = "Bytes of attention cache per token; default: from the parameters", HelpName = "N" };
        var software = new Option<string>("--software") { Description = "Year of the serving software, 2024 or 2026; default: the newest measured on the hardware", HelpName = "YEAR" };
        software.CompletionSources.Add("2024", "2026");
        var explain = new Option<string>("--explain") { Description = "Print how a figure was computed; default emissions_g_per_request", HelpName = "FIGURE", Arity = ArgumentArity.ZeroOrOne };
        var json = new Option<bool>("--json") { Description = "One JSON document (schema tonne.estimate.inference/1)" };
        var command = new Command("inference", "Energy per token and energy and emissions per request of serving a language model, before it is served.")
        {
            parameters, active, hardware, gpus, batch, precision, prompt, output, day, requests, layers, cache, software, explain, json,
        };
        foreach (var option in SettingOptions.Place)
            command.Options.Add(option);
        command.SetAction(parsed =>
        {
            var settings = SettingOptions.Resolve(parsed, around);
            var factors = FactorChoice.For(settings.Place ?? new Place(Pue: settings.Pue), FacilityKind.UnknownCloud);
            var names = (parsed.GetValue(hardware) ?? []).SelectMany(text => text.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)).ToList();
            if (names.Count == 0)
                throw new WrongInputException("--hardware is missing: what serves it, such as --hardware h100 or --hardware h100,a100.");
            var (rate, many) = (Number("--requests-per-day", parsed.GetValue(day)), Number("--requests", parsed.GetValue(requests)));
            if (many is not (null or > 0))
                throw new WrongInputException("--requests must be a positive number.");
            var workload = new ServingWorkload
            {
                Parameters = Number("--parameters", parsed.GetValue(parameters)) ?? throw new WrongInputException("--parameters is missing: how large the model is, such as --parameters 70e9."),
                ActiveParameters = Number("--active-parameters", parsed.GetValue(active)),
                Accelerator = AcceleratorCatalog.Find(names[0]).Required,
                Gpus = Whole("--gpus", parsed.GetValue(gpus)),
                Batch = Number("--batch", parsed.GetValue(batch)),
                Format = parsed.GetValue(precision) is { } format ? WeightFormat.Find(format).Required : WeightFormat.Brain16,
                PromptTokens = Number("--prompt-tokens", parsed.GetValue(prompt)),
                OutputTokens = Number("--output-tokens", parsed.GetValue(output)) ?? throw new WrongInputException("--output-tokens is missing: how long an answer is, such as --output-tokens 500."),
                RequestsPerDay = rate,
                Layers = Number("--layers", parsed.GetValue(layers)),
                CacheBytesPerToken = Number("--kv-bytes-per-token", parsed.GetValue(cache)),
                SoftwareYear = Whole("--software", parsed.GetValue(software)),
            };
            if (workload.Problems().ToList() is { Count: > 0 } problems)
                throw new WrongInputException(string.Join(" ", problems));
            var ranked = Estimate(workload, names, factors);
            var screen = around.OutScreen;
            if (parsed.GetResult(explain) is { Implicit: false })
                Explanation.Of(Figure(ranked[0], parsed.GetValue(explain) ?? "emissions_g_per_request")).Write(around.Out, screen);
            else if (parsed.GetValue(json))
                around.Out.WriteLine(InferenceDocument.ToJson(ranked, many, rate));
            else
                InferenceScreen.Write(around.Out, ranked, many, rate, screen);
            return 0;
        });
        return command;
    }

    static List<InferenceEstimate> Estimate(ServingWorkload workload, IEnumerable<string> names, AccountingFactors factors)
    {
        var accelerators = names.Select(name => AcceleratorCatalog.Find(name).Required).DistinctBy(found => found.Name).ToList();
        var estimator = new InferenceEstimator();
        try
        {
            return [.. accelerators.Select(accelerator => estimator.Estimate(workload with { Accelerator = accelerator }, factors)).OrderBy(one => one.Emissions.Value)];
        }
        catch (Exception error) when (error is ModelDoesNotFitException or ArgumentException)
        {
            throw new WrongInputException(error is ArgumentException ? error.Message.Split(" (Parameter")[0] : error.Message);
        }
    }

    static Quantities.Figure Figure(InferenceEstimate estimate, string name)
    {
        var figures = estimate.Figures().ToList();
        return figures.FirstOrDefault(figure => Spelling.Key(figure.Name) == Spelling.Key(name))
            ?? throw new UnknownNameException(new UnknownName("figure", name, Ambiguous: false, [.. figures.Select(figure => figure.Name)]));
    }

    static int? Whole(string option, string? text) => Number(option, text) is not { } number ? null
        : number == Math.Floor(number) && Math.Abs(number) <= int.MaxValue ? (int)number : throw new WrongInputException($"{option} '{text}' must be a whole number.");

    /// <summary>A number as people write it: 70e9, 70b, 1.5M, 300k, 1_000.</summary>
    static double? Number(string option, string? text)
    {
        if (text is null)
            return null;
        var trimmed = text.Trim().Replace("_", "", StringComparison.Ordinal);
        var scale = trimmed.Length > 1 ? char.ToLowerInvariant(trimmed[^1]) switch { 'k' => 1e3, 'm' => 1e6, 'b' => 1e9, 't' => 1e12, _ => 1 } : 1;
        return double.TryParse(scale > 1 ? trimmed[..^1] : trimmed, NumberStyles.Float, CultureInfo.InvariantCulture, out var value) && double.IsFinite(value) ? value * scale
            : throw new WrongInputException($"{option} '{text}' is not a number; write 70e9 or 70b.");
    }
}
