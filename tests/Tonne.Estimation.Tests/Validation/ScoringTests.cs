using Tonne.Estimation.Validation;
using Tonne.Quantities;
using Tonne.Statistics;

namespace Tonne.Estimation.Tests.Validation;

public class ScoringTests
{
    [Theory]
    // scipy.stats.binomtest(k, 24, 0.95).pvalue, SciPy 1.x.
    [InlineData(21, 24, 0.11594)]
    [InlineData(20, 24, 0.02978)]
    [InlineData(24, 24, 0.63117)]
    public void The_binomial_test_is_exact(int hits, int cases, double p) => Assert.Equal(p, BinomialTest.ComputeTwoSidedPValue(hits, cases, 0.95), 5);

    [Fact]
    public void A_fair_coin_that_falls_three_times_the_same_way_is_no_surprise()
    {
        // By hand: 2 · (1/2)³.
        Assert.Equal(0.25, BinomialTest.ComputeTwoSidedPValue(0, 3, 0.5), 12);
        Assert.Equal(1, BinomialTest.ComputeTwoSidedPValue(2, 3, 0.5), 12);
    }

    [Fact]
    public void The_interval_score_is_the_width_and_forty_times_what_lies_outside()
    {
        // Gneiting and Raftery 2007, eq. 43 with α = 0.05, on logarithms: ln(4/1) = 1.3863 inside; outside above at 8: + 40 · ln(8/4) = 27.7259.
        var bounds = new Bounds(1, 2, 4);

        Assert.Equal(Math.Log(4), EstimateScore.ComputeIntervalScore(bounds, 2), 12);
        Assert.Equal(Math.Log(4) + (40 * Math.Log(2)), EstimateScore.ComputeIntervalScore(bounds, 8), 9);
        Assert.Equal(Math.Log(4) + (40 * Math.Log(2)), EstimateScore.ComputeIntervalScore(bounds, 0.5), 9);
    }

    [Fact]
    public void A_score_counts_errors_hits_and_widths()
    {
        ScoredCase[] cases =
        [
            new("a", 100, new Bounds(90, 110, 130), new Bounds(10, 100, 1000)),
            new("b", 100, new Bounds(120, 150, 180), new Bounds(10, 100, 1000)),
            new("c", 100, new Bounds(50, 80, 200), new Bounds(10, 100, 1000)),
        ];

        var score = EstimateScore.ScoreEstimates(cases);

        // By hand: errors 10, 50, 20 %; b's truth lies below its bounds; widths 1.44, 1.5, 4.
        Assert.Equal(0.8 / 3, score.MeanError, 12);
        Assert.Equal(0.2, score.MedianError, 12);
        Assert.Equal(2, score.CoveredCount);
        Assert.Equal(1.5, score.MedianWidth, 12);
        Assert.Equal(0, EstimateScore.ScoreBaseline(cases).MeanError, 12);
    }

    [Fact]
    public void The_baseline_is_the_geometric_mean_with_students_spread()
    {
        // By hand: logs 0, ln 4: mean ln 2, s = ln 4 / √2, n = 2: half = 12.706 · s · √1.5.
        var bounds = BaselinePredictor.Predict([1, 4]);

        Assert.Equal(2, bounds.Best, 12);
        Assert.Equal(12.706 * Math.Log(4) / Math.Sqrt(2) * Math.Sqrt(1.5), Math.Log(bounds.High / bounds.Best), 9);
        Assert.Throws<ArgumentException>(() => BaselinePredictor.Predict([1]));
    }
}
