using System.Collections.Immutable;
using Tonne.Runs;

namespace Tonne.Accounting;

/// <summary>A run's record and its footprint statements, oldest first, as stored in the ledger.</summary>
/// <param name="Record">The record of the run.</param>
/// <param name="Statements">At least one statement; reports show the last.</param>
public sealed record LedgerEntry(RunRecord Record, ImmutableArray<FootprintStatement> Statements)
{
    /// <summary>The newest footprint, with its derivations, computed again from the record and the stated factors.</summary>
    public Footprint Account() => new Accountant().Account(Record, Statements[^1].Factors);
}
