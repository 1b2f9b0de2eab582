using System.CommandLine;
using Tonne.Accounting;
using Tonne.Catalogs;
using Tonne.Cli.Configuration;
using Tonne.Cli.LanguageModels;
using Tonne.Estimation.Requests;
using Tonne.Estimation.Serving;
using Tonne.Estimation.Tasks;
using Tonne.Hardware;
using Tonne.Reporting.Explaining;
using Tonne.Reporting.Html;
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
        var page = EstimateTrainingCommand.CreatePageOptions();
        foreach (var option in SettingOptions.Place.Concat(page.All))
            command.Options.Add(option);
        command.SetAction(parsed =>
        {
            var isPage = page.Check(parsed, explain, json);
            var settings = SettingOptions.Resolve(parsed, context);
            var factors = FactorSelector.SelectFactors(settings.Place ?? new Place(Pue: settings.Pue));
            var figure = parsed.GetResult(explain) is { Implicit: false } ? parsed.GetValue(explain) ?? "emissions_g_per_request" : null;
            var arguments = EstimateTrainingCommand.ReadArguments(parsed);
            var (rate, many) = EstimateTrainingCommand.ReadOrExplain(() => (arguments.ReadAmount("requests-per-day"), arguments.ReadAmount("requests")));
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
                var measured = TaskEstimator.Estimate(MeasuredTaskCatalog.Find(named, parsed.GetValue(model)).ValueOrThrow, factors);
                if (isPage)
                    return page.Write(context, parsed, () => PageDocument.FromTask(measured, many, rate, context.Time.GetLocalNow()));
                WriteTask(context, measured, figure, parsed.GetValue(json), many, rate);
                return 0;
            }

            var served = models.Find(parsed, parameters, active);
            var workload = EstimateTrainingCommand.ReadOrExplain(() => ServingRequest.Read(arguments, served, isForwardPass));
            var ranked = EstimateTrainingCommand.ReadOrExplain(() => ServingRequest.Rank(workload, arguments.ReadNames("hardware"), factors));
            if (isPage)
                return page.Write(context, parsed, () => PageDocument.FromInference(ranked, workload, many, rate, context.Time.GetLocalNow()));
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
