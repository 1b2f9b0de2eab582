namespace Tonne.Ledgers.Pushing;

/// <summary>An enrolled node.</summary>
public sealed record FleetNode
{
    /// <summary>Its name, unique in the fleet.</summary>
    public required string Name { get; init; }

    /// <summary>When it enrolled, UTC.</summary>
    public required DateTimeOffset EnrolledAt { get; init; }

    /// <summary>When its keys end, UTC; null if they do not.</summary>
    public DateTimeOffset? KeyExpiresAt { get; init; }

    /// <summary>When it was revoked, UTC; null if it was not.</summary>
    public DateTimeOffset? RevokedAt { get; init; }

    /// <summary>When it was last heard of, UTC; null if never since its enrolment.</summary>
    public DateTimeOffset? LastSeenAt { get; init; }

    /// <summary>What it said of itself then.</summary>
    public NodeReport? Report { get; init; }

    /// <summary>What the last run of its whole machine says of it; null if there is none.</summary>
    public NodeMeasures? Measures { get; init; }

    /// <summary>Number of runs that it has pushed.</summary>
    public long Runs { get; init; }
}
