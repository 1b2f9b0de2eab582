using Tonne.Accounting;

namespace Tonne.Ledgers.Pushing;

/// <summary>What a recount found for a run.</summary>
/// <param name="Result">What became of it.</param>
/// <param name="Statement">The statement that is new; null if there is none.</param>
/// <param name="Problem">Why it could not be accounted; null if it could.</param>
public sealed record RecountedStoredRun(RecountResult Result, FootprintStatement? Statement, string? Problem);
