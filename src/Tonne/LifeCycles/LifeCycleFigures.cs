using System.Collections.Immutable;
using Tonne.Accounting;
using Tonne.Quantities;

namespace Tonne.LifeCycles;

/// <summary>
/// The figures of a phase, or of the whole life cycle. Their names begin with the phase's id; those of the whole life cycle have no
/// prefix.
/// </summary>
public sealed record LifeCycleFigures
{
    /// <summary>The boundary steps for which there are data, from narrow to wide.</summary>
    public required ImmutableArray<BoundaryStep> Steps { get; init; }

    /// <summary>Energy as described, kWh: IT energy, except for described energy that already includes the PUE.</summary>
    public required Figure Energy { get; init; }

    /// <summary>Facility energy, kWh.</summary>
    public required Figure FacilityEnergy { get; init; }

    /// <summary>Operational emissions, kg CO2e, location-based.</summary>
    public required Figure Operational { get; init; }

    /// <summary>Embodied emissions, kg CO2e; null if not described.</summary>
    public Figure? Embodied { get; init; }

    /// <summary>Operational and embodied emissions, kg CO2e. Its boundary states whether embodied emissions are included.</summary>
    public required Figure Total { get; init; }

    /// <summary>Water, L; null if unknown.</summary>
    public Figure? Water { get; init; }

    /// <summary>
    /// Operational emissions market-based, kg CO2e: shown in addition to location-based emissions, never added to them; null if no
    /// contract is described.
    /// </summary>
    public Figure? MarketBased { get; init; }

    /// <summary>All figures.</summary>
    public IEnumerable<Figure> GetFigures() =>
        new[] { Total, Operational, Embodied, MarketBased, Energy, FacilityEnergy, Water }.OfType<Figure>()
        .Concat(Steps.SelectMany(step => new[] { step.EnergyAdded, step.EmissionsAdded }.OfType<Figure>()));
}
