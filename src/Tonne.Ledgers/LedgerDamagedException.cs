namespace Tonne.Ledgers;

/// <summary>Thrown when a file of the ledger differs from what was written: <see cref="Problem"/> has the file and the remedy.</summary>
public sealed class LedgerDamagedException : FormatException
{
    /// <summary>Creates the exception with a default message.</summary>
    public LedgerDamagedException()
        : this("The ledger is damaged.")
    {
    }

    /// <summary>Creates the exception with a message.</summary>
    public LedgerDamagedException(string message)
        : base(message) => Problem = new(null, "", message, "");

    /// <summary>Creates the exception with a message and a cause.</summary>
    public LedgerDamagedException(string message, Exception inner)
        : base(message, inner) => Problem = new(null, "", message, "");

    /// <summary>Creates the exception for a damaged file.</summary>
    public LedgerDamagedException(LedgerProblem problem, Exception? inner = null)
        : base(problem.ToString(), inner) => Problem = problem;

    /// <summary>What is wrong.</summary>
    public LedgerProblem Problem { get; }
}
