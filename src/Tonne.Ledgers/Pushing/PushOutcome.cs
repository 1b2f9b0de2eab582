namespace Tonne.Ledgers.Pushing;

/// <summary>What became of a push.</summary>
public sealed record PushOutcome
{
    /// <summary>Lines that are new at the server.</summary>
    public int Accepted { get; init; }

    /// <summary>Lines that it had already.</summary>
    public int Known { get; init; }

    /// <summary>Lines that it will never keep, the first 100.</summary>
    public IReadOnlyList<RefusedLine> Refused { get; init; } = [];

    /// <summary>Number of lines that it will never keep.</summary>
    public int RefusedCount { get; init; }

    /// <summary>Requests that it answered.</summary>
    public int Batches { get; init; }

    /// <summary>Bytes sent in them, compressed.</summary>
    public long Bytes { get; init; }

    /// <summary>Why the push ended before all was sent, a sentence; null if all was.</summary>
    public string? Problem { get; init; }

    /// <summary>How long the server wants to be left alone; null if it did not say.</summary>
    public TimeSpan? RetryAfter { get; init; }

    /// <summary>Whether the server does not take the key: then nothing is gained by trying again with it.</summary>
    public bool IsKeyRefused { get; init; }
}
