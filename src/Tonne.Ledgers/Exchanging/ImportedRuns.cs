using System.Collections.Immutable;

namespace Tonne.Ledgers.Exchanging;

/// <summary>The runs a file of another tool holds, and what in it cannot be used.</summary>
/// <param name="Runs">The runs, in the order of the file.</param>
/// <param name="Problems">One for each row that was passed over, naming file and line.</param>
public sealed record ImportedRuns(ImmutableArray<ImportedRun> Runs, ImmutableArray<LedgerProblem> Problems);
