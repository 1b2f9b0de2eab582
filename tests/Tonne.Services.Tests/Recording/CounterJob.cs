using System.Collections.Immutable;
using Tonne.Hardware;
using Tonne.Quantities;
using Tonne.Recording;
using Tonne.Recording.Metering;
using Tonne.Runs;

namespace Tonne.Services.Tests.Recording;

/// <summary>A machine with one counter that runs on by the clock, whoever reads it; all of it is the service's.</summary>
sealed class CounterJob(TimeProvider time, long begin, Func<TimeSpan, long> countMicrojoules, double idleWatts, string boot) : IMeteredJob
{
    static readonly Source _source = new("TEST", "A machine described by the test");

    public Machine Machine { get; } = new(HostKind.Server, "scripted", null, 4, 1, 8_000_000_000, "none", false, boot);

    public IReadOnlyList<IMeter> Meters { get; } =
    [
        new Counter(new("busy", Component.Cpu, MeterKind.CpuTime, MeterRole.Busy), time, begin, static elapsed => elapsed.Ticks * 400),
        new Counter(new("job", Component.Cpu, MeterKind.CpuTime, MeterRole.Job), time, begin, static elapsed => elapsed.Ticks * 400),
        new Counter(new("device", Component.Cpu, MeterKind.EnergyCounter, MeterRole.Machine, Device: "package-0", CeilingWatts: 100_000), time, begin, countMicrojoules),
    ];

    public ImmutableArray<ComponentBasis> Bases { get; } =
        [new(Component.Cpu, Quality.Measured, ["device"], "cpu/meter", "cpu/idle-power", null, 4, "described by the test")];

    public ImmutableArray<Rate> Rates { get; } = [CreateRate("cpu/meter", "J", "1", 1), CreateRate("cpu/idle-power", "s", "W", idleWatts)];

    // No process: a recording that was left open has no holder that lives.
    public RunHolder Holder { get; } = new(boot, 0x3FFF_FFFF, 1);

    public ISampleWaiter CreateWaiter() => new Waiter();

    public void Dispose()
    {
    }

    static Rate CreateRate(string id, string per, string unit, double value) =>
        new(id, per, new Derivation.FactorNode(new Factor(id, id, unit, Bounds.FromExact(value), Quality.Measured, _source)));

    sealed class Counter(MeterDescription description, TimeProvider time, long begin, Func<TimeSpan, long> count) : IMeter
    {
        public MeterDescription Description => description;

        public Reading Read(long timestamp) => Reading.FromValue(count(time.GetElapsedTime(begin)));
    }

    sealed class Waiter : ISampleWaiter
    {
        readonly ManualResetEventSlim _ended = new();

        public void Wait(TimeSpan atMost) => _ended.Wait();

        public void Cancel() => _ended.Set();

        public void Dispose() => _ended.Dispose();
    }
}
