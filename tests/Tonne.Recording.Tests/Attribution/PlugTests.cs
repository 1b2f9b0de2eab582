using Tonne.Hardware;
using Tonne.Quantities;
using Tonne.Recording.Metering;
using Tonne.Runs;
using static Tonne.Recording.Tests.Attribution.ScriptedTrace;

namespace Tonne.Recording.Tests.Attribution;

/// <summary>A meter at the plug of the whole machine: E_it = plug, other = plug − Σ metered.</summary>
public class PlugTests
{
    const long Joule = 1_000_000;

    static readonly MeterDescription _plug = new("wall", Component.Platform, MeterKind.EnergyCounter, MeterRole.Machine);

    /// <summary>Package counter with an idle power of 2 W, and a plug. Values in a sample: busy and job CPU s, package J, plug J.</summary>
    static ScriptedTrace WithPackage() => ScriptedTrace.Of(
        [Busy, Job, Package(0), _plug],
        [
            new(Component.Cpu, Quality.Measured, ["rapl:package-0"], "cpu/meter", "cpu/idle-power", null, 2, "scripted"),
            new(Component.Other, Quality.Measured, [], null, null, null, 0, "scripted"),
            new(Component.Platform, Quality.Measured, ["wall"], "plug/meter", null, null, 1, "scripted"),
        ],
        SharePolicy.Share, ("plug/meter", "J", 1));

    /// <summary>No package counter: memory of 8 GB at 0.25 W/GB, k = 0.4, and a plug. Values in a sample: busy and job CPU s, plug J.</summary>
    static ScriptedTrace WithoutPackage() => ScriptedTrace.Of(
        [Busy, Job, _plug],
        [
            new(Component.Cpu, Quality.Measured, ["wall"], "plug/meter", "cpu/idle-power", null, 2, "scripted"),
            new(Component.Memory, Quality.Modelled, [], null, "memory/held", null, 8, "scripted"),
            new(Component.Other, Quality.Measured, [], null, null, null, 0, "scripted"),
            new(Component.Platform, Quality.Measured, ["wall"], "plug/meter", null, null, 1, "scripted"),
        ],
        SharePolicy.Share, ("plug/meter", "J", 1), ("plug-cpu/plug/meter", "J", 1 / 1.4), ("plug-other/plug/meter", "J", 0.4 / 1.4));

    static Reading Joules(double joules) => Reading.FromValue((long)Math.Round(joules * Joule));

    static ComponentEnergy Of(RunRecord record, Component component) => Assert.Single(record.Components, part => part.Component == component);

    static long Machine(RunRecord record) => record.Components.Sum(part => part.MachineMicrojoules);

    [Fact]
    public void Everything_else_is_the_plug_less_the_parts()
    {
        var record = WithPackage()
            .Sample(0, Seconds(0), Seconds(0), Joules(10), Joules(1000))
            .Sample(10, Seconds(10), Seconds(10), Joules(210), Joules(1500)).End(10).Record();

        Assert.Equal((200 * Joule, 300 * Joule), (Of(record, Component.Cpu).MachineMicrojoules, Of(record, Component.Other).MachineMicrojoules));
        Assert.Equal(500 * Joule, Machine(record));
        // The job worked all the busy time and holds half of the machine: cpu 180 + 10 of 200 J, and as much of everything else.
        Assert.Equal(190 * Joule, Of(record, Component.Cpu).JobMicrojoules);
        Assert.Equal(285 * Joule, Of(record, Component.Other).JobMicrojoules);
        Assert.Empty(record.Warnings);
    }

    [Fact]
    public void The_parts_own_factors_cancel_in_the_machine_at_its_plug()
    {
        var record = WithPackage()
            .Sample(0, Seconds(0), Seconds(0), Joules(0), Joules(0))
            .Sample(10, Seconds(10), Seconds(10), Joules(200), Joules(500)).End(10).Record();

        var amounts = record.Components.SelectMany(part => part.Machine).GroupBy(amount => amount.Rate).Select(rate => (rate.Key, Sum: rate.Sum(amount => amount.Amount))).Where(rate => Math.Abs(rate.Sum) > 1e-9);
        Assert.Equal([("plug/meter", 500d)], amounts);
    }

