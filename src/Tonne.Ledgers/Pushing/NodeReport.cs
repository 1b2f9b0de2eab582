namespace Tonne.Ledgers.Pushing;

/// <summary>What an agent says of itself with each push.</summary>
public sealed record NodeReport
{
    /// <summary>Version of the agent.</summary>
    public required string Version { get; init; }

    /// <summary>Method version and hash of the factors with which it accounts.</summary>
    public string? FactorsHash { get; init; }

    /// <summary>Lines that it has and the server does not, as far as it knows.</summary>
    public long Waiting { get; init; }

    /// <summary>Start of the oldest run that waits, UTC; null if none does.</summary>
    public DateTimeOffset? WaitingSince { get; init; }

    /// <summary>Runs whose traces it removed before the server had their records, because its disk bound was reached; since its enrolment.
    /// The records stay.</summary>
    public long Dropped { get; init; }

    /// <summary>When it was sent by the clock of the node, UTC; null from an earlier version.</summary>
    public DateTimeOffset? SentAt { get; init; }

    /// <summary>How far that clock is ahead of the server's, in s; less than 0 if it is behind. Computed by the server.</summary>
    public double? ClockAheadSeconds { get; init; }

    /// <summary>What is wrong on the node, a sentence; null if nothing is.</summary>
    public string? Problem { get; init; }
}
