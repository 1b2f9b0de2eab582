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

    [Fact]
    public void Without_a_degree_of_freedom_nothing_is_known() => Assert.Equal(double.PositiveInfinity, StudentTDistribution.GetCriticalValue95(0));
}
