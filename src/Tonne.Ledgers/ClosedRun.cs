using Tonne.Runs;

namespace Tonne.Ledgers;

/// <summary>A run that had been left open, and what became of it.</summary>
/// <param name="Id">Id.</param>
/// <param name="Record">The record it was given; null if none could be made.</param>
/// <param name="Problem">Why none could be made, the folder being left as it is; null if one was.</param>
public sealed record ClosedRun(string Id, RunRecord? Record, LedgerProblem? Problem);
