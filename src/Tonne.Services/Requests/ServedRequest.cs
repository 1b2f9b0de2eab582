namespace Tonne.Services.Requests;

/// <summary>A request that a deployed model has answered: when, and how many tokens.</summary>
/// <remarks>
/// Times are of the clock of the counter's readings: one wall-clock anchor plus the monotonic clock. Times that contradict each other are
/// brought into order: arrival ≤ start ≤ first token ≤ end.
/// </remarks>
public sealed record ServedRequest
{
    /// <summary>Id, as the source names it.</summary>
    public required string Id { get; init; }

    /// <summary>The model; requests share a batch only with others of the same model. Default: empty, unknown.</summary>
    public string Model { get; init; } = "";

    /// <summary>When it came to the server.</summary>
    public required DateTimeOffset Arrival { get; init; }

    /// <summary>When its computation began. Default: null, at its arrival: no waiting is known.</summary>
    public DateTimeOffset? Start { get; init; }

    /// <summary>When the first token of the answer was there. Default: null, unknown: it is placed by the work of prompt and
    /// answer.</summary>
    public DateTimeOffset? FirstToken { get; init; }

    /// <summary>When the answer was complete, or the request left.</summary>
    public required DateTimeOffset End { get; init; }

    /// <summary>Tokens of the prompt, cached ones included; negative counts as 0. A request without any token has no work.</summary>
    public long PromptTokens { get; init; }

    /// <summary>Of these, tokens whose attention cache was there already, so that they were not computed.</summary>
    public long CachedTokens { get; init; }

    /// <summary>Tokens of the answer, those of reasoning included; negative counts as 0.</summary>
    public long OutputTokens { get; init; }
}
