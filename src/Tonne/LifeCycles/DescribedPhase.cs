using System.Collections.Immutable;
using Tonne.Accounting;
using Tonne.Quantities;

namespace Tonne.LifeCycles;

/// <summary>A phase of a model's life as it was described.</summary>
public sealed record DescribedPhase
{
    /// <summary>Its name in the names of figures: <c>fine-tuning</c>; unique in the life.</summary>
    public required string Id { get; init; }

    /// <summary>Its name.</summary>
    public required string Name { get; init; }

    /// <summary>What it is for.</summary>
    public required PhaseKind Kind { get; init; }

    /// <summary>Its energy.</summary>
    public required ImmutableArray<DescribedUse> Uses { get; init; }

    /// <summary>Runs of the ledger that belong to it.</summary>
    public ImmutableArray<RunQuery> Runs { get; init; } = [];

    /// <summary>What is to be foretold for it; null for nothing.</summary>
    public EstimateRequest? Estimate { get; init; }

    /// <summary>Hardware held.</summary>
    public ImmutableArray<HardwareUse> Hardware { get; init; } = [];

    /// <summary>Embodied emissions given as they are, kg CO2e; null if none.</summary>
    public Factor? GivenEmbodied { get; init; }

    /// <summary>What was bought; null if nothing is said.</summary>
    public MarketBasedSupply? Market { get; init; }

    /// <summary>Over how long the described energy was drawn, in h; null if not said.</summary>
    public Factor? Duration { get; init; }

    /// <summary>What it did, and how often.</summary>
    public ImmutableArray<FunctionalUnit> Units { get; init; } = [];

    /// <summary>What was printed for it elsewhere; null if nothing.</summary>
    public PublishedFigures? Published { get; init; }

    /// <summary>Floating-point operations done; null if not said.</summary>
    public Factor? Computation { get; init; }

    /// <summary>Chip-hours by accelerator, as far as described.</summary>
    public ImmutableArray<(string Chip, Derivation Hours)> Chips { get; init; } = [];

    /// <summary>Remarks to print.</summary>
    public ImmutableArray<string> Notes { get; init; } = [];

    /// <summary>Warnings of its description.</summary>
    public ImmutableArray<Warning> Warnings { get; init; } = [];
}
