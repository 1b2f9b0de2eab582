using System.CommandLine;
using System.Globalization;
using Tonne.Accounting;
using Tonne.Catalogs;
using Tonne.Cli.Configuration;
using Tonne.Cli.LanguageModels;
using Tonne.Estimation.Serving;
using Tonne.Estimation.Tasks;
using Tonne.Hardware;
using Tonne.Reporting.Explaining;
using Tonne.Reporting.Json;
using Tonne.Reporting.Terminal;
using Tonne.Runs;

namespace Tonne.Cli.Commands;

/// <summary><c>tonne estimate inference</c>: joules per token, Wh and grams per request before a model is deployed.</summary>
static class EstimateInferenceCommand
{
    public static Command Build(CommandContext context)
    {
        var parameters = new Option<string>("--parameters") { Description = "Parameters of the model: 70e9 or 70b", HelpName = "N" };
        var active = new Option<string>("--active-parameters") { Description = "Parameters used per token (mixture of experts)", HelpName = "N" };
        var hardware = new Option<string[]>("--hardware") { Description = "Accelerators: h100 or h100,b200 (tonne catalog hardware)", HelpName = "NAME[,NAME…]", AllowMultipleArgumentsPerToken = true };
        hardware.CompletionSources.Add(_ => AcceleratorCatalog.All.Where(row => AcceleratorDatasheet.Find(row)?.BandwidthGigabytesPerSecond is not null).Select(row => row.Name));
        var gpus = new Option<string>("--gpus") { Description = "GPUs per copy of the model; default: the fewest that hold it", HelpName = "N" };
        var batch = new Option<string>("--batch") { Description = "Mean number of requests served together; default 32", HelpName = "N" };
        var precision = new Option<string>("--precision") { Description = "Format of the weights; default bf16", HelpName = "FORMAT" };
        precision.CompletionSources.Add([.. WeightFormat.All.Select(format => format.Name)]);
        var prompt = new Option<string>("--prompt-tokens") { Description = "Tokens of a prompt; default 300", HelpName = "N" };
        var cached = new Option<string>("--cached-tokens") { Description = "Prompt tokens read from a cache; default none", HelpName = "N" };
        var reasoning = new Option<string>("--reasoning-tokens") { Description = "Tokens written to reason before the answer; default none", HelpName = "N" };
        var output = new Option<string>("--output-tokens") { Description = "Tokens of an answer", HelpName = "N" };
        var day = new Option<string>("--requests-per-day") { Description = "Requests per day; sets the batch and adds idle time", HelpName = "N" };
        var requests = new Option<string>("--requests") { Description = "Number of requests, for a total", HelpName = "N" };
        var layers = new Option<string>("--layers") { Description = "Layers of the model; default: from the parameters", HelpName = "N" };
        var cache = new Option<string>("--kv-bytes-per-token") { Description = "Attention cache per token; default: from the parameters", HelpName = "N" };
        var experts = new Option<string>("--experts") { Description = "Experts that a token chooses over all of a layer: 8/128", HelpName = "N/M" };
        var software = new Option<string>("--software") { Description = "Year of the serving software, 2018 to 2026", HelpName = "YEAR" };
        software.CompletionSources.Add("2023", "2024", "2025", "2026");
        var task = new Option<string>("--task") { Description = "Another task than text, such as image-generation", HelpName = "TASK" };
        task.CompletionSources.Add(_ => MeasuredTaskCatalog.All.Select(row => new System.CommandLine.Completions.CompletionItem(row.Task)).DistinctBy(item => item.Label));
        var models = new ModelOptions("Model by name: llama-3.1-70b, gpt-4o; or of a task: sdxl");
        var model = models.Name;
        model.CompletionSources.Add(_ => MeasuredTaskCatalog.All.Where(row => row.Model.Length > 0).Select(row => new System.CommandLine.Completions.CompletionItem(row.Model)));
        var explain = new Option<string>("--explain") { Description = "Show how a figure was computed; default emissions", HelpName = "FIGURE", Arity = ArgumentArity.ZeroOrOne };
        var json = new Option<bool>("--json") { Description = "One JSON document (schema tonne.inference-estimate/1)" };
        var command = new Command("inference", "Estimate energy and emissions of a request and a token. Several accelerators are ranked by energy.")
        {
            parameters, active, hardware, gpus, batch, precision, prompt, cached, output, reasoning, day, requests, layers, cache, experts, software, task, model, models.File, explain, json,
        };
        foreach (var option in SettingOptions.Place)
            command.Options.Add(option);
        command.SetAction(parsed =>
        {
            var settings = SettingOptions.Resolve(parsed, context);
            var factors = FactorSelector.SelectFactors(settings.Place ?? new Place(Pue: settings.Pue));
            var figure = parsed.GetResult(explain) is { Implicit: false } ? parsed.GetValue(explain) ?? "emissions_g_per_request" : null;
            var (rate, many) = (EstimateTrainingCommand.ParseAmount("--requests-per-day", parsed.GetValue(day)), EstimateTrainingCommand.ParseAmount("--requests", parsed.GetValue(requests)));
            var isEmbedding = parsed.GetValue(task) is { } wanted && NameMatching.ToKey(wanted) is "embedding" or "embeddings";
            // An embedding of a model whose size is given is one forward pass; without a size it is a measured task.
            var isForwardPass = isEmbedding && parsed.GetValue(parameters) is not null;
            if (isForwardPass && parsed.GetResult(output) is { Implicit: false })
                throw new InvalidInputException("--output-tokens cannot be combined with --task embedding: an embedding is one forward pass over the prompt.");
            if (parsed.GetValue(task) is { } named && !isForwardPass)
            {
                if (isEmbedding)
                    named = "embedding";
                Option[] unused = [parameters, active, gpus, batch, precision, prompt, cached, output, reasoning, layers, cache, experts, software, hardware, models.File];
                if (unused.FirstOrDefault(option => parsed.GetResult(option) is { Implicit: false }) is { } idle)
                    throw new InvalidInputException($"{idle.Name} cannot be combined with --task: the energy of a task is a published measurement on fixed hardware.");
                WriteTask(context, TaskEstimator.Estimate(MeasuredTaskCatalog.Find(named, parsed.GetValue(model)).ValueOrThrow, factors), figure, parsed.GetValue(json), many, rate);
                return 0;
            }

            var served = models.Find(parsed, parameters, active);
            var names = EstimateTrainingCommand.ParseNames(parsed.GetValue(hardware));
            if (names.Count == 0)
                throw new InvalidInputException("--hardware is missing: the accelerators, such as --hardware h100 or --hardware h100,a100.");
            var workload = new ServingWorkload
            {
                Parameters = served?.Parameters ?? EstimateTrainingCommand.ParseAmount("--parameters", parsed.GetValue(parameters))
                    ?? throw new InvalidInputException("the model is missing: its name, such as --model llama-3.1-70b, its file with --model-file, or its size, such as --parameters 70e9."),
                ActiveParameters = EstimateTrainingCommand.ParseAmount("--active-parameters", parsed.GetValue(active)),
                Accelerator = AcceleratorCatalog.FindWithSlice(names[0]).ValueOrThrow,
                Gpus = EstimateTrainingCommand.ParseCount("--gpus", parsed.GetValue(gpus)),
                Batch = EstimateTrainingCommand.ParseAmount("--batch", parsed.GetValue(batch)),
                Format = parsed.GetValue(precision) is { } format ? WeightFormat.Find(format).ValueOrThrow : WeightFormat.Bf16,
                PromptTokens = ParseTokens("--prompt-tokens", parsed.GetValue(prompt)),
                OutputTokens = EstimateTrainingCommand.ParseAmount("--output-tokens", parsed.GetValue(output)) ?? (isForwardPass ? (double?)1 : null) ?? throw new InvalidInputException("--output-tokens is missing: the length of an answer, such as --output-tokens 500."),
                CachedPromptTokens = ParseTokens("--cached-tokens", parsed.GetValue(cached)),
                ReasoningTokens = ParseTokens("--reasoning-tokens", parsed.GetValue(reasoning)),
                ExpertShare = ParseShare(parsed.GetValue(experts)),
                RequestsPerDay = rate,
                Layers = EstimateTrainingCommand.ParseAmount("--layers", parsed.GetValue(layers)),
                KvCacheBytesPerToken = EstimateTrainingCommand.ParseAmount("--kv-bytes-per-token", parsed.GetValue(cache)),
                SoftwareYear = EstimateTrainingCommand.ParseCount("--software", parsed.GetValue(software)),
            };
            if (served is not null)
            {
                workload = workload.WithModel(served);
                // A format on the command line is the one that is served.
                if (parsed.GetValue(precision) is { } chosen)
                    workload = workload with { Format = WeightFormat.Find(chosen).ValueOrThrow };
            }

            if (parsed.GetResult(experts) is { Implicit: false } && workload.HasUnusedExperts)
                throw new InvalidInputException($"--experts needs {(served is null ? "--active-parameters, fewer than all parameters" : "a mixture of experts")}: "
                    + "in a dense model every token uses all parameters.");
            if (workload.Validate().ToList() is { Count: > 0 } problems)
                throw new InvalidInputException(string.Join(" ", problems));
            var ranked = Estimate(workload, names, factors);
            var screen = context.OutCapabilities;
            if (figure is not null)
                Explanation.Create(SelectFigure(ranked[0].GetFigures(), figure)).Write(context.Out, screen);
            else if (parsed.GetValue(json))
                context.Out.WriteLine(InferenceEstimateDocument.ToJson(ranked, many, rate));
            else
                InferenceEstimateText.Write(context.Out, ranked, many, rate, screen);
            return 0;
        });
        return command;
    }

