using Tonne.Accounting;
using Tonne.Catalogs;
using Tonne.Estimation.LanguageModels;
using Tonne.Estimation.Requests;
using Tonne.Estimation.Serving;
using Tonne.Estimation.Tasks;
using Tonne.Estimation.Training;
using Tonne.Reporting.Html;
using Tonne.Reporting.Json;
using Tonne.Runs;

namespace Tonne.Server.Api;

/// <summary>The routes of estimates. An address has all of the question, so it can be shared; without a place it is the world's mean.</summary>
static class EstimateRoutes
{
    static readonly Dictionary<string, string> _descriptions = new(StringComparer.Ordinal)
    {
        ["parameters"] = "Parameters of the model: 175e9 or 175B",
        ["active-parameters"] = "Parameters used per token (mixture of experts). Default: all",
        ["tokens"] = "Tokens to train on: 300e9 or 300B",
        ["flops"] = "Operations instead of 6 × parameters × tokens",
        ["hardware"] = "Accelerators with commas between: h100 or v100,a100 (/api/v1/catalogs/hardware)",
        ["chips"] = "Number of accelerators",
        ["hours"] = "Duration of one run",
        ["precision"] = "Number format. Default: bf16",
        ["distilled"] = "true: the model learns from outputs of a larger one",
        ["like"] = "Published training whose setup is repeated (/api/v1/catalogs/models)",
        ["tune"] = "Fine-tuning of a trained model: lora or full",
        ["runs"] = "Number of runs. Default: 1",
        ["space"] = "Search space; the product is the runs: lr=4,layers=3",
        ["gpus"] = "GPUs per copy of the model. Default: the fewest that hold it",
        ["batch"] = "Mean number of requests served together. Default: 32",
        ["prompt-tokens"] = "Tokens of a prompt. Default: 300",
        ["cached-tokens"] = "Prompt tokens read from a cache. Default: none",
        ["output-tokens"] = "Tokens of an answer",
        ["reasoning-tokens"] = "Tokens written to reason before the answer. Default: none",
        ["requests-per-day"] = "Requests per day; sets the batch and adds idle time",
        ["layers"] = "Layers of the model. Default: from the parameters",
        ["kv-bytes-per-token"] = "Attention cache per token, bytes. Default: from the parameters",
        ["experts"] = "Experts that a token chooses over all of a layer: 8/128",
        ["software"] = "Year of the serving software, 2018 to 2026",
        ["model"] = "Model by name, such as llama-3.1-70b (/api/v1/catalogs/models)",
        ["requests"] = "Number of requests, for a total",
        ["task"] = "Another task than text, such as image-generation; with model: of that model",
    };

    /// <summary>Adds the routes.</summary>
    public static void Map(IEndpointRouteBuilder routes)
    {
        var training = Describe([.. TrainingRequest.Names, "model"]);
        var inference = Describe([.. ServingRequest.Names, "model", "requests", "task"]);
        routes.MapDocument("/estimates/training", "estimateTraining", "Chip-hours, energy and emissions of a training, as 'tonne estimate training --json'", typeof(TrainingEstimateDocument),
            training, request => EstimateTraining(name => request[name], request.GetPlace()));
        routes.MapDocument("/estimates/training/report", "getTrainingReport", "All that the page of such an estimate shows, as in 'tonne estimate training --html'", null,
            training, request => PageDocument.FromTraining(RankTrainings(name => request[name], request.GetPlace()), request.Now).Json);
        routes.MapDocument("/estimates/inference", "estimateInference", "Energy and emissions of a request and a token, as 'tonne estimate inference --json'", null,
            inference, request => EstimateInference(name => request[name], request.GetPlace()));
        routes.MapDocument("/estimates/inference/report", "getInferenceReport", "All that the page of such an estimate shows, as in 'tonne estimate inference --html'", null,
            inference, request => EstimateInference(
                name => request[name], request.GetPlace(), (task, many, rate) => PageDocument.FromTask(task, many, rate, request.Now).Json,
                (ranked, workload, many, rate) => PageDocument.FromInference(ranked, workload, many, rate, request.Now).Json));
    }

    /// <summary>Estimates a training.</summary>
    /// <param name="read">Returns the text of a name; null if it is not given.</param>
    /// <param name="place">The place.</param>
    public static string EstimateTraining(Func<string, string?> read, Place place) => TrainingEstimateDocument.From(RankTrainings(read, place)).ToJson();

    static TrainingRanking RankTrainings(Func<string, string?> read, Place place)
    {
        var arguments = new EstimateArguments(read);
        return TrainingRanking.Rank([.. TrainingRequest.Read(arguments, FindModel(arguments, "parameters", "active-parameters"))], place);
    }

    /// <summary>Estimates inference.</summary>
    /// <param name="read">Returns the text of a name; null if it is not given.</param>
    /// <param name="place">The place.</param>
    public static string EstimateInference(Func<string, string?> read, Place place) => EstimateInference(
        read, place, (task, many, rate) => TaskEstimateDocument.From(task, many, rate).ToJson(), (ranked, _, many, rate) => InferenceEstimateDocument.ToJson(ranked, many, rate));

    static string EstimateInference(
        Func<string, string?> read, Place place, Func<TaskEstimate, double?, double?, string> ofTask, Func<IReadOnlyList<InferenceEstimate>, ServingWorkload, double?, double?, string> ofModel)
    {
        var arguments = new EstimateArguments(read);
        var factors = FactorSelector.SelectFactors(place);
        var (many, rate) = (arguments.ReadAmount("requests"), arguments.ReadAmount("requests-per-day"));
        var isEmbedding = arguments["task"] is { } wanted && NameMatching.ToKey(wanted) is "embedding" or "embeddings";
        // An embedding of a model whose size is given is one forward pass; without a size it is a measured task.
        var isForwardPass = isEmbedding && arguments.Has("parameters");
        if (isForwardPass && arguments.Has("output-tokens"))
            throw RequestProblemException.ForParameter("output-tokens", "'output-tokens' cannot be combined with task=embedding", "Leave it out: an embedding is one forward pass over the prompt.");
        if (arguments["task"] is { } task && !isForwardPass)
        {
            if (ServingRequest.Names.FirstOrDefault(name => name != "requests-per-day" && arguments.Has(name)) is { } unused)
                throw RequestProblemException.ForParameter(unused, $"'{unused}' cannot be combined with 'task'", "Leave it out: the energy of a task is a published measurement on fixed hardware.");
            var measured = MeasuredTaskCatalog.Find(isEmbedding ? "embedding" : task, arguments["model"]).ValueOrThrow;
            return ofTask(TaskEstimator.Estimate(measured, factors), many, rate);
        }

        var workload = ServingRequest.Read(arguments, FindModel(arguments, "parameters", "active-parameters"), isForwardPass);
        return ofModel(ServingRequest.Rank(workload, arguments.ReadNames("hardware"), factors), workload, many, rate);
    }

    static LanguageModel? FindModel(EstimateArguments arguments, params ReadOnlySpan<string> sizes)
    {
        if (arguments["model"] is not { } name)
            return null;
        foreach (var size in sizes)
        {
            if (arguments.Has(size))
                throw RequestProblemException.ForParameter(size, $"'{size}' cannot be combined with 'model', which has it", "Leave one of them out.");
        }

        return LanguageModelCatalog.Find(name).ValueOrThrow;
    }

    static QueryParameters Describe(IEnumerable<string> names) =>
        new([.. names.Select(name => new QueryParameter(name, _descriptions[name], IsRequired: false)), .. QueryParameters.Place.List]);
}
