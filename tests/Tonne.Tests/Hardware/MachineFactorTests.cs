using Tonne.Hardware;
using Tonne.Quantities;

namespace Tonne.Tests.Hardware;

public sealed class MachineFactorTests
{
    [Theory]
    [InlineData("PowerEdge R740", 1313)]
    [InlineData("PowerEdge R740xd", 1322)]
    [InlineData("Dell PowerEdge C4140", 1244)]
    [InlineData("ProLiant DL345 Gen10 Plus", 2500)]
    public void A_server_with_a_published_footprint_is_found_by_its_product_name(string name, double kilograms) =>
        Assert.Equal(kilograms, EmbodiedCatalog.FindMachineEmissions(MachineKind.Server, name)?.Bounds.Best);

    [Fact]
    public void An_unknown_server_is_assumed_and_wide()
    {
        var unknown = EmbodiedCatalog.FindMachineEmissions(MachineKind.Server, "Standard PC (Q35 + ICH9, 2009)");

        // Geometric mean of 1244, 1313, 1322, 2500, 559, 740: exp((7.1261 + 7.1801 + 7.1869 + 7.8240 + 6.3261 + 6.6067) / 6) = exp(7.0417) = 1143.3.
        Assert.NotNull(unknown);
        Assert.Equal(1143.3, unknown.Bounds.Best, 0.5);
        Assert.True(unknown.Bounds.Low < 559 && unknown.Bounds.High > 2500);
        Assert.Equal(Quality.Assumed, unknown.Quality);
    }

    [Theory]
    [InlineData(MachineKind.Laptop)]
    [InlineData(MachineKind.Desktop)]
    [InlineData(MachineKind.Board)]
    public void What_no_factor_is_cited_for_is_null(MachineKind kind) => Assert.Null(EmbodiedCatalog.FindMachineEmissions(kind));

    [Fact]
    public void Accelerators_have_their_makers_footprint_or_an_assumed_one()
    {
        // NVIDIA HGX H100 summary: 1,312 kg for eight.
        Assert.Equal(1312 / 8d, EmbodiedCatalog.GetAcceleratorEmissions(AcceleratorCatalog.Find("h100").ValueOrThrow).Bounds.Best);
        // NVIDIA HGX B200 summary: 2,274 kg for eight.
        Assert.Equal(2274 / 8d, EmbodiedCatalog.GetAcceleratorEmissions(AcceleratorCatalog.Find("b200").ValueOrThrow).Bounds.Best);
        Assert.Equal(Quality.Assumed, EmbodiedCatalog.GetAcceleratorEmissions(AcceleratorCatalog.Find("tpu v4").ValueOrThrow).Quality);
    }

    [Fact]
    public void Lifetime_and_utilisation_are_those_of_the_method()
    {
        Assert.Equal(new Bounds(3, 4, 6), EmbodiedCatalog.Lifetime.Bounds);
        Assert.Equal(new Bounds(0.5, 1, 1), EmbodiedCatalog.Utilisation.Bounds);
    }

    [Fact]
    public void Memory_is_known_by_its_type_or_wide()
    {
        Assert.Equal(new Bounds(0.1, 0.28, 0.75), MemoryCatalog.WattsPerGigabyte(MemoryType.Ddr4).Bounds);
        Assert.Equal(new Bounds(0.04, 0.2, 0.6), MemoryCatalog.WattsPerGigabyte(MemoryType.Unknown).Bounds);
        Assert.Equal(MemoryType.Ddr5, MemoryCatalog.Parse(" ddr5 "));
        Assert.Equal(MemoryType.Unknown, MemoryCatalog.Parse("Other"));
    }

    [Fact]
    public void The_rest_of_a_machine_depends_on_its_kind()
    {
        Assert.Equal(new Bounds(0.15, 0.4, 2), OtherPower.Fraction(MachineKind.Server).Bounds);
        Assert.Equal(0.5, OtherPower.FractionOverGpus().Bounds.Best);
        Assert.All(Enum.GetValues<MachineKind>(), kind => Assert.StartsWith("other/", OtherPower.Fraction(kind).Id, StringComparison.Ordinal));
    }
}
