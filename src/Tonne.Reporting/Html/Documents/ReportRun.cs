namespace Tonne.Reporting.Html.Documents;

/// <summary>The run in the page.</summary>
/// <param name="Id">Id.</param>
/// <param name="Name">Name.</param>
/// <param name="Project">Project; null if none.</param>
/// <param name="Status">completed, failed or interrupted.</param>
/// <param name="Failure">How it failed, in words; null if it ended well.</param>
/// <param name="StartedAt">Start, UTC.</param>
/// <param name="DurationS">Duration in s.</param>
/// <param name="DurationText">Duration in words.</param>
/// <param name="Samples">Samples taken.</param>
/// <param name="Gaps">Times in which a meter returned nothing.</param>
/// <param name="Details">What identifies people and machines; null unless it was asked for.</param>
sealed record ReportRun(
    string Id, string Name, string? Project, string Status, string? Failure, DateTimeOffset StartedAt, double DurationS,
    string DurationText, int Samples, IReadOnlyList<ReportGap> Gaps, ReportDetails? Details);
