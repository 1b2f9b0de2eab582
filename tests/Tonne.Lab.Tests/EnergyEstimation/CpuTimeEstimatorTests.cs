using Tonne.Quantities;

namespace Tonne.Lab.Tests.EnergyEstimation;

public sealed class CpuTimeEstimatorTests
{
    [Fact]
    public void A_busy_thread_takes_what_the_catalog_says_and_the_account_is_energy_times_PUE_times_intensity()
    {
        var price = Prices.Price();

        // Without memory known, a busy thread is what the catalog says of one of the whole machine's.
        var cpu = Prices.Power().Cpu;
        Assert.Equal(cpu.FullWattsPerThread.Bounds.Best * cpu.InServiceFullLoadRatio.Bounds.Best, price.Watts.Value, 1e-9);

        // An hour of it, PUE 1.5, 100 g/kWh.
        var hour = price.Estimate("an hour", TimeSpan.FromHours(1));
        Assert.Equal(price.Watts.Value / 1000, hour.Energy.Value, 1e-12);
        Assert.Equal(price.Watts.Value / 1000 * 1.5 * 0.1, hour.Operational.Value, 1e-12);
    }

    [Fact]
    public void A_price_is_never_naked()
    {
        var price = Prices.Price();
        var hour = price.Estimate("an hour", TimeSpan.FromHours(1));

        foreach (var figure in new[] { price.Watts, hour.Energy, hour.Operational })
        {
            Assert.True(figure.Bounds.Low < figure.Value && figure.Value < figure.Bounds.High, figure.Name);
            Assert.NotEqual(Quality.Measured, figure.Quality);
            Assert.Equal(0, figure.MeasuredShare);
        }

        Assert.Equal("it(cpu+other), share", hour.Energy.Boundary.ToString());
        Assert.Equal("W", price.Watts.Unit);
    }
}
