using System.Collections.Immutable;
using Tonne.Accounting;
using Tonne.Quantities;

namespace Tonne.LifeCycles;

/// <summary>A life-cycle phase with its footprint.</summary>
public sealed record AccountedPhase
{
    /// <summary>The phase as described.</summary>
    public required DescribedPhase Description { get; init; }

    /// <summary>Figures of the phase.</summary>
    public required LifeCycleFigures Figures { get; init; }

    /// <summary>The factors of the phase's uses and runs, each set once.</summary>
    public required ImmutableArray<AccountingFactors> Factors { get; init; }

    /// <summary>Runs of the ledger that belong to the phase.</summary>
    public required ImmutableArray<LedgerEntry> Runs { get; init; }

    /// <summary>Facility energy per day, kWh; null without a duration.</summary>
    public Figure? EnergyPerDay { get; init; }

    /// <summary>Total emissions per day, kg CO2e; null without a duration.</summary>
    public Figure? EmissionsPerDay { get; init; }

    /// <summary>Facility energy in kWh and total emissions in kg CO2e for each functional unit.</summary>
    public required ImmutableArray<(FunctionalUnit Unit, Figure Energy, Figure Emissions)> PerUnit { get; init; }

    /// <summary>
    /// Facility energy, kWh, and operational emissions, kg CO2e, of data that the phase stores (<c>storage</c>) and transfers
    /// (<c>network</c>): figures of their own, in no sum.
    /// </summary>
    public ImmutableArray<(string Name, Figure Energy, Figure Emissions)> Data { get; init; } = [];

    /// <summary>Boundaries that the description leaves out: idle, infrastructure, embodied.</summary>
    public required ImmutableArray<string> OmittedBoundaries { get; init; }

    /// <summary>Notes of the description, and notes on published figures that do not follow from the inputs.</summary>
    public required ImmutableArray<string> Notes { get; init; }

    /// <summary>All figures of the phase.</summary>
    public IEnumerable<Figure> GetAllFigures() => Figures.GetFigures()
        .Concat(new[] { EnergyPerDay, EmissionsPerDay }.OfType<Figure>())
        .Concat(PerUnit.SelectMany(unit => new[] { unit.Energy, unit.Emissions }))
        .Concat(Data.SelectMany(data => new[] { data.Energy, data.Emissions }));
}
