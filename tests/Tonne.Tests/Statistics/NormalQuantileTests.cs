using Tonne.Quantities;

namespace Tonne.Tests.Statistics;

public class NormalQuantileTests
{
    // Φ⁻¹(0.975) = 1.959963984540054 (Abramowitz and Stegun 1964, table 26.5; R: qnorm(0.975)); tonne uses 1.96.
    [Fact]
    public void The_quantile_of_a_two_sided_95_per_cent_interval_is_the_published_one_to_two_decimals() =>
        Assert.Equal(1.959963984540054, Bounds.ZScore95, 0.00005);

    // By hand: a spread of ln 2 ÷ 1.96 puts the bounds at half and twice the best value.
    [Fact]
    public void A_lognormal_spread_of_ln_2_over_the_quantile_is_a_factor_of_two()
    {
        var bounds = LogNormal.CreateBounds(10, Math.Log(2) / 1.96);

        Assert.Equal(5, bounds.Low, 1e-12);
        Assert.Equal(20, bounds.High, 1e-12);
    }
}
