namespace Tonne.Ledgers.PostgreSql.Recounting;

/// <summary>How far a recount has come.</summary>
public sealed record RecountProgress
{
    /// <summary>Number of the job; 0 for a trial that writes nothing.</summary>
    public long Job { get; init; }

    /// <summary>When it was begun, UTC; it may have been stopped since.</summary>
    public required DateTimeOffset StartedAt { get; init; }

    /// <summary>Who began it.</summary>
    public required string StartedBy { get; init; }

    /// <summary>Version of the accounting method.</summary>
    public required string Method { get; init; }

    /// <summary>Hash of the factor tables.</summary>
    public required string FactorsHash { get; init; }

    /// <summary>Which runs.</summary>
    public RecountQuery Query { get; init; } = new();

    /// <summary>Number of runs when it was begun.</summary>
    public long Runs { get; init; }

    /// <summary>Runs that were looked at.</summary>
    public long Done { get; init; }

    /// <summary>Runs that got another statement.</summary>
    public long Changed { get; init; }

    /// <summary>Runs whose newest statement has the same content.</summary>
    public long Unchanged { get; init; }

    /// <summary>Runs whose figures are those of another tool.</summary>
    public long OfAnotherTool { get; init; }

    /// <summary>Runs that could not be accounted; their statements stay.</summary>
    public long Failed { get; init; }

    /// <summary>Why the first of them could not; null if all could.</summary>
    public string? FirstProblem { get; init; }

    /// <summary>Emissions of the runs that change, before, kg CO2e; runs inside others too. Only of what this call has done.</summary>
    public double KilogramsBefore { get; init; }

    /// <summary>Emissions of the runs that change, after, kg CO2e.</summary>
    public double KilogramsAfter { get; init; }

    /// <summary>When something of it was last written, UTC.</summary>
    public DateTimeOffset UpdatedAt { get; init; }

    /// <summary>When it ended, UTC; null while something is left.</summary>
    public DateTimeOffset? EndedAt { get; init; }

    /// <summary>Whether it ended because another one with other factors or other runs took its place.</summary>
    public bool WasReplaced { get; init; }

    /// <summary>Whether a process works at a recount now.</summary>
    public bool IsRunning { get; init; }

    /// <summary>The node at which it is; empty before the first.</summary>
    internal string AtNode { get; init; } = "";

    /// <summary>The run that it has looked at last, of this node; empty before the first.</summary>
    internal string AtRun { get; init; } = "";
}
