using Tonne.Hardware;
using Tonne.Quantities;
using Tonne.Recording.Metering;
using Tonne.Runs;
using static Tonne.Recording.Tests.Attribution.ScriptedTrace;

namespace Tonne.Recording.Tests.Attribution;

/// <summary>
/// Meters that do not change while the machine works: counters of virtual machines, frozen drivers, management controllers without a sensor
/// (codecarbon#1316, kepler#2280; NVIDIA dcgm-exporter#236). Expected energies are those written into the traces.
/// </summary>
public class StuckMetersTests
{
    const long Joule = 1_000_000;

    static readonly MeterDescription Power = new("bmc:power", Component.Cpu, MeterKind.Power, MeterRole.Machine);
    static readonly MeterDescription Card = new("nvml:gpu-0", Component.Gpu, MeterKind.EnergyCounter, MeterRole.Machine, Device: "0", RefreshSeconds: 0.1);
    static readonly MeterDescription CardTime = new("nvml:gpu-0/time", Component.Gpu, MeterKind.DeviceTime, MeterRole.Busy, Device: "0");

    static ScriptedTrace Powered() => Of([Busy, Job, Power], [new(Component.Cpu, Quality.Measured, ["bmc:power"], "cpu/meter", "cpu/idle-power", null, 2, "scripted")]);

    static ScriptedTrace WithCard() => Of(
        [Busy, Job, Card, CardTime], [new(Component.Gpu, Quality.Measured, ["nvml:gpu-0"], "cpu/meter", null, null, 1, "scripted", "0")]);

    static Reading Value(double value) => Reading.FromValue((long)value);

    [Fact]
    public void A_counter_that_never_changes_leaves_its_component_unknown_and_not_a_measured_zero()
    {
        var trace = Metered();
        for (var i = 0; i <= 20; i++)
            trace.Sample(i, Seconds(i * 1.8), Seconds(i), Value(7 * Joule));

        var record = trace.End(20).Record();

        Assert.DoesNotContain(record.Components, part => part.Component == Component.Cpu);
        Assert.DoesNotContain(record.Components, part => part.Quality == Quality.Measured);
        Assert.Equal(("rapl:package-0", 0d, 20d, "the counter did not change"), (Assert.Single(record.Gaps).Meter, record.Gaps[0].From, record.Gaps[0].To, record.Gaps[0].Reason));
        Assert.Contains("the counter did not change", Assert.Single(record.Warnings, warning => warning.Code == "unmetered").Text);
        Assert.Empty(record.Counts);
    }

    [Fact]
    public void A_counter_that_freezes_on_the_way_is_counted_until_then()
    {
        // 10 W for 10 s, then 20 s at the same number while both threads work.
        var trace = Metered();
        for (var i = 0; i <= 30; i++)
            trace.Sample(i, Seconds(i * 2), Seconds(i), Value(Math.Min(i, 10) * 10 * Joule));

        var record = trace.End(30).Record();

        Assert.Equal(100 * Joule, Assert.Single(record.Components, part => part.Component == Component.Cpu).MachineMicrojoules);
        Assert.Equal((10d, 30d, "the counter did not change while the machine worked"), (Assert.Single(record.Gaps).From, record.Gaps[0].To, record.Gaps[0].Reason));
    }

    [Fact]
    public void A_counter_that_froze_and_has_counted_on_is_bridged_and_one_that_has_not_is_a_gap()
    {
        // 10 W; between 10 and 25 s the number stays. One then shows all 300 J at 30 s, the other goes on from 100 J.
        static RunRecord Play(Func<int, double> joules)
        {
            var trace = Metered();
            for (var i = 0; i <= 30; i++)
                trace.Sample(i, Seconds(i * 2), Seconds(i), Value(joules(i) * Joule));
            return trace.End(30).Record();
        }

        var caughtUp = Play(i => i is > 10 and <= 25 ? 100 : i * 10);
        var lost = Play(i => i <= 10 ? i * 10 : i <= 25 ? 100 : 100 + ((i - 25) * 10));

        Assert.Equal(300 * Joule, Assert.Single(caughtUp.Components, part => part.Component == Component.Cpu).MachineMicrojoules);
        Assert.Empty(caughtUp.Gaps);
        Assert.Contains(caughtUp.Warnings, warning => warning.Code == "gap-bridged");
        // 100 J before and 4 s of 10 W after the first reading that moved.
        Assert.Equal(140 * Joule, Assert.Single(lost.Components, part => part.Component == Component.Cpu).MachineMicrojoules);
        Assert.Equal((10d, 26d), (Assert.Single(lost.Gaps).From, lost.Gaps[0].To));
    }

