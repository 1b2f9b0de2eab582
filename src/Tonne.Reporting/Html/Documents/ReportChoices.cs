namespace Tonne.Reporting.Html.Documents;

/// <summary>Factors that may be put in the place of those of a run.</summary>
/// <param name="Grid">Id of the run's factor of the grid.</param>
/// <param name="Pue">Id of the run's PUE.</param>
/// <param name="Lifetime">Id of the factor of the hardware's life; null if embodied emissions are unknown.</param>
/// <param name="Zones">Grid zones.</param>
/// <param name="Facilities">Facilities.</param>
sealed record ReportChoices(string Grid, string Pue, string? Lifetime, IReadOnlyList<ReportChoice> Zones,
    IReadOnlyList<ReportChoice> Facilities);
