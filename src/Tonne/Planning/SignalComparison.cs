using System.Globalization;
using Tonne.Grids;
using Tonne.Quantities;

namespace Tonne.Planning;

/// <summary>Plans of one job on two kinds of intensity, each evaluated on the other. Their savings are never added or averaged.</summary>
/// <param name="First">The plan on the first kind.</param>
/// <param name="Second">The plan on the second kind.</param>
/// <param name="FirstOnSecond">The best option of the first plan on the second kind; null if it is not known.</param>
/// <param name="SecondOnFirst">The best option of the second plan on the first kind; null if it is not known.</param>
/// <param name="Disagreement">A warning if the best option by one kind is worse than an immediate start by the other; else null.</param>
public sealed record SignalComparison(
    PlanResult First, PlanResult Second, PlanOption? FirstOnSecond, PlanOption? SecondOnFirst, Warning? Disagreement)
{
    internal static SignalComparison Create(PlanResult first, PlanResult second, PlanRequest firstRequest, PlanRequest secondRequest)
    {
        var firstOnSecond = Transpose(first, secondRequest);
        var secondOnFirst = Transpose(second, firstRequest);
        var (firstKind, secondKind) = (firstRequest.Places[0].Intensity.Kind, secondRequest.Places[0].Intensity.Kind);
        var warning = Describe(GetBest(first), firstOnSecond, firstKind, secondKind)
            ?? Describe(GetBest(second), secondOnFirst, secondKind, firstKind);
        return new SignalComparison(first, second, firstOnSecond, secondOnFirst, warning);
    }

    static PlanOption? GetBest(PlanResult result) => result is Plan plan
        ? plan.WithPauses is { } pauses && (plan.Contiguous is null || pauses.Total < plan.Contiguous.Total) ? pauses : plan.Contiguous
        : null;

    static PlanOption? Transpose(PlanResult result, PlanRequest target)
    {
        if (result is not Plan plan || GetBest(plan) is not { } option)
            return null;
        var places = plan.Request.Places;
        return Planner.Evaluate(target, option.Kind,
            [.. option.Segments.Select(segment => segment with { Place = target.Places[places.IndexOf(segment.Place)] })]);
    }

    static Warning? Describe(PlanOption? best, PlanOption? onOther, IntensityKind kind, IntensityKind otherKind) =>
        best is { Saving: > 0 } && onOther is { Saving: < 0 }
            ? new Warning("signals-disagree", string.Create(CultureInfo.InvariantCulture,
                $"By {Word(kind)} intensity the best plan saves {best.Saving * 100:0.#} %; by {Word(otherKind)} intensity the "
                + $"same plan emits {-onOther.Saving * 100:0.#} % more than an immediate start."),
                "Decide by which kind to plan: average for accounts, marginal for the consequence of the choice.")
            : null;

    static string Word(IntensityKind kind) => kind == IntensityKind.Average ? "average" : "marginal";
}
