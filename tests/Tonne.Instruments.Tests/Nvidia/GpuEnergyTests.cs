using System.Text;
using Tonne.Hardware;
using Tonne.Instruments.Files;
using Tonne.Instruments.Machines;
using Tonne.Instruments.Nvidia;
using Tonne.Recording.Metering;
using Tonne.Runs;

namespace Tonne.Instruments.Tests.Nvidia;

public class GpuEnergyTests
{
    /// <summary>Samples at uneven times; what the counter's own track makes of it, in J.</summary>
    static double Counted(ScriptedGpus machine, NvidiaMeters gpus, IEnumerable<double> times, string id = "nvml:gpu-0")
    {
        var meter = gpus.Meters.Single(meter => meter.Description.Id == id);
        var track = new CounterTracker(meter.Description);
        var joules = 0d;
        foreach (var time in times)
        {
            var timestamp = machine.At(time);
            var reading = meter.Read(timestamp);
            Assert.False(reading.IsGap, reading.Reason);
            var step = track.AddValue(reading.Value, timestamp);
            Assert.True(step.Outcome is CounterOutcome.First or CounterOutcome.Counted, $"{step.Outcome} at {time} s");
            joules += step.Amount / 1e6;
        }

        return joules;
    }

    [Theory]
    [InlineData(20, 7)]
    [InlineData(50, 31)]
    [InlineData(100, 99)]
    public void The_energy_counter_is_exact_to_one_refresh(int refresh, int phase)
    {
        var random = new Random(refresh);
        var script = new StringBuilder($"gpu\nlimit 700\nrefresh {refresh} {phase}\nstart 123456789\n");
        for (var (time, high) = (0d, false); time < 30; high = !high)
        {
            script.Append($"power {ScriptedGpus.Seconds(time)} {(high ? 700 : 90)}\n");
            time += 0.005 * Math.Pow(1000, random.NextDouble());
        }

        using var machine = new ScriptedGpus(script.ToString());
        // Between 2 ms and 0.4 s apart: a mark may follow a sample at once.
        var times = new List<double> { 0.321 };
        while (times[^1] < 25)
            times.Add(Math.Round(times[^1] + (random.Next(4) == 0 ? 0.002 : 0.4 * random.NextDouble()), 6));

        var joules = Counted(machine, machine.Find(), times);

        // The counter reports whole mJ of the last refresh: at either end it lags by at most one, at no more than 700 W.
        Assert.InRange(joules - machine.Joules(times[0], times[^1]), -0.7 * refresh, 0.7 * refresh);
        Assert.True(machine.Joules(times[0], times[^1]) > 3000);
    }

    // codecarbon#1316: a card older than Volta has no energy counter, and 0 kWh was reported.
    [Fact]
    public void A_card_without_an_energy_counter_is_integrated_from_its_power_and_never_zero()
    {
        using var machine = new ScriptedGpus("gpu\nname Tesla P100-PCIE-16GB\narch 4\nlimit 250\ncounter none\nsensor usage\naverage 0\npower 0 31.5\npower 2 240\n");

        var gpus = machine.Find();

        var power = gpus.Meters.Single(meter => meter.Description.Kind == MeterKind.Power);
        Assert.Equal(("nvml:gpu-0/power", MeterRole.Machine), (power.Description.Id, power.Description.Role));
        Assert.Equal(Reading.FromValue(31_500), power.Read(machine.At(1)));
        Assert.Equal(Reading.FromValue(240_000), power.Read(machine.At(3)));
        var part = Assert.Single(gpus.Parts);
        Assert.Equal(["nvml:gpu-0/power"], part.Meters);
        Assert.Equal("Tesla P100-PCIE-16GB", part.Name);
        Assert.Contains("no energy counter", Assert.Single(gpus.Missing).Reason);
        Assert.Contains(gpus.Warnings, warning => warning.Code == "gpu-power-integrated");
        Assert.DoesNotContain(gpus.Meters, meter => meter.Description.Kind == MeterKind.EnergyCounter);
    }

