namespace Tonne.Reporting.Html.Documents;

/// <summary>A series of epochs.</summary>
/// <param name="Stage">Stage; null if it is outside any.</param>
/// <param name="IsResumed">Whether earlier epochs were not seen.</param>
/// <param name="IsWithheld">Whether times and energies are unknown, because the output came from a buffer.</param>
/// <param name="Metrics">Names of the metrics, those of most interest first.</param>
/// <param name="Epochs">The epochs.</param>
/// <param name="AdvisedStop">Number of the epoch to stop after, as the advice has it; null if there was no reason to stop before the
/// last.</param>
/// <param name="FreeStop">Number of the epoch after which no later one improved the metric; null if the last improved it.</param>
/// <param name="FreeStopText">What stopping there would have saved, in one sentence; null if the last epoch improved the metric.</param>
/// <param name="Advice">When to stop, in sentences; empty if there is no metric.</param>
sealed record ReportEpochSeries(
    string? Stage, bool IsResumed, bool IsWithheld, IReadOnlyList<string> Metrics, IReadOnlyList<ReportEpoch> Epochs, int? AdvisedStop,
    int? FreeStop, string? FreeStopText, IReadOnlyList<string> Advice);
