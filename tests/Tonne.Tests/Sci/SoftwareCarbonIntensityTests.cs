using Tonne.Accounting;
using Tonne.LifeCycles;
using Tonne.LifeCycles.YamlDescriptions;
using Tonne.Quantities;
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
        var rates = SoftwareCarbonIntensity.Calculate(Life(), basis: SciBasis.Effective);

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
        Assert.Equal(["sci-without-m", "sci-unit"], rate.Warnings.Select(warning => warning.Code));
    }

    [Theory]
    // Sections 8.1 and 8.2 of the specification.
    [InlineData("token", SciBoundary.Consumer)]
    [InlineData("seconds", SciBoundary.Consumer)]
    [InlineData("image", SciBoundary.Consumer)]
    [InlineData("Workflow Execution", SciBoundary.Consumer)]
    [InlineData("page", SciBoundary.Consumer)]
    [InlineData("inference", SciBoundary.Consumer)]
    [InlineData("character", SciBoundary.Consumer)]
    [InlineData("FLOP", SciBoundary.Provider)]
    [InlineData("training tokens", SciBoundary.Provider)]
    [InlineData("training-token", SciBoundary.Provider)]
    [InlineData("parameter", SciBoundary.Provider)]
    public void A_unit_of_SCI_for_AI_has_its_side(string name, SciBoundary side) => Assert.Equal(side, SciUnit.Find(name)!.Boundary);

    [Theory]
    [InlineData("request")]
    [InlineData("training run")]
    [InlineData("")]
    public void Another_unit_has_none(string name) => Assert.Null(SciUnit.Find(name));

    [Fact]
    public void A_unit_on_the_other_side_and_a_missing_basis_are_said()
    {
        var footprint = SampleRuns.Account(SampleRuns.Shell());

        Assert.Equal(["sci-unit"], Codes("token=5", SciBoundary.Provider));
        Assert.Equal(["sci-basis"], Codes("parameter=5", SciBoundary.Provider));
        Assert.Empty(Codes("parameter=5", SciBoundary.Provider, SciBasis.Gross));
        Assert.Empty(Codes("token=5", SciBoundary.Consumer));

        IEnumerable<string> Codes(string unit, SciBoundary boundary, SciBasis? basis = null) =>
            SoftwareCarbonIntensity.Calculate("run", footprint, FunctionalUnit.Parse(unit), boundary, basis).Warnings.Select(warning => warning.Code);
    }

    [Fact]
    public void A_campaign_is_the_sum_of_its_runs_by_R()
    {
        // The worked example 9.1.2 as three runs: 180,000 kg operational and 20,000 kg embodied by 5 × 10^22 FLOP.
        var campaign = new SciCampaign(
            "llm", Bounds.FromExact(600_000), Bounds.FromExact(180_000), Bounds.FromExact(20_000), new Bounds(100_000, 200_000, 300_000), 1, 1, 1, Quality.Modelled, 0, HasOneBoundary: true);
        var rate = SoftwareCarbonIntensity.Calculate(campaign, SampleRuns.Account(SampleRuns.Shell()), FunctionalUnit.Parse("flop=5e22"), SciBoundary.Provider, SciBasis.Effective);

        Assert.Equal(4e-18, rate.Rate.Value, 1e-30);
        Assert.Equal(6e-18, rate.Rate.Bounds.High, 1e-30);
        Assert.Equal("campaign llm: 3 runs, 1 completed, 1 failed, 1 interrupted", rate.IncludedParts);
        Assert.Empty(rate.Warnings);
    }
}
