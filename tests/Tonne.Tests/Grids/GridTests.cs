using Tonne.Catalogs;
using Tonne.Grids;
using Tonne.Quantities;

namespace Tonne.Tests.Grids;

public sealed class GridTests
{
    // Ember via Our World in Data, 2025: France 41.44, Germany 329.65, United States 384.40, world 458.29 g/kWh.
    [Theory]
    [InlineData("FR", "FR", 41.44)]
    [InlineData("fra", "FR", 41.44)]
    [InlineData("France", "FR", 41.44)]
    [InlineData("germany", "DE", 329.65)]
    [InlineData("Deutschland", "DE", 329.65)]
    [InlineData("UNITED STATES", "US", 384.4)]
    [InlineData("usa", "US", 384.4)]
    [InlineData("uk", "GB", 217.41)]
    [InlineData("Turkiye", "TR", null)]
    [InlineData("turkey", "TR", null)]
    [InlineData("Cote d'Ivoire", "CI", null)]
    [InlineData("world", "WORLD", 458.29)]
    [InlineData("EU", "EU", null)]
    public void A_zone_is_found_as_people_write_it(string name, string code, double? grams)
    {
        var zone = ZoneCatalog.Find(name).ValueOrThrow;

        Assert.Equal(code, zone.Code);
        var signal = AnnualIntensityCatalog.Find(zone);
        Assert.NotNull(signal);
        Assert.Equal(IntensityBasis.Lifecycle, signal.Basis);
        Assert.Equal(IntensityScope.Production, signal.Scope);
        if (grams is { } expected)
        {
            Assert.Equal(expected, signal.Intensity.Bounds.Best, 0.005);
            Assert.Equal(2025, signal.Year);
            Assert.Equal($"grid/{code}/2025/OWID-EMBER-2026", signal.Intensity.Id);
        }
    }

    [Theory]
    [InlineData("Frnace", "FR (France)")]
    [InlineData("Germny", "DE (Germany)")]
    [InlineData("US-XX", "US (United States)")]
    [InlineData("swedn", "SE (Sweden)")]
    [InlineData("CA-ZZ", "CA (Canada)")]
    public void An_unknown_zone_lists_the_nearest_names(string name, string nearest)
    {
        var unknown = ZoneCatalog.Find(name).Unknown;

        Assert.NotNull(unknown);
        Assert.Equal(nearest, unknown.Nearest[0]);
        Assert.Contains(name, unknown.Message, StringComparison.Ordinal);
        Assert.Throws<UnknownNameException>(() => ZoneCatalog.Find(name).ValueOrThrow);
    }

    [Fact]
    public void Any_text_gives_a_zone_or_an_answer_and_never_fails()
    {
        var random = new Random(11);
        for (var round = 0; round < 400; round++)
        {
            var text = new string([.. Enumerable.Range(0, random.Next(40)).Select(_ => (char)random.Next(1, 0x2ff))]);
            Assert.True(ZoneCatalog.Find(text) is { IsFound: true } or { Unknown.Nearest.Count: <= 6 });
            _ = ZoneCatalog.FindByTimeZone(text);
            if (round % 20 == 0)
                Assert.NotNull(RegionCatalog.Find(text));
        }
    }

    [Fact]
    public void A_subregion_has_its_direct_intensity_and_says_so()
    {
        var signal = AnnualIntensityCatalog.Find(ZoneCatalog.Find("US-EGRID-CAMX").ValueOrThrow);

        // eGRID2022, CAMX total output rate: 226.5 g CO2e/kWh.
        Assert.NotNull(signal);
        Assert.Equal(226.5, signal.Intensity.Bounds.Best, 0.05);
        Assert.Equal((IntensityBasis.Direct, 2022), (signal.Basis, signal.Year));
        Assert.Null(AnnualIntensityCatalog.Find(ZoneCatalog.Find("US-EGRID-CAMX").ValueOrThrow, IntensityBasis.Lifecycle));
    }

    [Fact]
    public void Bounds_grow_from_a_country_to_a_guess_to_nothing_known()
    {
        var france = ZoneCatalog.Find("FR").ValueOrThrow;
        var known = AnnualIntensityCatalog.Find(france)!.Intensity.Bounds;
        var guessed = AnnualIntensityCatalog.FindForGuessedZone(france, "time zone Europe/Paris")!;
        var unknown = AnnualIntensityCatalog.GetForUnknownPlace();

        Assert.True(guessed.Intensity.Bounds.Low < known.Low && known.High < guessed.Intensity.Bounds.High);
        Assert.Equal(known.Best, guessed.Intensity.Bounds.Best);
        Assert.Equal(Quality.Assumed, guessed.Intensity.Quality);
        Assert.NotEqual(guessed.Intensity.Id, AnnualIntensityCatalog.Find(france)!.Intensity.Id);
        Assert.Equal(458.29, unknown.Intensity.Bounds.Best, 0.005);
        Assert.InRange(unknown.Intensity.Bounds.High / unknown.Intensity.Bounds.Low, 20, 60);
    }

