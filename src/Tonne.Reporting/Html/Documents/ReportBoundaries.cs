namespace Tonne.Reporting.Html.Documents;

/// <summary>The emissions of a run by boundary.</summary>
/// <param name="Finding">What they show, in one sentence.</param>
/// <param name="Steps">The boundaries, each within the next.</param>
sealed record ReportBoundaries(string Finding, IReadOnlyList<ReportBoundary> Steps);
