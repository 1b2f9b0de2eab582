namespace Tonne.Services.Recording;

/// <summary>What one model did between two looks at its server.</summary>
public sealed record ServiceUse
{
    /// <summary>The model, as the server names it; empty if unknown.</summary>
    public string Model { get; init; } = "";

    /// <summary>Requests that ended.</summary>
    public long Requests { get; init; }

    /// <summary>Of these, requests that failed or were given up.</summary>
    public long Failed { get; init; }

    /// <summary>Tokens of prompts, cached ones included.</summary>
    public long PromptTokens { get; init; }

    /// <summary>Of these, tokens that were read from a cache.</summary>
    public long CachedTokens { get; init; }

    /// <summary>Tokens of answers, those of reasoning included.</summary>
    public long OutputTokens { get; init; }

    /// <summary>Of these, tokens of reasoning.</summary>
    public long ReasoningTokens { get; init; }

    /// <summary>Mean number of requests that were computed; null if the server does not say.</summary>
    public double? Running { get; init; }

    /// <summary>Mean number of requests that waited; null if the server does not say.</summary>
    public double? Waiting { get; init; }

    /// <summary>Whether something happened.</summary>
    internal bool IsEmpty => Requests == 0 && Failed == 0 && PromptTokens == 0 && OutputTokens == 0 && !(Running > 0) && !(Waiting > 0);
}
