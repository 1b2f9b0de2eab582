using Tonne.Grids;
using Tonne.Quantities;

namespace Tonne.Tests.Grids;

public sealed class RegionFigureTests
{
    // Quebec generates from hydropower, whose lifecycle median is 24 g/kWh (IPCC AR5, annex III). Ontario: Google's own figure for Toronto
    // of 2025, 74.2 (direct). Alberta: National Inventory Report of Canada, 2019, 670 (direct). The country's 190.72 is that of none.
    [Theory]
    [InlineData("aws:ca-central-1", "CA-QC", 24)]
    [InlineData("azure:canadaeast", "CA-QC", 24)]
    [InlineData("oracle:ca-montreal-1", "CA-QC", 24)]
    [InlineData("ovh:ca-beauharnois", "CA-QC", 24)]
    [InlineData("azure:canadacentral", "CA-ON", 74.2)]
    [InlineData("oracle:ca-toronto-1", "CA-ON", 74.2)]
    [InlineData("aws:ca-west-1", "CA-AB", 670)]
    public void A_Canadian_region_has_the_figure_of_its_province(string id, string province, double published)
    {
        var signal = RegionCatalog.Find(id).ValueOrThrow.GridIntensity;

        Assert.Equal(province, signal.Zone?.Code);
        Assert.Equal(IntensityBasis.Lifecycle, signal.Basis);
        Assert.InRange(published, signal.Intensity.Bounds.Low, signal.Intensity.Bounds.High);
        Assert.True(signal.Intensity.Bounds.High / signal.Intensity.Bounds.Low > 4, "imports are left out");
        Assert.False(signal.Intensity.Bounds.Low <= 190.72 && 190.72 <= signal.Intensity.Bounds.High && province == "CA-QC");
    }

    // Oregon: Bonneville's generation 54.72 (EIA-930, 2022, lifecycle) and eGRID's Northwest 274.78 (2022, direct) are the ends; Google publishes 97.85 for The Dalles (2025, direct).
    [Theory]
    [InlineData("aws:us-west-2")]
    [InlineData("aws:us-gov-west-1")]
    [InlineData("azure:westus2")]
    [InlineData("ovh:us-hillsboro")]
    public void A_region_in_Oregon_lies_between_its_two_suppliers(string id)
    {
        var bounds = RegionCatalog.Find(id).ValueOrThrow.GridIntensity.Intensity.Bounds;

        Assert.InRange(bounds.Best, 97.85, 150);
        Assert.True(bounds.Low < 54.72 && bounds.High > 274.78, $"{bounds.Low} to {bounds.High}");
    }

    [Fact]
    public void Each_provider_has_one_basis()
    {
        foreach (var provider in RegionCatalog.All().GroupBy(region => region.Provider, StringComparer.Ordinal))
            Assert.Equal(provider.Key == "gcp" ? IntensityBasis.Direct : IntensityBasis.Lifecycle, Assert.Single(provider.Select(region => region.GridIntensity.Basis).Distinct()));
    }

    // All successive years of a region of Google below 100 g/kWh, direct, 2021-2025 (region-carbon-info): Montréal 2 to 5.48, Stockholm 2.73 to 19.39, Zürich 59 to 15.05, ...
    static readonly (double Before, double After)[] Changes =
    [
        (2, 5.48), (2.73, 19.39), (5.48, 11.36), (15.05, 21.2), (16.3, 15.83), (29, 36), (34, 16.3), (36, 47), (39.32, 29.84), (46, 39.32), (47, 58.56), (56, 67.32), (58.56, 74.2), (59, 15.05),
        (59, 71), (60, 67), (65, 56), (67, 94), (67.32, 73.25), (71, 34), (79.23, 97.85), (86, 118), (89.04, 95.75), (94, 79.23),
    ];

    [Fact]
    public void The_bounds_of_a_small_figure_of_a_provider_hold_for_the_next_year_as_often_as_they_say()
    {
        var outside = Changes.Count(change => AnnualIntensityCatalog.CreateProviderBounds(change.Before, 2025) is var bounds && (change.After < bounds.Low || change.After > bounds.High));
        var outsideOfCountry = Changes.Count(change => AnnualIntensityCatalog.CreateBounds(change.Before, 2025, 0, 0) is var bounds && (change.After < bounds.Low || change.After > bounds.High));

        // 5 % of 24 are 1.2; four or more outside has a probability below 3 %.
        Assert.InRange(outside, 0, 3);
        Assert.True(outsideOfCountry > 3, $"the bounds of a country leave {outsideOfCountry} outside");
        Assert.True(AnnualIntensityCatalog.CreateProviderBounds(16, 2025).High / 16 > AnnualIntensityCatalog.CreateProviderBounds(160, 2025).High / 160);
    }

    // Places of the regions: Microsoft's, Amazon's and Oracle's lists of regions.
    [Theory]
    [InlineData("azure:westus", "California", "US-CAL-CISO")]
    [InlineData("azure:westus2", "Washington", null)]
    [InlineData("azure:northeurope", "Ireland", "IE")]
    [InlineData("aws:ap-east-2", "Taipei", "TW")]
    [InlineData("aws:eusc-de-east-1", "Brandenburg", "DE")]
    [InlineData("azure:chilecentral", "Santiago", "CL")]
    [InlineData("azure:belgiumcentral", "Brussels", "BE")]
    [InlineData("gcp:asia-southeast3", "Bangkok", null)]
    [InlineData("oracle:eu-frankfurt-1", "Frankfurt", "DE")]
    [InlineData("oci:us-ashburn-1", "Ashburn", "US-MIDA-PJM")]
    [InlineData("oci:us-ashburn-1-AD-2", "Ashburn", "US-MIDA-PJM")]
    public void A_region_lies_where_its_provider_says(string id, string location, string? zone)
    {
        var region = RegionCatalog.Find(id).ValueOrThrow;

        Assert.Contains(location, region.Location, StringComparison.Ordinal);
        if (zone is not null)
            Assert.Equal(zone, region.GridIntensity.Zone?.Code);
    }
}
