using Tonne.LifeCycles;
using Tonne.LifeCycles.YamlDescriptions;
using Tonne.Tests.Architecture;

namespace Tonne.Tests.LifeCycles;

/// <summary>
/// The life of BLOOM as its authors printed it (Luccioni, Viguier, Ligozat: JMLR 2023, arXiv 2211.02001), computed from its inputs:
///   dynamic    1,082,990 h × 0.4 kW = 433,196 kWh; × 57 g = 24,692.172 kg                                          printed 24.69 t
///   idle       256,646 kWh × 57 g = 14,628.822 kg                                                                  printed 14.6 t
///   embodied   (1,082,990 ÷ 8 × 2500 + 1,082,990 × 150) ÷ (6 × 8760 × 0.85) = 500,882,875 ÷ 44,676 = 11,211.45 kg  printed 11.2 t
///   total      50,532.44 kg                                                                                        printed 50.5 t
///   deployment 864.249 kWh × 394 g = 340.514 kg; ÷ 18 d = 18.917 kg a day                                          printed 340 kg, 19 kg
/// </summary>
public class BloomTests
{
    static string Text => File.ReadAllText(Path.Combine(Repository.Root, "examples", "footprints", "bloom.yaml"));

    static LifeCycle Life(string text) => new LifeCycleAccountant().Account(LifeCycleReader.Read(text, "bloom.yaml"), query => throw new InvalidOperationException($"{query} was asked for."));

    static double Step(LifeCycle life, int phase, string step) => life.Phases[phase].Figures.Steps.Single(one => one.Name == step).EmissionsAdded.Value;

    [Fact]
    public void Training_comes_to_what_the_paper_prints_at_every_line()
    {
        var life = Life(Text);
        var training = life.Phases[0].Figures;

        Assert.Equal(433_196, training.Steps[0].EnergyAdded!.Value, 1e-6);
        Assert.Equal(24.69, Math.Round(Step(life, 0, "dynamic") / 1000, 2));
        Assert.Equal(256_646, training.Steps[1].EnergyAdded!.Value, 1e-6);
        Assert.Equal(14.6, Math.Round(Step(life, 0, "idle") / 1000, 1));
        Assert.Equal(14_628.822, Step(life, 0, "idle"), 1e-3);
        Assert.Equal(11.2, Math.Round(Step(life, 0, "embodied") / 1000, 1));
        Assert.Equal(500_882_875 / 44_676d, Step(life, 0, "embodied"), 1e-6);
        Assert.Equal(50.5, Math.Round(training.Total.Value / 1000, 1));
        Assert.Equal(689_842, training.FacilityEnergy.Value, 1e-6);
    }

    [Fact]
    public void Deployment_follows_from_the_raw_log_and_the_paper_s_other_figure_is_named()
    {
        var phase = Life(Text).Phases[1];

        Assert.Equal(864.25, Math.Round(phase.Figures.Energy.Value, 2));
        Assert.Equal(340.5, Math.Round(phase.Figures.Total.Value, 1));
        Assert.Equal(18.92, Math.Round(phase.EmissionsPerDay!.Value, 2));
        // 864.249 kWh ÷ 230,768 requests.
        Assert.Equal(3.745, Math.Round(phase.PerUnit[0].Energy.Value * 1000, 3));
        // Boards 650.8 of 864.2 kWh by their own sensors.
        Assert.Equal(650.8 / 864.2, phase.Figures.Energy.MeasuredShare, 1e-9);
        // 914 × 0.394 = 360.1.
        Assert.Contains("914 kWh and 340 kg, which do not agree: 914 kWh at 394 g/kWh is 360 kg", Assert.Single(phase.Notes));
    }

    [Fact]
    public void Twice_the_intensity_is_twice_the_two_energy_lines_and_the_same_hardware()
    {
        var once = Life(Text);
        var twice = Life(Text.Replace("intensity: 57 g/kWh", "intensity: 114 g/kWh", StringComparison.Ordinal));

        Assert.Equal(2 * Step(once, 0, "dynamic"), Step(twice, 0, "dynamic"), 1e-6);
        Assert.Equal(2 * Step(once, 0, "idle"), Step(twice, 0, "idle"), 1e-6);
        Assert.Equal(Step(once, 0, "embodied"), Step(twice, 0, "embodied"));
        Assert.Equal(once.Phases[1].Figures.Total.Value, twice.Phases[1].Figures.Total.Value);
    }

    [Theory]
    [InlineData("chip_hours: 1082990", "chip_hours: 2165980", 2, 1, 2)]
    [InlineData("power: {best: 400 W", "power: {best: 800 W", 2, 1, 1)]
    [InlineData("energy: {best: 256646 kWh", "energy: {best: 513.292 MWh", 1, 2, 1)]
    [InlineData("lifetime: 52560 h", "lifetime: 26280 h", 1, 1, 2)]
    [InlineData("utilisation: 85 %", "utilisation: 0.425", 1, 1, 2)]
    public void Every_line_follows_its_own_inputs_and_no_others(string given, string changed, double dynamic, double idle, double embodied)
    {
        var once = Life(Text);
        var other = Life(Text.Replace(given, changed, StringComparison.Ordinal));

        Assert.Equal(dynamic * Step(once, 0, "dynamic"), Step(other, 0, "dynamic"), 1e-6);
        Assert.Equal(idle * Step(once, 0, "idle"), Step(other, 0, "idle"), 1e-6);
        Assert.Equal(embodied * Step(once, 0, "embodied"), Step(other, 0, "embodied"), 1e-6);
    }

    [Fact]
    public void The_paper_s_PUE_of_Table_4_takes_the_running_code_alone()
    {
        // 24.69 t × 1.2 = 29.63 t; the idle part holds its cooling and stays.
        var life = Life(Text.Replace("# Table 3", "#", StringComparison.Ordinal).Replace("pue: 1.0\n    dynamic:\n      chip_hours", "pue: 1.2\n    dynamic:\n      chip_hours", StringComparison.Ordinal));

        Assert.Equal(24_692.172 * 0.2, Step(life, 0, "facility"), 1e-3);
        Assert.Equal(14_628.822, Step(life, 0, "idle"), 1e-3);
        Assert.Equal((24_692.172 * 1.2) + 14_628.822, life.Phases[0].Figures.Operational.Value, 1e-3);
    }

    [Fact]
    public void Deployment_exceeds_training_on_one_boundary()
    {
        var life = Life(Text);

        // Deployment's hardware is not described, so operational against operational: (24,692.172 + 14,628.822) ÷ (340.514 ÷ 18).
        Assert.Equal(39_320.994 / (864.249 * 0.394 / 18), life.BreakEvens[0].Days, 1e-6);
        Assert.Equal(689_842 / (864.249 / 18), life.BreakEvens[1].Days, 1e-6);
        Assert.Contains("left out of both", life.BreakEvens[0].ComparedBoundary);
    }
}
