using Tonne.Runs;

namespace Tonne.Tests.Runs;

public class PlaceTests
{
    [Fact]
    public void A_place_that_a_program_names_is_given_and_not_a_guess()
    {
        Assert.Equal(("given", false), (new Place("FR").How, new Place("FR").Guessed));
        Assert.Equal("given", new Place(Region: "gcp:europe-west9").How);
        Assert.Equal("given", new Place(IntensityGramsPerKwh: 50).How);
    }

    [Fact]
    public void Without_a_zone_a_region_or_an_intensity_the_place_is_unknown()
    {
        Assert.Equal(("unknown", true), (new Place().How, new Place(Pue: 1.2).Guessed));
        Assert.True(new Place("FR", How: "time zone").Guessed);
    }
}
