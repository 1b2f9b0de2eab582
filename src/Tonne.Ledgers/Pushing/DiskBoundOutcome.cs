namespace Tonne.Ledgers.Pushing;

/// <summary>What was removed so that the runs of a ledger are within a bound on the disk.</summary>
public sealed record DiskBoundOutcome
{
    /// <summary>Bytes of the runs before.</summary>
    public required long BytesBefore { get; init; }

    /// <summary>Bytes of the runs now.</summary>
    public required long BytesAfter { get; init; }

    /// <summary>Traces that were thinned.</summary>
    public int Thinned { get; init; }

    /// <summary>Traces that were removed, of runs that the server has.</summary>
    public int TracesRemoved { get; init; }

    /// <summary>Runs that were removed; the server has them.</summary>
    public int RunsRemoved { get; init; }

    /// <summary>Traces that were removed, of runs that the server does not have; their records stay.</summary>
    public int Dropped { get; init; }

    /// <summary>Why something could not be removed, a sentence; null if nothing went wrong.</summary>
    public string? Problem { get; init; }
}
