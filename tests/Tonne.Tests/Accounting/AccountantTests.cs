using Tonne.Accounting;
using Tonne.Hardware;
using Tonne.Quantities;
using Tonne.Runs;

namespace Tonne.Tests.Accounting;

/// <summary>The formulas of water and of embodied emissions, by hand on runs of round numbers.</summary>
public class AccountantTests
{
    // Four years of 365.25 days (the Julian year of astronomy, 31,557,600 s).
    const double LifeSeconds = 4 * 31_557_600d;

    static Factor CreateFactor(string id, string unit, double value) =>
        new(id, id, unit, Bounds.FromExact(value), Quality.Assumed, SampleRuns.Making);

    // ISO/IEC 30134-9: WUE is per kWh of IT energy; power stations also serve the facility, PUE times as much.
    // By hand: 67.2 J are 1.8667e-5 kWh; × (1.8 L on site + 1.5 × 4 L in generation).
    [Fact]
    public void Water_of_the_grid_is_that_of_the_facility_and_water_on_site_that_of_the_machines()
    {
        var (site, grid) = (CreateFactor("wue", "L/kWh", 1.8), CreateFactor("water/grid", "L/kWh", 4));
        var factors = SampleRuns.Factors() with { WaterOnSite = site, WaterOfGrid = grid };

        var water = SampleRuns.Account(SampleRuns.Shell(), factors).Water!.Value;

        Assert.Equal(67.2 / 3.6e6 * (1.8 + (1.5 * 4)), water, water * 1e-12);
    }

    // ISO/IEC 21031 (SCI), M = TE × TS × RS.
    // By hand: 8 of 400 threads of 1,200 kg are 24 kg; 20 of 80 thread·s are a quarter of it, for 10 s of its life.
    [Fact]
    public void A_job_takes_its_held_share_of_manufacturing_for_its_time()
    {
        var embodied = SampleRuns.Account(SampleRuns.Shell()).Embodied!.Value;

        Assert.Equal(24 * 0.25 * 10 / LifeSeconds, embodied, embodied * 1e-12);
    }

    // By hand: half of 150 kg of a GPU that two hold for 600 s; all of it under the policy "machine".
    [Theory]
    [InlineData(SharePolicy.Share, 75)]
    [InlineData(SharePolicy.Machine, 150)]
    public void Manufacturing_of_a_gpu_goes_by_its_held_share_unless_the_policy_is_the_whole_machine(SharePolicy policy, double kilograms)
    {
        var (record, factors) = SampleRuns.Metered();
        record = record with
        {
            Opening = record.Opening with { Policy = policy },
            Components = [.. record.Components.Select(part => part.Component == Component.Gpu ? part with { HeldShare = 0.5 } : part)],
        };
        factors = factors with { Embodied = [new EmbodiedShare(CreateFactor("embodied/gpu", "kg CO2e", 150), Device: "0")] };

        var embodied = SampleRuns.Account(record, factors).Embodied!.Value;

        Assert.Equal(kilograms * 600 / LifeSeconds, embodied, embodied * 1e-12);
    }

    // By hand: 2 TB kept for a year of 8,766 h at 2 W/TB are 35.064 kWh at the plug; 3 TB over the internet at 1.9 kWh/TB are 5.7 kWh.
    [Fact]
    public void Data_that_moved_has_figures_of_its_own_and_changes_no_other()
    {
        var run = SampleRuns.Shell();
        var without = SampleRuns.Account(run);
        var with = SampleRuns.Account(run with { Traffic = new DataTraffic(0, 2_000_000_000_000, 1_000_000_000_000, 2_000_000_000_000) });

        var pue = with.Factors.Pue.Bounds.Best;
        Assert.Equal(["storage", "network"], with.Data.Select(data => data.Name));
        Assert.Equal(35.064 * pue, with.Data[0].Energy.Value, 1e-9);
        Assert.Equal(5.7, with.Data[1].Energy.Value, 1e-9);
        Assert.Empty(without.Data);
        Assert.Equal(without.GetRunFigures().Select(figure => (figure.Name, figure.Bounds)), with.GetRunFigures().Select(figure => (figure.Name, figure.Bounds)));
    }
}
