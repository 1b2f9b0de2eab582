using Tonne.Statistics;

namespace Tonne.Tests.Statistics;

public class StandardNormalTests
{
    // Box and Muller by hand: √(−2 ln e⁻²) = 2, cos 0 = 1, sin 0 = 0.
    [Fact]
    public void Two_uniform_numbers_give_a_pair_by_the_formula_of_box_and_muller()
    {
        var (first, second) = StandardNormal.DrawPair(new FixedNumbers(1 - Math.Exp(-2), 0));

        Assert.Equal(2, first, 1e-12);
        Assert.Equal(0, second, 1e-12);
        Assert.Equal(2, StandardNormal.Draw(new FixedNumbers(1 - Math.Exp(-2), 0)), 1e-12);
    }

    // Standard normal: mean 0, variance 1; 100,000 draws lie within five standard errors.
    [Fact]
    public void Many_draws_have_the_mean_and_variance_of_the_standard_normal()
    {
        var random = new Random(11);
        var draws = Enumerable.Range(0, 100_000).Select(_ => StandardNormal.Draw(random)).ToArray();

        Assert.Equal(0, draws.Average(), 5 / Math.Sqrt(100_000));
        Assert.Equal(1, draws.Average(value => value * value), 5 * Math.Sqrt(2d / 100_000));
    }

    sealed class FixedNumbers(params double[] numbers) : Random
    {
        int _next;

        public override double NextDouble() => numbers[_next++];
    }

    [Theory]
    // Abramowitz and Stegun, table 26.1, and table 26.2 for the tails (−log10 Q(5) = 6.54265, Q(10) = 23.11805, Q(38) = 315.53979).
    [InlineData(0, 0.5)]
    [InlineData(1, 0.841344746068543)]
    [InlineData(-1, 0.158655253931457)]
    [InlineData(2.5, 0.993790334674224)]
    [InlineData(-2.5, 0.006209665325776)]
    [InlineData(3.5, 0.999767370920964)]
    public void The_distribution_is_that_of_the_tables(double x, double expected) =>
        Assert.Equal(expected, Math.Exp(StandardNormal.ComputeLogCumulative(x)), 1e-13);

    [Theory]
    [InlineData(-5, 6.54265)]
    [InlineData(-10, 23.11805)]
    [InlineData(-38, 315.53979)]
    public void Its_tail_is_exact_far_below_zero(double x, double minusLog10) =>
        Assert.Equal(minusLog10, -StandardNormal.ComputeLogCumulative(x) / Math.Log(10), 5e-6);
}
