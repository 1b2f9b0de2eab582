using System.Collections.Immutable;
using Tonne.Comparing;
using Tonne.Quantities;

namespace Tonne.Reporting.Advising;

/// <summary>The ways to reduce the operational emissions of a run or a life cycle, the largest expected saving first.</summary>
public sealed record Advice
{
    /// <summary>Least saving of the whole work, at the low end of its interval, for which something is worth doing.</summary>
    public const double LeastSaving = 0.03;

    /// <summary>A saving of more is not stated: savings are below 1.</summary>
    const double MostSaving = 0.9999;

    /// <summary>Id of the run, or name of the life cycle.</summary>
    public required string Subject { get; init; }

    /// <summary>Operational emissions of the work, location-based, kg CO2e.</summary>
    public required Figure Operational { get; init; }

    /// <summary>Levers whose whole interval is above zero, the largest expected saving first; of equal ones that of the least
    /// effort.</summary>
    public required ImmutableArray<Lever> Levers { get; init; }

    /// <summary>Levers whose interval includes zero, in the same order.</summary>
    public required ImmutableArray<Lever> Uncertain { get; init; }

    /// <summary>Ways whose saving is not known for this work.</summary>
    public required ImmutableArray<UnknownLever> Unknown { get; init; }

    /// <summary>What contracts and on-site generation change: the market-based figure only.</summary>
    public required ImmutableArray<string> MarketBased { get; init; }

    /// <summary>Whether no lever is certain to save <see cref="LeastSaving"/>.</summary>
    public bool IsNothingWorthDoing => !Levers.Any(lever => lever.Saving.Low >= LeastSaving);

    /// <summary>
    /// The saving of the whole work with the best certain lever of each group; null if there are not two to combine. What is left is
    /// multiplied, saving by saving; nothing is added.
    /// </summary>
    /// <remarks>
    /// The interval is computed with the logarithm of what is left. How far it is from its expected value with the levers of one group at an
    /// end of their intervals is the deviation of the group. Levers of one group share factors in different parts of the work, such as the
    /// intensity of a place: they are at their ends together. Groups have different factors: their deviations are combined as the root of the sum of squares.
    /// </remarks>
    public Interval? Combined
    {
        get
        {
            var chosen = CombinedLevers;
            if (chosen.Length < 2)
                return null;
            var left = ComputeLeft(chosen, static lever => lever.SavingOfPart.Value);
            return new(
                1 - (left * Math.Exp(Deviate(saving => saving.Low))), 1 - left, 1 - (left * Math.Exp(-Deviate(saving => saving.High))));

            double Deviate(Func<Interval, double> end) => Math.Sqrt(chosen.Select(lever => lever.Group).Distinct().Sum(group =>
            {
                var atEnd = ComputeLeft(chosen, lever => lever.Group == group ? end(lever.SavingOfPart) : lever.SavingOfPart.Value);
                return Math.Pow(Math.Log(atEnd / left), 2);
            }));
        }
    }

    /// <summary>The certain levers that <see cref="Combined"/> combines: of each part and group the one with the largest expected
    /// saving.</summary>
    public ImmutableArray<Lever> CombinedLevers =>
        [.. Levers.GroupBy(lever => (lever.Part, lever.Group)).Select(overlapping => overlapping.MaxBy(lever => lever.Saving.Value)!)];

    /// <summary>Sorts levers into an advice. A lever that is not expected to save anything is left out.</summary>
    /// <param name="subject">Id of the run, or name of the life cycle.</param>
    /// <param name="operational">Its operational emissions.</param>
    /// <param name="levers">The levers, in any order.</param>
    /// <param name="unknown">Ways without a number.</param>
    /// <param name="marketBased">Sentences on the market-based figure.</param>
    public static Advice Create(
        string subject, Figure operational, IEnumerable<Lever> levers, IEnumerable<UnknownLever> unknown, IEnumerable<string> marketBased)
    {
        ArgumentNullException.ThrowIfNull(operational);
        var ranked = levers.Where(lever => lever.SavingOfPart.Value > 0 && lever.PartShare > 0)
            .Select(lever => lever with { SavingOfPart = Limit(lever.SavingOfPart), SavingByCommand = Limit(lever.SavingByCommand) })
            .OrderByDescending(lever => lever.Saving.Value).ThenBy(lever => lever.Effort).ThenBy(lever => lever.Name,
                StringComparer.Ordinal).ToList();
        return new Advice
        {
            Subject = subject,
            Operational = operational,
            Levers = [.. ranked.Where(lever => lever.IsCertain)],
            Uncertain = [.. ranked.Where(lever => !lever.IsCertain)],
            Unknown = [.. unknown],
            MarketBased = [.. marketBased],
        };
    }

    static Interval Limit(Interval saving) =>
        new(Math.Min(saving.Low, MostSaving), Math.Min(saving.Value, MostSaving), Math.Min(saving.High, MostSaving));

    /// <summary>Emissions with all levers ÷ emissions without them.</summary>
    static double ComputeLeft(ImmutableArray<Lever> chosen, Func<Lever, double> select)
    {
        var parts = chosen.GroupBy(lever => lever.Part).ToList();
        // Not 1 − what is saved, which has no digits left where nearly all is.
        return Math.Max(0, 1 - parts.Sum(part => part.First().PartShare))
            + parts.Sum(part => part.First().PartShare * part.Aggregate(1d, (left, lever) => left * (1 - select(lever))));
    }
}
