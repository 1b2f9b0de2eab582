using Tonne.Estimation.Training;
using Tonne.Reporting.Html;

namespace Tonne.Reporting.Tests.Html;

public class PublishedTrainingsTests
{
    [Fact]
    public void Published_emissions_are_those_of_the_catalog_and_have_no_range()
    {
        var published = TrainingCatalog.All.Where(training => training.EmissionsKg is { Value: > 0 })
            .ToDictionary(training => training.Name);
        var shown = PublishedTrainings.All.Where(one => one.Kg is not null).ToList();
        Assert.Equal(published.Count, shown.Count);
        Assert.All(shown, one =>
        {
            Assert.Equal(published[one.Name].EmissionsKg!.Value.Value, one.Kg);
            Assert.Null(one.Low);
            Assert.Null(one.High);
        });
    }

    [Fact]
    public void A_training_whose_emissions_were_not_published_has_a_range_and_no_value()
    {
        var open = PublishedTrainings.All.Where(one => one.Kg is null).ToList();
        Assert.Contains(open, one => one.Name.StartsWith("GPT-4", StringComparison.Ordinal));
        Assert.Contains(open, one => one.Name.StartsWith("DeepSeek-V3", StringComparison.Ordinal));
        Assert.All(open, one =>
        {
            Assert.True(one.Low > 0 && one.Low < one.High);
            Assert.StartsWith("not published", one.Basis, StringComparison.Ordinal);
        });
        // 42.4 GWh (IEA 2025): of a grid of wind (11 g/kWh) it would be 470 t, of one of coal (820 to 1,100 g/kWh) up to 47,000 t
        // (IPCC AR5 WG3, annex III). The range of real grids is within.
        var gpt4 = open.Single(one => one.Name.StartsWith("GPT-4", StringComparison.Ordinal));
        Assert.InRange(gpt4.Low!.Value, 470_000, 4_000_000);
        Assert.InRange(gpt4.High!.Value, 20_000_000, 47_000_000);
    }
}
