using System.Collections.Immutable;
using Tonne.Accounting;
using Tonne.Quantities;

namespace Tonne.LifeCycles;

/// <summary>A phase of a model's life cycle as its description states it.</summary>
public sealed record DescribedPhase
{
    /// <summary>Identifier in the names of figures, for example <c>fine-tuning</c>; unique in the life cycle.</summary>
    public required string Id { get; init; }

    /// <summary>Name that reports show.</summary>
    public required string Name { get; init; }

    /// <summary>Purpose of the phase.</summary>
    public required PhaseKind Kind { get; init; }

    /// <summary>The energy that the description states.</summary>
    public required ImmutableArray<DescribedUse> Uses { get; init; }

    /// <summary>Queries for the runs of the ledger that belong to the phase.</summary>
    public ImmutableArray<RunQuery> Runs { get; init; } = [];

    /// <summary>Request for an estimate of the phase; null if none is wanted.</summary>
    public EstimateRequest? Estimate { get; init; }

    /// <summary>Data that the phase stores and transfers, shown beside its figures and never part of them.</summary>
    public ImmutableArray<DataUse> Data { get; init; } = [];

    /// <summary>Hardware that the phase uses, for its embodied emissions.</summary>
    public ImmutableArray<HardwareUse> Hardware { get; init; } = [];

    /// <summary>Embodied emissions that the description states as a number, kg CO2e; null if none.</summary>
    public Factor? GivenEmbodied { get; init; }

    /// <summary>Electricity contracts and on-site generation; null if not described.</summary>
    public MarketBasedSupply? Market { get; init; }

    /// <summary>Time over which the described energy was used, in h; null if not given.</summary>
    public Factor? Duration { get; init; }

    /// <summary>
    /// Clock time of the work in h: the duration, the hours of the only block of dynamic energy, or those of an estimated training; null if none is
    /// given.
    /// </summary>
    public double? ClockHours { get; init; }

    /// <summary>Functional units and their counts.</summary>
    public ImmutableArray<FunctionalUnit> Units { get; init; } = [];

    /// <summary>Figures that somebody published for the phase; null if none.</summary>
    public PublishedFigures? Published { get; init; }

    /// <summary>Number of floating-point operations; null if not given.</summary>
    public Factor? Computation { get; init; }

    /// <summary>Chip-hours by accelerator, as far as described.</summary>
    public ImmutableArray<(string Chip, Derivation Hours)> Chips { get; init; } = [];

    /// <summary>Notes to print.</summary>
    public ImmutableArray<string> Notes { get; init; } = [];

    /// <summary>Warnings about the description of the phase.</summary>
    public ImmutableArray<Warning> Warnings { get; init; } = [];
}
