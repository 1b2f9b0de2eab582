using Tonne.Quantities;

namespace Tonne.Tests.Quantities;

public class ArithmeticTests
{
    [Fact]
    public void The_missions_reference_1500_kWh_at_500_grams_is_750_kg()
    {
        var emissions = Energy.FromKilowattHours(1500) * CarbonIntensity.FromGramsPerKilowattHour(500);

        Assert.Equal(750, emissions.Kilograms, 9);
    }

    [Fact]
    public void Blooms_dynamic_part_433196_kWh_at_57_grams_is_24_69_tonnes()
    {
        // Luccioni, Viguier, Ligozat 2022 (arXiv 2211.02001), Table 3: 1,082,990 h × 0.4 kW = 433,196 kWh, × 57 g/kWh = 24.69 t.
        var energy = Power.FromWatts(400) * TimeSpan.FromHours(1_082_990);

        Assert.Equal(433_196, energy.KilowattHours, 3);
        Assert.Equal(24.69, (energy * CarbonIntensity.FromGramsPerKilowattHour(57)).Tonnes, 2);
    }

    [Fact]
    public void One_watt_for_an_hour_is_3600_joules_and_a_thousandth_of_a_kilowatt_hour()
    {
        var energy = Power.FromWatts(1) * TimeSpan.FromHours(1);

        Assert.Equal(3600, energy.Joules, 9);
        Assert.Equal(0.001, energy.KilowattHours, 12);
        Assert.Equal(1, (energy / TimeSpan.FromHours(1)).Watts, 12);
    }

    [Fact]
    public void A_kilowatt_hour_at_1_8_litres_takes_1_8_litres() =>
        Assert.Equal(1.8, (Energy.FromKilowattHours(1) * WaterIntensity.FromLitresPerKilowattHour(1.8)).Litres, 12);
}
