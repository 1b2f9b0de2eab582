namespace Tonne.Reporting.Html.Documents;

/// <summary>A boundary.</summary>
/// <param name="Id">gpu, it, facility, embodied or idle.</param>
/// <param name="Name">Name.</param>
/// <param name="Definition">What it includes.</param>
/// <param name="Energy">Energy in it; null if it adds none.</param>
/// <param name="Emissions">Emissions in it.</param>
/// <param name="IsHeadline">Whether it is the boundary of the answer.</param>
sealed record ReportBoundary(string Id, string Name, string Definition, ReportFigure? Energy, ReportFigure Emissions, bool IsHeadline);
