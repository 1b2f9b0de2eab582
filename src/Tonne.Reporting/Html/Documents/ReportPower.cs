namespace Tonne.Reporting.Html.Documents;

/// <summary>The job's power over time.</summary>
/// <param name="Finding">What it shows, in one sentence.</param>
/// <param name="Note">Boundary, and whether it is reduced.</param>
/// <param name="Edges">Ends of the parts in s from the start of the run, one more than there are parts.</param>
/// <param name="Components">The components.</param>
/// <param name="Stages">Times in stages.</param>
/// <param name="Samples">Samples of the trace.</param>
/// <param name="IsReduced">Whether parts have several samples.</param>
sealed record ReportPower(
    string Finding, string Note, IReadOnlyList<double> Edges, IReadOnlyList<ReportPowerSeries> Components,
    IReadOnlyList<ReportSpan> Stages, int Samples, bool IsReduced);
