using Tonne.Accounting;
using Tonne.LifeCycles;
using Tonne.LifeCycles.YamlDescriptions;
using Tonne.Sci;

namespace Tonne.Tests.Sci;

public class SoftwareCarbonIntensityTests
{
    static LifeCycle Life(string serving = "units: {token: 5e10}") => new LifeCycleAccountant().Account(LifeCycleReader.Read($$$"""
        name: an assistant
        facility: {pue: 1.0}
        phases:
          - name: training
            place: {intensity: 300 g/kWh}
            dynamic: 600 MWh
            hardware: {emissions: 20 t}
            computation: 5e22 FLOP
            market: {contracts: {share: 100 %, intensity: 0 g/kWh, matched: hourly}}
          - name: serving
            kind: deployment
            place: {intensity: 250 g/kWh}
            dynamic: 20 MWh
            hardware: {emissions: 1.5 t}
            {{{serving}}}
        """, "life.yaml"), static _ => []);

    [Fact]
    public void Consumer_and_provider_are_the_worked_examples_of_SCI_for_AI()
    {
        var rates = SoftwareCarbonIntensity.Calculate(Life());

        // The specification's example, 9.1: (5,000 + 1,500 kg) ÷ 50 thousand million tokens; (180,000 + 20,000 kg) ÷ 5 × 10^22 FLOP.
        Assert.Equal([SciBoundary.Consumer, SciBoundary.Provider], rates.Select(rate => rate.Boundary));
        Assert.Equal(6_500 / 5e10, rates[0].Rate.Value, 1e-18);
        Assert.Equal(4e-18, rates[1].Rate.Value, 1e-30);
        Assert.Equal(["serving", "training"], rates.Select(rate => rate.IncludedParts));
        Assert.All(rates, rate => Assert.Empty(rate.Warnings));
    }

    [Fact]
    public void Contracts_lower_no_rate()
    {
        // Training's contract is of 0 g; its SCI is location-based all the same.
        var life = Life();

        Assert.Equal(0, life.Phases[0].Figures.MarketBased!.Value);
        Assert.Equal(180_000, SoftwareCarbonIntensity.Calculate(life)[1].Operational.Value, 1e-6);
    }

    [Theory]
    [InlineData("token=0")]
    [InlineData("token=-3")]
    [InlineData("token=NaN")]
    [InlineData("token=Infinity")]
    [InlineData("token=")]
    [InlineData("token")]
    [InlineData("=3")]
    [InlineData("token=1e-400")]
    public void A_rate_by_nothing_is_refused_with_the_reason(string unit)
    {
        var error = Assert.Throws<FormatException>(() => FunctionalUnit.Parse(unit));

        Assert.Contains(unit.StartsWith("token=", StringComparison.Ordinal) ? "ISO/IEC 21031" : "UNIT=COUNT", error.Message);
    }

    [Fact]
    public void A_unit_given_takes_the_place_of_the_described_one()
    {
        var rate = Assert.Single(SoftwareCarbonIntensity.Calculate(Life(), FunctionalUnit.Parse("request=6500"), SciBoundary.Consumer));

        Assert.Equal(1, rate.Rate.Value, 1e-12);
        Assert.Contains(rate.Warnings, warning => warning.Code == "sci-unit");
    }

    [Fact]
    public void The_whole_is_both_sides()
    {
        var rate = Assert.Single(SoftwareCarbonIntensity.Calculate(Life(), FunctionalUnit.Parse("year=1"), SciBoundary.Whole));

        Assert.Equal(206_500, rate.Rate.Value, 1e-6);
        Assert.Equal("training + serving", rate.IncludedParts);
    }

    [Fact]
    public void An_unknown_M_is_said()
    {
        var record = SampleRuns.Shell();
        var footprint = SampleRuns.Account(record, SampleRuns.Factors(embodied: false));
        var rate = SoftwareCarbonIntensity.Calculate("run", footprint, FunctionalUnit.Parse("sorting=2"), SciBoundary.Whole);

        Assert.Equal(footprint.Operational.Value / 2, rate.Rate.Value, 1e-15);
        Assert.Equal("sci-without-m", Assert.Single(rate.Warnings).Code);
    }
}
