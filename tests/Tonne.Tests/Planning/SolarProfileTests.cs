using Tonne.Planning;
using Tonne.Quantities;

namespace Tonne.Tests.Planning;

public class SolarProfileTests
{
    static readonly DateTimeOffset _equinox = new(2026, 3, 22, 0, 0, 0, TimeSpan.Zero);

    /// <summary>Values of the Haurwitz model that pvlib-python checks itself with (test_clearsky.py, test_haurwitz), W/m².</summary>
    [Theory]
    [InlineData(-20, 0)]
    [InlineData(-0.05, 0)]
    [InlineData(5, 48.6298687941956)]
    [InlineData(10, 135.741748091813)]
    [InlineData(30, 487.894132885425)]
    [InlineData(50, 778.766689344363)]
    [InlineData(90, 1035.09203253450)]
    public void Irradiance_under_a_clear_sky_is_that_of_Haurwitz(double elevation, double watts) =>
        Assert.Equal(watts / 1000, SolarProfile.GetShare(Math.Sin(elevation * Math.PI / 180)), 1e-9);

    /// <summary>
    /// Cooper: δ = 23.45° · sin(360° · (284 + n) / 365). The sine is 0 for n = 81, 1 for n = 172.25 and −1 for n = 354.75.
    /// </summary>
    [Theory]
    [InlineData(81, 0, 1e-9)]
    [InlineData(172, 23.45, 0.001)]
    [InlineData(355, -23.45, 0.001)]
    public void Declination_is_that_of_Cooper(int day, double degrees, double tolerance) =>
        Assert.Equal(degrees, SolarProfile.GetDeclination(day), tolerance);

    /// <summary>
    /// On day 81 the declination is 0: at the equator the sun is in the zenith at noon, rises at 6 and sets at 18 h solar time.
    /// </summary>
    [Fact]
    public void The_sun_is_up_for_twelve_hours_at_the_equator_on_the_equinox()
    {
        Assert.Equal(81, _equinox.DayOfYear);
        Assert.Equal(1.03509203253450, SolarProfile.GetClearSkyShare(0, 0, _equinox.AddHours(12)), 1e-9);
        Assert.Equal(0, SolarProfile.GetClearSkyShare(0, 0, _equinox.AddHours(5.9)));
        Assert.Equal(0, SolarProfile.GetClearSkyShare(0, 0, _equinox.AddHours(18.1)));
        // An elevation of 30° two hours after sunrise: sin 30° = cos(15° · 4).
        Assert.Equal(0.487894132885425, SolarProfile.GetClearSkyShare(0, 0, _equinox.AddHours(8)), 1e-9);
    }

    /// <summary>15° of longitude are an hour: at 30° east the noon is at 10:00 UTC.</summary>
    [Fact]
    public void Noon_is_an_hour_earlier_for_each_15_degrees_to_the_east() =>
        Assert.Equal(SolarProfile.GetClearSkyShare(0, 0, _equinox.AddHours(12)),
            SolarProfile.GetClearSkyShare(0, 30, _equinox.AddHours(10)), 1e-9);

    [Fact]
    public void Beyond_the_polar_circle_the_sun_stays_down_in_midwinter_and_up_in_midsummer()
    {
        var (winter, summer) = (new DateTimeOffset(2026, 12, 21, 0, 0, 0, TimeSpan.Zero),
            new DateTimeOffset(2026, 6, 21, 0, 0, 0, TimeSpan.Zero));

        Assert.All(Enumerable.Range(0, 24), hour => Assert.Equal(0, SolarProfile.GetClearSkyShare(80, 0, winter.AddHours(hour))));
        Assert.All(Enumerable.Range(0, 24), hour => Assert.True(SolarProfile.GetClearSkyShare(80, 0, summer.AddHours(hour)) > 0));
    }

    /// <summary>The level: over a year, 1 MW at 35° has the capacity factor of new plants in the world in 2022, 16.9 % (IRENA).</summary>
    [Fact]
    public void A_plant_at_35_degrees_has_the_mean_capacity_factor_of_the_world()
    {
        var from = new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);
        var plant = SolarProfile.Create(Power.FromWatts(1e6), 35, 0, from, from.AddDays(365));

        Assert.Equal(365 * 48, plant.Values.Length);
        Assert.Equal(0.169, plant.Values.Average(power => power.Watts) / 1e6, 0.0005);
        // The figure of docs/methods/planning.md.
        Assert.Equal(0.67, SolarProfile.MeanShare, 0.005);
    }

    [Fact]
    public void A_plant_never_gives_more_than_its_capacity_and_the_most_is_a_clear_sky()
    {
        var mean = SolarProfile.Create(Power.FromWatts(1000), 0, 0, _equinox, _equinox.AddDays(1));
        var most = SolarProfile.Create(Power.FromWatts(1000), 0, 0, _equinox, _equinox.AddDays(1), shareOfClearSky: 1);

        Assert.Equal(1000, most.Values.Max(power => power.Watts));
        Assert.All(mean.Values.Zip(most.Values), pair => Assert.True(pair.First <= pair.Second));
        Assert.Equal(Power.Zero, mean.Values[0]);
    }

    [Theory]
    [InlineData(91, 0)]
    [InlineData(0, 181)]
    [InlineData(double.NaN, 0)]
    public void A_place_that_is_not_on_Earth_is_refused(double latitude, double longitude) =>
        Assert.Throws<ArgumentOutOfRangeException>(() => SolarProfile.GetClearSkyShare(latitude, longitude, _equinox));
}
