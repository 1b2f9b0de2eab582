namespace Tonne.Services.Sources;

/// <summary>What serving software reports.</summary>
public enum ServingQuantity
{
    /// <summary>Tokens of prompts, cached ones included; a counter.</summary>
    PromptTokens,

    /// <summary>Tokens of prompts that were computed, cached ones excluded; a counter.</summary>
    ComputedPromptTokens,

    /// <summary>Tokens of prompts that were in a cache; a counter.</summary>
    CachedTokens,

    /// <summary>Generated tokens; a counter.</summary>
    OutputTokens,

    /// <summary>Finished requests; a counter.</summary>
    Requests,

    /// <summary>Requests that are computed now; a gauge.</summary>
    Running,

    /// <summary>Requests that wait now; a gauge.</summary>
    Waiting,

    /// <summary>Time to the first token, s; a histogram.</summary>
    FirstTokenSeconds,

    /// <summary>Time of a request from arrival to end, s; a histogram.</summary>
    RequestSeconds,

    /// <summary>Time that a request waited, s; a histogram.</summary>
    QueueSeconds,
}
