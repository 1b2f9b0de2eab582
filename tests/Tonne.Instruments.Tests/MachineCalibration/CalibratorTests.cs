using Tonne.Instruments.MachineCalibration;

namespace Tonne.Instruments.Tests.MachineCalibration;

public class CalibratorTests
{
    [Fact]
    public async Task Ten_minutes_beside_a_plug_find_idle_full_load_and_everything_else()
    {
        var time = new LeapingTime();
        using var machine = new KnownMachine(time, new Random(1));
        using var discovery = machine.Discovery();
        var calibrator = new Calibrator(discovery, time, machine.Work);
        var reported = new List<CalibrationLevel>();
        var begin = time.GetTimestamp();

        var blocks = await calibrator.RunAsync(KnownMachine.TenMinutes, (level, _, read) => reported.AddRange(read is null ? [level] : []), TestContext.Current.CancellationToken);
        var made = calibrator.CreateCalibration(blocks, "the test's plug", new Tonne.Quantities.Bounds(0.99, 1, 1.01));

        // 10·1.3 + 25 = 38 W idle, 70·1.3 + 25 = 116 W at full load.
        KnownMachine.AssertHolds(made.Idle, 38, "idle");
        KnownMachine.AssertHolds(made.Full, 116, "full");
        Assert.InRange(made.Full.High / made.Full.Low, 1, 1.06);
        // other = 25 + 0.3 · packages: 2.8 of them idle, 0.657 at full load, 0.925 at half.
        KnownMachine.AssertHolds(made.OtherFraction!.Value, 2.8, "k idle");
        KnownMachine.AssertHolds(made.OtherFraction.Value, 0.657, "k full");
        Assert.Equal(0.925, made.OtherFraction.Value.Best, 0.03);
        Assert.Equal(25, made.OtherConstantWatts!.Value, 1.0);
        Assert.Equal(0.3, made.OtherPerMeteredWatt!.Value, 0.03);
        KnownMachine.AssertHolds(made.PackageIdle!.Value, 10.6, "packages, with 1 % of background");
        Assert.Equal([CalibrationLevel.Idle, CalibrationLevel.Full, CalibrationLevel.Half, CalibrationLevel.Idle, CalibrationLevel.Full, CalibrationLevel.Half], reported);
        Assert.Equal(600, (time.GetTimestamp() - begin) / 1e7, 1.0);
        Assert.Equal(24, blocks.Count);
    }

    [Fact]
    public async Task The_intervals_of_a_hundred_calibrations_hold_the_truth()
    {
        var random = new Random(42);
        var (idle, full) = (0, 0);
        for (var round = 0; round < 100; round++)
        {
            var time = new LeapingTime();
            // The plug itself is off by up to 1 %, as it says: a rectangular error, so that 95 % of it is within its bounds.
            var off = 1 + (0.01 * ((2 * random.NextDouble()) - 1));
            using var machine = new KnownMachine(time, random) { Metered = false, PackageIdle = 4 + (40 * random.NextDouble()), PackageSpan = 30 + (300 * random.NextDouble()), Noise = 0.2 + (2 * random.NextDouble()), Background = 0.02 * random.NextDouble() };
            using var discovery = machine.Discovery();
            var calibrator = new Calibrator(discovery, time, machine.Work);
            var blocks = await calibrator.RunAsync(CalibrationPlan.Quick, static (_, _, _) => { }, TestContext.Current.CancellationToken);
            var made = calibrator.CreateCalibration([.. blocks.Select(block => block with { PlugWatts = block.PlugWatts * off })], "plug", new Tonne.Quantities.Bounds(0.99, 1, 1.01));
            idle += made.Idle.Low <= machine.PlugAt(0) && machine.PlugAt(0) <= made.Idle.High ? 1 : 0;
            full += made.Full.Low <= machine.PlugAt(1) && machine.PlugAt(1) <= made.Full.High ? 1 : 0;
        }

        // Of 100 intervals of 95 %, fewer than 90 would be a hit of chance in 1 of 87 (binomial tail 0.0115).
        Assert.InRange(idle, 90, 100);
        Assert.InRange(full, 90, 100);
    }

    [Fact]
    public async Task A_plug_that_reports_nothing_is_an_error_that_names_it()
    {
        var time = new LeapingTime();
        using var machine = new KnownMachine(time, new Random(1)) { Silent = true };
        using var discovery = machine.Discovery();

        var error = await Assert.ThrowsAsync<CalibrationFailedException>(() => new Calibrator(discovery, time, machine.Work).RunAsync(CalibrationPlan.Quick, static (_, _, _) => { }, TestContext.Current.CancellationToken));

        Assert.Contains("no route to host", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task How_busy_the_machine_is_is_reported_before_calibration_begins()
    {
        var time = new LeapingTime();
        using var machine = new KnownMachine(time, new Random(1)) { Background = 0.37 };
        using var discovery = machine.Discovery();
        var calibrator = new Calibrator(discovery, time, machine.Work);

        var (load, _) = await calibrator.MeasureLoadAsync(TimeSpan.FromSeconds(3), TestContext.Current.CancellationToken);

        Assert.Equal(0.37, load, 1e-6);
        Assert.True(load > calibrator.DefaultMaxIdleLoad);
        Assert.Equal(0.3 / 8, calibrator.DefaultMaxIdleLoad);
    }

    [Fact]
    public async Task A_person_reads_the_plug_while_the_level_is_held()
    {
        var time = new LeapingTime();
        using var machine = new KnownMachine(time, new Random(1));
        using var discovery = machine.Discovery();
        var calibrator = new Calibrator(discovery, time, machine.Work);
        using var hold = new ManualResetEventSlim();

        var idle = await calibrator.ReadManuallyAsync(CalibrationLevel.Idle, TimeSpan.FromMinutes(1), () => [38.1, 38.4], TestContext.Current.CancellationToken);
        var full = await calibrator.ReadManuallyAsync(CalibrationLevel.Full, TimeSpan.FromMinutes(1), () => [115.8, 116.4], TestContext.Current.CancellationToken);
        var made = calibrator.CreateCalibration([.. idle, .. full], "read off", new Tonne.Quantities.Bounds(0.97, 1, 1.03));

        KnownMachine.AssertHolds(made.Idle, 38, "idle");
        KnownMachine.AssertHolds(made.Full, 116, "full");
        Assert.Equal(1, full[0].Load, 0.001);
    }

    [Fact]
    public void The_loop_keeps_threads_at_work_and_ends()
    {
        using var loop = new BusyLoop(2);

        loop.Dispose();

        // 1 · 0.999999999 + 1e-9 stays 1 in every element of eight vectors.
        Assert.Equal(8 * System.Numerics.Vector<double>.Count, loop.Sum, 0.001);
    }
}
