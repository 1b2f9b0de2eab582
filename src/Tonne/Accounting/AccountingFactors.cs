using Tonne.Quantities;

namespace Tonne.Accounting;

/// <summary>All factors from which the footprint of one run is computed.</summary>
/// <param name="Grid">Carbon intensity of the grid.</param>
/// <param name="Pue">Energy of the facility ÷ energy of its IT equipment, dimensionless, at least 1.</param>
/// <param name="PueHow">How the PUE was chosen: given, published for the region, laptop, assumed.</param>
/// <param name="Embodied">Manufacturing of the host and of each accelerator; empty, with a warning, if no cited factor fits.</param>
/// <param name="Lifetime">Lifetime of the hardware in years, L.</param>
/// <param name="Utilisation">Share of the lifetime in which the hardware is used, U, 0 to 1.</param>
/// <param name="WaterOnSite">WUE of the site in L/kWh of IT energy; null if unknown.</param>
/// <param name="WaterOfGrid">Water consumed in generation in L/kWh of facility energy; null if unknown.</param>
/// <param name="FactorsHash">Hash of the embedded tables.</param>
/// <param name="Warnings">Warnings about the choice of factors.</param>
public sealed record AccountingFactors(
    GridFactor Grid,
    Factor Pue,
    string PueHow,
    IReadOnlyList<EmbodiedShare> Embodied,
    Factor Lifetime,
    Factor Utilisation,
    Factor? WaterOnSite,
    Factor? WaterOfGrid,
    string FactorsHash,
    IReadOnlyList<Warning> Warnings)
{
    /// <summary>Warnings about the choice of factors; empty if there are none.</summary>
    public IReadOnlyList<Warning> Warnings { get; init => field = value ?? []; } = Warnings ?? [];

    /// <summary>Reads the warnings of records that version 0.1 wrote, under the name <c>doubts</c>. Never written.</summary>
    [System.Text.Json.Serialization.JsonPropertyName("doubts")]
    public IReadOnlyList<Warning>? FormerWarnings { init => Warnings = value ?? Warnings; }
}
