using System.ComponentModel;
using System.Text.Json;
using ModelContextProtocol.Protocol;
using ModelContextProtocol.Server;
using Tonne.Formatting;
using Tonne.Ledgers;
using Tonne.Ledgers.Listing;
using Tonne.Reporting.Json;
using Tonne.Reporting.Totals;
using Tonne.Ledgers.Totals;
using Tonne.Runs;
using Tonne.Server.Api;

namespace Tonne.Server.Mcp;

/// <summary>The tools of the Model Context Protocol server. None writes anything.</summary>
/// <param name="runs">The runs.</param>
/// <param name="advice">The advice on a run.</param>
/// <param name="services">The services.</param>
[McpServerToolType]
sealed class TonneTools(IRunDirectory runs, AdviceRoutes advice, ServiceDirectory services)
{
    const int MaxRuns = 50;

    [McpServerTool(Name = "estimate_training", Title = "Estimate a training", ReadOnly = true, Destructive = false, Idempotent = true, OpenWorld = false)]
    [Description("Estimates chip-hours, energy (kWh) and emissions (kg CO2e) of training or fine-tuning a model, with 95 % intervals. Several accelerators are ranked. Give model, or parameters and tokens.")]
    public static CallToolResult EstimateTraining(
        [Description("Accelerators with commas between: h100 or v100,a100")] string hardware,
        [Description("Model by name, such as llama-3.1-8b; instead of parameters")] string? model = null,
        [Description("Parameters of the model: 7e9 or 7B")] string? parameters = null,
        [Description("Tokens to train on: 2e12 or 2T")] string? tokens = null,
        [Description("Number of accelerators")] string? chips = null,
        [Description("Duration of one run, h")] string? hours = null,
        [Description("bf16 (default), fp16, fp32, fp8, int8, mxfp4")] string? precision = null,
        [Description("Fine-tuning of a trained model: lora or full")] string? tune = null,
        [Description("Number of runs; default 1")] string? runCount = null,
        [Description("Grid zone, such as FR or Germany; without it the world's mean")] string? zone = null) =>
        Answer(() => EstimateRoutes.EstimateTraining(
            Read(("hardware", hardware), ("model", model), ("parameters", parameters), ("tokens", tokens), ("chips", chips), ("hours", hours), ("precision", precision), ("tune", tune), ("runs", runCount)),
            FindPlace(zone)));

    [McpServerTool(Name = "estimate_inference", Title = "Estimate inference", ReadOnly = true, Destructive = false, Idempotent = true, OpenWorld = false)]
    [Description("Estimates energy (J per token, Wh per request) and emissions (g CO2e per request) of serving a language model, with 95 % intervals. Several accelerators are ranked. Give model, or parameters.")]
    public static CallToolResult EstimateInference(
        [Description("Accelerators with commas between: h100 or h100,b200")] string hardware,
        [Description("Tokens of an answer")] string outputTokens,
        [Description("Model by name, such as llama-3.1-70b or gpt-4o; instead of parameters")] string? model = null,
        [Description("Parameters of the model: 70e9 or 70B")] string? parameters = null,
        [Description("Tokens of a prompt; default 300")] string? promptTokens = null,
        [Description("Tokens written to reason before the answer")] string? reasoningTokens = null,
        [Description("Mean number of requests served together; default 32")] string? batch = null,
        [Description("Requests per day; sets the batch and adds idle time")] string? requestsPerDay = null,
        [Description("Number of requests, for a total")] string? requests = null,
        [Description("Grid zone, such as FR or Germany; without it the world's mean")] string? zone = null) =>
        Answer(() => EstimateRoutes.EstimateInference(
            Read(("hardware", hardware), ("output-tokens", outputTokens), ("model", model), ("parameters", parameters), ("prompt-tokens", promptTokens), ("reasoning-tokens", reasoningTokens), ("batch", batch),
                ("requests-per-day", requestsPerDay), ("requests", requests)),
            FindPlace(zone)));

    [McpServerTool(Name = "runs", Title = "Runs of the ledger", ReadOnly = true, Destructive = false, Idempotent = true, OpenWorld = false)]
    [Description("Lists recorded runs with energy and emissions, newest first; or, with run, everything about one.")]
    public CallToolResult FindRuns(
        [Description("One run: id, unique prefix, name, or last")] string? run = null,
        [Description("Words that id, name, project, user, machine or tags must contain")] string? search = null,
        [Description("Only runs of this project")] string? project = null,
        [Description("completed, failed, interrupted or running")] string? status = null,
        [Description("Most runs, 1 to 50; default 10")] int limit = 10) => Answer(() =>
        {
            if (run is not null)
            {
                var entry = RunRoutes.Load(runs, run);
                return RunDocument.From(entry.Record, entry.Account()).ToJson();
            }

            RunStatus? known = status is null ? null : Enum.TryParse<RunStatus>(status, ignoreCase: true, out var parsed) && char.IsAsciiLetter(status[0]) ? parsed
                : throw new FormatException($"status '{status}' is not known; there are completed, failed, interrupted and running.");
            var page = runs.Find(new RunListQuery
            {
                Runs = new LedgerQuery { Project = project, Status = known },
                Words = RunListQuery.SplitWords(search ?? ""),
                Limit = Math.Clamp(limit, 1, MaxRuns),
            });
            return JsonSerializer.Serialize(
                new RunPageDocument("tonne.run-page/1", page.Total, 0, limit, null, [.. page.Runs.Select(RunPageDocument.RunPart.From)]),
                ApiJson.Readable.RunPageDocument);
        });

