using System.Collections.Immutable;

namespace Tonne.Ledgers.ImportExport;

/// <summary>The result of an import.</summary>
/// <param name="Added">Ids of runs added.</param>
/// <param name="Known">Ids of runs that were there before.</param>
/// <param name="Problems">Rows that were skipped.</param>
public sealed record ImportOutcome(ImmutableArray<string> Added, ImmutableArray<string> Known, ImmutableArray<LedgerProblem> Problems);
