using System.Globalization;
using FsCheck;
using FsCheck.Fluent;
using Tonne.Accounting;
using Tonne.Grids;
using Tonne.Hardware;
using Tonne.Quantities;
using Tonne.Runs;
using Tonne.Tests.Planning;

namespace Tonne.Tests.Accounting;

/// <summary>Stages and epochs by the hour: each has the energy of its own quarter hours × PUE × the intensity of these, and together they are the run.</summary>
public class StageIntensityTests
{
    static readonly DateTimeOffset _noon = new(2026, 11, 20, 12, 0, 0, TimeSpan.Zero);

    static Zone France => ZoneCatalog.Find("FR").ValueOrThrow;

    // One list of joules for each stage, one value per quarter hour from noon on. The last stage is (outside).
    static RunRecord Run(params double[][] stages) => Run(_noon, stages);

    static RunRecord Run(DateTimeOffset start, double[][] stages)
    {
        var sample = SampleRuns.Shell();
        var quarters = Enumerable.Range(0, stages.Max(stage => stage.Length)).Select(i => stages.Sum(stage => i < stage.Length ? stage[i] : 0)).ToList();
        return sample with
        {
            Opening = sample.Opening with { Place = new Place("FR", How: PlaceOrigin.Given) },
            Components = [.. sample.Components.Select((part, i) => i > 0
                ? part with { JobMicrojoules = 0, Job = [.. part.Job.Select(amount => amount with { Amount = 0 })] }
                : part with { JobMicrojoules = (long)(quarters.Sum() * 1e6), Job = [new("cpu/busy", quarters.Sum() / 2)] })],
            QuarterHours = [.. quarters.Select((joules, i) => new QuarterHour(start.AddMinutes(15 * i), [Use(joules)]))],
            Stages = [.. stages.Select((stage, i) => new StageRecord(Name(i, stages.Length), 0, 60, null, null, [Use(stage.Sum())]) { QuarterHours = Parts(start, stage) })],
            Epochs = [],
        };
    }

    static string Name(int stage, int of) => stage == of - 1 ? StageRecord.Outside : string.Create(CultureInfo.InvariantCulture, $"stage {stage + 1}");

    static QuarterHourEnergy[] Parts(DateTimeOffset start, double[] joules) =>
        [.. joules.Select((energy, i) => new QuarterHourEnergy(start.AddMinutes(15 * i), (long)(energy * 1e6))).Where(part => part.Microjoules != 0)];

    // The rate of cpu/busy of the sample is 2 J per unit.
    static EnergyUse Use(double joules) => new(Component.Cpu, null, (long)(joules * 1e6), [new("cpu/busy", joules / 2)]);

    static IntensitySeries Hours(DateTimeOffset start, double?[] grams, IntensitySignal signal = IntensitySignal.Observed, string source = "OBSERVED-TEST") =>
        new(France, start, [.. grams.Select(value => value is { } known ? CarbonIntensity.FromGramsPerKilowattHour(known) : (CarbonIntensity?)null)],
            new Source(source, "Values of this test"), IntensityBasis.Lifecycle, IntensityScope.Production, signal: signal);

    static Footprint Account(RunRecord record, params IntensitySeries[] series) =>
        new Accountant().Account(record, FactorSelector.SelectFactors(record, new IntensitySeriesSet(series)));

    static double Pue(Footprint footprint) => footprint.Factors.Pue.Bounds.Best;

    [Fact]
    public void A_stage_has_the_intensity_of_its_own_hours()
    {
        // 3.6 MJ are 1 kWh. Stage 1: 1 kWh at 100 g and 1 kWh at 300 g; stage 2: 2 kWh at 300 g; outside: 0.5 kWh at 100 g.
        var footprint = Account(Run([3.6e6, 0, 0, 0, 3.6e6], [0, 0, 0, 0, 7.2e6], [1.8e6]), Hours(_noon, [100, 300]));

        double[] kilograms = [0.1 + 0.3, 0.6, 0.05];
        Assert.Equal(kilograms, footprint.Stages.Select(stage => Math.Round(stage.Emissions.Value / Pue(footprint), 12)));
        Assert.Equal(1.05, footprint.Operational.Value / Pue(footprint), 1e-12);
    }

    [Fact]
    public void The_stages_sum_to_the_run_with_hourly_values_of_the_EIA()
    {
        // Hours of a real grid (form EIA-930, see Planning/Series/SOURCES.md), constant power in one stage, varying power in another.
        var grams = PlanningSeries.Shipped["US-CAL-CISO_2022"].Values.Skip(24 * 100).Take(48).Select(value => (double?)value!.Value.GramsPerKilowattHour).ToArray();
        var random = new Random(7);
        double[] steady = [.. Enumerable.Repeat(90_000d, 192)];
        double[] varying = [.. Enumerable.Range(0, 192).Select(i => i % 5 == 0 ? 0 : Math.Floor(random.NextDouble() * 2e6))];
        double[] outside = [.. Enumerable.Range(0, 192).Select(i => i % 7 == 0 ? 12_345d : 0)];
        var footprint = Account(Run(steady, varying, outside), Hours(_noon, grams));

        foreach (var (stage, joules) in footprint.Stages.Zip([steady, varying, outside]))
        {
            var expected = joules.Select((energy, i) => energy / 3.6e6 * grams[i / 4]!.Value / 1000).Sum() * Pue(footprint);
            Assert.Equal(expected, stage.Emissions.Value, expected * 1e-12);
        }

        // At constant power the intensity of a stage is the plain mean of the hours.
        Assert.Equal(grams.Average()!.Value, footprint.Stages[0].Emissions.Value * 1000 / Pue(footprint) / (192 * 90_000d / 3.6e6), 1e-9);
        Assert.Equal(footprint.Operational.Value, footprint.Stages.Sum(stage => stage.Emissions.Value), footprint.Operational.Value * 1e-13);
    }

