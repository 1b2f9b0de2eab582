using Tonne.Ledgers.Calls;
using Tonne.Services.Requests;

namespace Tonne.Server.Proxying;

/// <summary>A request that has passed and ended: times and tokens, without any text.</summary>
sealed class ProxiedRequest
{
    /// <summary>Id, as in the header <c>tonne-request</c>.</summary>
    public required string Id { get; init; }

    /// <summary>Id that the server gave; null if none.</summary>
    public string? ReplyId { get; init; }

    /// <summary>The model as asked for, else as answered; empty if unknown.</summary>
    public required string Model { get; init; }

    /// <summary>When it came.</summary>
    public required DateTimeOffset Arrival { get; init; }

    /// <summary>When the first part of a streamed answer passed; null if unknown.</summary>
    public DateTimeOffset? FirstToken { get; init; }

    /// <summary>When it left.</summary>
    public required DateTimeOffset End { get; init; }

    /// <summary>Why it failed, in words; null if it did not.</summary>
    public string? Failure { get; init; }

    /// <summary>Whether the answer was streamed.</summary>
    public bool IsStreamed { get; init; }

    /// <summary>Whether it is one pass over its input.</summary>
    public bool IsForwardPass { get; init; }

    /// <summary>Tokens so far as they are known.</summary>
    public CallTokens Tokens { get; init; }

    /// <summary>How they are known.</summary>
    public TokenBasis Basis { get; init; }

    /// <summary>Why tokens are unknown or modelled; null if they were reported.</summary>
    public string? TokenReason { get; init; }

    /// <summary>Its measured energy; null as long as that is not divided.</summary>
    public MeasuredRequest? Measured { get; set; }

    /// <summary>The request as it is divided.</summary>
    public ServedRequest ToServed() => new()
    {
        Id = Id,
        Model = Model,
        Arrival = Arrival,
        FirstToken = FirstToken,
        End = End,
        PromptTokens = Tokens.Input,
        CachedTokens = Tokens.CachedInput,
        OutputTokens = Tokens.Output,
    };
}
