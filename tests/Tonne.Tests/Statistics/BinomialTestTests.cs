using Tonne.Statistics;

namespace Tonne.Tests.Statistics;

public class BinomialTestTests
{
    // By hand: C(10, 3) ÷ 2¹⁰ = 120 ÷ 1,024; 0.9³; 3 · 0.9² · 0.1.
    [Theory]
    [InlineData(3, 10, 0.5, 0.1171875)]
    [InlineData(3, 3, 0.9, 0.729)]
    [InlineData(2, 3, 0.9, 0.243)]
    [InlineData(0, 5, 0, 1)]
    [InlineData(1, 5, 0, 0)]
    public void The_probability_of_so_many_hits_is_exact(int hits, int cases, double share, double expected) =>
        Assert.Equal(expected, BinomialTest.Probability(hits, cases, share), 1e-12);

    // Conover, Practical Nonparametric Statistics, 1971, p. 97: 682 of 925 plants against 3/4. R, help page of binom.test: p-value 0.3825.
    [Fact]
    public void The_two_sided_value_is_that_of_the_published_example() =>
        Assert.Equal(0.3825, BinomialTest.ComputeTwoSidedPValue(682, 925, 0.75), 0.00005);

    // By hand: (1 + 10) ÷ 1,024 on each side; the hits seen are counted themselves, else 2 ÷ 1,024 would be left.
    [Fact]
    public void The_hits_seen_are_part_of_their_own_tail() =>
        Assert.Equal(22 / 1024d, BinomialTest.ComputeTwoSidedPValue(1, 10, 0.5), 1e-12);
}
