using Tonne.Facilities;
using Tonne.Grids;
using Tonne.Quantities;

namespace Tonne.Tests.Facilities;

public sealed class FacilityTests
{
    [Fact]
    public void A_region_has_its_published_pue()
    {
        var choice = FacilityCatalog.GetPue(RegionCatalog.Find("aws:eu-central-1").ValueOrThrow);

        // AWS by way of the Green Software Foundation, Frankfurt 2024: 1.35. Overhead 0.35 · exp(±1.96 · 0.12) = 0.2766 … 0.4428.
        Assert.Equal(1.35, choice.Factor.Bounds.Best);
        Assert.Equal(1.2766, choice.Factor.Bounds.Low, 0.0005);
        Assert.Equal(1.4428, choice.Factor.Bounds.High, 0.0005);
        Assert.Equal(Quality.Measured, choice.Factor.Quality);
        Assert.Equal("pue/aws/eu-central-1/2024/GSF-RTC", choice.Factor.Id);
    }

    [Fact]
    public void A_region_without_one_has_its_providers_mean_with_wider_bounds()
    {
        var choice = FacilityCatalog.GetPue(RegionCatalog.Find("gcp:europe-west9").ValueOrThrow);
        var own = FacilityCatalog.FindPue("google").ValueOrThrow;

        Assert.Equal(1.09, choice.Factor.Bounds.Best);
        Assert.Equal(Quality.Modelled, choice.Factor.Quality);
        Assert.True(choice.Factor.Bounds.High > own.Factor.Bounds.High);
        Assert.Contains("has none published", choice.Explanation, StringComparison.Ordinal);
    }

    [Fact]
    public void A_design_value_is_assumed_and_may_be_worse_in_service()
    {
        var choice = FacilityCatalog.GetPue(RegionCatalog.Find("azure:italynorth").ValueOrThrow);

        Assert.Equal((1.12, Quality.Assumed), (choice.Factor.Bounds.Best, choice.Factor.Quality));
        Assert.True(choice.Factor.Bounds.High >= 1.35);
    }

    [Fact]
    public void A_desk_is_one_and_an_unknown_room_is_the_survey_mean()
    {
        Assert.Equal(Bounds.FromExact(1), FacilityCatalog.GetPue(FacilityKind.PersonalComputer).Factor.Bounds);
        // Uptime Institute survey 2025: 1.54.
        var room = FacilityCatalog.GetPue(FacilityKind.UnknownServerRoom).Factor;
        Assert.Equal((1.54, Quality.Assumed), (room.Bounds.Best, room.Quality));
        Assert.True(room.Bounds.High - room.Bounds.Low > 1);
    }

    [Fact]
    public void No_pue_is_ever_below_one()
    {
        Assert.All(RegionCatalog.All(), region => Assert.True(FacilityCatalog.GetPue(region).Factor.Bounds.Low >= 1));
        Assert.Throws<ArgumentOutOfRangeException>(() => FacilityCatalog.CreateGivenPue(0.99));
        Assert.Equal(Bounds.FromExact(1.2), FacilityCatalog.CreateGivenPue(1.2).Factor.Bounds);
    }

    [Theory]
    [InlineData("Jean Zay", 1.2)]
    [InlineData("jeanzay", 1.2)]
    [InlineData("aws:eu-west-1", 1.11)]
    [InlineData("fr-par-2", 1.16)]
    [InlineData("meta", 1.08)]
    public void A_site_is_found_as_people_write_it(string name, double pue) => Assert.Equal(pue, FacilityCatalog.FindPue(name).ValueOrThrow.Factor.Bounds.Best);

    [Fact]
    public void An_unknown_site_lists_the_nearest() => Assert.Contains("google", FacilityCatalog.FindPue("goggle").Unknown!.Nearest);

    [Fact]
    public void Water_is_published_or_the_providers_or_said_to_be_unknown()
    {
        // AWS, Jakarta 2024: 2.75 L/kWh.
        Assert.Equal(2.75, FacilityCatalog.GetWue(RegionCatalog.Find("aws:ap-southeast-3").ValueOrThrow)!.Factor.Bounds.Best);
        Assert.Equal(0.15, FacilityCatalog.GetWue(RegionCatalog.Find("aws:ca-central-1").ValueOrThrow with { Name = "elsewhere" })!.Factor.Bounds.Best);
        Assert.Null(FacilityCatalog.GetWue(RegionCatalog.Find("gcp:europe-west9").ValueOrThrow));
        Assert.Equal(Bounds.FromExact(0), FacilityCatalog.GetWue(FacilityKind.PersonalComputer).Factor.Bounds);
        Assert.Equal(4.35, FacilityCatalog.GetGridWaterIntensity(ZoneCatalog.Find("US").ValueOrThrow).Factor.Bounds.Best);
        Assert.Equal(Quality.Assumed, FacilityCatalog.GetGridWaterIntensity(ZoneCatalog.Find("FR").ValueOrThrow).Factor.Quality);
    }
}
