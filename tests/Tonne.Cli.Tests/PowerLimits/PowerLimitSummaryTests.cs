using System.Collections.Immutable;
using Tonne.Cli.PowerLimits;
using Tonne.Comparing;
using Tonne.Quantities;

namespace Tonne.Cli.Tests.PowerLimits;

public class PowerLimitSummaryTests
{
    static readonly ImmutableArray<PowerLimitVariant> Variants =
        [new("as found, 300 W", [300_000_000], true), new("200 W", [200_000_000], false), new("150 W", [150_000_000], false)];

    static VariantRun Run(double joules, double seconds) =>
        new(Energy.FromJoules(joules), TimeSpan.FromSeconds(seconds), Emissions.FromGrams(joules / 100));

    // 300 W: 3000 J in 10 s, 30,000 J·s. 200 W: 2200 J in 11 s, 24,200 J·s. 150 W: 2100 J in 14 s, 29,400 J·s.
    static IReadOnlyList<ImmutableArray<VariantRun>> Rounds(int count) =>
    [
        .. Enumerable.Range(0, count).Select(round => 1 + (0.001 * (round % 3)))
            .Select(noise => (ImmutableArray<VariantRun>)[Run(3000 * noise, 10), Run(2200, 11 * noise), Run(2100, 14)]),
    ];

    [Fact]
    public void Each_figure_has_its_own_best_limit()
    {
        var least = PowerLimitSummary.Find(Rounds(20), new ComparisonPlan { Rounds = 20 });

        Assert.Equal([("energy", 2), ("time", 0), ("energy_delay", 1), ("emissions", 2)], least.Select(one => (one.Figure, one.Variant)));
        Assert.Equal(0.7, least[0].RatioToFound!.Value.Value, 0.002);
        Assert.Null(least[1].RatioToFound);
        // 24,200 ÷ 30,000.
        Assert.Equal(0.8067, least[2].RatioToFound!.Value.Value, 0.002);
        Assert.InRange(0.7, least[0].RatioToFound!.Value.Low, 0.702);
        var text = PowerLimitSummary.Describe(least, Variants, "-").ToList();
        Assert.StartsWith("Least energy: 150 W, 30.1 % less than as found (", text[0]);
        Assert.Equal("Least time: as found, 300 W.", text[1]);
        Assert.StartsWith("Least energy × time: 200 W, 19.3 % less than as found (", text[2]);
    }

    [Fact]
    public void Too_few_rounds_may_be_chance_and_none_have_no_result()
    {
        var plan = new ComparisonPlan { Rounds = 20 };

        Assert.Empty(PowerLimitSummary.Find([], plan));
        Assert.Contains("which may be chance", PowerLimitSummary.Describe(PowerLimitSummary.Find(Rounds(2), plan), Variants, "-").First());
    }
}
