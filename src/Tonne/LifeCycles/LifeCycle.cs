using System.Collections.Immutable;
using Tonne.Accounting;
using Tonne.Quantities;

namespace Tonne.LifeCycles;

/// <summary>The accounted life cycle of a model: figures by phase and by boundary, each with its derivation.</summary>
public sealed record LifeCycle
{
    /// <summary>Name and version of the JSON schema of the document.</summary>
    public const string Schema = "tonne.footprint/1";

    /// <summary>The description.</summary>
    public required LifeCycleDescription Description { get; init; }

    /// <summary>The phases, in the order of the file.</summary>
    public required ImmutableArray<AccountedPhase> Phases { get; init; }

    /// <summary>Figures of the whole life cycle.</summary>
    public required LifeCycleFigures Totals { get; init; }

    /// <summary>
    /// Time after which deployment has reached the total of the phases before it, by emissions and by energy; empty if no deployment with a
    /// duration is described.
    /// </summary>
    public required ImmutableArray<BreakEven> BreakEvens { get; init; }

    /// <summary>Numbers of the description that have no bounds and are taken as exact.</summary>
    public required ImmutableArray<Factor> ExactInputs { get; init; }

    /// <summary>Warnings.</summary>
    public required ImmutableArray<Warning> Warnings { get; init; }

    /// <summary>All figures: those of the whole life cycle, then those of each phase.</summary>
    public IEnumerable<Figure> GetFigures() => Totals.GetFigures().Concat(Phases.SelectMany(phase => phase.GetAllFigures()));

    /// <summary>Every source cited, once each.</summary>
    public IReadOnlyList<Source> GetSources() =>
    [
        .. GetFigures().SelectMany(figure => figure.Derivation.GetFactors())
            .Select(factor => factor.Source).DistinctBy(source => source.Id),
    ];

    /// <summary>
    /// The phase with the largest emissions and its share of the total; the boundary step that adds most to that phase and its share of
    /// the total. Null if the total is 0.
    /// </summary>
    public (AccountedPhase Phase, double Share, BoundaryStep Step, double StepShare)? FindLargestContributor()
    {
        if (Totals.Total.Value <= 0
            || Phases.MaxBy(phase => phase.Figures.Total.Value) is not { } phase
            || phase.Figures.Steps.MaxBy(step => step.EmissionsAdded.Value) is not { } step)
        {
            return null;
        }

        return (phase, phase.Figures.Total.Value / Totals.Total.Value, step, step.EmissionsAdded.Value / Totals.Total.Value);
    }
}
