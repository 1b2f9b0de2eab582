namespace Tonne.Ledgers.Listing;

/// <summary>A part of a list of runs.</summary>
/// <param name="Total">Runs that match, in this part or not.</param>
/// <param name="Runs">The runs, in order.</param>
public sealed record RunListPage(int Total, IReadOnlyList<RunSummary> Runs);
