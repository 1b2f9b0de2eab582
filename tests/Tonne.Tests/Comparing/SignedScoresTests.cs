using Tonne.Comparing;

namespace Tonne.Tests.Comparing;

public class SignedScoresTests
{
    [Fact]
    public void Darwins_maize_is_as_the_literature_has_it()
    {
        // Cross- less self-fertilised heights, eighths of an inch: C. Darwin 1876, as in R. Fisher, The Design of Experiments (1935), section 17.
        // The two negative ones have ranks 14 and 10; their sum is 24 of 120; exact two-sided P = 0.0413 (as R's wilcox.test, V = 96).
        double[] differences = [49, -67, 8, 16, 6, 23, 28, 41, 14, 29, 56, 24, 75, 60, -48];

        Assert.Equal(0.04126, SignedScores.CreateWilcoxon().ComputePValue(differences), 1e-5);
    }

    [Theory]
    // One-sided P of the table in Wilcoxon 1945 and later ones: n = 10, rank sum 8 has 25 of 1,024 patterns at or below it.
    [InlineData(new double[] { -1, 2, 3, 4, 5, 6, -7, 8, 9, 10 }, 2 * 25 / 1024d)]
    // All of one sign: 2 of 2^5.
    [InlineData(new double[] { 3, 1, 4, 1.5, 9 }, 2 / 32d)]
    // A zero is left out.
    [InlineData(new double[] { 3, 1, 4, 1.5, 9, 0 }, 2 / 32d)]
    // Ties share ranks: 2.5 and 2.5 in the middle of 1, 2, 2, 3; sums 0 … 10 in halves. At least as far as 1 + 2.5 + 4 = 7.5: +++−, with − of 2.5, twice; all; and mirrored: patterns with sum ≥ 7.5 are {all 10, without 1: 9, without 2.5: 7.5 twice}.
    [InlineData(new double[] { 1, 2, -2, 3 }, 2 * 4 / 16d)]
    [InlineData(new double[] { 0, 0 }, 1)]
    public void Small_samples_are_counted_out(double[] differences, double expected) =>
        Assert.Equal(expected, SignedScores.CreateWilcoxon().ComputePValue(differences), 1e-12);

    [Fact]
    public void It_is_at_most_a_level_no_more_often_than_the_level_says()
    {
        var (test, level, called) = (SignedScores.CreateNormal(), 0.05, 0);
        for (var signs = 0; signs < 1 << 10; signs++)
        {
            var differences = Enumerable.Range(0, 10).Select(i => (signs >> i & 1) == 0 ? i + 1.5 : -i - 1.5).ToArray();
            called += test.ComputePValue(differences) <= level ? 1 : 0;
        }

        Assert.InRange(called / 1024d, 0.03, level);
    }
}
