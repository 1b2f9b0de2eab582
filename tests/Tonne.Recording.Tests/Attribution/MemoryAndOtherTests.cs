using FsCheck;
using FsCheck.Fluent;
using Tonne.Hardware;
using Tonne.Quantities;
using Tonne.Recording.Metering;
using Tonne.Runs;
using static Tonne.Recording.Tests.Attribution.ScriptedTrace;

namespace Tonne.Recording.Tests.Attribution;

/// <summary>Memory that others hold is theirs, and all other parts follow processors and devices (docs/methods/attribution.md).</summary>
public class MemoryAndOtherTests
{
    const long Joule = 1_000_000;
    const long Gigabyte = 1_000_000_000;

    static readonly MeterDescription Card = new("nvml:gpu-0", Component.Gpu, MeterKind.EnergyCounter, MeterRole.Machine, Device: "0", CeilingWatts: 1e6);
    static readonly MeterDescription CardTime = new("time", Component.Gpu, MeterKind.DeviceTime, MeterRole.Busy, Device: "0");
    static readonly MeterDescription CardJobTime = new("job-time", Component.Gpu, MeterKind.DeviceTime, MeterRole.Job, Device: "0");
    static readonly MeterDescription Holders = new("holders", Component.Gpu, MeterKind.Holders, MeterRole.Busy, Device: "0");
    static readonly MeterDescription JobHolders = new("job-holders", Component.Gpu, MeterKind.Holders, MeterRole.Job, Device: "0");

    static ComponentEnergy Of(RunRecord record, Component component) => Assert.Single(record.Components, part => part.Component == component);

    static Reading Value(double value) => Reading.FromValue((long)value);

    static ComponentEnergy MemoryOf(double inUse, double resident, SharePolicy policy = SharePolicy.Share, double? reserved = null)
    {
        var trace = WithMemoryInUse(policy, reserved is { } limit ? (long)(limit * Gigabyte) : null);
        for (var at = 0; at <= 10; at += 10)
            trace.Sample(at, Seconds(at * 0.6), Seconds(at * 0.6), Seconds(0), Value(resident * Gigabyte), Value(inUse * Gigabyte));
        return Of(trace.End(10).Record(), Component.Memory);
    }

    [Fact]
    public void Memory_that_other_processes_hold_is_theirs_and_idle_is_what_nobody_holds()
    {
        // 8 GB x 0.25 W x 10 s = 20 J. In use 6 GB, of which 2 the job's: 5 J, others 4 GB = 10 J, free 2 GB = 5 J.
        var memory = MemoryOf(inUse: 6, resident: 2);

        Assert.Equal((5 * Joule, 10 * Joule, 5 * Joule), (memory.JobMicrojoules, memory.OthersMicrojoules, memory.IdleMicrojoules));
    }

    [Fact]
    public void A_reserved_limit_is_held_by_the_job_and_what_others_hold_is_beside_it()
    {
        // 4 of 8 GB reserved, 1 GB of it used; 3 GB in use: others 2 GB. 10, 5 and 5 J.
        var memory = MemoryOf(inUse: 3, resident: 1, reserved: 4);

        Assert.Equal((10 * Joule, 5 * Joule, 5 * Joule), (memory.JobMicrojoules, memory.OthersMicrojoules, memory.IdleMicrojoules));
    }

    [Fact]
    public void Shares_of_more_than_all_memory_are_scaled_to_it()
    {
        // 6 GB reserved and 6 GB held by others, of 8: a half each.
        var memory = MemoryOf(inUse: 6, resident: 0, reserved: 6);

        Assert.Equal((10 * Joule, 10 * Joule, 0L), (memory.JobMicrojoules, memory.OthersMicrojoules, memory.IdleMicrojoules));
    }

    [Fact]
    public void A_resident_size_above_what_is_in_use_leaves_nothing_to_others()
    {
        var memory = MemoryOf(inUse: 1, resident: 2);

        Assert.Equal((5 * Joule, 0L, 15 * Joule), (memory.JobMicrojoules, memory.OthersMicrojoules, memory.IdleMicrojoules));
    }

