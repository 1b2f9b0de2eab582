using System.Collections.Immutable;
using Tonne.Quantities;

namespace Tonne.Ledgers.Totals;

/// <summary>The sum of a group of runs.</summary>
/// <remarks>
/// Values add. So do the bounds: what makes one run's figure wrong (the grid, a modelled processor) mostly makes the others' wrong too, so the interval
/// of a sum of independent errors would be too narrow.
/// </remarks>
public sealed record TotalRow
{
    /// <summary>The group, a value for each of <see cref="TotalQuery.By"/>; null where the runs have none.</summary>
    public required ImmutableArray<string?> Group { get; init; }

    /// <summary>Runs that are counted.</summary>
    public required int Runs { get; init; }

    /// <summary>Jobs of a scheduler or launcher among them; several runs may be of one job.</summary>
    public required int Jobs { get; init; }

    /// <summary>Runs that completed.</summary>
    public required int Completed { get; init; }

    /// <summary>Runs that failed.</summary>
    public required int Failed { get; init; }

    /// <summary>Runs that were interrupted.</summary>
    public required int Interrupted { get; init; }

    /// <summary>Duration of the runs, added, in s; runs side by side count each.</summary>
    public required double Seconds { get; init; }

    /// <summary>Energy at the plug, kWh.</summary>
    public required Bounds Energy { get; init; }

    /// <summary>Facility energy, kWh.</summary>
    public required Bounds FacilityEnergy { get; init; }

    /// <summary>Operational emissions, kg CO2e.</summary>
    public required Bounds Operational { get; init; }

    /// <summary>Embodied emissions, kg CO2e, of the runs where they are known; null if none.</summary>
    public Bounds? Embodied { get; init; }

    /// <summary>Emissions, kg CO2e: operational, and embodied where known.</summary>
    public required Bounds Emissions { get; init; }

    /// <summary>Facility energy of the machines that no job held while the runs ran, kWh: in no other figure. Where several ran on one machine at a time, each has an equal part.</summary>
    public required Bounds IdleEnergy { get; init; }

    /// <summary>Operational emissions of <see cref="IdleEnergy"/>, kg CO2e.</summary>
    public required Bounds IdleEmissions { get; init; }

    /// <summary>Worst quality of the runs that have more than 5 % of the energy.</summary>
    public required Quality Quality { get; init; }

    /// <summary>Measured ÷ total energy, 0 to 1.</summary>
    public required double MeasuredShare { get; init; }

    /// <summary>What is included, and the number of runs for which it is: one, unless boundaries are mixed. Names of components are left out.</summary>
    public required ImmutableSortedDictionary<string, int> Boundaries { get; init; }
}
