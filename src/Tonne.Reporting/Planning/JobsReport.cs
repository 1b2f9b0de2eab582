using Tonne.Grids;
using Tonne.Planning;
using Tonne.Quantities;

namespace Tonne.Reporting.Planning;

/// <summary>A plan of several jobs for one machine, and what a reader must know of its input.</summary>
/// <param name="Plan">The plan.</param>
/// <param name="Place">Where the machine is.</param>
/// <param name="Now">When the plan was made.</param>
/// <param name="Signal">The coarsest signal of its intensities.</param>
/// <param name="Origin">Where they come from, a sentence.</param>
/// <param name="Sources">Sources of intensities and PUE.</param>
/// <param name="Warnings">Warnings about the input.</param>
public sealed record JobsReport(
    QueuePlan Plan, PlanPlace Place, DateTimeOffset Now, IntensitySignal Signal, string Origin, IReadOnlyList<Source> Sources,
        IReadOnlyList<Warning> Warnings)
{
    /// <summary>
    /// 1 − total ÷ total of the jobs run as they come; null if that breaks a limit, so that there is nothing to compare with.
    /// </summary>
    public double? Saving => Plan.FirstComeFirstServed is { Grams: > 0 } queued ? 1 - (Plan.Total.Grams / queued.Grams) : null;

    /// <summary>How far the plan can be above the optimum at most: total ÷ lower bound − 1; null if the bound is zero.</summary>
    public double? MostAboveOptimum => Plan.IsExact ? 0 : Plan.LowerBound.Grams > 0 ? (Plan.Total.Grams / Plan.LowerBound.Grams) - 1 : null;
}