    [Theory]
    [InlineData(SharePolicy.Marginal, 0, 0, 20)]
    [InlineData(SharePolicy.Machine, 20, 0, 0)]
    public void Other_policies_give_memory_as_they_say(SharePolicy policy, long job, long others, long idle)
    {
        var memory = MemoryOf(inUse: 6, resident: 2, policy);

        Assert.Equal((job * Joule, others * Joule, idle * Joule), (memory.JobMicrojoules, memory.OthersMicrojoules, memory.IdleMicrojoules));
    }

    [Fact]
    public void Metered_memory_is_split_like_modelled()
    {
        var dram = new MeterDescription("rapl:dram", Component.Memory, MeterKind.EnergyCounter, MeterRole.Machine);
        var trace = ScriptedTrace.Of([Busy, Job, Resident, InUse, dram], [new(Component.Memory, Quality.Measured, [dram.Id], "cpu/meter", null, null, 8, "scripted")]);
        for (var at = 0; at <= 10; at += 10)
            trace.Sample(at, Seconds(0), Seconds(0), Value(2 * Gigabyte), Value(6 * Gigabyte), Value(at * 4 * Joule));

        var memory = Of(trace.End(10).Record(), Component.Memory);

        // 40 J: a quarter the job's, a half others', a quarter nobody's.
        Assert.Equal((10 * Joule, 20 * Joule, 10 * Joule), (memory.JobMicrojoules, memory.OthersMicrojoules, memory.IdleMicrojoules));
    }

    // docs/methods/attribution.md: "All other parts at the plug are split, in each slice, like processors and devices together".
    [Fact]
    public void All_other_parts_follow_processors_and_devices_in_each_slice()
    {
        Prop.ForAll(Cases, machine =>
        {
            var whole = Play(machine, machine.Slices);
            var slices = machine.Slices.Select(slice => Play(machine, [slice])).ToList();
            foreach (var slice in slices)
            {
                var (other, all) = (Of(slice, Component.Other), slice.Components.Where(part => part.Component is Component.Cpu or Component.Gpu).ToList());
                // k = 0.4 of processors, device and memory.
                Assert.Equal(Other * slice.Components.Where(part => part.Component != Component.Other).Sum(part => part.MachineMicrojoules), other.MachineMicrojoules, 5d);
                double total = all.Sum(part => part.MachineMicrojoules);
                if (total == 0)
                    continue;
                var tolerance = 5 + (5 * other.MachineMicrojoules / total);
                Assert.Equal(all.Sum(part => part.JobMicrojoules) / total * other.MachineMicrojoules, other.JobMicrojoules, tolerance);
                Assert.Equal(all.Sum(part => part.OthersMicrojoules) / total * other.MachineMicrojoules, other.OthersMicrojoules, tolerance);
                Assert.Equal(all.Sum(part => part.IdleMicrojoules) / total * other.MachineMicrojoules, other.IdleMicrojoules, tolerance);
            }

            // What holds for each slice holds for the run: nothing of one slice is split by another.
            foreach (var part in whole.Components)
            {
                var own = slices.SelectMany(slice => slice.Components).Where(one => one.Component == part.Component).ToList();
                var tolerance = 10d * slices.Count;
                Assert.Equal(own.Sum(one => one.JobMicrojoules), part.JobMicrojoules, tolerance);
                Assert.Equal(own.Sum(one => one.OthersMicrojoules), part.OthersMicrojoules, tolerance);
                Assert.Equal(own.Sum(one => one.IdleMicrojoules), part.IdleMicrojoules, tolerance);
            }
        }).QuickCheckThrowOnFailure();
    }

    sealed record Slice(double Busy, double Job, double Package, double Card, double CardBusy, double CardJob);

    sealed record Case(bool MeteredCpu, bool MeteredCard, int Holders, double Resident, double InUse, Slice[] Slices);

