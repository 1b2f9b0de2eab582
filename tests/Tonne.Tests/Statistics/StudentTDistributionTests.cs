using Tonne.Statistics;

namespace Tonne.Tests.Statistics;

public class StudentTDistributionTests
{
    [Theory]
    [InlineData(1, 12.706)]
    [InlineData(10, 2.228)]
    [InlineData(30, 2.042)]
    [InlineData(40, 2.021)]
    [InlineData(120, 1.980)]
    [InlineData(1_000_000, 1.960)]
    public void The_quantiles_are_those_of_the_printed_table(int degrees, double printed) => Assert.Equal(printed, StudentTDistribution.GetCriticalValue95(degrees), 0.001);

    // NIST/SEMATECH e-Handbook of Statistical Methods, section 1.3.6.7.2, column 0.975, degrees of freedom 1 to 50.
    [Fact]
    public void The_first_fifty_quantiles_are_those_of_the_NIST_handbook()
    {
        double[] printed =
        [
            12.706, 4.303, 3.182, 2.776, 2.571, 2.447, 2.365, 2.306, 2.262, 2.228, 2.201, 2.179, 2.160, 2.145, 2.131, 2.120, 2.110,
            2.101, 2.093, 2.086, 2.080, 2.074, 2.069, 2.064, 2.060, 2.056, 2.052, 2.048, 2.045, 2.042, 2.040, 2.037, 2.035, 2.032,
            2.030, 2.028, 2.026, 2.024, 2.023, 2.021, 2.020, 2.018, 2.017, 2.015, 2.014, 2.013, 2.012, 2.011, 2.010, 2.009,
        ];

        for (var degrees = 1; degrees <= printed.Length; degrees++)
            Assert.Equal(printed[degrees - 1], StudentTDistribution.GetCriticalValue95(degrees), 0.0006);
    }

    // The same table, further down.
    [Theory]
    [InlineData(60, 2.000)]
    [InlineData(70, 1.994)]
    [InlineData(80, 1.990)]
    [InlineData(90, 1.987)]
    [InlineData(100, 1.984)]
    public void Quantiles_of_many_degrees_are_those_of_the_NIST_handbook(int degrees, double printed) =>
        Assert.Equal(printed, StudentTDistribution.GetCriticalValue95(degrees), 0.0006);

    [Fact]
    public void Without_a_degree_of_freedom_nothing_is_known() => Assert.Equal(double.PositiveInfinity, StudentTDistribution.GetCriticalValue95(0));
}