    /// <summary>A number of tokens, which may be 0.</summary>
    static double? ParseTokens(string option, string? text) => text?.Trim() == "0" ? 0 : EstimateTrainingCommand.ParseAmount(option, text);

    /// <summary>A share of experts written as two numbers, such as 8/128.</summary>
    static double? ParseShare(string? text)
    {
        if (text is null)
            return null;
        var parts = text.Split('/', StringSplitOptions.TrimEntries);
        return parts.Length == 2 && TryParse(parts[0], out var chosen) && TryParse(parts[1], out var all) && chosen > 0 && chosen <= all
            ? (double)chosen / all
            : throw new InvalidInputException(
                $"--experts '{text}' is not two numbers such as 8/128: experts that a token chooses, and experts of a layer.");

        static bool TryParse(string number, out int value) => int.TryParse(number, NumberStyles.None, CultureInfo.InvariantCulture, out value);
    }

    static List<InferenceEstimate> Estimate(ServingWorkload workload, IEnumerable<string> names, AccountingFactors factors)
    {
        var accelerators = names.Select(name => AcceleratorCatalog.FindWithSlice(name).ValueOrThrow).DistinctBy(found => found.Name).ToList();
        var estimator = new InferenceEstimator();
        try
        {
            return [.. accelerators.Select(accelerator => estimator.Estimate(workload with { Accelerator = accelerator }, factors)).OrderBy(one => one.FacilityEnergy.Value)];
        }
        catch (Exception error) when (error is ModelDoesNotFitException or ArgumentException)
        {
            throw new InvalidInputException(error.Message);
        }
    }

