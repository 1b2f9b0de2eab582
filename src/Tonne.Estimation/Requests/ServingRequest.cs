using Tonne.Accounting;
using Tonne.Estimation.LanguageModels;
using Tonne.Estimation.Serving;
using Tonne.Hardware;

namespace Tonne.Estimation.Requests;

/// <summary>Reads what an estimate of inference is of: <c>hardware</c>, <c>parameters</c>, <c>output-tokens</c> and the other names of <c>tonne estimate inference</c>.</summary>
public static class ServingRequest
{
    /// <summary>The names, without those of a model, a task and a number of requests.</summary>
    public static IReadOnlyList<string> Names { get; } =
    [
        "parameters", "active-parameters", "hardware", "gpus", "batch", "precision", "prompt-tokens", "cached-tokens", "output-tokens", "reasoning-tokens", "requests-per-day",
        "layers", "kv-bytes-per-token", "experts", "software",
    ];

    /// <summary>Reads the workload on the first accelerator.</summary>
    /// <param name="arguments">The words.</param>
    /// <param name="model">The model, if it is known by name or from its files; null if only its size is given.</param>
    /// <param name="isForwardPass">Whether a request is one pass over the prompt, as for an embedding. Default: no.</param>
    /// <exception cref="FormatException">A word is wrong or missing; the message says which and what to write.</exception>
    /// <exception cref="Catalogs.UnknownNameException">A name that no catalog has.</exception>
    public static ServingWorkload Read(EstimateArguments arguments, LanguageModel? model = null, bool isForwardPass = false)
    {
        ArgumentNullException.ThrowIfNull(arguments);
        var names = arguments.ReadNames("hardware");
        if (names.Count == 0)
            throw new FormatException($"{arguments.Format("hardware")} is missing: the accelerators, such as h100 or h100,a100.");
        var format = arguments["precision"] is { } word ? WeightFormat.Find(word).ValueOrThrow : null;
        var workload = new ServingWorkload
        {
            Parameters = model?.Parameters ?? arguments.ReadAmount("parameters") ?? throw new FormatException(
                $"the model is missing: its name, such as {arguments.Format("model")} llama-3.1-70b, or its size, such as {arguments.Format("parameters")} 70e9."),
            ActiveParameters = arguments.ReadAmount("active-parameters"),
            Accelerator = AcceleratorCatalog.FindWithSlice(names[0]).ValueOrThrow,
            Gpus = arguments.ReadCount("gpus"),
            Batch = arguments.ReadAmount("batch"),
            Format = format ?? WeightFormat.Bf16,
            PromptTokens = arguments.ReadAmountOrZero("prompt-tokens"),
            OutputTokens = arguments.ReadAmount("output-tokens") ?? (isForwardPass ? (double?)1 : null)
                ?? throw new FormatException($"{arguments.Format("output-tokens")} is missing: the length of an answer, such as 500."),
            CachedPromptTokens = arguments.ReadAmountOrZero("cached-tokens"),
            ReasoningTokens = arguments.ReadAmountOrZero("reasoning-tokens"),
            ExpertShare = arguments.ReadShare("experts"),
            RequestsPerDay = arguments.ReadAmount("requests-per-day"),
            Layers = arguments.ReadAmount("layers"),
            KvCacheBytesPerToken = arguments.ReadAmount("kv-bytes-per-token"),
            SoftwareYear = arguments.ReadCount("software"),
        };
        if (model is not null)
            workload = workload.WithModel(model);
        // A format that is asked for is the one that is served.
        if (model is not null && format is not null)
            workload = workload with { Format = format };
        if (arguments.Has("experts") && workload.HasUnusedExperts)
            throw new FormatException($"{arguments.Format("experts")} needs {(model is null ? $"{arguments.Format("active-parameters")}, fewer than all parameters" : "a mixture of experts")}: in a dense model every token uses all parameters.");
        return workload.Validate().ToList() is { Count: > 0 } problems ? throw new FormatException(string.Join(" ", problems)) : workload;
    }

    /// <summary>Estimates the workload on each accelerator, the least facility energy first.</summary>
    /// <exception cref="FormatException">The model does not fit an accelerator, or cannot be estimated there.</exception>
    /// <exception cref="Catalogs.UnknownNameException">An accelerator that no catalog has.</exception>
    public static IReadOnlyList<InferenceEstimate> Rank(ServingWorkload workload, IEnumerable<string> hardware, AccountingFactors factors)
    {
        ArgumentNullException.ThrowIfNull(hardware);
        var accelerators = hardware.Select(name => AcceleratorCatalog.FindWithSlice(name).ValueOrThrow).DistinctBy(found => found.Name).ToList();
        var estimator = new InferenceEstimator();
        try
        {
            return [.. accelerators.Select(accelerator => estimator.Estimate(workload with { Accelerator = accelerator }, factors)).OrderBy(one => one.FacilityEnergy.Value)];
        }
        catch (Exception error) when (error is ModelDoesNotFitException or ArgumentException)
        {
            throw new FormatException(error.Message, error);
        }
    }
}
