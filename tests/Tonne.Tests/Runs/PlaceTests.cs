using System.Text.Json;
using Tonne.Hardware;
using Tonne.Runs;

namespace Tonne.Tests.Runs;

public class PlaceTests
{
    [Fact]
    public void A_place_that_a_program_names_is_given_and_not_a_guess()
    {
        Assert.Equal((PlaceOrigin.Given, false), (new Place("FR").How, new Place("FR").Guessed));
        Assert.Equal(PlaceOrigin.Given, new Place(Region: "gcp:europe-west9").How);
        Assert.Equal(PlaceOrigin.Given, new Place(IntensityGramsPerKwh: 50).How);
    }

    [Fact]
    public void Without_a_zone_a_region_or_an_intensity_the_place_is_unknown()
    {
        Assert.Equal((PlaceOrigin.Unknown, true), (new Place().How, new Place(Pue: 1.2).Guessed));
        Assert.True(new Place("FR", How: PlaceOrigin.TimeZone).Guessed);
    }

    // The texts of records since version 0.1.
    [Theory]
    [InlineData(PlaceOrigin.Unknown, "unknown")]
    [InlineData(PlaceOrigin.Given, "given")]
    [InlineData(PlaceOrigin.Configured, "configured")]
    [InlineData(PlaceOrigin.CloudMetadata, "cloud metadata")]
    [InlineData(PlaceOrigin.TimeZone, "time zone")]
    public void The_origin_is_written_as_its_words(PlaceOrigin origin, string words)
    {
        var opening = SampleRuns.Shell().Opening;

        var json = JsonSerializer.Serialize(opening with { Place = opening.Place with { How = origin } }, RunJson.Default.RunOpening);

        Assert.Contains($"\"how\":\"{words}\"", json, StringComparison.Ordinal);
        var read = JsonSerializer.Deserialize(json, RunJson.Default.RunOpening)!;
        Assert.Equal(origin == PlaceOrigin.Unknown ? PlaceOrigin.Given : origin, read.Place.How);
    }

    [Fact]
    public void Words_that_this_version_does_not_know_are_read()
    {
        var json = JsonSerializer.Serialize(SampleRuns.Shell().Opening, RunJson.Default.RunOpening)
            .Replace("\"how\":\"given\"", "\"how\":\"by satellite\"", StringComparison.Ordinal)
            .Replace("\"kind\":\"server\"", "\"kind\":\"toaster\"", StringComparison.Ordinal);

        var read = JsonSerializer.Deserialize(json, RunJson.Default.RunOpening)!;

        Assert.Contains("by satellite", json, StringComparison.Ordinal);
        Assert.Contains("toaster", json, StringComparison.Ordinal);
        Assert.Equal((PlaceOrigin.Given, HostKind.Unknown), (read.Place.How, read.Machine.Kind));
    }
}
