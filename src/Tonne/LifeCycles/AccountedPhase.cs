using System.Collections.Immutable;
using Tonne.Accounting;
using Tonne.Quantities;

namespace Tonne.LifeCycles;

/// <summary>A phase of a life, accounted.</summary>
public sealed record AccountedPhase
{
    /// <summary>The phase as described.</summary>
    public required DescribedPhase Description { get; init; }

    /// <summary>Its figures.</summary>
    public required LifeCycleFigures Figures { get; init; }

    /// <summary>The factors of its uses, those of its runs too, once each.</summary>
    public required ImmutableArray<AccountingFactors> Factors { get; init; }

    /// <summary>Runs of the ledger in it.</summary>
    public required ImmutableArray<LedgerEntry> Runs { get; init; }

    /// <summary>Energy with the building in a day, kWh; null without a duration.</summary>
    public Figure? EnergyPerDay { get; init; }

    /// <summary>Total emissions in a day, kg CO2e; null without a duration.</summary>
    public Figure? EmissionsPerDay { get; init; }

    /// <summary>For each functional unit: energy with the building in kWh, total emissions in kg CO2e.</summary>
    public required ImmutableArray<(FunctionalUnit Unit, Figure Energy, Figure Emissions)> PerUnit { get; init; }

    /// <summary>Boundaries that the description leaves out: idle, infrastructure, embodied.</summary>
    public required ImmutableArray<string> OmittedBoundaries { get; init; }

    /// <summary>Remarks: the description's own, and where what was published does not follow from the inputs.</summary>
    public required ImmutableArray<string> Notes { get; init; }

    /// <summary>All figures of the phase.</summary>
    public IEnumerable<Figure> GetAllFigures() => Figures.GetFigures().Concat(new[] { EnergyPerDay, EmissionsPerDay }.OfType<Figure>()).Concat(PerUnit.SelectMany(unit => new[] { unit.Energy, unit.Emissions }));
}
