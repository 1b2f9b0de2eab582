using Tonne.Accounting;
using Tonne.Grids;
using Tonne.Hardware;
using Tonne.Quantities;
using Tonne.Runs;

namespace Tonne.Tests.Accounting;

/// <summary>An account by the hour: operational = Σ quarter hours E × PUE × I, of one method, and each quarter hour says how its intensity is known.</summary>
public class HourlyIntensityTests
{
    static readonly DateTimeOffset _noon = new(2026, 11, 20, 12, 0, 0, TimeSpan.Zero);
    static readonly Source _observed = new("OBSERVED-TEST", "Values of this test");
    static readonly Source _monthly = new("PROFILE-TEST", "A profile of this test");

    static Zone France => ZoneCatalog.Find("FR").ValueOrThrow;

    static double AnnualGrams => AnnualIntensityCatalog.Find(France)!.Intensity.Bounds.Best;

    // Energy in joules, one per quarter hour from noon on.
    static RunRecord Run(params double[] joules) => Run(new Place("FR", How: PlaceOrigin.Given), joules);

    static RunRecord Run(Place place, double[] joules)
    {
        var sample = SampleRuns.Shell();
        return sample with
        {
            Opening = sample.Opening with { Place = place },
            Components = [.. sample.Components.Select((part, i) => i > 0
                ? part with { JobMicrojoules = 0, Job = [.. part.Job.Select(amount => amount with { Amount = 0 })] }
                : part with { JobMicrojoules = (long)(joules.Sum() * 1e6), Job = [new("cpu/busy", joules.Sum() / 2)] })],
            QuarterHours = [.. joules.Select((energy, i) => new QuarterHour(_noon.AddMinutes(15 * i), [new EnergyUse(Component.Cpu, null, (long)(energy * 1e6), [new("cpu/busy", energy / 2)])]))],
        };
    }

    static IntensitySeries Hours(
        int hour, double?[] grams, IntensityScope scope = IntensityScope.Production, IntensityKind kind = IntensityKind.Average,
        IntensitySignal signal = IntensitySignal.Observed, TimeSpan? step = null) =>
        new(France, _noon.AddHours(hour), [.. grams.Select(value => value is { } known ? CarbonIntensity.FromGramsPerKilowattHour(known) : (CarbonIntensity?)null)],
            signal == IntensitySignal.Profile ? _monthly : _observed, IntensityBasis.Lifecycle, scope, step, kind, signal);

    static AccountingFactors Factors(RunRecord record, params IntensitySeries[] series) => FactorSelector.SelectFactors(record, new IntensitySeriesSet(series));

    static double Kilograms(RunRecord record, AccountingFactors factors) => new Accountant().Account(record, factors).Operational.Value;

    [Fact]
    public void A_flat_series_gives_exactly_energy_times_its_mean()
    {
        var record = Run(1e6 / 3, 7e5, 123_456.789, 9e5, 0.1, 3e6);
        var factors = Factors(record, Hours(0, [137.31, 137.31]));

        Assert.Equal(137.31, factors.Grid.Intensity.Bounds.Best);
        Assert.Equal(
            Kilograms(record, factors with { Grid = factors.Grid with { Intensity = factors.Grid.Intensity with { Bounds = Bounds.FromExact(137.31) } } }), Kilograms(record, factors));
    }

    [Fact]
    public void The_emissions_are_the_sum_over_the_quarter_hours()
    {
        var random = new Random(4711);
        double[] joules = [.. Enumerable.Range(0, 400).Select(_ => Math.Floor(random.NextDouble() * 1e6))];
        double?[] grams = [.. Enumerable.Range(0, 100).Select(_ => (double?)(random.NextDouble() * 600))];
        var record = Run(joules);
        var factors = Factors(record, Hours(0, grams));

        // J ÷ 3.6e6 = kWh; × g ÷ 1000 = kg; × PUE.
        var expected = joules.Select((energy, i) => energy / 3.6e6 * grams[i / 4]!.Value / 1000).Sum() * factors.Pue.Bounds.Best;
        Assert.Equal(expected, Kilograms(record, factors), expected * 1e-12);
    }

    [Fact]
    public void A_recount_changes_only_the_quarter_hours_that_the_new_data_cover()
    {
        var record = Run(2e6, 1e6, 1e6, 0, 4e6, 0, 1e6, 0);
        var before = Factors(record, Hours(0, [80]));
        var after = Factors(record, Hours(0, [80]), Hours(1, [20]));

        // 4 MJ in the first hour at 80 g, 5 MJ in the second one: at the annual mean, then at 20 g.
        Assert.Equal(((4 * 80) + (5 * AnnualGrams)) / 9, before.Grid.Intensity.Bounds.Best, 1e-9);
        Assert.Equal(((4 * 80) + (5 * 20)) / 9.0, after.Grid.Intensity.Bounds.Best, 1e-9);
        Assert.Equal([IntensitySignal.Observed, IntensitySignal.Annual], before.Grid.Spans!.Value.Select(span => span.Signal));
        Assert.Equal([80, AnnualGrams], before.Grid.Spans!.Value.Select(span => span.GramsPerKwh));
        Assert.Equal([4 / 9.0, 5 / 9.0], before.Grid.Spans!.Value.Select(span => span.EnergyShare));
        Assert.Equal([(_noon, _noon.AddHours(1)), (_noon.AddHours(1), _noon.AddHours(2))], before.Grid.Spans!.Value.Select(span => (span.From, span.To)));
        var span = Assert.Single(after.Grid.Spans!.Value);
        Assert.Equal((IntensitySignal.Observed, _noon, _noon.AddHours(2), 1.0), (span.Signal, span.From, span.To, span.EnergyShare));
    }

