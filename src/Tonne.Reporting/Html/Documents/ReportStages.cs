namespace Tonne.Reporting.Html.Documents;

/// <summary>The stages of a run.</summary>
/// <param name="Finding">What they show, in one sentence.</param>
/// <param name="Note">Boundary of their figures.</param>
/// <param name="Rows">The stages in order.</param>
sealed record ReportStages(string Finding, string Note, IReadOnlyList<ReportStage> Rows);
