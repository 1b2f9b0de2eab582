using Tonne.Runs;

namespace Tonne.Ledgers;

/// <summary>A run whose recorder was killed, and the result of closing it.</summary>
/// <param name="Id">Id.</param>
/// <param name="Record">The record it was given; null if none could be computed.</param>
/// <param name="Problem">Why there is no record, and the folder was not changed; null if there is one.</param>
public sealed record ClosedRun(string Id, RunRecord? Record, LedgerProblem? Problem);
