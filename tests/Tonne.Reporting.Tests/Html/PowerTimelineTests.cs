using FsCheck;
using FsCheck.Fluent;
using Tonne.Hardware;
using Tonne.Recording.Tests.Attribution;
using Tonne.Reporting.Html;
using Tonne.Runs;

namespace Tonne.Reporting.Tests.Html;

public class PowerTimelineTests
{
    [Fact]
    public void The_power_of_all_parts_adds_up_to_the_energy_of_each_component() => Prop.ForAll(
        ArbMap.Default.ArbFor<int>(),
        seed =>
        {
            var random = new Random(seed);
            var trace = ScriptedTrace.Modelled();
            var (at, busy, job) = (0d, 0d, 0d);
            trace.Sample(0, 0, 0);
            for (var i = random.Next(1, 60); i > 0; i--)
            {
                var seconds = 0.1 + (random.NextDouble() * 3);
                var load = random.NextDouble() * 2 * seconds;
                (at, busy, job) = (at + seconds, busy + load, job + (load * random.NextDouble()));
                trace.Sample(at, busy, job, 0, random.Next(1_000_000_000));
                if (random.Next(5) == 0)
                    trace.Mark(at, new Mark(MarkKind.Stage, 0, $"stage {i}"));
            }

            trace.End(at, jobSeconds: job * (1 + (random.NextDouble() * 0.1)));
            var record = trace.Record();
            var timeline = PowerTimeline.Read(() => new MemoryStream(trace.Bytes), record.DurationSeconds, record.Components.Length)!;
            Assert.False(timeline.IsReduced);
            foreach (var component in record.Components)
                Assert.Equal(component.JobMicrojoules / 1e6, GetJoules(timeline, component.Component), 1e-5);
        }).QuickCheckThrowOnFailure();

    [Fact]
    public void A_long_trace_keeps_its_energy_and_its_single_peak()
    {
        const int samples = 40_000;
        var trace = ScriptedTrace.Modelled();
        trace.Sample(0, 0, 0);
        double busy = 0;
        for (var i = 1; i <= samples; i++)
        {
            // Two threads busy for one second in eleven hours, at a second that no interval begins with.
            busy += i == 23_457 ? 2 : 0.5;
            trace.Sample(i, busy, busy);
        }

        trace.End(samples, jobSeconds: busy);
        var record = trace.Record();
        var timeline = PowerTimeline.Read(() => new MemoryStream(trace.Bytes), record.DurationSeconds, record.Components.Length)!;
        Assert.True(timeline.IsReduced);
        Assert.InRange(timeline.Edges.Length, 100, PowerTimeline.MaxParts * 2);
        var joules = record.Components.Single(part => part.Component == Component.Cpu).JobMicrojoules / 1e6;
        Assert.Equal(joules, GetJoules(timeline, Component.Cpu), 1e-3);
        // Two threads at 5 W.
        var cpu = timeline.Components.Single(component => component.Component == Component.Cpu);
        Assert.Equal(2 * ScriptedTrace.BusyWatts, cpu.Watts.Max(), 1e-6);
        var peak = cpu.Watts.IndexOf(cpu.Watts.Max());
        Assert.Equal((23_456, 23_457), (timeline.Edges[peak], timeline.Edges[peak + 1]));
    }

    [Fact]
    public void Power_that_a_meter_counted_adds_up_too_and_a_gap_leaves_none()
    {
        var trace = ScriptedTrace.Metered();
        trace.Sample(0, ScriptedTrace.Seconds(0), ScriptedTrace.Seconds(0), Recording.Metering.Reading.FromValue(0));
        for (var i = 1; i <= 20; i++)
            trace.Sample(i, ScriptedTrace.Seconds(i), ScriptedTrace.Seconds(i * 0.5), Recording.Metering.Reading.FromValue(i * 6_000_000L));
        trace.End(20, jobSeconds: 10);
        var record = trace.Record();
        var timeline = PowerTimeline.Read(() => new MemoryStream(trace.Bytes), record.DurationSeconds, record.Components.Length)!;
        var joules = record.Components.Sum(part => part.JobMicrojoules) / 1e6;
        Assert.Equal(joules, timeline.Components.Sum(component => GetJoules(timeline, component.Component)), 1e-4);
        Assert.Equal(20, timeline.Components[0].Watts.Length);
    }

    [Fact]
    public void A_stage_that_is_entered_again_is_in_the_timeline_again()
    {
        var trace = ScriptedTrace.Modelled();
        for (var i = 0; i <= 9; i++)
        {
            trace.Sample(i, i, i);
            if (i % 3 == 0 && i < 9)
                trace.Mark(i, new Mark(MarkKind.Stage, 0, i == 3 ? "evaluate" : "train"));
        }

        trace.End(9);
        var timeline = PowerTimeline.Read(() => new MemoryStream(trace.Bytes), 9, 3)!;
        Assert.Equal([("train", 0d, 3d), ("evaluate", 3, 6), ("train", 6, 9)], 
            timeline.Stages.Select(stage => (stage.Name, stage.From, stage.To)));
    }

    [Fact]
    public void A_trace_with_one_sample_has_no_timeline()
    {
        var trace = ScriptedTrace.Modelled();
        trace.Sample(0, 0, 0).End(0.01);
        Assert.Null(PowerTimeline.Read(() => new MemoryStream(trace.Bytes), 0.01, 3));
    }

    static double GetJoules(PowerTimeline timeline, Component component) => timeline.Components.Where(one => one.Component == component)
        .Sum(one => one.Watts.Select((watts, i) => watts * (timeline.Edges[i + 1] - timeline.Edges[i])).Sum());
}