    // codecarbon#1316: a virtual GPU whose counter is there, answers well, and stands at 0.
    [Fact]
    public void A_virtual_GPU_whose_counter_stands_at_zero_is_not_taken_for_one_that_uses_nothing()
    {
        using var machine = new ScriptedGpus("gpu\nname NVIDIA A40-8Q\narch 7\ncounter zero\npower 0 60\n");

        var gpus = machine.Find();

        Assert.Equal(["nvml:gpu-0/power"], Assert.Single(gpus.Parts).Meters);
        Assert.Contains("stands at 0", Assert.Single(gpus.Missing).Reason);
    }

    [Fact]
    public void A_card_with_neither_counter_nor_power_is_modelled_by_the_time_it_works()
    {
        using var machine = new ScriptedGpus("gpu\nname GRID T4-16Q\narch 6\ncounter none\nsensor none\nprocess 10 0 inf 75\n");

        var gpus = machine.Find();
        gpus.TrackJob(new ScriptedGpus.Job(10));
        machine.Sample(gpus, 1);
        var after = machine.Sample(gpus, 5);

        var part = Assert.Single(gpus.Parts);
        Assert.Empty(part.Meters);
        Assert.Null(part.Accuracy);
        Assert.Equal("GRID T4-16Q", part.Name);
        Assert.Contains("modelled by the time", Assert.Single(gpus.Missing).Reason);
        Assert.Equal(Reading.FromValue(3_000_000_000), after["nvml:gpu-0/time"]);
        Assert.Equal(Reading.FromValue(3_000_000_000), after["nvml:gpu-0/job-time"]);
    }

    [Fact]
    public void A_card_that_reports_nothing_at_all_is_unmeasured_with_a_warning()
    {
        using var machine = new ScriptedGpus("gpu\nname Quadro K620\ncounter none\nsensor none\nrates none\nper-process none\n");

        var gpus = machine.Find();

        Assert.Empty(gpus.Parts);
        Assert.Contains("unmeasured", Assert.Single(gpus.Missing).Reason);
        Assert.Contains(gpus.Warnings, warning => warning.Code == "gpu-unmeasured");
        Assert.DoesNotContain(gpus.Meters, meter => meter.Description.Kind is MeterKind.EnergyCounter or MeterKind.Power);
    }

    [Fact]
    public void A_run_shorter_than_one_refresh_is_below_resolution_and_not_zero()
    {
        using var machine = new ScriptedGpus("gpu\nrefresh 100 0\npower 0 400\n");
        var gpus = machine.Find();
        Assert.False(machine.Sample(gpus, 1.01)["nvml:gpu-0"].IsGap);
        Assert.False(machine.Sample(gpus, 1.04)["nvml:gpu-0"].IsGap);

        gpus.PrepareFinalSample();
        var last = machine.Sample(gpus, 1.09)["nvml:gpu-0"];

        Assert.Contains("below resolution", last.Reason);
        var warning = Assert.Single(gpus.GetFinalWarnings(), warning => warning.Code == "below-resolution");
        Assert.Contains("not zero", warning.Text);
    }

    [Fact]
    public void A_run_of_one_refresh_is_measured()
    {
        using var machine = new ScriptedGpus("gpu\nrefresh 100 0\npower 0 400\n");
        var gpus = machine.Find();
        var first = machine.Sample(gpus, 1.01)["nvml:gpu-0"];

        gpus.PrepareFinalSample();
        var last = machine.Sample(gpus, 1.15)["nvml:gpu-0"];

        Assert.Equal(40_000_000, last.Value - first.Value);
        Assert.Empty(gpus.GetFinalWarnings());
    }

