using System.Collections.Immutable;

namespace Tonne.Ledgers.ImportExport;

/// <summary>The runs of a file of another tool, and the rows that cannot be used.</summary>
/// <param name="Runs">The runs, in the order of the file.</param>
/// <param name="Problems">One for each row that was skipped, with file and line.</param>
public sealed record ImportedRuns(ImmutableArray<ImportedRun> Runs, ImmutableArray<LedgerProblem> Problems);
