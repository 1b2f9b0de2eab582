using System.Collections.Immutable;
using Tonne.Comparing;
using Tonne.Planning;
using Tonne.Quantities;

namespace Tonne.Reporting.Advising;

/// <summary>Savings as intervals.</summary>
static class LeverMath
{
    /// <summary>1 − other ÷ present; shared factors cancel.</summary>
    public static Interval ComputeSaving(UncertaintyPropagator uncertainty, Derivation other, Derivation present)
    {
        var (low, best, high) = uncertainty.ComputeRatio(other, present);
        return new Interval(1 - high, 1 - best, 1 - low);
    }

    /// <summary>A saving of a part, as a saving of the whole that the part is in.</summary>
    public static Interval Scale(Interval saving, double share) => new(saving.Low * share, saving.Value * share, saving.High * share);

    /// <summary>The saving of the plan's option, with the wider of its own interval and another one.</summary>
    public static Interval Widen(PlanOption option, Interval other)
    {
        var value = option.ExpectedSaving?.Value ?? option.Saving ?? other.Value;
        return new Interval(
            Math.Min(Math.Min(value, other.Low), option.ExpectedSaving?.Low ?? other.Low), value,
            Math.Max(Math.Max(value, other.High), option.ExpectedSaving?.High ?? other.High));
    }

    /// <summary>Sources of the factors in which two derivations differ.</summary>
    public static ImmutableArray<Source> FindSources(Derivation other, Derivation present)
    {
        var (first, second) = (other.GetFactors(), present.GetFactors());
        return
        [
            .. first.ExceptBy(second.Select(factor => factor.Id), factor => factor.Id, StringComparer.Ordinal)
                .Concat(second.ExceptBy(first.Select(factor => factor.Id), factor => factor.Id, StringComparer.Ordinal))
                .Select(factor => factor.Source).DistinctBy(source => source.Id).OrderBy(source => source.Id, StringComparer.Ordinal),
        ];
    }
}
