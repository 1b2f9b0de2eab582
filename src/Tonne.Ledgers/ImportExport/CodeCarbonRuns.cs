using System.Collections.Immutable;

namespace Tonne.Ledgers.ImportExport;

/// <summary>The rows of a file, and what could not be read.</summary>
/// <param name="Runs">The rows in their order; of a run that was written several times as it went on, the last.</param>
/// <param name="Problems">Rows that were skipped, with the reason.</param>
public sealed record CodeCarbonRuns(ImmutableArray<CodeCarbonRun> Runs, ImmutableArray<LedgerProblem> Problems);