    [Fact]
    public void A_flat_series_gives_exactly_energy_times_its_mean() => Prop.ForAll(
        Gen.Zip(Gen.Choose(1, 600_000).ArrayOf(8), Gen.Choose(1, 900_000)).ToArbitrary(), both =>
        {
            var (joules, milligrams) = both;
            var grams = milligrams / 1000d;
            var record = Run([joules[0], joules[1], 0, 0, joules[2]], [0, 0, joules[3], 0, joules[4], joules[5]], [joules[6], 0, 0, 0, 0, 0, joules[7]]);
            var footprint = Account(record, Hours(_noon, [grams, grams]));

            // As accounted with that value as an annual mean, bit for bit; and by hand.
            var annual = new Accountant().Account(record, footprint.Factors with { Grid = footprint.Factors.Grid with { Spans = null } });
            return footprint.Stages.Zip(annual.Stages).All(pair => pair.First.Emissions.Value == pair.Second.Emissions.Value)
                && footprint.Stages.All(stage => Math.Abs((stage.Emissions.Value / (stage.Energy.Value * Pue(footprint) * grams / 1000)) - 1) < 1e-14)
                && footprint.Factors.Grid.Intensity.Bounds.Best == grams;
        }).QuickCheckThrowOnFailure();

    [Fact]
    public void Stages_sum_to_the_run() => Prop.ForAll(
        Gen.Zip(Gen.Choose(0, 600_000).ArrayOf(24), Gen.Choose(0, 900).ArrayOf(2)).ToArbitrary(), both =>
        {
            var (joules, grams) = both;
            var footprint = Account(Run([.. joules[..8]], [.. joules[8..16]], [.. joules[16..]]), Hours(_noon, [grams[0], grams[1]]));
            var run = footprint.Operational.Value;
            return Math.Abs(footprint.Stages.Sum(stage => stage.Emissions.Value) - run) <= 1e-12 * run;
        }).QuickCheckThrowOnFailure();

    [Fact]
    public void An_epoch_has_the_intensity_of_its_own_hours()
    {
        var record = Run([3.6e6, 0, 0, 0, 3.6e6], [0]);
        record = record with
        {
            Epochs =
            [
                new EpochRecord(1, "stage 1", 0, 900, new Dictionary<string, double>(), [Use(3.6e6)]) { QuarterHours = Parts(_noon, [3.6e6]) },
                new EpochRecord(2, "stage 1", 3600, 900, new Dictionary<string, double>(), [Use(3.6e6)]) { QuarterHours = Parts(_noon.AddHours(1), [3.6e6]) },
            ],
        };
        var footprint = Account(record, Hours(_noon, [100, 300]));

        Assert.Equal([0.1, 0.3], footprint.Epochs.Select(epoch => Math.Round(epoch.Emissions.Value / Pue(footprint), 12)));
    }

    [Fact]
    public void A_recount_changes_only_the_stages_that_the_new_hours_cover()
    {
        var record = Run([3.6e6], [0, 0, 0, 0, 3.6e6], [0]);
        var (before, after) = (Account(record, Hours(_noon, [100])), Account(record, Hours(_noon, [100]), Hours(_noon.AddHours(1), [20])));

        Assert.Equal(before.Stages[0].Emissions.Value, after.Stages[0].Emissions.Value, 1e-15);
        Assert.Equal(0.02, after.Stages[1].Emissions.Value / Pue(after), 1e-12);
        Assert.NotEqual(before.Stages[1].Emissions.Value, after.Stages[1].Emissions.Value);
    }

    [Fact]
    public void The_error_of_the_intensity_is_shared_by_the_hours_of_a_stage()
    {
        // 48 hours of independent errors would make the interval of a stage seven times narrower than that of its intensity.
        double[] joules = [.. Enumerable.Range(0, 192).Select(i => 1000d * (1 + (i % 9)))];
        var record = Run(joules, [1000]);
        var footprint = Account(record, Hours(_noon, [.. Enumerable.Range(0, 48).Select(i => (double?)(100 + (10 * (i % 24))))]));

        var (stage, run) = (footprint.Stages[0].Emissions.Bounds, footprint.Operational.Bounds);
        Assert.Equal(run.High / run.Best, stage.High / stage.Best, 1e-3);
        Assert.Equal(run.Low / run.Best, stage.Low / stage.Best, 1e-3);

        // The sum of the stages, with their errors in common, has the interval of the run.
        var sum = new UncertaintyPropagator().ComputeBounds(new Derivation.Sum("stages", "kg CO2e", [.. footprint.Stages.Select(part => part.Emissions.Derivation)]));
        Assert.Equal(run.High, sum.High, run.High * 2e-3);
    }

