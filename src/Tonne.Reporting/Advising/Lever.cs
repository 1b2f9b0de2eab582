using System.Collections.Immutable;
using Tonne.Comparing;
using Tonne.Quantities;

namespace Tonne.Reporting.Advising;

/// <summary>One way to reduce the operational emissions of some work, with its saving, its basis and the command that does or tries
/// it.</summary>
/// <remarks>
/// Savings are shares, below 1, of operational location-based emissions. Factors that the work has with and without the lever are drawn
/// once
/// and cancel (<see cref="UncertaintyPropagator.ComputeRatio"/>).
/// </remarks>
public sealed record Lever
{
    /// <summary>What it changes.</summary>
    public required LeverKind Kind { get; init; }

    /// <summary>What to do, in a few words.</summary>
    public required string Name { get; init; }

    /// <summary>The part of the work that it acts on: <c>run</c>, or a phase of a life cycle.</summary>
    public required string Part { get; init; }

    /// <summary>Emissions of that part ÷ emissions of the whole work, above 0, at most 1.</summary>
    public required double PartShare { get; init; }

    /// <summary>Saving as a share of the part, expected value and 95 % interval.</summary>
    public required Interval SavingOfPart { get; init; }

    /// <summary>The saving that the command gives, of what the command is about. Default: that of the part.</summary>
    public Interval SavingByCommand { get => field == default ? SavingOfPart : field; init; }

    /// <summary>Saving as a share of the whole work, expected value and 95 % interval.</summary>
    public Interval Saving => new(SavingOfPart.Low * PartShare, SavingOfPart.Value * PartShare, SavingOfPart.High * PartShare);

    /// <summary>What the saving rests on.</summary>
    public required LeverBasis Basis { get; init; }

    /// <summary>The basis in words: what was measured, which model, which figures.</summary>
    public required string BasisText { get; init; }

    /// <summary>Published sources of the saving; empty if it was measured.</summary>
    public ImmutableArray<Source> Sources { get; init; } = [];

    /// <summary>How much has to change.</summary>
    public required LeverEffort Effort { get; init; }

    /// <summary>The command that does or tries it, word by word, beginning with <c>tonne</c>.</summary>
    public required ImmutableArray<string> Command { get; init; }

    /// <summary>Levers of the same group and part overlap.</summary>
    public required LeverGroup Group { get; init; }

    /// <summary>What it means, and what it costs besides effort.</summary>
    public required string Sentence { get; init; }

    /// <summary>Whether the whole interval is above zero.</summary>
    public bool IsCertain => SavingOfPart.Low > 0;
}
