using Tonne.Statistics;

namespace Tonne.Tests.Statistics;

public class OrderStatisticTests
{
    // By definition: the 0-based rank round(p·(n − 1)); 2.5 and 97.5 round to the even ranks 2 and 98, the values 3 and 99.
    [Theory]
    [InlineData(0.0, 1)]
    [InlineData(0.025, 3)]
    [InlineData(0.5, 51)]
    [InlineData(0.975, 99)]
    [InlineData(1.0, 101)]
    public void The_quantile_of_one_to_a_hundred_and_one_is_its_rank(double p, double expected)
    {
        var sample = Enumerable.Range(1, 101).Select(number => (double)number).ToArray();
        new Random(7).Shuffle(sample);

        Assert.Equal(expected, OrderStatistic.Quantile(sample, p));
    }

    // By definition: sorted they are 1, 2, 2, 4, 8; ranks 0, 1, 2 and 4 in whatever order they come.
    [Fact]
    public void Every_order_of_five_numbers_has_the_same_quantiles()
    {
        double[] numbers = [8, 2, 4, 2, 1];
        for (var code = 0; code < 120; code++)
        {
            List<double> left = [.. numbers];
            var order = new List<double>();
            for (var (i, rest) = (5, code); i > 0; rest /= i, i--)
            {
                order.Add(left[rest % i]);
                left.RemoveAt(rest % i);
            }

            Assert.Equal([1, 2, 2, 8], new[] { 0, 0.25, 0.5, 1 }.Select(p => OrderStatistic.Quantile([.. order], p)));
        }
    }

    [Theory]
    [InlineData(100)]
    [InlineData(5_000)]
    [InlineData(20_000)]
    public void The_central_interval_is_read_off_the_sorted_sample(int count)
    {
        var random = new Random(count);
        double[][] samples =
        [
            [.. Enumerable.Range(0, count).Select(_ => Math.Exp(random.NextDouble() * 3))],
            [.. Enumerable.Range(0, count).Select(i => (double)i)],
            [.. Enumerable.Range(0, count).Select(_ => random.Next(3) * 1.0)],
            [.. Enumerable.Repeat(4.0, count)],
            [.. Enumerable.Range(0, count).Select(i => i % 39 == 0 ? -1e9 * i : i)],
        ];
        Assert.All(samples, sample =>
        {
            var sorted = sample.Order().ToArray();

            var (low, high) = OrderStatistic.CentralInterval95(sample);

            Assert.Equal(sorted[(int)Math.Round(0.025 * (count - 1))], low);
            Assert.Equal(sorted[(int)Math.Round(0.975 * (count - 1))], high);
        });
    }

    [Theory]
    [InlineData(0.95, 1.05, 0.95, 1.05)]
    [InlineData(1, 1, 1, 1)]
    [InlineData(1, 1.05, 0.95, 1)]
    [InlineData(1.01, 1.05, 0.95, 1.05)]
    [InlineData(0.95, 0.99, 0.95, 1.05)]
    [InlineData(0.95, 1.05, 1.01, 1.05)]
    [InlineData(0.95, 1.05, 0.95, 0.99)]
    [InlineData(1.05, 0.95, 1.05, 0.95)]
    [InlineData(0, 50, 0.01, 1)]
    [InlineData(0, 1, 1, double.PositiveInfinity)]
    [InlineData(double.NaN, double.NaN, double.NaN, double.NaN)]
    public void A_guess_does_not_change_the_central_interval(double lowFrom, double lowTo, double highFrom, double highTo)
    {
        var random = new Random(1958);
        double[] sample = [.. Enumerable.Range(0, 20_000).Select(_ => Math.Exp(random.NextDouble() * 3))];
        var sorted = sample.Order().ToArray();
        var (low, high) = (sorted[500], sorted[19_499]);

        Assert.Equal((low, high), OrderStatistic.CentralInterval95(sample, ((low * lowFrom, low * lowTo), (high * highFrom, high * highTo))));
    }

    // R: quantile(c(1, 2, 3, 4), c(0, 0.25, 0.5, 1)) is 1, 1.75, 2.5, 4.
    [Theory]
    [InlineData(0, 1)]
    [InlineData(0.25, 1.75)]
    [InlineData(0.5, 2.5)]
    [InlineData(1, 4)]
    public void An_interpolated_quantile_is_that_of_r(double p, double expected) => Assert.Equal(expected, OrderStatistic.InterpolateQuantile([1, 2, 3, 4], p));

    [Fact]
    public void The_median_is_the_middle_or_the_mean_of_the_two_middle_values()
    {
        Assert.Equal(3, OrderStatistic.Median([9, 1, 3]));
        Assert.Equal(2.5, OrderStatistic.Median([4, 1, 3, 2]));
    }
}