    [McpServerTool(Name = "explain", Title = "Explain a figure", ReadOnly = true, Destructive = false, Idempotent = true, OpenWorld = false)]
    [Description("The derivation of a figure of a run down to each factor with its source, the factor that matters most first.")]
    public CallToolResult Explain(
        [Description("Id, unique prefix, name, or last")] string run,
        [Description("Figure: emissions (default), energy, operational, embodied, water, stages.NAME.energy_kwh, epochs.N.emissions_kg")] string? figure = null) =>
        Answer(() => RunRoutes.Explain(runs, run, figure).ToJson());

    [McpServerTool(Name = "advise", Title = "Ways to reduce emissions", ReadOnly = true, Destructive = false, Idempotent = true, OpenWorld = false)]
    [Description("Ranks every way to reduce the emissions of a recorded run: saving with 95 % interval, effort, basis, and the command that does or tries it. Do not add savings; 'combined' has them together.")]
    public CallToolResult Advise([Description("Id, unique prefix, name, or last")] string run) => Answer(() => advice.Advise(run).ToJson());

    [McpServerTool(Name = "compare", Title = "Compare runs", ReadOnly = true, Destructive = false, Idempotent = true, OpenWorld = false)]
    [Description("Ratios of energy and emissions between runs with intervals; factors that they share cancel.")]
    public CallToolResult Compare([Description("Two or more runs: id, unique prefix, name, or last")] string[] names) => Answer(() => RunRoutes.Compare(runs, names).ToJson());

    [McpServerTool(Name = "totals", Title = "Totals of the ledger", ReadOnly = true, Destructive = false, Idempotent = true, OpenWorld = false)]
    [Description("Energy and emissions summed over runs, each joule once.")]
    public CallToolResult Total(
        [Description("Groups with commas between: project, user, month, year, model, machine, zone")] string? by = null,
        [Description("Only runs of this project")] string? project = null) =>
        Answer(() => TotalDocument.From(runs.Total(new TotalQuery { By = by is null ? [] : TotalKey.Parse(by), Runs = new LedgerQuery { Project = project } })).ToJson());

    [McpServerTool(
        Name = "service", Title = "A deployed model", ReadOnly = true, Destructive = false, Idempotent = true, OpenWorld = false)]
    [Description("A deployed model that is recorded: energy (Wh) and emissions (g CO2e) for each request and 1,000 tokens, idle share, "
        + "kg a day, by day and by model; or, without name, all services.")]
    public CallToolResult ReadService([Description("Name of the service; without it all are listed")] string? name = null) =>
        Answer(() => string.IsNullOrWhiteSpace(name) ? ServiceRoutes.FormatList(services) : services.Read(name).ToJson());

    [McpServerTool(Name = "footprint", Title = "Footprint of a life cycle", ReadOnly = true, Destructive = false, Idempotent = true, OpenWorld = false)]
    [Description("The footprint of a model's whole life (experiments, training, deployment) from a description in YAML or JSON, format tonne.life/1.")]
    public CallToolResult Footprint([Description("The description; its keys are in docs/formats/footprint.md")] string description) => Answer(() => FootprintRoutes.Account(runs, description));

    static CallToolResult Answer(Func<string> read)
    {
        try
        {
            return Create(StoredText.Mark(read()), isError: false);
        }
        catch (RequestProblemException problem)
        {
            return Create($"{problem.Message} ({problem.Where}). {problem.Remedy}", isError: true);
        }
        catch (Exception error) when (error is FormatException or ArgumentException or LedgerUnavailableException)
        {
            return Create(error.Message, isError: true);
        }
    }

    static CallToolResult Create(string text, bool isError) => new() { IsError = isError, Content = [new TextContentBlock { Text = isError ? StoredText.MakeVisible(TextSanitizer.ToOneLine(text)) : text }] };

    static Func<string, string?> Read(params IEnumerable<(string Name, string? Value)> given)
    {
        var values = given.Where(pair => !string.IsNullOrWhiteSpace(pair.Value)).ToDictionary(pair => pair.Name, pair => pair.Value, StringComparer.Ordinal);
        return name => values.GetValueOrDefault(name);
    }

    static Place FindPlace(string? zone) => string.IsNullOrWhiteSpace(zone) ? new Place() : new Place(Grids.ZoneCatalog.FindPlace(zone).ValueOrThrow.Code, How: PlaceOrigin.Given, Detail: "request");
}
