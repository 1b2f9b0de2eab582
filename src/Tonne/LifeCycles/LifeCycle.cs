using System.Collections.Immutable;
using Tonne.Accounting;
using Tonne.Quantities;

namespace Tonne.LifeCycles;

/// <summary>A model's life, accounted: by phase and by boundary, each figure with its derivation.</summary>
public sealed record LifeCycle
{
    /// <summary>Schema of the document made of it.</summary>
    public const string Schema = "tonne.footprint/1";

    /// <summary>What was described.</summary>
    public required LifeCycleDescription Description { get; init; }

    /// <summary>The phases, in the order of the file.</summary>
    public required ImmutableArray<PhaseLife> Phases { get; init; }

    /// <summary>The whole life.</summary>
    public required LifeFigures Whole { get; init; }

    /// <summary>When deployment outgrows what came before it, by emissions and by energy; empty without deployment over a stated time.</summary>
    public required ImmutableArray<Outgrowth> Outgrowths { get; init; }

    /// <summary>Numbers of the description without bounds: taken as exact.</summary>
    public required ImmutableArray<Factor> TakenAsExact { get; init; }

    /// <summary>What is unsure.</summary>
    public required ImmutableArray<Doubt> Doubts { get; init; }

    /// <summary>All figures: of the whole life, then of each phase.</summary>
    public IEnumerable<Figure> Figures() => Whole.Figures().Concat(Phases.SelectMany(phase => phase.AllFigures()));

    /// <summary>Every source cited, once each.</summary>
    public IReadOnlyList<Source> Sources() => [.. Figures().SelectMany(figure => figure.Derivation.Factors()).Select(factor => factor.Source).DistinctBy(source => source.Id)];

    /// <summary>The phase with the largest part of the total, and its largest boundary; null if the life comes to nothing.</summary>
    public (PhaseLife Phase, double Share, BoundaryStep Step, double StepShare)? Dominant()
    {
        if (Whole.Total.Value <= 0 || Phases.MaxBy(phase => phase.Figures.Total.Value) is not { } phase || phase.Figures.Steps.MaxBy(step => step.EmissionsAdded.Value) is not { } step)
            return null;
        return (phase, phase.Figures.Total.Value / Whole.Total.Value, step, step.EmissionsAdded.Value / Whole.Total.Value);
    }
}
