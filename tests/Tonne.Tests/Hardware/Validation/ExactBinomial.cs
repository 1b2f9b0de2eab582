using Tonne.Statistics;

namespace Tonne.Tests.Hardware.Validation;

/// <summary>The binomial distribution, summed term by term.</summary>
static class ExactBinomial
{
    /// <summary>P(X ≤ hits).</summary>
    public static double AtMost(int hits, int cases, double share)
    {
        var sum = 0d;
        for (var k = 0; k <= hits; k++)
            sum += BinomialTest.Probability(k, cases, share);
        return Math.Min(1, sum);
    }

    /// <summary>P(X ≥ hits).</summary>
    public static double AtLeast(int hits, int cases, double share)
    {
        var sum = 0d;
        for (var k = hits; k <= cases; k++)
            sum += BinomialTest.Probability(k, cases, share);
        return Math.Min(1, sum);
    }

    /// <summary>The shares that the hits do not exclude, 95 %. Source: Clopper and Pearson, Biometrika 26(4), 1934.</summary>
    public static (double Low, double High) Interval(int hits, int cases)
    {
        return (hits == 0 ? 0 : Solve(share => AtLeast(hits, cases, share) < 0.025), hits == cases ? 1 : Solve(share => AtMost(hits, cases, share) > 0.025));

        static double Solve(Func<double, bool> below)
        {
            var (low, high) = (0d, 1d);
            for (var i = 0; i < 50; i++)
            {
                var middle = (low + high) / 2;
                (low, high) = below(middle) ? (middle, high) : (low, middle);
            }

            return low;
        }
    }
}
