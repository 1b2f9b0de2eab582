using System.Collections.Immutable;

namespace Tonne.Ledgers.ImportExport;

/// <summary>The runs of a file of another tool, and the rows that cannot be used.</summary>
/// <param name="Runs">The runs, in the order of the file.</param>
/// <param name="Problems">One for each row that was skipped, with file and line.</param>
public sealed record ImportedRuns(ImmutableArray<ImportedRun> Runs, ImmutableArray<LedgerProblem> Problems)
{
    /// <summary>The number of runs added whose stated parts do not add up to their stated energy; each has a warning.</summary>
    /// <param name="outcome">The result of importing these runs.</param>
    public int CountPartsThatDoNotAdd(ImportOutcome outcome)
    {
        ArgumentNullException.ThrowIfNull(outcome);
        var added = outcome.Added.ToHashSet(StringComparer.Ordinal);
        return Runs.Count(run => !run.PartsAdd && added.Contains(run.Id));
    }
}
