namespace Tonne.Trials.Measuring;

/// <summary>Energy counters with known energy: a run is within 0.1 % of it, or reports a gap.</summary>
public class CounterTrials
{
    const double Tolerance = 0.001;

    static void Near(double joules, long microjoules) => Assert.InRange(microjoules / 1e6, joules * (1 - Tolerance), joules * (1 + Tolerance));

    [Fact]
    public async Task Bursts_are_counted_whole_and_what_overlaps_is_counted_once()
    {
        using var tonne = new TonneCommand();
        var machine = new StandInMachine(tonne);
        machine.Zone("intel-rapl:0", "package-0");
        machine.Zone("intel-rapl:0:0", "core", start: 77);
        machine.Zone("intel-rapl:0:1", "uncore", start: 0);
        machine.Zone("intel-rapl:0:2", "dram", range: 65_712_999_613);
        machine.Zone("intel-rapl:1", "psys", start: 5_000_000_000);
        machine.Zone("intel-rapl-mmio:0", "package-0", start: 1_000_000_123);
        // package, core, uncore, dram, psys, package once more: bursts of 20 to 60 ms, shorter than a sample of 100 ms.
        for (var i = 0; i < 6; i++)
            machine.Step(0.02 + (0.008 * i), [31 + (7 * i), 22, 3, 4.5, 60, 31 + (7 * i)]).Step(0.15, [1.2, 0.4, 0.1, 0.3, 9, 1.2]);

        var run = await machine.PlayAsync();

        Near((6 * 31) + (7 * 15) + (6 * 1.2), run.Microjoules("cpu", "machine"));
        Near(6 * 4.8, run.Microjoules("memory", "machine"));
        Assert.Empty(run.Gaps);
        Assert.All(run.Components.Where(component => (string)component["component"]! is "cpu" or "memory"), component => Assert.Equal("measured", (string?)component["quality"]));
    }

    [Fact]
    public async Task Counters_that_wrap_are_corrected_once()
    {
        using var tonne = new TonneCommand();
        var machine = new StandInMachine(tonne);
        // 30, 45 and 5 J below their ends.
        machine.Zone("intel-rapl:0", "package-0", start: 262_143_328_850 - 30_000_000);
        machine.Zone("intel-rapl:1", "package-1", start: 65_532_610_987 - 45_000_000, range: 65_532_610_987);
        machine.Zone("intel-rapl:0:0", "dram", start: 65_712_999_613 - 5_000_000, range: 65_712_999_613);
        machine.Zone("intel-rapl:1:0", "dram", start: 12);
        for (var i = 0; i < 3; i++)
            machine.Step(0.3, [40, 25, 6, 2]);

        var run = await machine.PlayAsync();

        Near(3 * (40 + 25), run.Microjoules("cpu", "machine"));
        Near(3 * (6 + 2), run.Microjoules("memory", "machine"));
        Assert.Empty(run.Gaps);
    }

    [Fact]
    public async Task Dies_that_mirror_one_counter_are_one_and_dies_of_their_own_are_added()
    {
        using var tonne = new TonneCommand();
        var mirrored = new StandInMachine(tonne);
        mirrored.Zone("intel-rapl:0", "package-0-die-0", start: 9_000_000_000);
        mirrored.Zone("intel-rapl:1", "package-0-die-1", start: 9_000_000_400);
        mirrored.Zone("intel-rapl:2", "package-1-die-0", start: 4_000_000_000);
        mirrored.Zone("intel-rapl:3", "package-1-die-1", start: 700_000_000);
        mirrored.Step(0.3, [50, 50, 20, 7]).Step(0.3, [90, 90, 10, 3]);

        var run = await mirrored.PlayAsync();

        Near(50 + 90 + 20 + 10 + 7 + 3, run.Microjoules("cpu", "machine"));
    }

    [Fact]
    public async Task Zones_are_numbered_in_hexadecimal()
    {
        using var tonne = new TonneCommand();
        var machine = new StandInMachine(tonne);
        for (var i = 0; i < 12; i++)
        {
            machine.Zone($"intel-rapl:{i:x}", $"package-{i}", start: 1_000_000_000L * (i + 1));
            machine.Zone($"intel-rapl:{i:x}:0", "dram", start: 3_000_000_000L * (i + 1));
        }

        double[] joules = [.. Enumerable.Range(0, 12).SelectMany(i => new[] { 10d + i, 1 + (0.1 * i) })];
        machine.Step(0.4, joules).Step(0.4, joules);

        var run = await machine.PlayAsync();

        Near(2 * (120 + 66), run.Microjoules("cpu", "machine"));
        Near(2 * (12 + 6.6), run.Microjoules("memory", "machine"));
    }

