using System.Collections.Immutable;

namespace Tonne.Ledgers.Exchanging;

/// <summary>What an import did.</summary>
/// <param name="Added">Ids of runs added.</param>
/// <param name="Known">Ids of runs that were there already.</param>
/// <param name="Problems">Rows that were passed over.</param>
public sealed record ImportOutcome(ImmutableArray<string> Added, ImmutableArray<string> Known, ImmutableArray<LedgerProblem> Problems);
