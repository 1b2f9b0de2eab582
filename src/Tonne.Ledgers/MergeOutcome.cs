using System.Collections.Immutable;

namespace Tonne.Ledgers;

/// <summary>The result of a merge.</summary>
/// <param name="Added">Ids of runs that were copied.</param>
/// <param name="Extended">Ids of runs that got statements of the other ledger.</param>
/// <param name="Same">Ids of runs that are the same in both.</param>
/// <param name="Skipped">Runs of the other ledger that were not copied: still recorded, not closed, or damaged.</param>
/// <param name="Conflicts">Runs of one id with different content, each naming both folders; none of them was changed.</param>
public sealed record MergeOutcome(
    ImmutableArray<string> Added,
    ImmutableArray<string> Extended,
    ImmutableArray<string> Same,
    ImmutableArray<LedgerProblem> Skipped,
    ImmutableArray<LedgerProblem> Conflicts)
{
    /// <summary>Runs of recorded services whose hours were copied.</summary>
    public int ServiceRuns { get; init; }

    /// <summary>Replies of coding agents that were added, with their calls.</summary>
    public int Replies { get; init; }
}
