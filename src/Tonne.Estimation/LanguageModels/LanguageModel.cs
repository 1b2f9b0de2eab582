namespace Tonne.Estimation.LanguageModels;

/// <summary>What an estimate needs to know of a language model: its size and the shape of its attention cache.</summary>
public sealed record LanguageModel
{
    /// <summary>Name, as its publisher writes it, or of the file it was read from.</summary>
    public required string Name { get; init; }

    /// <summary>Number of all parameters.</summary>
    public required double Parameters { get; init; }

    /// <summary>Number of parameters that one token uses, for a mixture of experts; null for a dense model.</summary>
    public double? ActiveParameters { get; init; }

    /// <summary>Number of layers; null if unknown.</summary>
    public int? Layers { get; init; }

    /// <summary>Bytes of attention cache per token at 16 bits; null if unknown.</summary>
    public double? KvCacheBytesPerToken { get; init; }

    /// <summary>Share of the experts of a layer that a token chooses, 0 to 1; null for a dense model, or if unknown.</summary>
    public double? ExpertShare { get; init; }

    /// <summary>Number of tokens it was trained on, as published; null if unknown.</summary>
    public double? TrainingTokens { get; init; }

    /// <summary>Number format of its weights, such as <c>fp8</c>; null if its name or file does not tell.</summary>
    public string? Format { get; init; }

    /// <summary>How the size is known, in a sentence without a full stop.</summary>
    public required string Origin { get; init; }

    /// <summary>Ids of the sources, joined by <c>;</c>; null for a file of the user.</summary>
    public string? Source { get; init; }

    /// <summary>
    /// For a model whose publisher does not state its size: the smallest and the largest that it may plausibly be. Null for any other.
    /// </summary>
    public (LanguageModel Smallest, LanguageModel Largest)? Undisclosed { get; init; }
}