    static Arbitrary<Case> Cases
    {
        get
        {
            var share = Gen.Choose(0, 1000).Select(number => number / 1000d);
            var slice = from busy in share from job in share from package in Gen.Choose(1, 3000) from card in Gen.Choose(1, 3000) from cardBusy in share from cardJob in share
                        select new Slice(busy * 20, busy * job * 20, package, card, cardBusy * 10, cardBusy * cardJob * 10);
            var machine = from cpu in Gen.Elements(true, false) from card in Gen.Elements(true, false) from holders in Gen.Choose(1, 3) from resident in share from inUse in share
                          from slices in Gen.ArrayOf(slice) where slices.Length > 0
                          select new Case(cpu, card, holders, resident * inUse * 8, inUse * 8, slices[..Math.Min(slices.Length, 8)]);
            return machine.ToArbitrary();
        }
    }

    /// <summary>Slices of 10 s one after the other.</summary>
    static RunRecord Play(Case machine, IReadOnlyList<Slice> slices)
    {
        var trace = ScriptedTrace.Of(
            [Busy, Job, Resident, InUse, Package(0) with { CeilingWatts = 1e6, Range = null }, Card, CardTime, CardJobTime, Holders, JobHolders],
            [
                machine.MeteredCpu ? new(Component.Cpu, Quality.Measured, ["rapl:package-0"], "cpu/meter", "cpu/idle-power", null, 2, "scripted") : new(Component.Cpu, Quality.Modelled, [], null, "cpu/idle", "cpu/busy", 2, "scripted"),
                new(Component.Memory, Quality.Modelled, [], null, "memory/held", null, 8, "scripted"),
                machine.MeteredCard ? new(Component.Gpu, Quality.Measured, [Card.Id], "cpu/meter", "cpu/idle-power", null, 1, "scripted", "0") : new(Component.Gpu, Quality.Modelled, [], null, "cpu/idle", "cpu/busy", 1, "scripted", "0"),
                new(Component.Other, Quality.Modelled, [], null, null, null, 0, "scripted"),
            ]);
        var sum = new Slice(0, 0, 1, 1, 0, 0);
        AddSample(0);
        for (var i = 0; i < slices.Count; i++)
        {
            var one = slices[i];
            sum = new Slice(sum.Busy + one.Busy, sum.Job + one.Job, sum.Package + one.Package, sum.Card + one.Card, sum.CardBusy + one.CardBusy, sum.CardJob + one.CardJob);
            AddSample((i + 1) * 10);
        }

        return trace.End(slices.Count * 10).Record();

        void AddSample(double at) => trace.Sample(
            at, Seconds(sum.Busy), Seconds(sum.Job), Value(machine.Resident * Gigabyte), Value(machine.InUse * Gigabyte), Value(sum.Package * Joule),
            Value(sum.Card * Joule), Seconds(sum.CardBusy), Seconds(sum.CardJob), Value(machine.Holders), Value(1));
    }

    [Fact]
    public void In_a_time_without_a_reading_of_the_processors_all_other_parts_wait_for_the_next()
    {
        // Package 100 J over 10 s, read at 0 and 10 s only; memory 8 GB x 0.25 W = 20 J. Other: 0.4 x 120 J, split as the package: u = 0.5, h = 0.2 of 20 J idle.
        var trace = ScriptedTrace.Of(
            [Busy, Job, Package(0)],
            [
                new(Component.Cpu, Quality.Measured, ["rapl:package-0"], "cpu/meter", "cpu/idle-power", null, 2, "scripted"),
                new(Component.Memory, Quality.Modelled, [], null, "memory/held", null, 8, "scripted"),
                new(Component.Other, Quality.Modelled, [], null, null, null, 0, "scripted"),
            ]);
        trace.Sample(0, Seconds(0), Seconds(0), Value(5)).Sample(5, Seconds(4), Seconds(2), Reading.FromGapReason("busy")).Sample(10, Seconds(8), Seconds(4), Value((100 * Joule) + 5));

        var other = Of(trace.End(10).Record(), Component.Other);

        Assert.Equal(48 * Joule, other.MachineMicrojoules);
        // 0.44, 0.4 and 0.16 of it.
        Assert.Equal((21_120_000, 19_200_000, 7_680_000), (other.JobMicrojoules, other.OthersMicrojoules, other.IdleMicrojoules));
    }
}
