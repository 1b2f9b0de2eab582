using System.Collections.Immutable;
using Tonne.Accounting;
using Tonne.Quantities;

namespace Tonne.Estimation.Tasks;

/// <summary>An estimate of one output of a measured task: energy and emissions, from the accelerator to the facility.</summary>
/// <param name="Task">The task.</param>
/// <param name="Measured">Wh within the boundary that was measured.</param>
/// <param name="ItEnergy">Wh at the plug.</param>
/// <param name="FacilityEnergy">Facility energy, Wh.</param>
/// <param name="Operational">g CO2e from electricity.</param>
/// <param name="Embodied">Embodied emissions, g CO2e.</param>
/// <param name="Emissions">g CO2e, both.</param>
/// <param name="Factors">The factors of the place.</param>
/// <param name="Assumptions">Assumptions, in sentences.</param>
public sealed record TaskEstimate(
    MeasuredTask Task, Figure Measured, Figure ItEnergy, Figure FacilityEnergy, Figure Operational, Figure Embodied, Figure Emissions, AccountingFactors Factors, ImmutableArray<Assumption> Assumptions)
{
    /// <summary>All figures, from the accelerator outwards.</summary>
    public IEnumerable<Figure> GetFigures() => [Measured, ItEnergy, FacilityEnergy, Operational, Embodied, Emissions];

    /// <summary>The sources of all factors, once each, by id.</summary>
    public IReadOnlyList<Source> GetSources() => [.. Emissions.Derivation.GetFactors().Select(factor => factor.Source).DistinctBy(source => source.Id).OrderBy(source => source.Id, StringComparer.Ordinal)];
}
