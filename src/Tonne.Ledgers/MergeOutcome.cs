using System.Collections.Immutable;

namespace Tonne.Ledgers;

/// <summary>What a merge did.</summary>
/// <param name="Added">Ids of runs taken over.</param>
/// <param name="Extended">Ids of runs known already that were given statements of the other ledger.</param>
/// <param name="Same">Ids of runs that both had alike.</param>
/// <param name="Skipped">Runs of the other ledger that were left there: living, not closed, or damaged.</param>
/// <param name="Conflicts">Runs of one id with different content, each naming both folders; none of them was changed.</param>
public sealed record MergeOutcome(
    ImmutableArray<string> Added,
    ImmutableArray<string> Extended,
    ImmutableArray<string> Same,
    ImmutableArray<LedgerProblem> Skipped,
    ImmutableArray<LedgerProblem> Conflicts);
