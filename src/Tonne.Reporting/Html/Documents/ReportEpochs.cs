namespace Tonne.Reporting.Html.Documents;

/// <summary>The epochs of a run.</summary>
/// <param name="Finding">What they show, in one sentence.</param>
/// <param name="Note">Boundary of their figures.</param>
/// <param name="Unit">Unit of the energies in the chart: one for all.</param>
/// <param name="KwhPerUnit">kWh of one such unit.</param>
/// <param name="Series">The series in order: folds, models one after another, resumed trainings.</param>
sealed record ReportEpochs(string Finding, string Note, string Unit, double KwhPerUnit, IReadOnlyList<ReportEpochSeries> Series);
