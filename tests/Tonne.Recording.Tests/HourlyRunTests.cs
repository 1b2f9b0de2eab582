using Tonne.Grids;
using Tonne.Quantities;
using Tonne.Recording.Replaying;
using Tonne.Runs;
using Tonne.Tests;

namespace Tonne.Recording.Tests;

/// <summary>A recorded run by the hour: stages by their own hours, and the figures so far are those of the end.</summary>
public class HourlyRunTests
{
    static readonly DateTimeOffset _noon = new(2026, 3, 1, 12, 0, 0, TimeSpan.Zero);

    readonly HandTime _time = new(_noon);

    // 12 W of which 2 W idle, one of two threads busy: 11 W. 100 g/kWh in the first hour, 300 g/kWh in the second.
    static RecordingOptions Options => new()
    {
        Place = new Place("FR", Pue: 1.5, How: PlaceOrigin.Given),
        Intensities = new IntensitySeriesSet(
        [
            new IntensitySeries(ZoneCatalog.Find("FR").ValueOrThrow, _noon, [CarbonIntensity.FromGramsPerKilowattHour(100), CarbonIntensity.FromGramsPerKilowattHour(300)], new Source("TEST", "Test")),
        ]),
    };

    [Fact]
    public async Task Stages_have_their_own_hours_and_sum_to_the_run()
    {
        var recorder = new RunRecorder(_ => new ReplayJob(12, 2, 2, 1), new MemoryRunSink(), Options, _time);
        await using var run = await recorder.StartAsync("hours", TestContext.Current.CancellationToken);
        using (run.Stage("first"))
            Advance(30);
        using (run.Stage("both"))
            Advance(60);
        Advance(10);
        var footprint = (await run.FinishAsync(TestContext.Current.CancellationToken)).Footprint;

        // 11 W × h ÷ 1000 × 1.5 × g ÷ 1000.
        double Kilograms(double minutesOfFirst, double minutesOfSecond) => 11 / 1000d / 60 * 1.5 * ((minutesOfFirst * 100) + (minutesOfSecond * 300)) / 1000;
        Assert.Equal(["first", "both", StageRecord.Outside], footprint.Stages.Select(stage => stage.Name));
        Assert.Equal(Kilograms(30, 0), footprint.Stages[0].Emissions.Value, 1e-9);
        Assert.Equal(Kilograms(30, 30), footprint.Stages[1].Emissions.Value, 1e-9);
        Assert.Equal(Kilograms(0, 10), footprint.Stages[2].Emissions.Value, 1e-9);
        Assert.Equal(footprint.Operational.Value, footprint.Stages.Sum(stage => stage.Emissions.Value), footprint.Operational.Value * 1e-9);
    }

    [Fact]
    public async Task The_figures_so_far_are_those_of_the_end()
    {
        var recorder = new RunRecorder(_ => new ReplayJob(12, 2, 2, 1), new MemoryRunSink(), Options, _time);
        await using var run = await recorder.StartAsync("hours", TestContext.Current.CancellationToken);
        Advance(60);
        var half = run.AccountSoFar().Footprint;
        Advance(45);
        var last = run.AccountSoFar().Footprint;
        var end = (await run.FinishAsync(TestContext.Current.CancellationToken)).Footprint;

        Assert.Equal(100, half.Factors.Grid.Intensity.Bounds.Best, 1e-6);
        Assert.Equal(end.Operational.Bounds, last.Operational.Bounds);
        Assert.Equal(end.Factors.Grid.Intensity, last.Factors.Grid.Intensity);
        Assert.Equal(((60 * 100) + (45 * 300)) / 105d, end.Factors.Grid.Intensity.Bounds.Best, 1e-6);
    }

    void Advance(int minutes)
    {
        for (var i = 0; i < minutes; i++)
            _time.Advance(TimeSpan.FromMinutes(1));
    }
}
