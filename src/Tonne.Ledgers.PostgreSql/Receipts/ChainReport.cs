namespace Tonne.Ledgers.PostgreSql.Receipts;

/// <summary>What a check of the chains of all nodes has found.</summary>
public sealed record ChainReport
{
    /// <summary>Nodes with lines.</summary>
    public int Nodes { get; init; }

    /// <summary>Lines in their chains.</summary>
    public long Lines { get; init; }

    /// <summary>Lines at the end of chains that no receipt covers: they were kept by a server without a key, or before there were receipts.</summary>
    public long Unsigned { get; init; }

    /// <summary>Receipts.</summary>
    public long Receipts { get; init; }

    /// <summary>What is wrong, a sentence each, the first 1,000.</summary>
    public IReadOnlyList<string> Problems { get; init; } = [];

    /// <summary>Number of things that are wrong.</summary>
    public long ProblemCount { get; init; }
}
