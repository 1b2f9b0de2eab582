using System.Collections.Immutable;
using Tonne.Comparing;
using Tonne.Reporting.Teaching;

namespace Tonne.Reporting.Explaining;

/// <summary>One run compared with the first run.</summary>
public sealed record PairwiseComparison
{
    /// <summary>The run.</summary>
    public required ComparedRun Run { get; init; }

    /// <summary>What differs between the energy boundaries; empty if nothing, and only then there is a ratio.</summary>
    public required ImmutableArray<string> EnergyDifferences { get; init; }

    /// <summary>What differs between the boundaries of the emissions compared.</summary>
    public required ImmutableArray<string> EmissionsDifferences { get; init; }

    /// <summary>Name of the emissions figure compared: the total, or the operational where embodied is known of one only.</summary>
    public required string EmissionsFigure { get; init; }

    /// <summary>Energy of this run ÷ energy of the first, 95 % interval; null if the boundaries differ or the first is 0.</summary>
    public Interval? EnergyRatio { get; init; }

    /// <summary>Emissions of this run ÷ those of the first; null if the boundaries differ or the first is 0.</summary>
    public Interval? EmissionsRatio { get; init; }

    /// <summary>Emissions of this run less those of the first, kg CO2e; null if the boundaries differ.</summary>
    public Interval? EmissionsDifference { get; init; }

    /// <summary>Duration of this run ÷ duration of the first.</summary>
    public required double DurationRatio { get; init; }

    /// <summary>Everyday equivalents of the difference in emissions; empty if the difference may be zero or nothing fits.</summary>
    public ImmutableArray<Equivalent> Equivalents { get; init; } = [];

    /// <summary>The outcome in sentences.</summary>
    public required ImmutableArray<string> Verdict { get; init; }
}