    [Fact]
    public void The_spread_of_a_typical_country_is_the_root_of_its_three_parts()
    {
        // No series of its own: σ² = 0.0491² · 1 + 0.305² / 2 + 0.197² = 0.002411 + 0.046513 + 0.038809 = 0.087733; exp(1.96 · 0.29620) = 1.7871.
        var bounds = AnnualIntensityCatalog.CreateBounds(100, 2025, 0, 0);

        Assert.Equal(178.71, bounds.High, 0.05);
        Assert.Equal(100 / 1.7871, bounds.Low, 0.05);
        Assert.True(AnnualIntensityCatalog.CreateBounds(100, 2019, 0, 0).High > bounds.High);
        Assert.True(AnnualIntensityCatalog.CreateBounds(100, 2025, 6 * 0.3 * 0.3, 6).High > bounds.High);
        Assert.Equal(0, AnnualIntensityCatalog.CreateBounds(0, 2025, 0, 0).Best);
    }

    [Theory]
    // Google's figures of 2025 (region-carbon-info, yearly/2025.csv); elsewhere the lifecycle value of the zone: PJM 362.65 from EIA-930 of 2022.
    [InlineData("gcp:europe-west9", "gcp:europe-west9", 15.83, IntensityBasis.Direct, IntensityScope.Provider)]
    [InlineData("europe-west9", "gcp:europe-west9", 15.83, IntensityBasis.Direct, IntensityScope.Provider)]
    [InlineData("GCP:Europe-West9", "gcp:europe-west9", 15.83, IntensityBasis.Direct, IntensityScope.Provider)]
    [InlineData("aws:us-east-1", "aws:us-east-1", 362.65, IntensityBasis.Lifecycle, IntensityScope.Production)]
    [InlineData("azure:westeurope", "azure:westeurope", 253.56, IntensityBasis.Lifecycle, IntensityScope.Production)]
    [InlineData("westeurope", "azure:westeurope", 253.56, IntensityBasis.Lifecycle, IntensityScope.Production)]
    [InlineData("scaleway:fr-par-2", "scaleway:fr-par-2", 41.44, IntensityBasis.Lifecycle, IntensityScope.Production)]
    [InlineData("amazon:eu-north-1", "aws:eu-north-1", 35.26, IntensityBasis.Lifecycle, IntensityScope.Production)]
    public void A_region_is_found_with_its_own_intensity(string name, string id, double grams, IntensityBasis basis, IntensityScope scope)
    {
        var region = RegionCatalog.Find(name).ValueOrThrow;

        Assert.Equal(id, region.Id);
        Assert.Equal(grams, region.GridIntensity.Intensity.Bounds.Best, 0.01);
        Assert.Equal((basis, scope), (region.GridIntensity.Basis, region.GridIntensity.Scope));
    }

    [Fact]
    public void A_region_on_the_other_basis_is_its_country()
    {
        var region = RegionCatalog.Find("gcp:europe-west9").ValueOrThrow;

        Assert.Equal(41.44, region.FindIntensity(IntensityBasis.Lifecycle)!.Intensity.Bounds.Best, 0.005);
        Assert.Equal(15.83, region.FindIntensity(IntensityBasis.Direct)!.Intensity.Bounds.Best, 0.005);
        // The zone of the region comes before the country: Quebec 27.4 and not Canada's 190.72; the eGRID subregion for the direct value, 284.02 in Virginia.
        Assert.Equal(27.4, RegionCatalog.Find("gcp:northamerica-northeast1").ValueOrThrow.FindIntensity(IntensityBasis.Lifecycle)!.Intensity.Bounds.Best, 0.005);
        Assert.Equal(284.02, RegionCatalog.Find("aws:us-east-1").ValueOrThrow.FindIntensity(IntensityBasis.Direct)!.Intensity.Bounds.Best, 0.005);
        Assert.Null(RegionCatalog.Find("azure:westeurope").ValueOrThrow.FindIntensity(IntensityBasis.Direct));
    }

    [Fact]
    public void A_region_of_two_providers_is_ambiguous_and_an_unknown_one_has_neighbours()
    {
        var twice = RegionCatalog.Find("us-east-1").Unknown;
        Assert.NotNull(twice);
        Assert.True(twice.Ambiguous);
        Assert.Equal(["aws:us-east-1", "gcp:us-east1"], twice.Nearest);

        Assert.Contains("gcp:europe-west9", RegionCatalog.Find("gcp:europe-west99").Unknown!.Nearest);
        Assert.Contains("gcp:europe-west9", RegionCatalog.Find("Paris").Unknown!.Nearest);
        Assert.Null(RegionCatalog.Find("nowhere:nothing").Value);
    }

    [Theory]
    [InlineData("Europe/Paris", "FR")]
    [InlineData("Europe/Amsterdam", "NL")]
    [InlineData("Asia/Kolkata", "IN")]
    [InlineData("Asia/Calcutta", "IN")]
    [InlineData("US/Pacific", "US")]
    [InlineData("America/New_York", "US")]
    [InlineData("Africa/Timbuktu", "ML")]
    [InlineData("UTC", null)]
    [InlineData("Etc/UTC", null)]
    [InlineData("Europe", null)]
    [InlineData("", null)]
    public void A_time_zone_names_its_country(string timeZone, string? code) => Assert.Equal(code, ZoneCatalog.FindByTimeZone(timeZone)?.Code);

    [Fact]
    public void A_number_given_by_the_user_is_exact()
    {
        var signal = GridIntensity.FromUserValue(CarbonIntensity.FromGramsPerKilowattHour(56));

        Assert.True(signal.Intensity.Bounds.IsExact);
        Assert.Equal(56, signal.Intensity.Bounds.Best);
        Assert.Null(signal.Zone);
    }
}
