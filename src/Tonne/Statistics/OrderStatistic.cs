using System.Buffers;
using System.Numerics;
using System.Runtime.InteropServices;

namespace Tonne.Statistics;

/// <summary>Medians and quantiles of a sample.</summary>
/// <remarks>Quantiles of an unsorted sample are found by selection (Hoare 1961, Algorithm 65: FIND), without a full sort.</remarks>
public static class OrderStatistic
{
    // A quantile of a large sample is searched between two values of an evenly spaced part of it: among 5 % of the sample, which miss it
    // in one of some thousand samples. The ranks are from the nearer end; that of the quantile is about 13 ± 3.5.
    const int ProbeCount = 512;
    const int OuterRank = 2;
    const int InnerRank = 27;

    /// <summary>The quantiles at 2.5 % and 97.5 %, by nearest rank: those of <see cref="Quantile"/>, faster for a large sample.</summary>
    /// <remarks>Reorders the sample if it is small.</remarks>
    /// <param name="sample">The values.</param>
    /// <param name="guess">Ranges in which the quantiles may be. A right guess of narrow ranges saves time; it changes no result.</param>
    internal static (double Low, double High) CentralInterval95(
        Span<double> sample, ((double From, double To) Low, (double From, double To) High)? guess = null)
    {
        if (sample.Length < 8 * ProbeCount)
            return (Quantile(sample, 0.025), Quantile(sample, 0.975));
        var rented = ArrayPool<double>.Shared.Rent(2 * (sample.Length + 1));
        var interval = guess is { } ranges ? FindInterval95(sample, ranges.Low, ranges.High, rented) : null;
        if (interval is null)
        {
            Span<double> probe = stackalloc double[ProbeCount];
            for (var i = 0; i < ProbeCount; i++)
                probe[i] = sample[(int)((long)i * sample.Length / ProbeCount)];
            var (lowTo, highFrom) = (Select(probe, InnerRank), Select(probe, ProbeCount - 1 - InnerRank));
            var (lowFrom, highTo) = (Select(probe[..InnerRank], OuterRank), Select(probe[^InnerRank..], InnerRank - 1 - OuterRank));
            interval = FindInterval95(sample, (lowFrom, lowTo), (highFrom, highTo), rented)
                ?? (Quantile(sample, 0.025), Quantile(sample, 0.975));
        }

        ArrayPool<double>.Shared.Return(rented);
        return interval.Value;
    }

    /// <summary>The quantiles at 2.5 % and 97.5 %, if they are within two ranges.</summary>
    static (double Low, double High)? FindInterval95(
        ReadOnlySpan<double> sample, (double From, double To) low, (double From, double To) high, double[] memory)
    {
        if (!(low.To < high.From))
            return null;
        Span<double> lows = memory.AsSpan(0, sample.Length + 1), highs = memory.AsSpan(sample.Length + 1, sample.Length + 1);
        var (below, lowCount, highCount, above) = Gather(sample, low, high, lows, highs);
        // Ranks within what was gathered; those above are counted from the top.
        var lowRank = (int)Math.Round(0.025 * (sample.Length - 1)) - below;
        var highRank = highCount - 1 - (sample.Length - 1 - (int)Math.Round(0.975 * (sample.Length - 1)) - above);
        return lowRank >= 0 && lowRank < lowCount && highRank >= 0 && highRank < highCount
            ? (Select(lows[..lowCount], lowRank), Select(highs[..highCount], highRank))
            : null;
    }

    /// <summary>Copies the values within two ranges, and counts those below the first and above the second.</summary>
    static (int Below, int Lows, int Highs, int Above) Gather(
        ReadOnlySpan<double> sample, (double From, double To) low, (double From, double To) high, Span<double> lows, Span<double> highs)
    {
        int lowCount = 0, highCount = 0;
        var (below, above) = (Vector<long>.Zero, Vector<long>.Zero);
        var (lowFrom, lowTo) = (Vector.Create(low.From), Vector.Create(low.To));
        var (highFrom, highTo) = (Vector.Create(high.From), Vector.Create(high.To));
        var vectors = MemoryMarshal.Cast<double, Vector<double>>(sample);
        for (var i = 0; i < vectors.Length; i++)
        {
            var values = vectors[i];
            var (isBelow, isAbove) = (Vector.LessThan(values, lowFrom), Vector.GreaterThan(values, highTo));
            below -= isBelow;
            above -= isAbove;
            // Not below and not above both ranges, and not between them.
            var isWithin = Vector.AndNot(
                Vector.LessThanOrEqual(values, lowTo) | Vector.GreaterThanOrEqual(values, highFrom), isBelow | isAbove);
            if (isWithin != Vector<long>.Zero)
                GatherEach(sample.Slice(i * Vector<double>.Count, Vector<double>.Count), lows, highs);
        }

        var (belowCount, aboveCount) = ((int)Vector.Sum(below), (int)Vector.Sum(above));
        foreach (var value in sample[(vectors.Length * Vector<double>.Count)..])
        {
            belowCount += value < low.From ? 1 : 0;
            aboveCount += value > high.To ? 1 : 0;
        }

        GatherEach(sample[(vectors.Length * Vector<double>.Count)..], lows, highs);
        return (belowCount, lowCount, highCount, aboveCount);

        void GatherEach(ReadOnlySpan<double> values, Span<double> lowsFound, Span<double> highsFound)
        {
            foreach (var value in values)
            {
                // Always written; the count decides whether it is kept. This avoids a branch.
                lowsFound[lowCount] = value;
                lowCount += value >= low.From & value <= low.To ? 1 : 0;
                highsFound[highCount] = value;
                highCount += value >= high.From & value <= high.To ? 1 : 0;
            }
        }
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
