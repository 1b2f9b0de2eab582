using System.Collections.Immutable;
using Tonne.Accounting;
using Tonne.Quantities;

namespace Tonne.LifeCycles;

/// <summary>A phase of a model's life as it was described.</summary>
public sealed record DescribedPhase
{
    /// <summary>Its identifier in the names of figures: <c>fine-tuning</c>; unique in the life cycle.</summary>
    public required string Id { get; init; }

    /// <summary>Its name.</summary>
    public required string Name { get; init; }

    /// <summary>Purpose of the phase.</summary>
    public required PhaseKind Kind { get; init; }

    /// <summary>Its energy.</summary>
    public required ImmutableArray<DescribedUse> Uses { get; init; }

    /// <summary>Runs of the ledger that belong to it.</summary>
    public ImmutableArray<RunQuery> Runs { get; init; } = [];

    /// <summary>What is to be estimated for it; null for nothing.</summary>
    public EstimateRequest? Estimate { get; init; }

    /// <summary>Hardware held.</summary>
    public ImmutableArray<HardwareUse> Hardware { get; init; } = [];

    /// <summary>Embodied emissions given as a figure, kg CO2e; null if none.</summary>
    public Factor? GivenEmbodied { get; init; }

    /// <summary>Electricity contracts and on-site generation; null if not described.</summary>
    public MarketBasedSupply? Market { get; init; }

    /// <summary>Time over which the described energy was used, in h; null if not given.</summary>
    public Factor? Duration { get; init; }

    /// <summary>Functional units and their counts.</summary>
    public ImmutableArray<FunctionalUnit> Units { get; init; } = [];

    /// <summary>Figures published for it elsewhere; null if none.</summary>
    public PublishedFigures? Published { get; init; }

    /// <summary>Floating-point operations done; null if not given.</summary>
    public Factor? Computation { get; init; }

    /// <summary>Chip-hours by accelerator, as far as described.</summary>
    public ImmutableArray<(string Chip, Derivation Hours)> Chips { get; init; } = [];

    /// <summary>Notes to print.</summary>
    public ImmutableArray<string> Notes { get; init; } = [];

    /// <summary>Warnings of its description.</summary>
    public ImmutableArray<Warning> Warnings { get; init; } = [];
}