    [Fact]
    public void A_counter_that_is_refreshed_every_minute_is_not_stuck_in_between()
    {
        var slow = Package(0) with { RefreshSeconds = 60 };
        var trace = Of([Busy, Job, slow], [new(Component.Cpu, Quality.Measured, [slow.Id], "cpu/meter", "cpu/idle-power", null, 2, "scripted")]);
        for (var i = 0; i <= 180; i++)
            trace.Sample(i, Seconds(i * 2), Seconds(i), Value(i / 60 * 600 * Joule));

        var record = trace.End(180).Record();

        Assert.Equal(1800 * Joule, Assert.Single(record.Components).MachineMicrojoules);
        Assert.Empty(record.Gaps);
    }

    [Fact]
    public void A_power_of_0_watts_is_no_reading()
    {
        var never = Powered();
        var once = Powered();
        for (var i = 0; i <= 10; i++)
        {
            never.Sample(i, Seconds(i), Seconds(i), Value(0));
            once.Sample(i, Seconds(i), Seconds(i), Value(i == 5 ? 0 : 40_000));
        }

        var unknown = never.End(10).Record();
        var known = once.End(10).Record();

        Assert.Empty(unknown.Components);
        Assert.Contains("0 W", Assert.Single(unknown.Gaps).Reason);
        // 40 W for 10 s, of which one second's edge is interpolated.
        Assert.Equal(400 * Joule, Assert.Single(known.Components).MachineMicrojoules);
    }

    [Fact]
    public void A_power_that_stays_the_same_while_the_load_changes_is_stuck()
    {
        // Two threads: idle for 60 s, busy for 60 s; the controller says 137 W all the time.
        var trace = Powered();
        for (var i = 0; i <= 120; i++)
            trace.Sample(i, Seconds(Math.Max(0, i - 60) * 2), Seconds(Math.Max(0, i - 60)), Value(137_000));

        var record = trace.End(120).Record();

        Assert.Empty(record.Components);
        Assert.Equal("the power did not change while the load did", Assert.Single(record.Gaps).Reason);
    }

    [Theory]
    [InlineData(120, 2, 137)] // The same load throughout.
    [InlineData(40, 0, 137)] // Too short to tell.
    [InlineData(120, 0, 138)] // It moved once.
    public void A_power_that_may_well_be_constant_is_counted(int seconds, double early, double late)
    {
        var trace = Powered();
        double busy = 0;
        for (var i = 0; i <= seconds; i++)
        {
            trace.Sample(i, Seconds(busy), Seconds(busy / 2), Value(i < seconds / 2 ? 137_000 : late * 1000));
            busy += i < seconds / 2 ? early : 2;
        }

        var record = trace.End(seconds).Record();

        Assert.Empty(record.Gaps);
        Assert.InRange(Assert.Single(record.Components).MachineMicrojoules, 137 * seconds * Joule, 138 * seconds * Joule);
    }

    [Fact]
    public void A_gpus_counter_that_freezes_at_work_is_a_gap_and_one_that_sleeps_is_not()
    {
        static RunRecord Play(double share)
        {
            var trace = WithCard();
            for (var i = 0; i <= 30; i++)
                trace.Sample(i, Seconds(0), Seconds(0), Value((100 + Math.Min(i, 10)) * 50 * Joule), Seconds(i * share));
            return trace.End(30).Record();
        }

        var (atWork, asleep) = (Play(0.9), Play(0));

        Assert.Equal(500 * Joule, Assert.Single(atWork.Components).MachineMicrojoules);
        Assert.Equal((10d, 30d), (Assert.Single(atWork.Gaps).From, atWork.Gaps[0].To));
        Assert.Equal(500 * Joule, Assert.Single(asleep.Components).MachineMicrojoules);
        Assert.Empty(asleep.Gaps);
    }

    static readonly ComponentBasis ModelledCpu = new(Component.Cpu, Quality.Modelled, [], null, "cpu/idle", "cpu/busy", 2, "scripted");
    static readonly ComponentBasis ModelledOther = new(Component.Other, Quality.Assumed, [], null, null, null, 1, "scripted");

