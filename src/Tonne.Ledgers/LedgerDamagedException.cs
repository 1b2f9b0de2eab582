namespace Tonne.Ledgers;

/// <summary>A file of the ledger is not what was written: <see cref="Problem"/> names it and says what to do.</summary>
public sealed class LedgerDamagedException : FormatException
{
    /// <summary>A damaged ledger.</summary>
    public LedgerDamagedException()
        : this("The ledger is damaged.")
    {
    }

    /// <summary>A damaged ledger.</summary>
    public LedgerDamagedException(string message)
        : base(message) => Problem = new(null, "", message, "");

    /// <summary>A damaged ledger.</summary>
    public LedgerDamagedException(string message, Exception inner)
        : base(message, inner) => Problem = new(null, "", message, "");

    /// <summary>A damaged file of the ledger.</summary>
    public LedgerDamagedException(LedgerProblem problem, Exception? inner = null)
        : base(problem.ToString(), inner) => Problem = problem;

    /// <summary>What is wrong.</summary>
    public LedgerProblem Problem { get; }
}