    [Fact]
    public void A_GPU_that_is_lost_half_way_is_a_gap_and_is_asked_nothing_more()
    {
        using var machine = new ScriptedGpus("gpu\npower 0 300\nprocess 10 0 inf 90\ncode * 5 inf 15\ngpu\npower 0 100\n");
        var gpus = machine.Find();
        Assert.All(machine.Sample(gpus, 4).Values, reading => Assert.False(reading.IsGap));

        var lost = machine.Sample(gpus, 6);
        var asked = machine.Calls();
        for (var second = 7; second < 100; second++)
            lost = machine.Sample(gpus, second);

        Assert.All(lost.Where(pair => pair.Key.StartsWith("nvml:gpu-0", StringComparison.Ordinal)), pair => Assert.Equal("the GPU has fallen off the bus", pair.Value.Reason));
        Assert.All(lost.Where(pair => pair.Key.StartsWith("nvml:gpu-1", StringComparison.Ordinal)), pair => Assert.False(pair.Value.IsGap));
        Assert.Contains(gpus.GetFinalWarnings(), warning => warning.Code == "gpu-lost");
        // The other one is asked six questions a second: energy, power, two lists, two of use.
        Assert.InRange(machine.Calls() - asked, 1, 93 * 6);
    }

    [Fact]
    public void A_driver_that_does_not_answer_for_a_while_is_asked_less_and_less_and_counts_on()
    {
        using var machine = new ScriptedGpus("gpu\npower 0 300\ncode nvmlDeviceGetTotalEnergyConsumption 5 20 999\n");
        var gpus = machine.Find();
        var before = machine.Sample(gpus, 4.95)["nvml:gpu-0"];
        var asked = machine.Calls("nvmlDeviceGetTotalEnergyConsumption");

        for (var tenth = 50; tenth < 200; tenth++)
            Assert.Equal("the driver gives no reason", machine.Sample(gpus, tenth / 10.0)["nvml:gpu-0"].Reason);
        // At 5, 6, 8 and 12 s; next at 20 s.
        Assert.Equal(4, machine.Calls("nvmlDeviceGetTotalEnergyConsumption") - asked);

        var after = machine.Sample(gpus, 20.05)["nvml:gpu-0"];
        Assert.InRange((after.Value - before.Value) / 1e6, 300 * 15, 300 * 15.2);
    }

    // zeus#181: 187 J by the counter, 327 J by the power, over 5 s at idle.
    [Fact]
    public void A_counter_and_a_power_that_disagree_are_both_reported()
    {
        using var machine = new ScriptedGpus("gpu\nname NVIDIA GeForce RTX 3090\narch 8\npower 0 65.4\nbias 0.5719\n");
        var gpus = machine.Find();
        for (var second = 1; second <= 6; second++)
            machine.Sample(gpus, second);

        var warning = Assert.Single(gpus.GetFinalWarnings(), warning => warning.Code == "gpu-views-disagree");

        Assert.Contains("187.0 J", warning.Text);
        Assert.Contains("327.0 J", warning.Text);
        Assert.Contains("nvml:gpu-0/power", warning.Text);
        Assert.Equal(["nvml:gpu-0"], Assert.Single(gpus.Parts).Meters);
    }

    [Fact]
    public void Bursts_seen_by_chance_are_no_disagreement()
    {
        // At work for 0.3 of every 1.1 s: a power read once a second finds it by chance, the counter always.
        using var machine = new ScriptedGpus("gpu\nbursts 0 60 1.1 0.3 650 80\n");
        var gpus = machine.Find();
        for (var second = 1; second <= 50; second++)
            machine.Sample(gpus, second);

        Assert.DoesNotContain(gpus.GetFinalWarnings(), warning => warning.Code == "gpu-views-disagree");
    }

    [Fact]
    public void The_power_beside_a_counter_is_shown_and_never_added()
    {
        using var machine = new ScriptedGpus("gpu\npower 0 250\n");
        var gpus = machine.Find();

        var readings = machine.Sample(gpus, 2);

        Assert.Equal(Reading.FromValue(250_000), readings["nvml:gpu-0/power"]);
        Assert.Equal(MeterRole.Contained, gpus.Meters.Single(meter => meter.Description.Id == "nvml:gpu-0/power").Description.Role);
    }

    [Fact]
    public void The_power_of_a_whole_module_is_taken_where_the_GPU_has_none_and_it_is_said()
    {
        using var machine = new ScriptedGpus("gpu\nname NVIDIA GH200 480GB\ncounter none\nscope 1\npower 0 500\n");

        var gpus = machine.Find();

        Assert.Equal(Reading.FromValue(500_000), gpus.Meters[0].Read(machine.At(1)));
        Assert.Contains(gpus.Warnings, warning => warning.Code == "gpu-power-of-module");
    }

