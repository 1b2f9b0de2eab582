using Tonne.Quantities;

namespace Tonne.Accounting;

/// <summary>Every factor that turns the facts of one run into its footprint.</summary>
/// <param name="Grid">Carbon intensity.</param>
/// <param name="Pue">Facility ÷ machines, dimensionless, at least 1.</param>
/// <param name="PueHow">How it was chosen: given, published for the region, laptop, assumed.</param>
/// <param name="Embodied">Manufacturing of the host and of each accelerator; empty, with a warning, if no cited factor fits.</param>
/// <param name="Lifetime">Years of use, L.</param>
/// <param name="Utilisation">Share of the life in use, U.</param>
/// <param name="WaterOnSite">WUE of the site in L/kWh of IT energy; null if unknown.</param>
/// <param name="WaterOfGrid">Water consumed in generation in L/kWh of facility energy; null if unknown.</param>
/// <param name="FactorsHash">Hash of the embedded tables.</param>
/// <param name="Warnings">Warnings about the choice.</param>
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
    /// <summary>Warnings about the choice; empty if there are none.</summary>
    public IReadOnlyList<Warning> Warnings { get; init => field = value ?? []; } = Warnings ?? [];

    /// <summary>Reads <see cref="Warnings"/> under the name that version 0.1 wrote, <c>doubts</c>; never written.</summary>
    [System.Text.Json.Serialization.JsonPropertyName("doubts")]
    public IReadOnlyList<Warning>? FormerWarnings { init => Warnings = value ?? Warnings; }
}
