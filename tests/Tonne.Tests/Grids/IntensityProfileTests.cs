using Tonne.Grids;
using Tonne.Quantities;

namespace Tonne.Tests.Grids;

public sealed class IntensityProfileTests
{
    static Zone California => ZoneCatalog.Find("US-CAL-CISO").ValueOrThrow;

    [Fact]
    public void The_profile_of_a_year_has_the_annual_mean()
    {
        var from = new DateTimeOffset(2022, 1, 1, 0, 0, 0, TimeSpan.Zero);

        var profile = IntensityProfileCatalog.Find(California, from, from.AddYears(1))!;

        // The annual table's own value, from the same publisher by another program (data/tables.py).
        Assert.Equal(AnnualIntensityCatalog.Find(California, IntensityBasis.Lifecycle)!.Intensity.Bounds.Best, profile.Mean.Average(from,
            from.AddYears(1), out var known)!.Value.GramsPerKilowattHour, 0.5);
        Assert.Equal(1, known);
        Assert.Equal(IntensitySignal.Profile, profile.Mean.Signal);
        Assert.Equal(1, profile.Scale, 0.01);
    }

    [Fact]
    public void Californian_sun_makes_noon_cleaner_than_the_evening_and_low_lies_below_high()
    {
        var day = new DateTimeOffset(2026, 5, 10, 7, 30, 0, TimeSpan.Zero);

        var profile = IntensityProfileCatalog.Find(California, day, day.AddHours(24))!;

        // 20:00 UTC is noon there, 04:00 UTC is 21:00.
        Assert.True(profile.Mean.Find(day.AddHours(12.5))!.Value < profile.Mean.Find(day.AddHours(20.5))!.Value * 0.6);
        Assert.Equal(new DateTimeOffset(2026, 5, 10, 7, 0, 0, TimeSpan.Zero), profile.Mean.Start);
        Assert.Equal(25, profile.Mean.Values.Length);
        Assert.All(Enumerable.Range(0, 25), i => Assert.True(profile.Low.Values[i] <= profile.Mean.Values[i]
            && profile.Mean.Values[i] <= profile.High.Values[i]));
    }

    [Fact]
    public void Eight_zones_have_a_profile_and_others_have_none()
    {
        Assert.Equal(8, IntensityProfileCatalog.Zones.Count);
        Assert.Null(IntensityProfileCatalog.Find(ZoneCatalog.Find("FR").ValueOrThrow, DateTimeOffset.UnixEpoch,
            DateTimeOffset.UnixEpoch.AddHours(1)));
    }

    [Fact]
    public void A_mix_is_the_mean_of_its_factors_without_storage_imports_and_negative_power()
    {
        var mix = new FuelMix();
        mix.Add("gas", 300);
        mix.Add("wind", 100);
        mix.Add("storage", 500);
        mix.Add("imports", 900);
        mix.Add("solar", -20);

        // (300 · 490 + 100 · 11) ÷ 400, medians of IPCC AR5 WG III, Table A.III.2.
        Assert.Equal((300 * 490 + 100 * 11) / 400d, mix.Intensity!.Value.GramsPerKilowattHour, 1e-9);
        Assert.Null(new FuelMix().Intensity);
    }

    [Theory]
    [InlineData("coal", 820)]
    [InlineData("gas", 490)]
    [InlineData("biomass", 230)]
    [InlineData("solar", 48)]
    [InlineData("hydro", 24)]
    [InlineData("nuclear", 12)]
    [InlineData("wind", 11)]
    public void Factors_are_the_medians_of_the_IPCC(string fuel, double grams) =>
        Assert.Equal(grams, FuelFactorCatalog.Find(fuel)!.Intensity.GramsPerKilowattHour);
}
