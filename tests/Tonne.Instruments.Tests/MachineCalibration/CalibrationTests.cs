using Tonne.Instruments.MachineCalibration;
using Tonne.Instruments.Machines;
using Tonne.Quantities;

namespace Tonne.Instruments.Tests.MachineCalibration;

public sealed class CalibrationTests : IDisposable
{
    readonly TreeOnDisk _disk = new();

    static Calibration Made(CalibratedMachine machine) => new("CALIBRATION-20261122T093000-00ff", new(2026, 11, 22, 9, 30, 0, TimeSpan.Zero), machine, "a test's plug", new Bounds(40, 42, 44), new Bounds(110, 118, 130));

    TreeOnDisk Laptop(long kilobytes = 16_000_000) => _disk
        .With("proc/cpuinfo", string.Concat(Enumerable.Range(0, 8).Select(i => $"processor\t: {i}\nvendor_id\t: GenuineIntel\ncpu family\t: 6\nmodel\t\t: 142\nmodel name\t: Intel(R) Core(TM) i7-8650U CPU @ 1.90GHz\nstepping\t: 10\nphysical id\t: 0\nsiblings\t: 8\ncpu cores\t: 4\nflags\t\t: fpu\n\n")))
        .With("proc/meminfo", $"MemTotal:       {kilobytes} kB\n")
        .With("proc/stat", "cpu  100 0 0 900 0 0 0 0 0 0\n")
        .With("sys/class/dmi/id/chassis_type", "10\n");

    [Fact]
    public void The_calibrated_machine_draws_what_was_read_whatever_the_catalog_says()
    {
        using var plain = MachineDiscovery.Discover(Laptop().Tree);
        using var found = MachineDiscovery.Discover(_disk.Tree, new DiscoveryOptions { Calibrations = [Made(CalibratedMachine.FromMachine(plain.Machine))] });

        Assert.NotEqual(42, plain.Power.ComputeWatts(0), 0.5);
        Assert.Equal(42, found.Power.ComputeWatts(0), 1e-9);
        Assert.Equal(118, found.Power.ComputeWatts(8), 1e-9);
        Assert.Equal(80, found.Power.ComputeWatts(4), 1e-9);
        // And so do the parts that a run is charged by.
        Assert.Equal(42, Parts(found, 0), 1e-9);
        Assert.Equal(118, Parts(found, 8), 1e-9);
        Assert.Contains("calibration of this machine on 2026-11-22 with a test's plug: 42 W idle, 118 W at full load", found.Bases[0].Why, StringComparison.Ordinal);
        Assert.Empty(found.Warnings);
    }

    [Fact]
    public void Memory_never_outweighs_a_calibrated_machine()
    {
        // A frugal laptop: 5 W idle. 64 GB of unknown memory would be 12 W in the catalog.
        using var plain = MachineDiscovery.Discover(Laptop(64_000_000).Tree);
        var frugal = Made(CalibratedMachine.FromMachine(plain.Machine)) with { Idle = new Bounds(4.8, 5, 5.2), Full = new Bounds(28, 30, 33) };
        using var found = MachineDiscovery.Discover(_disk.Tree, new DiscoveryOptions { Calibrations = [frugal] });

        Assert.Equal(5, Parts(found, 0), 1e-9);
        Assert.Equal(30, Parts(found, 8), 1e-9);
        Assert.Equal("calibration/memory-w-per-gb/CALIBRATION-20261122T093000-00ff", found.Power.MemoryWattsPerGigabyte.Id);
    }

    [Fact]
    public void Every_factor_of_a_calibration_names_it()
    {
        var made = Made(new CalibratedMachine("x", 8, 0, [])) with { OtherFraction = new Bounds(0.6, 0.9, 2), PackageIdle = new Bounds(9, 10, 11) };
        using var plain = MachineDiscovery.Discover(Laptop().Tree);
        var power = made.ApplyTo(plain.Power);

        foreach (var factor in new[] { power.Cpu.IdleWattsPerThread, power.Cpu.FullWattsPerThread, power.OtherFraction, made.PackageIdlePower! })
        {
            Assert.StartsWith("calibration/", factor.Id, StringComparison.Ordinal);
            Assert.Equal("calibration of this machine on 2026-11-22 with a test's plug", factor.Source.Title);
            Assert.Equal(Quality.Measured, factor.Quality);
        }
    }

