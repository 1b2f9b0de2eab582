namespace Tonne.Reporting.Html.Documents;

/// <summary>An epoch.</summary>
/// <param name="Number">Number.</param>
/// <param name="From">Start, s from the start of the run.</param>
/// <param name="DurationS">Duration, s.</param>
/// <param name="DurationText">Duration as text.</param>
/// <param name="Values">Values of the metrics, in the order of the series; null if the epoch has none, or if it is not finite.</param>
/// <param name="Texts">The same as text.</param>
/// <param name="Kwh">Facility energy, kWh; null if unknown.</param>
/// <param name="EnergyText">The same as text.</param>
/// <param name="EmissionsText">Operational emissions as text.</param>
/// <param name="Observation">Observation in words; empty where there are too many epochs.</param>
sealed record ReportEpoch(
    int Number, double From, double DurationS, string DurationText, IReadOnlyList<double?> Values, IReadOnlyList<string> Texts,
    double? Kwh, string EnergyText, string EmissionsText, string Observation);
