using Tonne.Ledgers.Calls;

namespace Tonne.Services.Imports;

/// <summary>What a log states of one reply of a model. It has no text of the conversation.</summary>
public sealed record TokenReply
{
    /// <summary>What identifies the reply in all files of the log. Only its keyed hash is kept.</summary>
    public required string Id { get; init; }

    /// <summary>Time of the reply.</summary>
    public required DateTimeOffset Time { get; init; }

    /// <summary>The model that answered; empty if unknown.</summary>
    public string Model { get; init; } = "";

    /// <summary>Id of the session; only its keyed hash is kept. Empty if unknown.</summary>
    public string Session { get; init; } = "";

    /// <summary>Folder in which the agent worked; only its last name is kept, or a keyed hash of that. Empty if unknown.</summary>
    public string Folder { get; init; } = "";

    /// <summary>Tokens.</summary>
    public required CallTokens Tokens { get; init; }

    /// <summary>Requests: 1, or those of a row of sums.</summary>
    public long Requests { get; init; } = 1;

    /// <summary>Whether <see cref="Requests"/> is not stated: the estimate then assumes requests of usual size.</summary>
    public bool HasUnknownRequests { get; init; }

    /// <summary>Joins two lines of one reply: the later one counts, of two at the same time the one with more tokens.</summary>
    /// <param name="other">Another line of the same reply.</param>
    /// <remarks>The result does not depend on the order of the lines.</remarks>
    internal TokenReply Join(TokenReply other)
    {
        var order = (Time, Tokens.Output, Tokens.Input, Tokens.CachedInput, Tokens.Reasoning)
            .CompareTo((other.Time, other.Tokens.Output, other.Tokens.Input, other.Tokens.CachedInput, other.Tokens.Reasoning));
        return order >= 0 ? this : other;
    }
}