    [Theory]
    [InlineData("AMD EPYC", 8, 16, "processor")]
    [InlineData("Intel(R) Core(TM) i7-8650U CPU @ 1.90GHz", 4, 16, "hardware threads")]
    [InlineData("Intel(R) Core(TM) i7-8650U CPU @ 1.90GHz", 8, 32, "memory")]
    public void The_calibration_of_another_machine_is_not_used_and_a_warning_reports_it(string cpu, int threads, long gigabytes, string what)
    {
        using var plain = MachineDiscovery.Discover(Laptop().Tree);
        using var found = MachineDiscovery.Discover(_disk.Tree, new DiscoveryOptions { Calibrations = [Made(new CalibratedMachine(cpu, threads, gigabytes * 1_024_000_000, []))] });

        Assert.Equal(plain.Power.ComputeWatts(3), found.Power.ComputeWatts(3));
        var warning = Assert.Single(found.Warnings, warning => warning.Code == "calibration-of-another-machine");
        Assert.Contains(what, warning.Text, StringComparison.Ordinal);
    }

    [Fact]
    public void The_newest_calibration_of_this_machine_is_used_and_none_is_lost()
    {
        using var plain = MachineDiscovery.Discover(Laptop().Tree);
        var here = CalibratedMachine.FromMachine(plain.Machine);
        var path = Path.Combine(_disk.Root, "config", "calibrations.json");

        CalibrationStore.Add(path, Made(here));
        CalibrationStore.Add(path, Made(here) with { Id = "second", Idle = new Bounds(49, 50, 51), Blocks = [new CalibrationBlock(CalibrationLevel.Half, 1, 0.5, 80.5, 40, 30)] });
        CalibrationStore.Add(path, Made(here with { Threads = 64 }) with { Id = "another machine of the same home" });
        var all = CalibrationStore.Read(path);

        Assert.Equal(["CALIBRATION-20261122T093000-00ff", "second", "another machine of the same home"], all.Select(one => one.Id));
        Assert.Equal("second", CalibrationStore.FindFor(all, plain.Machine, out var warning)?.Id);
        Assert.Null(warning);
        Assert.Equal(new CalibrationBlock(CalibrationLevel.Half, 1, 0.5, 80.5, 40, 30), all[1].Blocks[0]);
        Assert.Equal((new Bounds(40, 42, 44), new Bounds(110, 118, 130)), (all[0].Idle, all[0].Full));
    }

    [Fact]
    public void A_file_that_is_none_of_calibrations_is_refused_and_left_as_it_is()
    {
        var path = Path.Combine(_disk.Root, "calibrations.json");
        CalibrationStore.Add(path, Made(new CalibratedMachine("x", 8, 16, [])));
        var good = File.ReadAllText(path);
        var random = new Random(5);
        for (var round = 0; round < 500; round++)
        {
            var bytes = System.Text.Encoding.UTF8.GetBytes(good);
            for (var i = 0; i <= random.Next(4); i++)
                bytes[random.Next(bytes.Length)] = (byte)random.Next(256);
            var text = random.Next(3) == 0 ? bytes[..random.Next(bytes.Length)] : bytes;
            File.WriteAllBytes(path, text);
            try
            {
                Assert.All(CalibrationStore.Read(path), one => Assert.True(one.Idle.Best > 0 && one.Full.Best > one.Idle.Best && one.Machine.Threads > 0));
            }
            catch (FormatException error)
            {
                Assert.Contains(path, error.Message, StringComparison.Ordinal);
                Assert.Throws<FormatException>(() => CalibrationStore.Add(path, Made(new CalibratedMachine("x", 8, 16, []))));
                Assert.Equal(text, File.ReadAllBytes(path));
            }
        }
    }

    public void Dispose() => _disk.Dispose();

    /// <summary>Sum of the rates of a machine with so many busy threads, W.</summary>
    static double Parts(DiscoveryResult found, double busy)
    {
        var held = found.Power.MemoryBytes / 1e9;
        return ((found.Power.Threads - busy) * (Rate("cpu/idle") + Rate("other/cpu-idle"))) + (busy * (Rate("cpu/busy") + Rate("other/cpu-busy"))) + (held * (Rate("memory/held") + Rate("other/memory-held")));

        double Rate(string id) => found.Rates.Single(rate => rate.Id == id).Derivation.Value;
    }
}