    [Fact]
    public async Task A_counter_that_is_lost_half_way_is_counted_till_then_and_the_rest_is_a_gap()
    {
        using var tonne = new TonneCommand();
        var machine = new StandInMachine(tonne);
        var package = machine.Zone("intel-rapl:0", "package-0");
        machine.Zone("intel-rapl:0:0", "dram");
        machine.Step(0.4, [80, 8]).Step(0.5, [500, 10], "after", ["lose", package]);

        var run = await machine.PlayAsync();

        // The mark takes a sample: all of the first step is before it, nothing of the second.
        Near(80, run.Microjoules("cpu", "machine"));
        Near(18, run.Microjoules("memory", "machine"));
        var gap = Assert.Single(run.Gaps);
        Assert.Equal("rapl:package-0", (string?)gap!["meter"]);
        Assert.Contains("folder", (string?)gap["reason"], StringComparison.Ordinal);
        Assert.Equal(run.DurationSeconds, (double)gap["to"]!, 0.001);
        Assert.True((double)gap["to"]! - (double)gap["from"]! >= 0.5);
        Assert.Contains("unmetered", run.Warnings);
    }

    [Fact]
    public async Task A_counter_that_is_found_again_has_counted_on_and_it_is_said()
    {
        using var tonne = new TonneCommand();
        var machine = new StandInMachine(tonne);
        var package = machine.Zone("intel-rapl:0", "package-0");
        machine.Step(0.3, [50]).Step(0.4, [70], null, ["lose", package]).Step(0.3, [11], null, ["find", package]);

        var run = await machine.PlayAsync();

        Near(50 + 70 + 11, run.Microjoules("cpu", "machine"));
        Assert.Empty(run.Gaps);
        Assert.Contains("gap-bridged", run.Warnings);
    }

    [Fact]
    public async Task A_counter_that_starts_again_is_a_gap_and_counts_on_from_there()
    {
        using var tonne = new TonneCommand();
        var machine = new StandInMachine(tonne);
        var package = machine.Zone("intel-rapl:0", "package-0", start: 150_000_000_000);
        machine.Step(0.4, [60]).Step(0.3, [0], "reset", ["reset", package, 1234]).Step(0.4, [25]);

        var run = await machine.PlayAsync();

        Near(60 + 25, run.Microjoules("cpu", "machine"));
        var gap = Assert.Single(run.Gaps);
        Assert.Contains("was reset", (string?)gap!["reason"], StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_counter_that_stands_still_is_a_gap_and_not_a_measured_zero()
    {
        using var tonne = new TonneCommand();
        var machine = new StandInMachine(tonne);
        machine.Zone("intel-rapl:0", "package-0", start: 0);
        machine.Step(1.3, [0]);

        var run = await machine.PlayAsync();

        Assert.Contains("did not change", (string?)Assert.Single(run.Gaps)!["reason"], StringComparison.Ordinal);
        Assert.Contains("unmetered", run.Warnings);
    }

    [Fact]
    public async Task Each_stage_has_what_its_time_has_cost()
    {
        using var tonne = new TonneCommand();
        var machine = new StandInMachine(tonne);
        machine.Zone("intel-rapl:0", "package-0");
        machine.Zone("intel-rapl:0:0", "dram");
        machine.Step(0.25, [12, 2], "clean").Step(0.5, [200, 10], "train").Step(0.25, [40, 3], "clean").Step(0.25, [5, 1], "test");
        tonne.Environment["TONNE_POLICY"] = "machine";

        var run = await machine.PlayAsync("1s");

        var total = run.Components.Sum(component => (long)component["machine_uj"]!) / 3.6e12;
        var metered = 12 + 2 + 200 + 10 + 40 + 3 + 5 + 1;
        foreach (var (name, joules) in new[] { ("clean", 57d), ("train", 210), ("test", 6) })
        {
            var stage = run.Root["stages"]!.AsArray().Single(stage => (string)stage!["name"]! == name)!;
            // Everything else (k) goes with each joule alike, so a stage's share of the whole is its share of the joules.
            Assert.Equal(joules / metered, (double)stage["energy_kwh"]!["value"]! / total, Tolerance);
        }
    }
}
