using Tonne.Accounting;
using Tonne.Catalogs;
using Tonne.Quantities;
using Tonne.Runs;

namespace Tonne.Tests.Accounting;

/// <summary>The footprint of an energy that a program knows: kWh × PUE × g/kWh.</summary>
public class KnownEnergyTests
{
    [Fact]
    public void Emissions_are_energy_times_PUE_times_intensity()
    {
        var footprint = new Accountant().Account(Energy.FromKilowattHours(12.5), new Place(IntensityGramsPerKwh: 400, Pue: 1.2));

        // 12.5 kWh × 1.2 = 15 kWh; × 0.4 kg/kWh = 6 kg.
        Assert.Equal(12.5, footprint.Energy.Bounds.Best, 1e-12);
        Assert.Equal(15, footprint.FacilityEnergy.Bounds.Best, 1e-12);
        Assert.Equal(6, footprint.Operational.Bounds.Best, 1e-12);
        Assert.Equal(6, footprint.Total.Bounds.Best, 1e-12);
        Assert.Null(footprint.Embodied);
    }

    [Fact]
    public void A_zone_brings_its_intensity_with_bounds_and_source()
    {
        var footprint = new Accountant().Account(Energy.FromKilowattHours(1), new Place("FR"));

        Assert.True(footprint.Operational.Bounds.Low < footprint.Operational.Bounds.Best && footprint.Operational.Bounds.Best < footprint.Operational.Bounds.High);
        Assert.Contains(footprint.Operational.Derivation.GetFactors(), factor => factor.Source.Id.StartsWith("OWID", StringComparison.Ordinal));
    }

    [Fact]
    public void An_unknown_zone_is_refused_by_name_and_a_negative_energy_by_value()
    {
        Assert.Throws<UnknownNameException>(() => new Accountant().Account(Energy.FromKilowattHours(1), new Place("XX")));
        Assert.Throws<ArgumentOutOfRangeException>(() => new Accountant().Account(Energy.FromKilowattHours(-1), new Place("FR")));
    }

    [Fact]
    public void No_energy_has_no_emissions() => Assert.Equal(0, new Accountant().Account(Energy.Zero, new Place("FR")).Total.Bounds.High);
}
