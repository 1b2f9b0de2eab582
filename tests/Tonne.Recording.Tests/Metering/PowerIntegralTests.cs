using Tonne.Recording.Metering;

namespace Tonne.Recording.Tests.Metering;

public class PowerIntegralTests
{
    // The integral of a ramp is (first + last) ÷ 2 × time, whatever the steps; a rectangle of left values gives 1,900 J.
    [Fact]
    public void A_ramp_from_100_W_to_300_W_in_10_s_is_2000_J()
    {
        var integrator = new PowerIntegrator();

        for (var second = 0; second <= 10; second++)
            integrator.AddSample(100 + (20 * second), second * 1_000_000_000L);

        Assert.Equal(2_000, integrator.Joules, 1e-9);
        Assert.Equal(10, integrator.Seconds, 1e-12);
    }

    // By hand: 300 differences of 100 W · 1 s, halved: 1,224.745 J; times 1.96 + 2.4 ÷ 300; 3 of 300 s unseen at 50 W more; over 45,000 J.
    [Fact]
    public void A_power_that_alternates_between_100_W_and_200_W_is_known_to_5_per_cent()
    {
        var integrator = new PowerIntegrator();

        for (var second = 0; second <= 300; second++)
            integrator.AddSample(second % 2 == 0 ? 100 : 200, second * 1_000_000_000L);

        var ratio = integrator.GetTrueEnergyRatio(limitWatts: 200);
        Assert.Equal(45_000, integrator.Joules, 1e-6);
        Assert.Equal(1.053666, ratio.High, 2e-6);
        Assert.Equal(1 - 0.053666, ratio.Low, 2e-6);
    }
}
