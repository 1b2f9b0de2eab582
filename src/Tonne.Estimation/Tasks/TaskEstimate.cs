using System.Collections.Immutable;
using Tonne.Accounting;
using Tonne.Quantities;

namespace Tonne.Estimation.Tasks;

/// <summary>What an answer of a measured task takes, from the accelerator outwards.</summary>
/// <param name="Task">The task.</param>
/// <param name="Measured">Wh within the boundary that was measured.</param>
/// <param name="ItEnergy">Wh at the plug.</param>
/// <param name="FacilityEnergy">Wh with the building.</param>
/// <param name="Operational">g CO2e from electricity.</param>
/// <param name="Embodied">g CO2e from making the machine.</param>
/// <param name="Emissions">g CO2e, both.</param>
/// <param name="Factors">The factors of the place.</param>
/// <param name="Assumptions">What was assumed, in sentences.</param>
public sealed record TaskEstimate(
    MeasuredTask Task, Figure Measured, Figure ItEnergy, Figure FacilityEnergy, Figure Operational, Figure Embodied, Figure Emissions, AccountingFactors Factors, ImmutableArray<Assumption> Assumptions)
{
    /// <summary>All figures, from the accelerator outwards.</summary>
    public IEnumerable<Figure> GetFigures() => [Measured, ItEnergy, FacilityEnergy, Operational, Embodied, Emissions];

    /// <summary>The sources of all factors, once each, by id.</summary>
    public IReadOnlyList<Source> GetSources() => [.. Emissions.Derivation.GetFactors().Select(factor => factor.Source).DistinctBy(source => source.Id).OrderBy(source => source.Id, StringComparer.Ordinal)];
}
