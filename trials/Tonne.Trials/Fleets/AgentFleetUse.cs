namespace Tonne.Trials.Fleets;

/// <summary>What a fleet has taken until a time.</summary>
sealed record AgentFleetUse
{
    /// <summary>When, as a timestamp of the system's clock.</summary>
    internal long At { get; init; }

    /// <summary>Processor time of the server, s.</summary>
    internal double ServerSeconds { get; init; }

    /// <summary>Processor time of PostgreSQL, s.</summary>
    internal double DatabaseSeconds { get; init; }

    /// <summary>Processor time of the agents in one process, s.</summary>
    internal double HostedSeconds { get; init; }

    /// <summary>Processor time of the agents in processes of their own, s.</summary>
    internal double ProcessSeconds { get; init; }

    /// <summary>Memory of the server.</summary>
    internal long ServerBytes { get; init; }

    /// <summary>Memory of PostgreSQL.</summary>
    internal long DatabaseMemoryBytes { get; init; }

    /// <summary>Memory of the agents in one process.</summary>
    internal long HostedBytes { get; init; }

    /// <summary>Memory of the agents in processes of their own.</summary>
    internal long ProcessBytes { get; init; }

    /// <summary>Size of the database on the disk.</summary>
    internal long DatabaseBytes { get; init; }

    /// <summary>Runs in the database.</summary>
    internal long Runs { get; init; }

    /// <summary>Lines in the database.</summary>
    internal long Lines { get; init; }

    /// <summary>Pushes that were answered.</summary>
    internal long Answers { get; init; }

    /// <summary>Bytes of their bodies, compressed.</summary>
    internal long SentBytes { get; init; }

    /// <summary>Bytes in the ledgers of the agents in one process.</summary>
    internal long NodeBytes { get; init; }
}
