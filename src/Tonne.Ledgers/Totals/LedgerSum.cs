using Tonne.Quantities;
using Tonne.Runs;

namespace Tonne.Ledgers.Totals;

/// <summary>The sum of runs, each joule once, as parts that can be added.</summary>
/// <remarks>Bounds add, as in <see cref="TotalRow"/>.</remarks>
public sealed record LedgerSum
{
    /// <summary>Runs that completed.</summary>
    public int Completed { get; init; }

    /// <summary>Runs that failed.</summary>
    public int Failed { get; init; }

    /// <summary>Runs that were interrupted.</summary>
    public int Interrupted { get; init; }

    /// <summary>Energy at the plug, kWh.</summary>
    public Bounds Energy { get; init; }

    /// <summary>Facility energy, kWh.</summary>
    public Bounds FacilityEnergy { get; init; }

    /// <summary>Operational emissions, kg CO2e.</summary>
    public Bounds Operational { get; init; }

    /// <summary>Embodied emissions, kg CO2e, of the runs where they are known; null if none.</summary>
    public Bounds? Embodied { get; init; }

    /// <summary>Emissions, kg CO2e: operational, and embodied where known.</summary>
    public Bounds Emissions { get; init; }

    /// <summary>The sum in a total.</summary>
    /// <param name="row">The row of the total.</param>
    public static LedgerSum From(TotalRow row)
    {
        ArgumentNullException.ThrowIfNull(row);
        return new LedgerSum
        {
            Completed = row.Completed,
            Failed = row.Failed,
            Interrupted = row.Interrupted,
            Energy = row.Energy,
            FacilityEnergy = row.FacilityEnergy,
            Operational = row.Operational,
            Embodied = row.Embodied,
            Emissions = row.Emissions,
        };
    }

    /// <summary>Adds a run.</summary>
    /// <param name="status">How it ended; null if unknown.</param>
    /// <param name="energy">Energy at the plug, kWh.</param>
    /// <param name="facilityEnergy">Facility energy, kWh.</param>
    /// <param name="operational">Operational emissions, kg CO2e.</param>
    /// <param name="embodied">Embodied emissions, kg CO2e; null if unknown.</param>
    /// <param name="emissions">Emissions, kg CO2e.</param>
    public LedgerSum Add(
        RunStatus? status, Bounds energy, Bounds facilityEnergy, Bounds operational, Bounds? embodied, Bounds emissions) => Add(new LedgerSum
        {
            Completed = status == RunStatus.Completed ? 1 : 0,
            Failed = status == RunStatus.Failed ? 1 : 0,
            Interrupted = status is RunStatus.Completed or RunStatus.Failed ? 0 : 1,
            Energy = energy,
            FacilityEnergy = facilityEnergy,
            Operational = operational,
            Embodied = embodied,
            Emissions = emissions,
        });

    /// <summary>Adds the sum of other runs.</summary>
    /// <param name="other">The sum.</param>
    public LedgerSum Add(LedgerSum other)
    {
        ArgumentNullException.ThrowIfNull(other);
        return new LedgerSum
        {
            Completed = Completed + other.Completed,
            Failed = Failed + other.Failed,
            Interrupted = Interrupted + other.Interrupted,
            Energy = Add(Energy, other.Energy),
            FacilityEnergy = Add(FacilityEnergy, other.FacilityEnergy),
            Operational = Add(Operational, other.Operational),
            Embodied = Embodied is { } mine && other.Embodied is { } others ? Add(mine, others) : Embodied ?? other.Embodied,
            Emissions = Add(Emissions, other.Emissions),
        };
    }

    // Rounding may exchange neighbours; an imported run may have any value.
    static Bounds Add(Bounds a, Bounds b)
    {
        var best = Math.Min(a.Best + b.Best, double.MaxValue);
        return new Bounds(Math.Min(a.Low + b.Low, best), best, Math.Clamp(a.High + b.High, best, double.MaxValue));
    }
}