    [Fact]
    public void Processors_whose_counter_never_changes_are_modelled_with_the_gap()
    {
        var trace = Metered().WithFallback(ModelledCpu, ModelledOther);
        for (var i = 0; i <= 10; i++)
            trace.Sample(i, Seconds(i * 0.6), Seconds(i * 0.6), Value(7 * Joule));

        var record = trace.End(10).Record();
        var cpu = Assert.Single(record.Components, part => part.Component == Component.Cpu);

        // 20 thread·s: 6 busy at 5 W, 14 idle at 1 W.
        Assert.Equal((44 * Joule, Quality.Modelled), (cpu.MachineMicrojoules, cpu.Quality));
        Assert.Equal(Other * 44 * Joule, Assert.Single(record.Components, part => part.Component == Component.Other).MachineMicrojoules, 5d);
        Assert.Equal(("rapl:package-0", 0d, 10d, "the counter did not change"), (Assert.Single(record.Gaps).Meter, record.Gaps[0].From, record.Gaps[0].To, record.Gaps[0].Reason));
        Assert.Contains("modelled instead", Assert.Single(record.Warnings, warning => warning.Code == "unmetered").Text);
        Assert.Null(record.Opening.Fallback);
        Assert.Equal([Component.Other, Component.Cpu], record.Opening.Bases.Select(basis => basis.Component));
    }

    [Fact]
    public void A_counter_that_moves_needs_no_model_and_the_record_keeps_none()
    {
        var trace = Metered().WithFallback(ModelledCpu, ModelledOther);

        var record = trace.Sample(0, Seconds(0), Seconds(0), Value(0)).Sample(10, Seconds(6), Seconds(6), Value(100 * Joule)).End(10).Record();

        Assert.Equal((100 * Joule, Quality.Measured), (record.Components[0].MachineMicrojoules, record.Components[0].Quality));
        Assert.Null(record.Opening.Fallback);
    }

    [Fact]
    public void One_package_of_two_that_never_changes_is_a_gap_beside_the_other()
    {
        var trace = ScriptedTrace.Of([Busy, Job, Package(0), Package(1)], [new(Component.Cpu, Quality.Measured, ["rapl:package-0", "rapl:package-1"], "cpu/meter", "cpu/idle-power", null, 2, "scripted")])
            .WithFallback(ModelledCpu);

        var record = trace.Sample(0, Seconds(0), Seconds(0), Value(0), Value(9)).Sample(10, Seconds(6), Seconds(6), Value(100 * Joule), Value(9)).End(10).Record();

        Assert.Equal(100 * Joule, Assert.Single(record.Components).MachineMicrojoules);
        Assert.Equal("rapl:package-1", Assert.Single(record.Gaps).Meter);
    }

    [Fact]
    public void Without_the_plugs_reading_processors_and_all_other_parts_are_modelled()
    {
        var plug = new MeterDescription("plug", Component.Platform, MeterKind.Power, MeterRole.Machine);
        var trace = ScriptedTrace.Of(
            [Busy, Job, plug],
            [
                new(Component.Cpu, Quality.Measured, ["plug"], "plug/meter", "cpu/idle-power", null, 2, "scripted"),
                new(Component.Other, Quality.Measured, [], null, null, null, 0, "scripted"),
                new(Component.Platform, Quality.Measured, ["plug"], "plug/meter", null, null, 1, "scripted"),
            ],
            SharePolicy.Share, ("plug/meter", "J", 1)).WithFallback(ModelledCpu, ModelledOther);
        for (var i = 0; i <= 10; i++)
            trace.Sample(i, Seconds(i * 0.6), Seconds(i * 0.6), Value(0));

        var record = trace.End(10).Record();

        Assert.Equal([(Component.Cpu, 44 * Joule, Quality.Modelled), (Component.Other, (long)(Other * 44 * Joule), Quality.Assumed)], record.Components.Select(part => (part.Component, part.MachineMicrojoules, part.Quality)));
        Assert.Equal("plug", Assert.Single(record.Gaps).Meter);
    }

    [Fact]
    public void Times_of_the_machine_that_do_not_change_give_a_warning()
    {
        var idle = new MeterDescription("proc:idle", Component.Cpu, MeterKind.CpuTime, MeterRole.Idle);
        var trace = Of([Busy, idle, Job], [new(Component.Cpu, Quality.Modelled, [], null, "cpu/idle", "cpu/busy", 2, "scripted")]);

        var record = trace.Sample(0, Seconds(70), Seconds(500), Seconds(0)).Sample(10, Seconds(70), Seconds(500), Seconds(8)).End(10).Record();

        Assert.Contains("did not change", Assert.Single(record.Warnings, warning => warning.Code == "machine-time").Text);
    }
}
