using Tonne.Quantities;
using Tonne.Runs;

namespace Tonne.Ledgers.Pushing;

/// <summary>What a run adds to a total of all runs: its own figures, or what is left of them where other runs are counted in
/// full.</summary>
/// <remarks>Bounds add, as in <see cref="Totals.TotalRow"/>.</remarks>
public sealed record RunContribution
{
    /// <summary>The start of the run, UTC.</summary>
    public DateTimeOffset StartedAt { get; init; }

    /// <summary>Its machine, as <see cref="Totals.TotalDimension.Machine"/> groups it; null if unknown.</summary>
    public string? Machine { get; init; }

    /// <summary>Account of the scheduler; null for none.</summary>
    public string? Account { get; init; }

    /// <summary>How the run ended; null if unknown.</summary>
    public RunStatus? Status { get; init; }

    /// <summary>Energy at the plug, kWh.</summary>
    public required Bounds Energy { get; init; }

    /// <summary>Part of the run's own energy at the plug that this is, 0 to 1; 1 for all runs but a node's own one.</summary>
    public required double EnergyShare { get; init; }

    /// <summary>Facility energy, kWh.</summary>
    public required Bounds FacilityEnergy { get; init; }

    /// <summary>Operational emissions, kg CO2e.</summary>
    public required Bounds Operational { get; init; }

    /// <summary>Embodied emissions, kg CO2e; null if unknown.</summary>
    public Bounds? Embodied { get; init; }

    /// <summary>Emissions, kg CO2e: operational, and embodied where known.</summary>
    public required Bounds Emissions { get; init; }
}