    static void WriteTask(CommandContext context, TaskEstimate estimate, string? figure, bool json, double? requests, double? rate)
    {
        if (figure is not null)
            Explanation.Create(SelectFigure(estimate.GetFigures(), figure)).Write(context.Out, context.OutCapabilities);
        else if (json)
            context.Out.WriteLine(TaskEstimateDocument.From(estimate, requests, rate).ToJson());
        else
            TaskEstimateText.Write(context.Out, estimate, requests, rate, context.OutCapabilities);
    }

    /// <summary>Finds a figure by its name or the beginning of its name: emissions, embodied, it, facility …</summary>
    static Quantities.Figure SelectFigure(IEnumerable<Quantities.Figure> all, string name)
    {
        var (figures, key) = (all.ToList(), NameMatching.ToKey(name));
        var found = figures.FindAll(figure => NameMatching.ToKey(figure.Name) == key) is { Count: > 0 } exact ? exact : figures.FindAll(figure => key.Length > 0 && NameMatching.ToKey(figure.Name).StartsWith(key, StringComparison.Ordinal));
        return found.Count == 1 ? found[0] : throw new UnknownNameException(new UnknownName("figure", name, found.Count > 1, [.. (found.Count > 1 ? found : figures).Select(figure => figure.Name)]));
    }
}
