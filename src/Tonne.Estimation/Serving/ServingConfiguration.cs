namespace Tonne.Estimation.Serving;

/// <summary>
/// How a language model is served, as plain numbers: the input of <see cref="ServingEnergyModel"/>. It has no names or bounds, so that
/// millions of configurations can be computed.
/// </summary>
/// <remarks>
/// Layers and cache size are derived from the parameter count unless given (see docs/methods/estimating-inference.md):
/// layers = 32 · (A^¾·P^¼ ÷ 8e9)^0.36, bytes of attention cache per token = 131,072 · (A ÷ 8e9)^0.4 and the share of the experts that a
/// token chooses = (A ÷ P)^1.2, where P is the number of all and A that of active parameters.
/// </remarks>
public readonly record struct ServingConfiguration
{
    /// <summary>Number of all parameters, P.</summary>
    public required double Parameters { get; init; }

    /// <summary>Number of parameters that one token uses, A; equal to P for a dense model.</summary>
    public required double ActiveParameters { get; init; }

    /// <summary>Bytes per parameter in memory.</summary>
    public required double BytesPerParameter { get; init; }

    /// <summary>Number of accelerators of one replica, n.</summary>
    public required double Gpus { get; init; }

    /// <summary>Mean number of requests served together by one replica, B, at least 1.</summary>
    public required double Batch { get; init; }

    /// <summary>Number of tokens of the prompt.</summary>
    public required double PromptTokens { get; init; }

    /// <summary>Number of tokens of the prompt whose attention cache is read instead of computed. Default 0.</summary>
    public double CachedPromptTokens { get; init; }

    /// <summary>Number of tokens of the answer, reasoning included, at least 1.</summary>
    public required double OutputTokens { get; init; }

    /// <summary>Thermal design power of one accelerator, W.</summary>
    public required double TdpWatts { get; init; }

    /// <summary>Memory bandwidth of one accelerator, B/s.</summary>
    public required double BytesPerSecond { get; init; }

    /// <summary>Peak rate of one accelerator in the format of the weights, operations/s.</summary>
    public required double OperationsPerSecond { get; init; }

    /// <summary>Peak rate of one accelerator at sixteen bits, operations/s; null if it is not published.</summary>
    public double? SixteenBitOperationsPerSecond { get; init; }

    /// <summary>Generation of the accelerator.</summary>
    public AcceleratorGeneration Generation { get; init; }

    /// <summary>Whether the serving software is of 2024 rather than of 2026.</summary>
    public bool UsesOlderSoftware { get; init; }

    /// <summary>Number of layers of the model; null to estimate it from the parameters.</summary>
    public double? GivenLayers { get; init; }

    /// <summary>Bytes of attention cache per token; null to estimate them from the parameters.</summary>
    public double? GivenCacheBytesPerToken { get; init; }

    /// <summary>Share of the experts of a layer that a token chooses, 0 to 1; null to estimate it from the parameters.</summary>
    public double? GivenExpertShare { get; init; }

    /// <summary>Energy over that of the fitted model, for hardware and software outside the fit; null for 1.</summary>
    public double? UnfittedRatio { get; init; }

    /// <summary>Bytes of attention cache per token, as given or estimated from the parameters.</summary>
    public double KvCacheBytesPerToken => GivenCacheBytesPerToken ?? 131_072 * Math.Pow(ActiveParameters / 8e9, 0.4);

    /// <summary>Number of layers, as given or estimated from the parameters.</summary>
    public double LayerCount =>
        GivenLayers ?? 32 * Math.Pow(Math.Pow(ActiveParameters, 0.75) * Math.Pow(Parameters, 0.25) / 8e9, 0.36);

    /// <summary>Share of the experts of a layer that a token chooses, given or estimated from the parameters; 1 if dense.</summary>
    public double ExpertShare => ActiveParameters >= Parameters ? 1
        : GivenExpertShare ?? Math.Pow(ActiveParameters / Parameters, 1.2);

    /// <summary>Whether layers, attention cache and the share of experts are given, rather than estimated from the parameters.</summary>
    public bool IsArchitectureGiven => GivenLayers is not null && GivenCacheBytesPerToken is not null
        && (ActiveParameters >= Parameters || GivenExpertShare is not null);

    /// <summary>Mean number of tokens in the attention cache of one request while it is answered.</summary>
    public double ContextTokens => PromptTokens + (OutputTokens / 2);

    /// <summary>
    /// Number of parameters that one step of the batch reads: the active ones of one request, and those of the experts that the other
    /// requests choose, assumed to be independent choices: A + (P − A)(1 − (1 − s)^(B − 1)), s: <see cref="ExpertShare"/>.
    /// </summary>
    public double ParametersReadPerStep => ActiveParameters >= Parameters ? Parameters
        : ActiveParameters
            + ((Parameters - ActiveParameters) * (1 - Math.Pow(1 - ExpertShare, Math.Max(0, Batch - 1))));

    /// <summary>Whether the model is a mixture of experts with weights of one byte.</summary>
    internal bool IsEightBitMixture => BytesPerParameter == 1 && ActiveParameters < Parameters;

    /// <summary>
    /// The peak rate that the arithmetic of the model comes near, operations/s: that of sixteen bits for a mixture of experts with weights
    /// of eight bits, whose small matrices do not profit from the higher peak.
    /// </summary>
    internal double EffectiveOperationsPerSecond => IsEightBitMixture
        ? SixteenBitOperationsPerSecond ?? OperationsPerSecond
        : OperationsPerSecond;

    /// <summary>Number of prompt tokens that are computed, the cached ones with the share of <c>serving/cached-prompt</c>.</summary>
    public double ComputedPromptTokens => PromptTokens - (CachedPromptTokens * (1 - ServingFactors.CachedPrompt.Bounds.Best));

    /// <summary>Bytes of memory that the weights and the attention caches of the batch take.</summary>
    public double MemoryBytes => (Parameters * BytesPerParameter) + (Batch * ContextTokens * KvCacheBytesPerToken);
}
