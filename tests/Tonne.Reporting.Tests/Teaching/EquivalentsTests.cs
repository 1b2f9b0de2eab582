using Tonne.Quantities;
using Tonne.Reporting.Teaching;

namespace Tonne.Reporting.Tests.Teaching;

public sealed class EquivalentsTests
{
    static IReadOnlyList<Equivalent> Of(double kilograms) => Equivalents.Choose(Bounds.FromExact(kilograms), "kg CO2e");

    [Fact]
    public void The_table_has_no_problem() => Assert.Empty(Equivalents.Validate());

    [Fact]
    public void A_kilogram_is_so_many_hours_of_streaming_and_so_many_kilometres()
    {
        var equivalents = Of(1.75);

        // 1.75 ÷ 0.036 = 48.6 h; 1.75 ÷ 0.175 = 10 km; 1.75 ÷ 2.348 = 0.75 L of petrol are fewer than one.
        Assert.Equal(["hours of video streaming", "km in an average European car"], equivalents.Select(each => each.Name));
        Assert.Equal(1.75 / 0.036, equivalents[0].Count.Best, 9);
        Assert.Equal(10, equivalents[1].Count.Best, 9);
        // The bounds of one kilometre, 0.14 and 0.251, turned around: 10 · 0.175 ÷ 0.251 = 6.972 and 10 · 0.175 ÷ 0.14 = 12.5.
        Assert.Equal(6.972, equivalents[1].Count.Low, 0.001);
        Assert.Equal(12.5, equivalents[1].Count.High, 0.001);
        Assert.Equal(2019, equivalents[1].Year);
        Assert.Equal("20 km in an average European car (14–25)", Of(3.5)[1].Format());
    }

    [Fact]
    public void The_spread_of_the_figure_is_inside()
    {
        var wide = Equivalents.Choose(new Bounds(0.875, 1.75, 3.5), "kg CO2e")[1].Count;

        // ln 2 and ln(0.251 ÷ 0.175) = 0.36068 in quadrature: exp(−√(0.48045 + 0.13009)) = 0.45777.
        Assert.Equal(10 * 0.45777, wide.Low, 0.001);
    }

    [Fact]
    public void Energy_has_its_own() =>
        // 1 kWh ÷ 22 Wh = 45.45.
        Assert.Equal(1 / 0.022, Assert.Single(Equivalents.Choose(Bounds.FromExact(1), "kWh")).Count.Best, 9);

    [Fact]
    public void Fifty_tonnes_are_seats_on_flights_years_of_lives_and_homes()
    {
        var equivalents = Of(50_000);

        // 50,000 ÷ 810 = 61.7 seats; ÷ 5000 = 10 years of a person.
        const string flights = "flights from New York to London, one way in economy, radiative forcing included";
        Assert.Contains(equivalents, each => each.Name == flights && Math.Abs(each.Count.Best - 61.7) < 0.1);
        Assert.Contains(equivalents, each => each.Name == "years of a person's whole life" && Math.Abs(each.Count.Best - 10) < 1e-9);
    }

    [Theory]
    // ICAO's calculator, Heathrow to New York and back in economy: 770 kg of CO2 alone (AirportWatch, 14 June 2012), so 385 kg one way.
    [InlineData("new-york", 385)]
    // UK conversion factors of 2024, long haul in economy with radiative forcing: 0.150 kg a passenger-km; 5,555 km: 833 kg.
    [InlineData("new-york", 833)]
    // Other calculators quoted there: 1.84 and 1.87 t and back with radiative forcing.
    [InlineData("new-york", 935)]
    // UK factors of 2018, long haul in economy without radiative forcing: 0.1384 kg a passenger-mile; 3,452 miles: 478 kg.
    [InlineData("new-york", 478)]
    // ICAO's calculator, Jersey to Heathrow: 56.6 kg over 290 km; 348 km from Paris.
    [InlineData("paris", 56.6)]
    public void A_flight_covers_the_airline_bodies_and_the_government(string place, double kilograms)
    {
        var seat = Equivalents.Search("flight").Single(entry => entry.Id.Contains(place, StringComparison.Ordinal));

        Assert.InRange(kilograms, seat.Bounds!.Value.Low, seat.Bounds.Value.High);
    }

    [Fact]
    public void A_flight_is_never_named_without_its_class_and_method()
    {
        var flights = Equivalents.Search("flight");

        Assert.Equal(2, flights.Count);
        Assert.All(flights, entry => Assert.EndsWith(", one way in economy, radiative forcing included", entry.Name, StringComparison.Ordinal));
        Assert.All(Of(50_000).Concat(Of(500)).Where(each => each.Name.Contains("flight", StringComparison.Ordinal)), each =>
            Assert.Contains("one way in economy, radiative forcing included", each.Format(), StringComparison.Ordinal));
        Assert.All(flights, entry => Assert.Contains("ICAO", entry.Source, StringComparison.Ordinal));
    }

    [Fact]
    public void At_any_scale_there_are_at_most_three_of_different_kinds_counted_between_about_1_and_1000()
    {
        for (var exponent = -12d; exponent < 12; exponent += 0.05)
        {
            foreach (var unit in new[] { "kg CO2e", "kWh" })
            {
                var equivalents = Equivalents.Choose(new Bounds(0, Math.Pow(10, exponent), 2 * Math.Pow(10, exponent)), unit);
                Assert.InRange(equivalents.Count, 0, Equivalents.MaxResults);
                Assert.All(equivalents, each => Assert.InRange(each.Count.Best, 0.8, 1200));
                Assert.All(equivalents, each => Assert.InRange(each.Count.Best, each.Count.Low, each.Count.High));
                Assert.Equal(equivalents.Count, equivalents.Select(each => each.UnitFactor.Id.Split('-')[0]).Distinct().Count());
            }
        }
    }

    [Theory]
    // From a training step to the largest training published, something fits.
    [InlineData(0.00002)]
    [InlineData(0.004)]
    [InlineData(1)]
    [InlineData(340.5)]
    [InlineData(24_690)]
    [InlineData(284_019)]
    [InlineData(8_930_000)]
    public void Something_fits(double kilograms) => Assert.NotEmpty(Of(kilograms));

    [Fact]
    public void Zero_and_water_have_no_equivalents()
    {
        Assert.Empty(Of(0));
        Assert.Empty(Equivalents.Choose(Bounds.FromExact(10), "L"));
    }

    [Fact]
    public void No_tree_grows_in_the_table() =>
        Assert.All(Equivalents.Search(), entry => Assert.DoesNotMatch("tree|forest|offset|seedling|acre", entry.Name + entry.Note));

    [Fact]
    public void One_is_named_in_the_singular() => Assert.Equal("charge of a smartphone", Assert.Single(Equivalents.Choose(Bounds.FromExact(0.022), "kWh")).Name);
}