    [Fact]
    public void A_power_that_is_a_mean_of_a_second_is_said_to_be_one()
    {
        using var machine = new ScriptedGpus("gpu\nname NVIDIA RTX A4000\narch 8\ncounter none\nsensor usage\naverage 1\nlimit 140\nrefresh 20\npower 0 20\npower 10 120\n");

        var gpus = machine.Find();

        // Half a second into the step the mean of the last second is half way.
        Assert.InRange(gpus.Meters[0].Read(machine.At(10.5)).Value, 68_000, 70_000);
        Assert.Contains(gpus.Warnings, warning => warning.Code == "gpu-power-averaged");
    }

    // kepler#897: 9.2e14 J. A number that no card can show is a gap.
    [Fact]
    public void A_power_beyond_the_cards_means_is_a_gap()
    {
        using var machine = new ScriptedGpus("gpu\ncounter none\nlimit 300\npower 0 100\npower 5 4294967\npower 10 0\n");
        var gpus = machine.Find();

        Assert.Equal(600, gpus.Meters[0].Description.CeilingWatts);
        Assert.False(gpus.Meters[0].Read(machine.At(4)).IsGap);
        Assert.Contains("cannot be", gpus.Meters[0].Read(machine.At(6)).Reason);
        Assert.Contains("0 W", gpus.Meters[0].Read(machine.At(11)).Reason);
    }

    [Fact]
    public void Every_device_is_a_part_with_its_name_and_counters_come_before_the_rest()
    {
        using var machine = new ScriptedGpus("gpu\nname NVIDIA A100-SXM4-80GB\narch 7\npower 0 60\ngpu\nname NVIDIA L4\narch 8\nlimit 72\npower 0 20\n");

        var gpus = machine.Find();

        Assert.Equal(["0", "1"], gpus.Parts.Select(part => part.Device));
        Assert.All(gpus.Parts, part => Assert.Equal(Component.Gpu, part.Component));
        Assert.Equal(["NVIDIA A100-SXM4-80GB", "NVIDIA L4"], gpus.Parts.Select(part => part.Name));
        Assert.Equal(["nvml:gpu-0", "nvml:gpu-1", "nvml:gpu-0/power", "nvml:gpu-1/power"], gpus.Meters.Take(4).Select(meter => meter.Description.Id));
        // Yang et al., SC24: the A100's sensor looks for a quarter of the time.
        Assert.Equal("nvml/counter-accuracy-quarter", gpus.Parts[0].Accuracy?.Id);
        Assert.Equal("nvml/counter-accuracy", gpus.Parts[1].Accuracy?.Id);
    }

    [Fact]
    public void A_machine_without_a_sign_of_the_driver_is_not_searched()
    {
        using var disk = new TreeOnDisk();

        using var gpus = new NvidiaMeters(disk.Tree, new DiscoveryOptions());

        Assert.Empty(gpus.Meters);
        Assert.Empty(gpus.Missing);
    }

    [Fact]
    public void A_library_that_does_not_load_is_said_with_ways_out()
    {
        using var disk = new TreeOnDisk().With("libnvidia-ml.so.1", "no library");

        using var gpus = new NvidiaMeters(FileTree.Local, new DiscoveryOptions { NvmlLibrary = disk.Tree.GetFullPath("libnvidia-ml.so.1") });

        var missing = Assert.Single(gpus.Missing);
        Assert.Equal("nvml", missing.Id);
        Assert.NotEmpty(missing.Remedies);
    }

    [Fact]
    public void A_library_that_is_another_is_not_called()
    {
        Assert.SkipUnless(File.Exists("/lib/x86_64-linux-gnu/libm.so.6"), "no libm at its usual place");

        using var gpus = new NvidiaMeters(FileTree.Local, new DiscoveryOptions { NvmlLibrary = "/lib/x86_64-linux-gnu/libm.so.6" });

        Assert.Contains("does not have NVML", Assert.Single(gpus.Missing).Reason);
    }
}
