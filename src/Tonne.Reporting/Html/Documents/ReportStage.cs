namespace Tonne.Reporting.Html.Documents;

/// <summary>A stage.</summary>
/// <param name="Kind"><c>program</c>; <c>outside</c> for the time in no stage; <c>measure</c> and <c>account</c> for those of
/// tonne.</param>
/// <param name="Name">Name.</param>
/// <param name="In">Data in, in words; empty if unknown.</param>
/// <param name="Out">Data out, in words; empty if unknown.</param>
/// <param name="RowsIn">Rows in; null if unknown.</param>
/// <param name="RowsOut">Rows out; null if unknown.</param>
/// <param name="ColumnsIn">Columns in; null if unknown.</param>
/// <param name="ColumnsOut">Columns out; null if unknown.</param>
/// <param name="DurationS">Duration in s; null if unknown.</param>
/// <param name="DurationText">Duration as text.</param>
/// <param name="Energy">Facility energy; null if unknown.</param>
/// <param name="Emissions">Operational emissions; null if unknown.</param>
/// <param name="Share">Part of the run's energy, 0 to 1; null for the stages of tonne, whose energy is beside the run's.</param>
sealed record ReportStage(
    string Kind, string Name, string In, string Out, long? RowsIn, long? RowsOut, long? ColumnsIn, long? ColumnsOut, double? DurationS,
    string DurationText, ReportFigure? Energy, ReportFigure? Emissions, double? Share);
