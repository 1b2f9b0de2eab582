using System.Collections.Immutable;
using Tonne.Runs;

namespace Tonne.Accounting;

/// <summary>A run's record and what was stated of it, oldest first: what the ledger holds.</summary>
/// <param name="Record">The facts.</param>
/// <param name="Statements">At least one; the last is the one shown.</param>
public sealed record LedgerEntry(RunRecord Record, ImmutableArray<FootprintStatement> Statements)
{
    /// <summary>The newest footprint, with its derivations, made again from the record and the stated factors.</summary>
    public Footprint Account() => new Accountant().Account(Record, Statements[^1].Factors);
}