    [Fact]
    public void A_stage_has_the_error_of_its_own_signals()
    {
        // σ observed = p/√2 with p = 0.305, σ profile = √(p²/2 + 0.235²) (docs/methods/grid-intensity.md).
        var record = Run([3.6e6], [0, 0, 0, 0, 3.6e6], [0]);
        record = record with { Opening = record.Opening with { Place = record.Opening.Place with { Pue = 1 } } };
        var footprint = Account(record, Hours(_noon.AddHours(-24), [.. Enumerable.Repeat<double?>(90, 72)], IntensitySignal.Profile, "PROFILE-TEST"), Hours(_noon, [100]));
        double Sigma(int stage) => UncertaintyPropagator.ComputeFirstOrderBounds(OnlyIntensity(footprint.Stages[stage].Emissions.Derivation)).SigmaHigh;

        Assert.Equal(0.305 / Math.Sqrt(2), Sigma(0), 1e-3);
        Assert.Equal(Math.Sqrt((0.305 * 0.305 / 2) + (0.235 * 0.235)), Sigma(1), 1e-3);
    }

    [Fact]
    public void The_derivation_shows_the_hours()
    {
        var footprint = Account(Run([3.6e6, 0, 0, 0, 7.2e6], [0]), Hours(_noon, [100, 300]));

        var labels = Flatten(footprint.Stages[0].Emissions.Derivation).Select(node => node.Label).ToList();
        Assert.Contains("2026-11-20 12:00 to 12:15 UTC, observed", labels);
        Assert.Contains("2026-11-20 13:00 to 13:15 UTC, observed", labels);
        Assert.Contains("intensity of the hours of stage 1", labels);
    }

    [Fact]
    public void A_long_stage_shows_at_most_24_times_and_keeps_its_sum()
    {
        double[] joules = [.. Enumerable.Range(0, 400).Select(i => 1000d * (1 + (i % 11)))];
        var footprint = Account(Run(joules, [0]), Hours(_noon, [.. Enumerable.Range(0, 100).Select(i => (double?)(50 + i))]));

        Assert.InRange(Flatten(footprint.Stages[0].Emissions.Derivation).Count(node => node.Label.EndsWith("UTC, observed", StringComparison.Ordinal)), 20, 24);
        var expected = joules.Select((energy, i) => energy / 3.6e6 * (50 + (i / 4)) / 1000).Sum() * Pue(footprint);
        Assert.Equal(expected, footprint.Stages[0].Emissions.Value, expected * 1e-12);
    }

    [Fact]
    public void A_record_without_hours_of_its_stages_keeps_the_mean_and_says_so()
    {
        var record = Run([3.6e6], [0, 0, 0, 0, 3.6e6], [0]);
        var old = record with { Stages = [.. record.Stages.Select(stage => stage with { QuarterHours = null })] };
        var footprint = Account(old, Hours(_noon, [100, 300]));

        Assert.Equal([0.2, 0.2, 0], footprint.Stages.Select(stage => Math.Round(stage.Emissions.Value / Pue(footprint), 12)));
        Assert.Contains(footprint.Warnings, warning => warning.Code == "stage-hours-unknown");
        Assert.Contains("at the mean intensity of the run", footprint.Stages[0].Emissions.Derivation.Label, StringComparison.Ordinal);
        Assert.DoesNotContain(Account(record, Hours(_noon, [100, 300])).Warnings, warning => warning.Code == "stage-hours-unknown");
    }

    [Fact]
    public void A_stored_account_gives_the_same_stages_again()
    {
        var record = Run([3.6e6], [0, 0, 0, 0, 3.6e6], [0]);
        var footprint = Account(record, Hours(_noon, [100, 300]));
        var json = System.Text.Json.JsonSerializer.Serialize(footprint.CreateStatement(_noon), LedgerJson.Default.FootprintStatement);
        var stored = System.Text.Json.JsonSerializer.Deserialize(json, LedgerJson.Default.FootprintStatement)!;
        var again = new Accountant().Account(
            System.Text.Json.JsonSerializer.Deserialize(System.Text.Json.JsonSerializer.Serialize(record, LedgerJson.Default.RunRecord), LedgerJson.Default.RunRecord)!, stored.Factors);

        Assert.Equal(footprint.Stages.Select(stage => stage.Emissions.Bounds), again.Stages.Select(stage => stage.Emissions.Bounds));
    }

    // The emissions with all factors but those of the intensity made exact.
    static Derivation OnlyIntensity(Derivation emissions) => emissions.ReplaceFactors(factor =>
        factor.Id.StartsWith("grid/", StringComparison.Ordinal) ? factor : factor with { Bounds = Bounds.FromExact(factor.Bounds.Best) });

    static IEnumerable<Derivation> Flatten(Derivation node) => node.Children.SelectMany(Flatten).Prepend(node);
}
