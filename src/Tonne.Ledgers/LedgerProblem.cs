namespace Tonne.Ledgers;

/// <summary>Something wrong in a ledger: where, what, and what to do.</summary>
/// <param name="Run">Id of the run; null if it is not of one run.</param>
/// <param name="File">The file.</param>
/// <param name="What">What is wrong, in words that follow the file's name.</param>
/// <param name="Remedy">What to do, a sentence.</param>
public sealed record LedgerProblem(string? Run, string File, string What, string Remedy)
{
    /// <summary>File, what, remedy.</summary>
    public override string ToString() => $"{File}: {What}. {Remedy}";
}
