namespace Tonne.Reducing;

/// <summary>Wilcoxon's signed-rank test: whether differences lie symmetrically about zero. Exact: given their sizes, every pattern of signs is equally likely.</summary>
/// <remarks>Zeros are left out, ties share the mean of their ranks. Source: F. Wilcoxon, Individual comparisons by ranking methods, Biometrics Bulletin 1 (1945).</remarks>
sealed class SignedRank
{
    // The distribution of the rank sum where nothing is tied, by number of differences.
    readonly Dictionary<int, double[]> _untied = [];

    /// <summary>The two-sided probability of a rank sum at least as far out.</summary>
    internal double Probability(ReadOnlySpan<double> differences)
    {
        var sizes = new List<double>(differences.Length);
        foreach (var difference in differences)
        {
            if (difference != 0)
                sizes.Add(difference);
        }

        var count = sizes.Count;
        if (count == 0)
            return 1;
        sizes.Sort((a, b) => Math.Abs(a).CompareTo(Math.Abs(b)));
        var doubled = new int[count];
        var tied = false;
        for (var from = 0; from < count;)
        {
            var to = from + 1;
            while (to < count && Math.Abs(sizes[to]) == Math.Abs(sizes[from]))
                to++;
            tied |= to - from > 1;
            // Twice the mean of the ranks from + 1 … to.
            doubled.AsSpan(from, to - from).Fill(from + 1 + to);
            from = to;
        }

        var (sum, total) = (0, 0);
        for (var i = 0; i < count; i++)
        {
            total += doubled[i];
            if (sizes[i] > 0)
                sum += doubled[i];
        }

        var far = Math.Max(sum, total - sum);
        if (tied)
            return Math.Min(1, 2 * Tail(Distribution(doubled), far));
        if (!_untied.TryGetValue(count, out var distribution))
        {
            distribution = Distribution([.. Enumerable.Range(1, count)]);
            _untied[count] = distribution;
        }

        return Math.Min(1, 2 * Tail(distribution, far / 2));
    }

    /// <summary>Probability of each sum of a random half of the ranks.</summary>
    static double[] Distribution(int[] ranks)
    {
        var chances = new double[ranks.Sum() + 1];
        chances[0] = 1;
        var reach = 0;
        foreach (var rank in ranks)
        {
            reach += rank;
            for (var sum = reach; sum >= 0; sum--)
                chances[sum] = (chances[sum] + (sum >= rank ? chances[sum - rank] : 0)) / 2;
        }

        return chances;
    }

    static double Tail(double[] chances, int from)
    {
        double tail = 0;
        for (var sum = chances.Length - 1; sum >= from; sum--)
            tail += chances[sum];
        return tail;
    }
}
