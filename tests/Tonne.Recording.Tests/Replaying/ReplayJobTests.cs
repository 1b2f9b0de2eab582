using Tonne.Recording.Replaying;
using Tonne.Runs;
using Tonne.Tests;

namespace Tonne.Recording.Tests.Replaying;

/// <summary>What a program's own tests see: energies by arithmetic, on a clock moved by hand.</summary>
public class ReplayJobTests
{
    readonly HandTime _time = new();

    [Theory]
    // P = W − W0 + W0 · busy ÷ threads; for 100 s.
    [InlineData(12, 2, 2, 1, 1_100)]
    [InlineData(12, 2, 2, 2, 1_200)]
    [InlineData(100, 0, 8, 4, 10_000)]
    public async Task The_energy_of_a_run_is_its_power_times_the_time(double watts, double idle, int threads, double busy, double joules)
    {
        var options = new RecordingOptions { Place = new Place("FR", Pue: 1.5) };
        var recorder = new RunRecorder(_ => new ReplayJob(watts, idle, threads, busy), new MemoryRunSink(), options, _time);

        await using var run = await recorder.StartAsync("replayed", TestContext.Current.CancellationToken);
        using (run.Stage("train", 10, 2))
            _time.Advance(TimeSpan.FromSeconds(25));
        _time.Advance(TimeSpan.FromSeconds(75));
        var result = await run.FinishAsync(TestContext.Current.CancellationToken);

        Assert.Equal(joules / 3.6e6, result.Footprint.Energy.Bounds.Best, 1e-12);
        Assert.Equal(joules * 1.5 / 3.6e6, result.Footprint.FacilityEnergy.Bounds.Best, 1e-12);
        Assert.Equal(joules / 4 * 1e6, Assert.Single(result.Record.Stages, stage => stage.Name == "train").Energy.Sum(use => use.Microjoules), 1.0);
    }

    [Fact]
    public async Task A_run_that_has_just_begun_already_has_figures()
    {
        var recorder = new RunRecorder(_ => new ReplayJob(), new MemoryRunSink(), time: _time);
        await using var run = await recorder.StartAsync("young", TestContext.Current.CancellationToken);

        Assert.Equal(0, run.AccountSoFar().Footprint.Energy.Bounds.Best);
        _time.Advance(TimeSpan.FromMilliseconds(1));

        // 11 W for a millisecond, although marks take no second sample within 20 ms.
        var (record, footprint) = run.AccountSoFar();
        Assert.Equal(0.011 / 3.6e6, footprint.Energy.Bounds.Best, 1e-15);
        Assert.Equal(12_000, Assert.Single(record.Components).MachineMicrojoules);
    }

    [Theory]
    [InlineData(2, 2, 2, 1)]
    [InlineData(double.NaN, 2, 2, 1)]
    [InlineData(12, -1, 2, 1)]
    [InlineData(12, 2, 0, 1)]
    [InlineData(12, 2, 2, 2.5)]
    [InlineData(12, 2, 2, 0)]
    public void A_machine_that_cannot_be_is_refused(double watts, double idle, int threads, double busy) =>
        Assert.Throws<ArgumentOutOfRangeException>(() => new ReplayJob(watts, idle, threads, busy));
}
