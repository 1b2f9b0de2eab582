namespace Tonne.Ledgers;

/// <summary>A problem in a ledger: place, description and remedy.</summary>
/// <param name="Run">Id of the run; null if it does not concern one run.</param>
/// <param name="File">The file.</param>
/// <param name="What">What is wrong, in words that follow the file's name.</param>
/// <param name="Remedy">What to do, a sentence.</param>
public sealed record LedgerProblem(string? Run, string File, string What, string Remedy)
{
    /// <summary>Formats file, problem and remedy.</summary>
    public override string ToString() => $"{File}: {What}. {Remedy}";
}
