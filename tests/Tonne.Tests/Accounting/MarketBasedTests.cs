using Tonne.LifeCycles;
using Tonne.LifeCycles.YamlDescriptions;
using Tonne.Quantities;

namespace Tonne.Tests.Accounting;

public class MarketBasedTests
{
    static LifeCycle Account(string market, string energy = "100 MWh") => new LifeCycleAccountant().Account(LifeCycleReader.Read($$"""
        name: a life
        place: {intensity: 400 g/kWh}
        facility: {pue: 1.0}
        phases:
          - name: training
            dynamic: {{energy}}
            market: {{market}}
        """, "life.yaml"), static _ => []);

    static double Market(LifeCycle life) => life.Phases[0].Figures.MarketBased!.Value;

    [Fact]
    public void Uncontracted_at_the_residual_mix_and_contracted_at_its_own_factor()
    {
        // 40 % × 100 MWh × 500 g + 60 % × 100 MWh × 10 g = 20,000 + 600 kg.
        var life = Account("{residual_mix: 500 g/kWh, contracts: {share: 60 %, intensity: 10 g/kWh, matched: yearly}}");

        Assert.Equal(20_600, Market(life), 1e-6);
        Assert.DoesNotContain(life.Warnings, warning => warning.Code == "residual-mix-unknown");
    }

    [Fact]
    public void Without_a_residual_mix_the_grid_s_mean_is_used_with_a_warning()
    {
        // 40 % × 40,000 kg + 600 kg.
        var life = Account("{contracts: {share: 60 %, intensity: 10 g/kWh, matched: yearly}}");

        Assert.Equal(16_600, Market(life), 1e-6);
        Assert.Contains(life.Warnings, warning => warning.Code == "residual-mix-unknown");
    }

    [Fact]
    public void Location_based_is_the_same_whatever_was_bought()
    {
        var life = Account("{contracts: {share: 100 %, intensity: 0 g/kWh, matched: hourly}}");

        Assert.Equal(40_000, life.Totals.Operational.Value, 1e-6);
        Assert.Equal(40_000, life.Totals.Total.Value, 1e-6);
        Assert.Equal(0, Market(life), 1e-9);
    }

    [Fact]
    public void What_is_made_on_the_site_is_taken_first_and_contracts_cover_what_is_left()
    {
        // 30 MWh of sun at 0 g; 70 MWh of contract at 10 g: 700 kg; the contract's other 30 MWh are ignored.
        var life = Account("{residual_mix: 500 g/kWh, on_site: {name: sun, energy: 30 MWh}, contracts: {name: wind, energy: 100 MWh, intensity: 10 g/kWh, matched: yearly}}");

        Assert.Equal(700, Market(life), 1e-6);
        Assert.Contains(life.Warnings, warning => warning.Code == "market-surplus" && warning.Text.Contains("30000 kWh", StringComparison.Ordinal));
    }

    [Fact]
    public void Nothing_bought_ever_brings_it_below_zero()
    {
        foreach (var energy in new[] { "100 MWh", "{best: 100 MWh, low: 10 MWh, high: 300 MWh}", "0 kWh" })
        {
            var bounds = Account("{residual_mix: 500 g/kWh, on_site: {energy: 900 MWh}, contracts: [{energy: 900 MWh, intensity: 0 g/kWh, matched: yearly}]}", energy).Phases[0].Figures.MarketBased!.Bounds;
            Assert.True(bounds.Low >= 0 && bounds.High < 1e-6);
        }
    }

    [Fact]
    public void The_life_counts_phases_without_contracts_location_based()
    {
        var life = new LifeCycleAccountant().Account(LifeCycleReader.Read("""
            name: a life
            place: {intensity: 400 g/kWh}
            facility: {pue: 1.0}
            phases:
              - name: training
                dynamic: 100 MWh
                market: {contracts: {share: 100 %, intensity: 0 g/kWh, matched: hourly}}
              - name: evaluation
                dynamic: 5 MWh
            """, "life.yaml"), static _ => []);

        // 0 + 5 MWh × 400 g.
        Assert.Equal(2_000, life.Totals.MarketBased!.Value, 1e-6);
        Assert.Equal(AccountingMethod.Market, life.Totals.MarketBased.Boundary.Method);
    }

    [Theory]
    [InlineData("{contracts: {share: 60 %, intensity: 10 g/kWh}}", "needs 'matched: hourly' or 'matched: yearly'")]
    [InlineData("{contracts: {share: 60 %, matched: yearly}}", "needs the 'intensity' of its contract")]
    [InlineData("{contracts: {intensity: 0 g/kWh, matched: yearly}}", "needs one of 'share'")]
    [InlineData("{contracts: {share: 120 %, intensity: 0 g/kWh, matched: yearly}}", "a share is at most 1")]
    [InlineData("{contracts: [{share: 60 %, intensity: 0 g/kWh, matched: yearly}, {share: 60 %, intensity: 0 g/kWh, matched: yearly}]}", "add up to more than 1")]
    [InlineData("{credits: 30 t}", "offsets are not part of a footprint")]
    public void What_cannot_be_accounted_is_refused(string market, string message) =>
        Assert.Contains(message, Assert.Throws<DescriptionException>(() => Account(market)).Message);

    [Fact]
    public void An_amount_of_energy_is_not_held_against_several_phases()
    {
        var error = Assert.Throws<DescriptionException>(() => LifeCycleReader.Read("""
            name: a life
            market: {on_site: {energy: 3 MWh}}
            phases: [{name: data, dynamic: 1 MWh}, {name: training, dynamic: 1 MWh}]
            """, "life.yaml"));

        Assert.Contains("life.yaml:2: 'on-site generation': an amount of energy cannot be matched with several phases", error.Message);
    }
}
