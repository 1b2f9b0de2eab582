namespace Tonne.Reporting.Html.Documents;

/// <summary>The answer.</summary>
/// <param name="Sentence">Energy and emissions with their intervals, in one sentence.</param>
/// <param name="Boundary">What the two include, in one line.</param>
/// <param name="Energy">Facility energy of the job.</param>
/// <param name="ItEnergy">Energy of the job at the plug.</param>
/// <param name="MachineEnergy">Energy of the whole machine at the plug.</param>
/// <param name="Operational">Operational emissions.</param>
/// <param name="Embodied">Embodied emissions; null where no cited factor fits.</param>
/// <param name="Total">Emissions.</param>
/// <param name="Water">Water; null if unknown.</param>
/// <param name="Components">The job's energy by component.</param>
/// <param name="Grid">The grid's intensity.</param>
/// <param name="Pue">The facility's PUE.</param>
sealed record ReportAnswer(
    string Sentence, string Boundary, ReportFigure Energy, ReportFigure ItEnergy, ReportFigure MachineEnergy, ReportFigure Operational,
    ReportFigure? Embodied, ReportFigure Total, ReportFigure? Water,
    IReadOnlyList<ReportComponent> Components, ReportPlace Grid, ReportPlace Pue);
