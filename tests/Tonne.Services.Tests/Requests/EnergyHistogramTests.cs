using Tonne.Services.Requests;

namespace Tonne.Services.Tests.Requests;

/// <summary>Percentiles from bins of a fixed relative width.</summary>
public class EnergyHistogramTests
{
    // Energies 1 J to 1,000 J: by nearest rank the percentile p of 1,000 values 1 … 1,000 is 10 p.
    [Theory]
    [InlineData(1)]
    [InlineData(50)]
    [InlineData(95)]
    [InlineData(99)]
    [InlineData(100)]
    public void A_percentile_is_within_half_a_percent_of_the_nearest_rank(int percent)
    {
        var histogram = EnergyHistogram.FromMicrojoules(Enumerable.Range(1, 1_000).Reverse().Select(joules => joules * 1_000_000L));

        var found = histogram.FindPercentile(percent)!.Value;
        Assert.InRange(found / (percent * 10_000_000d), 0.995, 1.005);
        Assert.Equal(1_000, histogram.Count);
    }

    [Fact]
    public void One_request_is_every_percentile_and_none_has_none()
    {
        Assert.Null(EnergyHistogram.FromMicrojoules([]).FindPercentile(50));
        Assert.Equal(0, EnergyHistogram.FromMicrojoules([0, -5]).FindPercentile(99));
        Assert.InRange(EnergyHistogram.FromMicrojoules([7_000_000]).FindPercentile(1)!.Value, 6_965_000, 7_035_000);
        // Of two values the smaller one is the median (rank 1 of 2).
        Assert.InRange(EnergyHistogram.FromMicrojoules([9_000_000, 7_000_000]).FindPercentile(50)!.Value, 6_965_000, 7_035_000);
    }

    [Fact]
    public void Sums_of_parts_are_the_histogram_of_the_whole()
    {
        var random = new Random(20261130);
        for (var round = 0; round < 200; round++)
        {
            var energies = Enumerable.Range(0, random.Next(0, 300)).Select(_ => (long)Math.Pow(10, random.NextDouble() * 15) - 1).ToList();
            var parts = energies.GroupBy(_ => random.Next(5)).Select(part => EnergyHistogram.FromMicrojoules(part)).ToList();

            var sum = parts.Aggregate(new EnergyHistogram(), static (sum, part) => sum.Plus(part));

            var whole = EnergyHistogram.FromMicrojoules(energies);
            Assert.Equal(whole.Bins, sum.Bins);
            Assert.Equal(whole.Counts, sum.Counts);
            Assert.True(sum.IsValid);
            Assert.InRange(sum.Bins.Length, 0, 3_600);
        }
    }
}
