namespace Tonne.Cli.Agents;

/// <summary>What became of an agent's pushes.</summary>
sealed record PushStatus
{
    /// <summary>Address of the server; null if the node is in no fleet.</summary>
    public string? Server { get; init; }

    /// <summary>When the server last answered, UTC; null if never since the agent's start.</summary>
    public DateTimeOffset? AnsweredAt { get; init; }

    /// <summary>Lines that it has taken since the agent's start.</summary>
    public long Pushed { get; init; }

    /// <summary>Pushes that it has answered since the agent's start.</summary>
    public long Answers { get; init; }

    /// <summary>Bytes of the bodies of these pushes as they were sent, compressed.</summary>
    public long SentBytes { get; init; }

    /// <summary>Lines that wait.</summary>
    public long Waiting { get; init; }

    /// <summary>Start of the oldest run that waits, UTC.</summary>
    public DateTimeOffset? WaitingSince { get; init; }

    /// <summary>Lines that the server does not keep.</summary>
    public long Refused { get; init; }

    /// <summary>Runs whose traces were removed before the server had them.</summary>
    public long Dropped { get; init; }

    /// <summary>What is wrong, a sentence; null if nothing is.</summary>
    public string? Problem { get; init; }
}
