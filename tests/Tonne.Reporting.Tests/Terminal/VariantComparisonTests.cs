using Tonne.Comparing;
using Tonne.Quantities;
using Tonne.Reporting.Json;
using Tonne.Reporting.Terminal;
using Tonne.Tests;
using Tonne.Tests.Comparing;

namespace Tonne.Reporting.Tests.Terminal;

public class VariantComparisonTests
{
    static VariantRun Run(double joules, double seconds) => new(Energy.FromJoules(joules), TimeSpan.FromSeconds(seconds), Emissions.FromGrams(joules / 72_000));

    /// <summary>A: 100 J in 10 s. B: 5 % less energy, 20 % more time. C: as A.</summary>
    static VariantComparison Of(int rounds, ComparisonPlan? plan = null, int variants = 3)
    {
        var comparison = new VariantComparison(new[] { "A", "B", "C" }[..variants], plan ?? new ComparisonPlan());
        var noise = new Noise(12);
        for (var round = 0; round < rounds; round++)
        {
            VariantRun[] runs =
            [
                Run(100 * Math.Exp(noise.Normal(0.002)), 10 * Math.Exp(noise.Normal(0.002))),
                Run(95 * Math.Exp(noise.Normal(0.002)), 12 * Math.Exp(noise.Normal(0.002))),
                Run(100 * Math.Exp(noise.Normal(0.002)), 10 * Math.Exp(noise.Normal(0.002))),
            ];
            comparison.Add(runs[..variants]);
        }

        return comparison;
    }

    [Fact]
    public void Every_two_variants_have_a_verdict_of_their_own()
    {
        var comparison = Of(25);

        Assert.Equal([(0, 1), (0, 2), (1, 2)], comparison.Pairs.Select(pair => (pair.First, pair.Second)));
        Assert.Equal([PairVerdict.Difference, PairVerdict.WithinMargin, PairVerdict.Difference], comparison.Pairs.Select(pair => pair.Verdict));
        Assert.True(comparison.IsDecided);
        var ratio = comparison.Pairs[0].GetRatio(ComparedFigure.Energy)!.Value;
        Assert.InRange(0.95, ratio.Low, ratio.High);
        Assert.InRange(ratio.High - ratio.Low, 0, 0.01);
    }

    [Fact]
    public void The_risk_is_shared_by_all_pairs_so_that_more_commands_find_no_more_differences_that_are_none()
    {
        var noise = new Noise(31);
        var called = 0;
        for (var trial = 0; trial < 400; trial++)
        {
            var comparison = new VariantComparison(["A", "B", "C", "D"], new ComparisonPlan { Rounds = 20 });
            for (var round = 0; round < 20; round++)
                comparison.Add([.. Enumerable.Range(0, 4).Select(_ => Run(Math.Exp(noise.Normal(0.04)), 1))]);
            called += comparison.Pairs.Any(pair => pair.Verdict == PairVerdict.Difference) ? 1 : 0;
        }

        Assert.All(Of(1).Pairs, pair => Assert.Equal(0.01 / 3, pair.DecisionTest.Risk));
        Assert.InRange(called, 0, 4);
    }

    [Fact]
    public void What_decides_is_chosen()
    {
        var byTime = Of(25, new ComparisonPlan { DecisionFigure = ComparedFigure.Time }, 2);

        Assert.StartsWith("B takes 20.0 % more time than A (", VariantText.DescribeVerdict(byTime, byTime.Pairs[0]));
    }

    [Fact]
    public void A_figure_that_a_run_had_none_of_has_no_ratio_and_spoils_no_other()
    {
        var comparison = new VariantComparison(["A", "B"], new ComparisonPlan { DecisionFigure = ComparedFigure.Time });
        comparison.Add([Run(1, 1), Run(1, 1)]);
        comparison.Add([Run(0, 1), Run(1, 1)]);
        comparison.Add([Run(1, 1), Run(1, 1)]);

        Assert.Null(comparison.Pairs[0].GetRatio(ComparedFigure.Energy));
        Assert.NotNull(comparison.Pairs[0].GetRatio(ComparedFigure.Time));
        Assert.Equal(3, comparison.Pairs[0].DecisionTest.Rounds);
    }

    [Fact]
    public void No_round_few_rounds_and_too_few_planned_are_said_as_they_are()
    {
        Assert.Contains("no round was completed", Verdict(Of(0)));
        Assert.Contains("5 rounds are too few to show one", Verdict(Of(5)));
        Assert.Contains("5 rounds cannot show one", Verdict(Of(5, new ComparisonPlan { Rounds = 5 })));

        static string Verdict(VariantComparison comparison) => VariantText.DescribeVerdict(comparison, comparison.Pairs[0]);
    }

    [Fact]
    public void Wrong_plans_and_rounds_are_refused()
    {
        Assert.Throws<ArgumentException>(() => new VariantComparison(["A"], new ComparisonPlan()));
        Assert.Throws<ArgumentException>(() => new VariantComparison(["A", "A"], new ComparisonPlan()));
        Assert.Throws<ArgumentOutOfRangeException>(() => new ComparisonPlan { Rounds = 0 });
        Assert.Throws<ArgumentOutOfRangeException>(() => new ComparisonPlan { Risk = 0 });
        Assert.Throws<ArgumentOutOfRangeException>(() => new ComparisonPlan { Margin = double.NaN });
        Assert.Throws<ArgumentException>(() => Of(1).Add([Run(1, 1)]));
        Assert.Throws<InvalidOperationException>(() => Of(2, new ComparisonPlan { Rounds = 2 }).Add([Run(1, 1), Run(1, 1), Run(1, 1)]));
    }

    [Theory]
    [InlineData(true, 80, "VariantScreen.golden.txt")]
    [InlineData(false, 60, "VariantScreen.ascii.golden.txt")]
    public void The_picture_and_the_verdicts(bool unicode, int width, string golden)
    {
        var comparison = Of(25);

        Golden.Matches("Golden/" + golden, Golden.TextOf(writer => VariantComparisonText.Write(
            writer, comparison, ["python train.py --precision fp32", "python train.py --precision bf16", "python train.py --compile"], Quality.Modelled,
            new TerminalCapabilities { Width = width, Unicode = unicode })));
    }

    [Fact]
    public void An_end_of_an_interval_that_is_not_known_yet_is_null_in_json()
    {
        var few = BenchDocument.CreatePairs(Of(3))[0];
        var many = BenchDocument.CreatePairs(Of(25))[0];

        Assert.Equal(("no_difference_seen", null, null), (few.Verdict, few.EnergyRatio!.Low, few.EnergyRatio.High));
        Assert.Equal("difference", many.Verdict);
        Assert.InRange(many.DecidedAfterRounds!.Value, 9, 20);
    }
}
