namespace Tonne.Statistics;

/// <summary>The exact two-sided binomial test of a number of hits against a stated share.</summary>
/// <remarks>p = Σ P(k) over every k no more probable than the hits seen. Source: Clopper and Pearson, Biometrika 26(4), 1934; two-sided by likelihood as in R's binom.test.</remarks>
public static class BinomialTest
{
    /// <summary>P(X = hits) for a number of cases.</summary>
    /// <param name="hits">Number of hits, 0 to <paramref name="cases"/>.</param>
    /// <param name="cases">Number of cases.</param>
    /// <param name="share">Chance of a hit, 0 to 1.</param>
    public static double Probability(int hits, int cases, double share)
    {
        if (share is <= 0 or >= 1)
            return (share <= 0 ? hits == 0 : hits == cases) ? 1 : 0;
        var log = (hits * Math.Log(share)) + ((cases - hits) * Math.Log(1 - share));
        for (var i = 1; i <= cases - hits; i++)
            log += Math.Log((hits + i) / (double)i);
        return Math.Exp(log);
    }

    /// <summary>The two-sided p-value.</summary>
    /// <param name="hits">Number of hits.</param>
    /// <param name="cases">Number of cases.</param>
    /// <param name="share">The share that is tested, 0 to 1.</param>
    /// <exception cref="ArgumentOutOfRangeException">More hits than cases, or a negative number.</exception>
    public static double ComputeTwoSidedPValue(int hits, int cases, double share)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(hits);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(hits, cases);
        // Terms that differ by rounding alone count as equal.
        var limit = Probability(hits, cases, share) * (1 + 1e-7);
        var sum = 0d;
        for (var k = 0; k <= cases; k++)
        {
            var term = Probability(k, cases, share);
            if (term <= limit)
                sum += term;
        }

        return Math.Min(1, sum);
    }
}
