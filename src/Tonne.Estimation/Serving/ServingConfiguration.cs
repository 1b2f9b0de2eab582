namespace Tonne.Estimation.Serving;

/// <summary>
/// A serving configuration of a language model as plain numbers, the input of <see cref="ServingEnergyModel"/>. It has no names or
/// bounds, so it is cheap enough for sweeps.
/// </summary>
/// <remarks>
/// Layers and cache size are derived from the parameter count unless given (see docs/methods/estimating-inference.md):
/// layers = 32 · (√(A·P) ÷ 8e9)^0.36 and bytes of attention cache per token = 131,072 · (A ÷ 8e9)^0.4, where P is the number of all and A
/// that of active parameters.
/// </remarks>
public readonly record struct ServingConfiguration
{
    /// <summary>All parameters, P.</summary>
    public required double Parameters { get; init; }

    /// <summary>Parameters that one token uses, A; P for a dense model.</summary>
    public required double ActiveParameters { get; init; }

    /// <summary>Bytes a parameter takes.</summary>
    public required double BytesPerParameter { get; init; }

    /// <summary>Accelerators of one replica, n.</summary>
    public required double Gpus { get; init; }

    /// <summary>Mean number of requests served together by one replica, B, at least 1.</summary>
    public required double Batch { get; init; }

    /// <summary>Tokens of the prompt.</summary>
    public required double PromptTokens { get; init; }

    /// <summary>Tokens of the answer, at least 1.</summary>
    public required double OutputTokens { get; init; }

    /// <summary>Thermal design power of one accelerator, W.</summary>
    public required double TdpWatts { get; init; }

    /// <summary>Memory bandwidth of one accelerator, B/s.</summary>
    public required double BytesPerSecond { get; init; }

    /// <summary>Peak rate of one accelerator in the format of the weights, operations/s.</summary>
    public required double OperationsPerSecond { get; init; }

    /// <summary>Generation of the accelerator.</summary>
    public AcceleratorGeneration Generation { get; init; }

    /// <summary>Whether the serving software is of 2024 rather than of 2026.</summary>
    public bool UsesOlderSoftware { get; init; }

    /// <summary>Layers of the model; null to take them from its parameters.</summary>
    public double? GivenLayers { get; init; }

    /// <summary>Bytes of attention cache per token; null to take them from the parameters.</summary>
    public double? GivenCacheBytesPerToken { get; init; }

    /// <summary>Bytes of attention cache per token, given or from the parameters.</summary>
    public double KvCacheBytesPerToken => GivenCacheBytesPerToken ?? 131_072 * Math.Pow(ActiveParameters / 8e9, 0.4);

    /// <summary>Layers, given or from the parameters.</summary>
    public double LayerCount => GivenLayers ?? 32 * Math.Pow(Math.Sqrt(ActiveParameters * Parameters) / 8e9, 0.36);

    /// <summary>Tokens in the cache of one request, on average over its answer.</summary>
    public double ContextTokens => PromptTokens + (OutputTokens / 2);

    /// <summary>
    /// Parameters that one step of the whole batch reads: A, and the experts chosen by the other requests, assumed to be independent: A +
    /// (P − A)(1 − (1 − A/P)^(B − 1)).
    /// </summary>
    public double ParametersReadPerStep => ActiveParameters >= Parameters ? Parameters
        : ActiveParameters + ((Parameters - ActiveParameters) * (1 - Math.Pow(1 - (ActiveParameters / Parameters), Math.Max(0, Batch - 1))));

    /// <summary>Bytes of memory that weights and the caches of the batch take.</summary>
    public double MemoryBytes => (Parameters * BytesPerParameter) + (Batch * ContextTokens * KvCacheBytesPerToken);
}
