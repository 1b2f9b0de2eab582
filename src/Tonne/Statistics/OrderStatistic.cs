namespace Tonne.Statistics;

/// <summary>Quantiles of an unsorted sample, by selection (Hoare 1961, Algorithm 65: FIND): no full sort is needed.</summary>
public static class OrderStatistic
{
    /// <summary>The sample's quantile at the nearest rank. Reorders the sample.</summary>
    public static double Quantile(Span<double> sample, double p)
    {
        var k = (int)Math.Round(p * (sample.Length - 1));
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
