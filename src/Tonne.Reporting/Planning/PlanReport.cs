using Tonne.Grids;
using Tonne.Planning;
using Tonne.Quantities;

namespace Tonne.Reporting.Planning;

/// <summary>A plan, and what a reader must know of its input.</summary>
/// <param name="Plan">The plan.</param>
/// <param name="Signal">The coarsest signal of its intensities: observed, forecast, profile or annual.</param>
/// <param name="Origins">Where the intensities of each place come from, a sentence each.</param>
/// <param name="Sources">Sources of intensities and PUE.</param>
/// <param name="Warnings">Warnings about the input, besides those of the plan.</param>
public sealed record PlanReport(Plan Plan, IntensitySignal Signal, IReadOnlyList<string> Origins, IReadOnlyList<Source> Sources, IReadOnlyList<Warning> Warnings)
{
    /// <summary>Whether no energy was given, so that the figures are those of 1 kW. Default: no.</summary>
    public bool IsPerKilowatt { get; init; }

    /// <summary>The same job planned by marginal intensity, and what each plan is by the other; null if there is no such series.</summary>
    public SignalComparison? Marginal { get; init; }

    /// <summary>Data to be moved to other places; null if there is none.</summary>
    public PlanTransfer? Transfer { get; init; }

    /// <summary>Renewables on the site of the first place; null if there are none.</summary>
    public PlanRenewables? Renewables { get; init; }

    /// <summary>All warnings, each once.</summary>
    public IEnumerable<Warning> AllWarnings => Plan.Warnings.Concat(Warnings).Concat(Marginal?.Disagreement is { } disagreement ? [disagreement] : []).Distinct();
}
