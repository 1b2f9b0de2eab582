namespace Tonne.Estimation.Serving;

/// <summary>
/// How a language model is served, as plain numbers: the input of <see cref="ServingEnergyModel"/>. It has no names or bounds, so that
/// millions of configurations can be computed.
/// </summary>
/// <remarks>
/// Layers and cache size are derived from the parameter count unless given (see docs/methods/estimating-inference.md):
/// layers = 32 · (√(A·P) ÷ 8e9)^0.36 and bytes of attention cache per token = 131,072 · (A ÷ 8e9)^0.4, where P is the number of all and A
/// that of active parameters.
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

    /// <summary>Number of tokens of the answer, at least 1.</summary>
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

    /// <summary>Number of layers of the model; null to estimate it from the parameters.</summary>
    public double? GivenLayers { get; init; }

    /// <summary>Bytes of attention cache per token; null to estimate them from the parameters.</summary>
    public double? GivenCacheBytesPerToken { get; init; }

    /// <summary>Bytes of attention cache per token, as given or estimated from the parameters.</summary>
    public double KvCacheBytesPerToken => GivenCacheBytesPerToken ?? 131_072 * Math.Pow(ActiveParameters / 8e9, 0.4);

    /// <summary>Number of layers, as given or estimated from the parameters.</summary>
    public double LayerCount => GivenLayers ?? 32 * Math.Pow(Math.Sqrt(ActiveParameters * Parameters) / 8e9, 0.36);

    /// <summary>Mean number of tokens in the attention cache of one request while it is answered.</summary>
    public double ContextTokens => PromptTokens + (OutputTokens / 2);

    /// <summary>
    /// Number of parameters that one step of the batch reads: the active ones of one request, and those of the experts that the other
    /// requests choose, assumed to be independent choices: A + (P − A)(1 − (1 − A/P)^(B − 1)).
    /// </summary>
    public double ParametersReadPerStep => ActiveParameters >= Parameters ? Parameters
        : ActiveParameters
            + ((Parameters - ActiveParameters) * (1 - Math.Pow(1 - (ActiveParameters / Parameters), Math.Max(0, Batch - 1))));

    /// <summary>Bytes of memory that the weights and the attention caches of the batch take.</summary>
    public double MemoryBytes => (Parameters * BytesPerParameter) + (Batch * ContextTokens * KvCacheBytesPerToken);
}
