using System.Collections.Immutable;
using System.Globalization;
using Tonne.Comparing;

namespace Tonne.Cli.PowerLimits;

/// <summary>Which limit takes the least energy, time, energy × time and emissions, compared with the limit that was found.</summary>
/// <remarks>
/// Each limit is compared with the first, round by round, by the test of a bench; the risk is divided among the limits, so that the
/// interval of the one that is
/// chosen holds too. Energy × time is the energy-delay product: R. Gonzalez, M. Horowitz, IEEE J. Solid-State Circuits 31 (1996).
/// </remarks>
static class PowerLimitSummary
{
    const string EnergyDelay = "energy_delay";

    static readonly ImmutableArray<(string Name, Func<VariantRun, double> Get)> _figures =
    [
        ("energy", run => run.Energy.Joules),
        ("time", run => run.Time.TotalSeconds),
        (EnergyDelay, run => run.Energy.Joules * run.Time.TotalSeconds),
        ("emissions", run => run.Emissions.Grams),
    ];

    /// <summary>Finds the limits; a figure that a run used none of has none.</summary>
    /// <param name="rounds">The rounds, each with its runs in the order of the limits; the first limit is the one that was found.</param>
    /// <param name="plan">The plan of the comparison.</param>
    internal static IReadOnlyList<LeastLimit> Find(IReadOnlyList<ImmutableArray<VariantRun>> rounds, ComparisonPlan plan)
    {
        var least = new List<LeastLimit>();
        foreach (var (name, get) in _figures)
        {
            if (rounds.Count == 0 || rounds.Any(round => round.Any(run => !(get(run) > 0))))
                continue;
            var best = new LeastLimit(name, 0, null);
            for (var variant = 1; variant < rounds[0].Length; variant++)
            {
                var ratio = Compare(rounds, variant, get, plan);
                if (ratio.Value < (best.RatioToFound?.Value ?? 1))
                    best = new LeastLimit(name, variant, ratio);
            }

            least.Add(best);
        }

        return least;
    }

    /// <summary>The result as sentences.</summary>
    internal static IEnumerable<string> Describe(IReadOnlyList<LeastLimit> least, IReadOnlyList<PowerLimitVariant> variants, string dash) =>
        least.Select(one => $"Least {one.Figure switch { EnergyDelay => "energy × time", var name => name }}: "
            + $"{variants[one.Variant].Name}{DescribeSaving(one.RatioToFound, dash)}.");

    static string DescribeSaving(RatioInterval? ratio, string dash) => ratio switch
    {
        null => "",
        { IsBounded: true } known when known.High < 1 =>
            $", {Percent(1 - known.Value)} % less than as found ({Percent(1 - known.High)}{dash}{Percent(1 - known.Low)} %)",
        { IsBounded: true } known =>
            $", {Percent(1 - known.Value)} % less than as found, which may be chance (from {Signed(known.Low)} % to {Signed(known.High)} "
                + "%)",
        { } known => $", {Percent(1 - known.Value)} % less than as found, which may be chance (too few rounds for an interval)",
    };

    static RatioInterval Compare(IReadOnlyList<ImmutableArray<VariantRun>> rounds, int variant, Func<VariantRun, double> get,
        ComparisonPlan plan)
    {
        var test = new RatioTest(plan.Risk / (rounds[0].Length - 1), plan.Rounds, plan.Margin);
        RatioInterval? ratio = null;
        foreach (var round in rounds)
        {
            test.Add(get(round[0]), get(round[variant]));
            // Each look may narrow it.
            ratio = test.ComputeInterval();
        }

        return ratio!.Value;
    }

    static string Percent(double share) => (share * 100).ToString("0.0", CultureInfo.InvariantCulture);

    static string Signed(double ratio) => (ratio < 1 ? "-" : "+") + Percent(Math.Abs(ratio - 1));
}