    [Fact]
    public void What_was_not_observed_has_the_profile_of_its_hour()
    {
        var record = Run(1e6, 0, 0, 0, 3e6);
        var factors = Factors(record, Hours(0, [30, null]), Hours(-24, [.. Enumerable.Repeat<double?>(90, 72)], signal: IntensitySignal.Profile));

        Assert.Equal((30 + (3 * 90)) / 4.0, factors.Grid.Intensity.Bounds.Best, 1e-9);
        Assert.Equal(["OBSERVED-TEST", "PROFILE-TEST"], factors.Grid.Spans!.Value.Select(span => span.Source));
        Assert.Equal("by the hour, France: 25 % observed, 75 % from the profile of its month and hour", factors.Grid.How);
    }

    [Fact]
    public void A_history_of_another_method_is_used_where_it_covers_the_run()
    {
        var record = Run(1e6, 1e6, 1e6, 1e6, 1e6);

        // Four of five quarter hours are less than 95 %: mixing in the annual mean of production would be two methods in one figure.
        var partial = Factors(record, Hours(0, [70], IntensityScope.Consumption));
        Assert.Equal((AnnualGrams, IntensityScope.Production), (partial.Grid.Intensity.Bounds.Best, partial.Grid.Scope));
        Assert.Contains(partial.Warnings, warning => warning.Code == "intensity-history-partial" && warning.Text.Contains("80 %", StringComparison.Ordinal));

        var whole = Factors(record, Hours(0, [70, 20], IntensityScope.Consumption));
        Assert.Equal(((4 * 70) + 20) / 5.0, whole.Grid.Intensity.Bounds.Best, 1e-9);
        Assert.Equal(IntensityScope.Consumption, whole.Grid.Scope);
        Assert.Empty(whole.Warnings);
    }

    [Fact]
    public void A_short_hole_in_a_history_of_another_method_has_the_mean_of_the_rest()
    {
        double[] joules = [.. Enumerable.Repeat(1e6, 40)];
        var factors = Factors(Run(joules), Hours(0, [.. Enumerable.Range(0, 9).Select(hour => (double?)(10 * hour)), 0, null], IntensityScope.Consumption),
            Hours(9, [null], IntensityScope.Consumption));
        Assert.Equal(36, factors.Grid.Intensity.Bounds.Best, 1e-9);

        var hole = Factors(Run([.. joules, 1e6]), Hours(0, [.. Enumerable.Range(0, 10).Select(hour => (double?)(10 * hour))], IntensityScope.Consumption));
        // 40 of 41 quarter hours are observed, with a mean of 45.
        Assert.Equal(45, hole.Grid.Intensity.Bounds.Best, 1e-9);
    }

    [Fact]
    public void A_later_series_of_the_same_method_replaces_an_earlier_one_hour_by_hour() =>
        Assert.Equal(25, Factors(Run(1e6, 0, 0, 0, 1e6), Hours(0, [40, 30]), Hours(0, [20, null])).Grid.Intensity.Bounds.Best, 1e-9);

    [Fact]
    public void A_marginal_intensity_or_a_forecast_is_not_accounted_with()
    {
        var record = Run(1e6);

        Assert.Null(Factors(record, Hours(0, [70], kind: IntensityKind.Marginal), Hours(0, [70], signal: IntensitySignal.Forecast)).Grid.Spans);
    }

    [Fact]
    public void An_intensity_that_the_user_gave_and_a_guessed_zone_stay_as_they_are()
    {
        var series = Hours(0, [70]);

        Assert.Equal(56, Factors(Run(new Place("FR", IntensityGramsPerKwh: 56), [1e6]), series).Grid.Intensity.Bounds.Best);
        Assert.Null(Factors(Run(new Place("FR", How: PlaceOrigin.TimeZone), [1e6]), series).Grid.Spans);
    }

    [Fact]
    public void A_region_has_the_hours_of_its_country()
    {
        // europe-west9 is in Paris; its annual mean is the provider's, so the history must cover the run.
        var factors = Factors(Run(new Place(Region: "gcp:europe-west9", How: PlaceOrigin.Given), [1e6, 1e6]), Hours(0, [70]));

        Assert.Equal((70.0, "FR", IntensityBasis.Lifecycle), (factors.Grid.Intensity.Bounds.Best, factors.Grid.Zone, factors.Grid.Basis));
    }

    [Fact]
    public void The_bounds_are_narrower_than_those_of_an_annual_mean_and_hold_the_value()
    {
        var record = Run(1e6, 1e6);
        var (annual, observed) = (FactorSelector.SelectFactors(record, null).Grid.Intensity.Bounds, Factors(record, Hours(0, [70])).Grid.Intensity.Bounds);

        Assert.True(observed.Low < 70 && observed.High > 70);
        Assert.True(observed.High / observed.Best < annual.High / annual.Best);
    }

    [Fact]
    public void An_intensity_of_zero_is_an_intensity()
    {
        var factors = Factors(Run(1e6, 1e6), Hours(0, [0]));

        Assert.Equal(0, factors.Grid.Intensity.Bounds.Best);
        Assert.True(factors.Grid.Intensity.Bounds.High > 0);
    }

    [Fact]
    public void A_run_without_energy_keeps_the_annual_mean() => Assert.Null(Factors(Run(0, 0), Hours(0, [70])).Grid.Spans);
}
