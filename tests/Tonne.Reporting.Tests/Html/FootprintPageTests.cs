using System.Text.Json.Nodes;
using Tonne.LifeCycles;
using Tonne.LifeCycles.YamlDescriptions;
using Tonne.Reporting.Html;
using Tonne.Reporting.Json;
using Tonne.Tests.Architecture;

namespace Tonne.Reporting.Tests.Html;

public class FootprintPageTests
{
    static readonly DateTimeOffset _now = new(2026, 11, 30, 12, 0, 0, TimeSpan.Zero);

    static LifeCycle Read(string name)
    {
        var path = Path.Combine(Repository.Root, "examples", "footprints", name);
        return new LifeCycleAccountant().Account(LifeCycleReader.Read(File.ReadAllText(path), path), static _ => []);
    }

    [Fact]
    public void Every_figure_of_the_life_and_its_phases_is_that_of_footprint_json()
    {
        var life = Read("bloom.yaml");
        var page = PageDocument.FromLifeCycle(life, _now);
        ReportSchemaTests.AssertMatchesSchema(page);
        var (shown, expected) = (JsonNode.Parse(page.Json)!, JsonNode.Parse(LifeCycleDocument.From(life).ToJson())!);
        AssertSame(expected["life"]!, shown["totals"]!);
        Assert.Equal(expected["phases"]!.AsArray().Count, shown["phases"]!.AsArray().Count);
        foreach (var (one, other) in expected["phases"]!.AsArray().Zip(shown["phases"]!.AsArray()))
        {
            AssertSame(one!["figures"]!, other!["figures"]!);
            Assert.Equal((double)one["share"]!, (double)other["share"]!);
        }

        Assert.Equal(expected["outgrows"]!.AsArray().Select(each => (double)each!["days"]!),
            shown["over_time"]!["measures"]!.AsArray().Select(each => (double)each!["days"]!));
    }

    static void AssertSame(JsonNode expected, JsonNode shown)
    {
        Assert.Equal((double)expected["emissions_kg"]!["total"]!["value"]!, (double)shown["total"]!["value"]!);
        Assert.Equal((double)expected["emissions_kg"]!["total"]!["high"]!, (double)shown["total"]!["high"]!);
        Assert.Equal((double)expected["facility_energy_kwh"]!["value"]!, (double)shown["facility_energy"]!["value"]!);
        Assert.Equal(expected["boundaries"]!.AsArray().Select(step => (double)step!["added_emissions_kg"]!["value"]!),
            shown["steps"]!.AsArray().Select(step => (double)step!["emissions"]!["value"]!));
    }

    [Fact]
    public void Use_of_the_days_of_break_even_is_all_before_it()
    {
        var life = Read("bloom.yaml");
        var measures = JsonNode.Parse(PageDocument.FromLifeCycle(life, _now).Json)!["over_time"]!["measures"]!.AsArray();
        // The authors' own figures (arXiv 2211.02001): 50.5 t before, 18.92 kg a day of use (operational). 24.69 + 14.6 t without
        // manufacturing, which the deployment does not state: 39.3 t ÷ 18.92 kg = 2,077 days.
        Assert.Equal("emissions", (string?)measures[0]!["name"]);
        Assert.InRange((double)measures[0]!["days"]!, 2_060, 2_095);
        Assert.InRange((double)measures[0]!["development"]!, 39_200, 39_400);
    }

    [Fact]
    public void The_path_of_the_description_is_not_in_the_page() => Assert.DoesNotContain(
        Repository.Root, PageDocument.FromLifeCycle(Read("bloom.yaml"), _now).Json, StringComparison.Ordinal);
}
