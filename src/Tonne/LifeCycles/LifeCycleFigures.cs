using System.Collections.Immutable;
using Tonne.Accounting;
using Tonne.Quantities;

namespace Tonne.LifeCycles;

/// <summary>The figures of a phase, or of the whole life. Names of figures begin with the phase's id; those of the whole life have no prefix.</summary>
public sealed record LifeCycleFigures
{
    /// <summary>Each widening of the boundary that was described, in order.</summary>
    public required ImmutableArray<BoundaryStep> Steps { get; init; }

    /// <summary>Energy as described, kWh: at the plug, save what already holds its building.</summary>
    public required Figure Energy { get; init; }

    /// <summary>Energy with the building, kWh.</summary>
    public required Figure FacilityEnergy { get; init; }

    /// <summary>Operational emissions, kg CO2e, location-based.</summary>
    public required Figure Operational { get; init; }

    /// <summary>Embodied emissions, kg CO2e; null if not described.</summary>
    public Figure? Embodied { get; init; }

    /// <summary>Operational and embodied, kg CO2e; its boundary says whether embodied is inside.</summary>
    public required Figure Total { get; init; }

    /// <summary>Water, L; null if unknown.</summary>
    public Figure? Water { get; init; }

    /// <summary>Operational emissions market-based, kg CO2e: beside the location-based ones, never in a total with them; null if no contract is described.</summary>
    public Figure? MarketBased { get; init; }

    /// <summary>All figures.</summary>
    public IEnumerable<Figure> GetFigures() => new[] { Total, Operational, Embodied, MarketBased, Energy, FacilityEnergy, Water }.OfType<Figure>()
        .Concat(Steps.SelectMany(step => new[] { step.EnergyAdded, step.EmissionsAdded }.OfType<Figure>()));
}
