using Tonne.Quantities;

namespace Tonne.Accounting;

/// <summary>
/// The figures of a life-cycle phase under one set of factors, each with its derivation. Figures have the same names as those of a run.
/// </summary>
/// <param name="Name">Name of the phase.</param>
/// <param name="Factors">The factors used.</param>
/// <param name="Energy">Energy at the plug, kWh; energy of the facility if the described energy already includes it.</param>
/// <param name="FacilityEnergy">Energy of the facility, PUE included, kWh.</param>
/// <param name="Operational">Operational emissions, kg CO2e, location-based.</param>
/// <param name="Embodied">Embodied emissions, kg CO2e; null if the phase has none.</param>
/// <param name="Total">Operational and embodied, kg CO2e; operational alone where embodied is null. Its boundary states whether embodied
/// emissions are included.</param>
/// <param name="Water">Water used on site and in generation, L; null where the WUE of the site is unknown or water was not wanted.</param>
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
    /// <summary>All figures, in the order in which reports show them.</summary>
    public IEnumerable<Figure> GetFigures() => new[] { Energy, FacilityEnergy, Operational, Embodied, Total, Water }.OfType<Figure>();
}
