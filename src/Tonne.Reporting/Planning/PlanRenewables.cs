using Tonne.Planning;
using Tonne.Quantities;

namespace Tonne.Reporting.Planning;

/// <summary>Renewables on the site of the first place, and how their power is known.</summary>
/// <param name="Description">What they are, and where their power comes from, in a sentence.</param>
/// <param name="IsModelled">Whether the power is computed from the position of the sun in place of read from a file.</param>
/// <param name="Most">The power there can be at most; null if the power is given.</param>
public sealed record PlanRenewables(string Description, bool IsModelled, OnSiteRenewables? Most)
{
    /// <summary>
    /// Emissions of an option: with as much power as there can be, as planned, and without any; exact if the power is given.
    /// </summary>
    /// <param name="request">The request of the plan.</param>
    /// <param name="option">The option.</param>
    /// <returns>In g CO2e.</returns>
    public Bounds GetGrams(PlanRequest request, PlanOption option)
    {
        ArgumentNullException.ThrowIfNull(option);
        return Bound(request, option, option.Total.Grams, evaluated => evaluated.Total.Grams);
    }

    /// <summary>
    /// Share of an option's energy that the renewables supply, 0 to 1: without any, as planned, and with the most there can be.
    /// </summary>
    /// <param name="request">The request of the plan.</param>
    /// <param name="option">The option.</param>
    public Bounds GetShare(PlanRequest request, PlanOption option)
    {
        ArgumentNullException.ThrowIfNull(option);
        return Bound(request, option, ShareOf(option), ShareOf);

        static double ShareOf(PlanOption one) => one.Energy > Energy.Zero ? 1 - (one.GridEnergy / one.Energy) : 0;
    }

    Bounds Bound(PlanRequest request, PlanOption option, double best, Func<PlanOption, double> select)
    {
        if (Most is null)
            return Bounds.FromExact(best);
        var values = new[] { null, Most }.Select(renewables => Evaluate(request, option, renewables)).OfType<PlanOption>().Select(select)
            .Append(best).ToList();
        return new Bounds(values.Min(), best, values.Max());
    }

    static PlanOption? Evaluate(PlanRequest request, PlanOption option, OnSiteRenewables? renewables)
    {
        var changed = request with { Places = [.. request.Places.Select(place => place.Renewables is null ? place
            : place with { Renewables = renewables })] };
        return Planner.Evaluate(changed, option.Kind,
            [.. option.Segments.Select(segment => segment with { Place = changed.Places[request.Places.IndexOf(segment.Place)] })]);
    }
}
