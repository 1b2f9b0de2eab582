namespace Tonne.Comparing;

/// <summary>Whether differences lie symmetrically about zero, by scores of their ranks. Exact: given their sizes, every pattern of signs is equally likely, and all are counted.</summary>
/// <remarks>
/// Zeros are left out, ties share the mean of their ranks. With ranks as scores it is the test of F. Wilcoxon, Individual comparisons by ranking methods, Biometrics Bulletin 1 (1945);
/// with normal scores (D. Fraser, Most powerful rank-type statistics, Ann. Math. Stat. 28, 1957) it loses, against the t test, nothing for normal noise and gains for any other (H. Chernoff, I. Savage, Ann. Math. Stat. 29, 1958).
/// </remarks>
/// <param name="score">A whole score of a rank (the least is 1; halves where tied) among so many.</param>
sealed class SignedScores(Func<double, int, int> score)
{
    // The distribution of the sum where nothing is tied, by number of differences.
    readonly Dictionary<int, double[]> _untied = [];

    /// <summary>Scores that are their ranks, doubled so that a tie has one too.</summary>
    internal static SignedScores CreateWilcoxon() => new((rank, _) => (int)(2 * rank));

    /// <summary>Normal scores in hundredths: the quantile of |Z| at rank ÷ (n + 1), by J. Tukey's lambda approximation (exponent 0.135). The test is exact with any scores.</summary>
    internal static SignedScores CreateNormal() => new((rank, count) =>
    {
        var p = (1 + rank / (count + 1)) / 2;
        return (int)Math.Round(100 * (Math.Pow(p, 0.135) - Math.Pow(1 - p, 0.135)) / 0.1975);
    });

    /// <summary>The two-sided probability of a sum at least as far out.</summary>
    internal double ComputePValue(ReadOnlySpan<double> differences)
    {
        var sorted = new List<double>(differences.Length);
        foreach (var difference in differences)
        {
            if (difference != 0)
                sorted.Add(difference);
        }

        var count = sorted.Count;
        if (count == 0)
            return 1;
        sorted.Sort((a, b) => Math.Abs(a).CompareTo(Math.Abs(b)));
        var scores = new int[count];
        var tied = false;
        for (var from = 0; from < count;)
        {
            var to = from + 1;
            while (to < count && Math.Abs(sorted[to]) == Math.Abs(sorted[from]))
                to++;
            tied |= to - from > 1;
            scores.AsSpan(from, to - from).Fill(score((from + 1 + to) / 2d, count));
            from = to;
        }

        var (sum, total) = (0, 0);
        for (var i = 0; i < count; i++)
        {
            total += scores[i];
            if (sorted[i] > 0)
                sum += scores[i];
        }

        double[]? distribution;
        if (tied)
        {
            distribution = Distribution(scores, total);
        }
        else if (!_untied.TryGetValue(count, out distribution))
        {
            distribution = Distribution(scores, total);
            _untied[count] = distribution;
        }

        double tail = 0;
        for (var far = Math.Max(sum, total - sum); far <= total; far++)
            tail += distribution[far];
        return Math.Min(1, 2 * tail);
    }

    /// <summary>Probability of each sum of a random half of the scores.</summary>
    static double[] Distribution(int[] scores, int total)
    {
        var chances = new double[total + 1];
        chances[0] = 1;
        var reach = 0;
        foreach (var one in scores)
        {
            reach += one;
            for (var sum = reach; sum >= 0; sum--)
                chances[sum] = (chances[sum] + (sum >= one ? chances[sum - one] : 0)) / 2;
        }

        return chances;
    }
}