    [Fact]
    public void A_plug_that_counts_in_coarse_steps_loses_nothing()
    {
        // 50 W at the plug, reported in steps of 360 J (0.1 Wh); 20 W at the package, every second.
        var trace = WithPackage();
        for (var second = 0; second <= 100; second++)
            trace.Sample(second, Seconds(second), Seconds(second), Joules(20 * second), Joules(Math.Floor(50 * second / 360d) * 360));

        var record = trace.End(100).Record();
        // The plug reported 13 steps: 4,680 of 5,000 J; the last step's rest waits for a step that did not come, and is less than one.
        Assert.InRange(Machine(record), 4680 * Joule, 5000 * Joule);
        Assert.Equal(2000 * Joule, Of(record, Component.Cpu).MachineMicrojoules);
    }

    [Fact]
    public void Without_a_meter_of_the_processors_the_parts_still_sum_to_the_plug()
    {
        // 10 s, 700 J at the plug: 500 J before everything else (k = 0.4), memory 8 GB × 0.25 W × 10 s = 20 J, processors the other 480 J.
        var record = WithoutPackage()
            .Sample(0, Seconds(0), Seconds(0), Joules(0))
            .Sample(10, Seconds(20), Seconds(10), Joules(700)).End(10).Record();

        Assert.Equal((480 * Joule, 20 * Joule, 200 * Joule),
            (Of(record, Component.Cpu).MachineMicrojoules, Of(record, Component.Memory).MachineMicrojoules, Of(record, Component.Other).MachineMicrojoules));
        // 2 W × 10 s idle, half of it held; half of the 460 J above: 240 J, and half of everything else.
        Assert.Equal((240 * Joule, 100 * Joule), (Of(record, Component.Cpu).JobMicrojoules, Of(record, Component.Other).JobMicrojoules));
    }

    // complaint: codecarbon#1274, the signature of a counter read twice: the sensors' sum exceeds what the plug can feed.
    [Fact]
    public void Parts_that_come_to_more_than_the_plug_give_a_warning_and_other_is_zero()
    {
        var record = WithPackage()
            .Sample(0, Seconds(0), Seconds(0), Joules(0), Joules(0))
            .Sample(10, Seconds(10), Seconds(10), Joules(1360), Joules(800)).End(10).Record();

        Assert.Contains(record.Warnings, warning => warning.Code == "plug-below-parts");
        Assert.Equal(1360 * Joule, Machine(record));
        Assert.DoesNotContain(record.Components, part => part.Component == Component.Other && part.MachineMicrojoules != 0);
    }

    [Fact]
    public void While_the_plug_says_nothing_everything_else_goes_by_k()
    {
        var record = WithPackage()
            .Sample(0, Seconds(0), Seconds(0), Joules(0), Joules(0))
            .Sample(10, Seconds(10), Seconds(10), Joules(200), Joules(500))
            .Sample(20, Seconds(20), Seconds(20), Joules(400), Reading.FromGapReason("the meter does not answer")).End(20).Record();

        // 300 J counted, then 0.4 × 200 J.
        Assert.Equal(380 * Joule, Of(record, Component.Other).MachineMicrojoules);
        Assert.Contains(record.Gaps, gap => gap is { Meter: "wall", From: 10, To: 20 });
    }

    [Fact]
    public void A_plug_slower_than_the_samples_is_waited_for()
    {
        var trace = WithPackage();
        for (var second = 0; second <= 60; second++)
            trace.Sample(second, Seconds(second), Seconds(second), Joules(20 * second), second % 10 == 0 ? Joules(50 * second) : Reading.FromGapReason("not asked yet"));

        var record = trace.End(60).Record();
        Assert.Equal(3000 * Joule, Machine(record));
        Assert.Equal(1800 * Joule, Of(record, Component.Other).MachineMicrojoules);
    }
}
