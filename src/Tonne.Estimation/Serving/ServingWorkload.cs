using Tonne.Estimation.LanguageModels;
using Tonne.Hardware;

namespace Tonne.Estimation.Serving;

/// <summary>
/// What is served and how, the input of an estimate. A property that is null is chosen or assumed; the estimate lists these.
/// </summary>
public sealed record ServingWorkload
{
    /// <summary>Number of all parameters of the model.</summary>
    public required double Parameters { get; init; }

    /// <summary>Number of parameters that one token uses, for a mixture of experts; null for a dense model.</summary>
    public double? ActiveParameters { get; init; }

    /// <summary>The accelerator.</summary>
    public required Accelerator Accelerator { get; init; }

    /// <summary>Accelerators that may serve instead of <see cref="Accelerator"/>, where the hardware of a service is not known: they widen the
    /// bounds. Default: none.</summary>
    public IReadOnlyList<Accelerator> OtherAccelerators { get; init; } = [];

    /// <summary>Number of accelerators of one replica; null for the smallest number that holds weights and attention cache.</summary>
    public int? Gpus { get; init; }

    /// <summary>Mean number of requests served together by a replica; null to compute it from the requests per day,
    /// or to assume 32, with the spread from 4 to 256, and idle capacity.</summary>
    public double? Batch { get; init; }

    /// <summary>Number format of the weights. Default bf16.</summary>
    public WeightFormat Format { get; init; } = WeightFormat.Bf16;

    /// <summary>Number of tokens of a prompt; null if not known.</summary>
    public double? PromptTokens { get; init; }

    /// <summary>Number of tokens of a prompt whose attention cache is read instead of computed, because an earlier request began alike.
    /// Null for none; no more than <see cref="PromptTokens"/>.</summary>
    public double? CachedPromptTokens { get; init; }

    /// <summary>Number of tokens of an answer.</summary>
    public required double OutputTokens { get; init; }

    /// <summary>Number of tokens that the model writes before the answer, to reason; null for none. They are output tokens like those of
    /// the answer.</summary>
    public double? ReasoningTokens { get; init; }

    /// <summary>Number of requests per day; null to exclude the energy of accelerators that wait for requests.</summary>
    public double? RequestsPerDay { get; init; }

    /// <summary>Number of layers; null to estimate it from the parameters.</summary>
    public double? Layers { get; init; }

    /// <summary>Bytes of attention cache per token; null to estimate them from the parameters.</summary>
    public double? KvCacheBytesPerToken { get; init; }

    /// <summary>Share of the experts of a layer that a token chooses, above 0, at most 1, such as 8 of 128; null to estimate it from the
    /// parameters. A dense model has none.</summary>
    public double? ExpertShare { get; init; }

    /// <summary>Year of the serving software, 2018 to 2026; null for the newest that was measured on this hardware.</summary>
    /// <remarks>The years 2024 and 2026 were measured. 2025 lies between them, and years before 2024 have a factor of their own.</remarks>
    public int? SoftwareYear { get; init; }

    /// <summary>The model whose sizes these are; null if the sizes were given alone. One of undisclosed size widens the bounds.</summary>
    public LanguageModel? Model { get; init; }

    /// <summary>The workload with the sizes of a model, and its number format if it has one. Layers, cache and experts that were given stay.</summary>
    /// <param name="model">The model.</param>
    public ServingWorkload WithModel(LanguageModel model)
    {
        ArgumentNullException.ThrowIfNull(model);
        return this with
        {
            Model = model,
            Parameters = model.Parameters,
            ActiveParameters = model.ActiveParameters,
            Layers = Layers ?? model.Layers,
            KvCacheBytesPerToken = KvCacheBytesPerToken ?? model.KvCacheBytesPerToken,
            ExpertShare = ExpertShare ?? model.ExpertShare,
            Format = model.Format is { } format ? WeightFormat.Find(format).ValueOrThrow : Format,
        };
    }

    /// <summary>Whether a share of experts is given that changes nothing, because every parameter is used for each token.</summary>
    public bool HasUnusedExperts => ExpertShare < 1 && (ActiveParameters ?? Parameters) >= Parameters;

    /// <summary>Lists what is wrong with the workload; empty if nothing.</summary>
    public IEnumerable<string> Validate()
    {
        if (CountQuestion.Ask("parameters", Parameters) is { } question)
            yield return question + ".";
        else if (!(double.IsFinite(Parameters) && Parameters >= 1e6))
            yield return "parameters must be a number of at least a million, such as 70e9.";
        if (CountQuestion.Ask("active parameters", ActiveParameters) is { } activeQuestion)
            yield return activeQuestion + ".";
        else if (ActiveParameters is { } active && !(active > 0 && active <= Parameters))
            yield return "active parameters must be positive and no more than all parameters.";
        if (Gpus is < 1 or > 4096)
            yield return "the number of GPUs must be 1 to 4,096.";
        if (Gpus > 1 && Accelerator.Slice is { } slice)
            yield return $"a model cannot be divided among MIG slices (a CUDA program uses one): leave --gpus out, or name the whole board, {slice.Board.Name}.";
        if (Batch is { } batch && !(batch is >= 1 and <= 1e6))
            yield return "the batch (mean number of requests served together) must be 1 to a million.";
        if (PromptTokens is { } prompt && !(prompt is >= 0 and <= 1e8))
            yield return "prompt tokens must be 0 to 100 million.";
        if (CachedPromptTokens is { } cached && !(cached >= 0 && PromptTokens is { } whole && cached <= whole))
            yield return "cached prompt tokens must be 0 to the prompt tokens, which must be given.";
        if (!(OutputTokens is >= 1 and <= 1e8))
            yield return "output tokens must be 1 to 100 million.";
        if (ReasoningTokens is { } reasoning && !(reasoning is >= 0 and <= 1e8))
            yield return "reasoning tokens must be 0 to 100 million.";
        if (RequestsPerDay is { } day && !(day is > 0 and <= 1e13))
            yield return "requests per day must be above 0, and no more than 10 trillion.";
        if (Layers is { } layers && !(layers is >= 1 and <= 10_000))
            yield return "layers must be 1 to 10,000.";
        if (KvCacheBytesPerToken is { } cache && !(cache is >= 0 and <= 1e9))
            yield return "bytes of attention cache per token must be 0 to 1e9.";
        if (ExpertShare is { } share && !(share is > 0 and <= 1))
            yield return "the share of experts must be above 0 and at most 1.";
        if (SoftwareYear is < 2018 or > 2026)
            yield return "the year of the serving software must be 2018 to 2026.";
    }
}
