using Tonne.Quantities;

namespace Tonne.Accounting;

/// <summary>
/// The figures of a life-cycle phase under one set of factors, each with its derivation. Figures have the same names as those of a run.
/// </summary>
/// <param name="Name">The phase.</param>
/// <param name="Factors">The factors used.</param>
/// <param name="Energy">Energy at the plug, kWh; the facility's where the use includes it.</param>
/// <param name="FacilityEnergy">Energy of the facility, PUE included, kWh.</param>
/// <param name="Operational">Operational emissions, kg CO2e, location-based.</param>
/// <param name="Embodied">Embodied emissions, kg CO2e; null if the use has none.</param>
/// <param name="Total">Operational and embodied, kg CO2e; operational alone where embodied is null, and its boundary says so.</param>
/// <param name="Water">Water on site and in generation, L; null where the site's WUE is unknown or the use excludes water.</param>
public sealed record PhaseFootprint(
    string Name,
    AccountingFactors Factors,
    Figure Energy,
    Figure FacilityEnergy,
    Figure Operational,
    Figure? Embodied,
    Figure Total,
    Figure? Water)
{
    /// <summary>All figures, in the order of reading.</summary>
    public IEnumerable<Figure> GetFigures() => new[] { Energy, FacilityEnergy, Operational, Embodied, Total, Water }.OfType<Figure>();
}
