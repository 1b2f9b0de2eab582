using System.Buffers;

namespace Tonne.Statistics;

/// <summary>Medians and quantiles of a sample.</summary>
/// <remarks>Quantiles of an unsorted sample are found by selection (Hoare 1961, Algorithm 65: FIND), without a full sort.</remarks>
public static class OrderStatistic
{
    // A tail of a large sample is searched among about 8 % of it, which an evenly spaced part of the sample delimits.
    const int ProbeCount = 512;
    const int ProbeRank = 40;

    /// <summary>The quantiles at 2.5 % and 97.5 %, by nearest rank: those of <see cref="Quantile"/>, faster for a large sample.</summary>
    /// <remarks>Reorders the sample if it is small.</remarks>
    internal static (double Low, double High) CentralInterval95(Span<double> sample)
    {
        if (sample.Length < 8 * ProbeCount)
            return (Quantile(sample, 0.025), Quantile(sample, 0.975));
        Span<double> probe = stackalloc double[ProbeCount];
        for (var i = 0; i < ProbeCount; i++)
            probe[i] = sample[(int)((long)i * sample.Length / ProbeCount)];
        probe.Sort();
        var (below, above) = (probe[ProbeRank], probe[ProbeCount - 1 - ProbeRank]);
        var rented = ArrayPool<double>.Shared.Rent(2 * (sample.Length + 1));
        Span<double> lows = rented.AsSpan(0, sample.Length + 1), highs = rented.AsSpan(sample.Length + 1, sample.Length + 1);
        int lowCount = 0, highCount = 0;
        foreach (var value in sample)
        {
            // Always written; the count decides whether it is kept. This avoids a branch.
            lows[lowCount] = value;
            lowCount += value < below ? 1 : 0;
            highs[highCount] = value;
            highCount += value > above ? 1 : 0;
        }

        var lowRank = (int)Math.Round(0.025 * (sample.Length - 1));
        // Ranks above are counted from the top.
        var highRank = sample.Length - 1 - (int)Math.Round(0.975 * (sample.Length - 1));
        var interval = lowCount <= lowRank || highCount <= highRank
            ? (Quantile(sample, 0.025), Quantile(sample, 0.975))
            : (Select(lows[..lowCount], lowRank), Select(highs[..highCount], highCount - 1 - highRank));
        ArrayPool<double>.Shared.Return(rented);
        return interval;
    }

    /// <summary>The sample's quantile at the nearest rank. Reorders the sample.</summary>
    public static double Quantile(Span<double> sample, double p) => Select(sample, (int)Math.Round(p * (sample.Length - 1)));

    /// <summary>The quantile of a sorted sample, interpolated between its two nearest values.</summary>
    /// <remarks>Type 7 of Hyndman and Fan, Sample quantiles in statistical packages, The American Statistician 50(4), 1996.</remarks>
    /// <param name="sorted">The values in ascending order, at least one.</param>
    /// <param name="p">Share of the sample below the quantile, 0 to 1.</param>
    public static double InterpolateQuantile(ReadOnlySpan<double> sorted, double p)
    {
        var at = p * (sorted.Length - 1);
        var below = (int)at;
        return below + 1 < sorted.Length ? sorted[below] + ((sorted[below + 1] - sorted[below]) * (at - below)) : sorted[below];
    }

    /// <summary>The median: the middle value, or the mean of the two middle values. Sorts the sample.</summary>
    /// <param name="sample">At least one value.</param>
    public static double Median(Span<double> sample)
    {
        sample.Sort();
        return (sample[(sample.Length - 1) / 2] + sample[sample.Length / 2]) / 2;
    }

    /// <summary>The value of a rank from 0. Reorders the sample.</summary>
    static double Select(Span<double> sample, int k)
    {
        int left = 0, right = sample.Length - 1;
        while (left < right)
        {
            var pivot = sample[k];
            int i = left, j = right;
            while (i <= j)
            {
                while (sample[i] < pivot)
                    i++;
                while (pivot < sample[j])
                    j--;
                if (i > j)
                    break;
                (sample[i], sample[j]) = (sample[j], sample[i]);
                i++;
                j--;
            }

            if (j < k)
                left = i;
            if (k < i)
                right = j;
        }

        return sample[k];
    }
}
