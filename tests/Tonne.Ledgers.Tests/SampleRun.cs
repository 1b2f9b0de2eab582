using System.Collections.Immutable;
using System.Text.Json;
using Tonne.Accounting;
using Tonne.Grids;
using Tonne.Hardware;
using Tonne.Quantities;
using Tonne.Recording.Metering;
using Tonne.Recording.Traces;
using Tonne.Runs;

namespace Tonne.Ledgers.Tests;

/// <summary>A run of a machine with two threads, a package counter and no other meter, written by hand.</summary>
static class SampleRun
{
    static readonly Source Script = new("SCRIPT", "written by hand for this test");

    public static RunOpening Opening(string id, bool counter = true) => new()
    {
        Id = id,
        Name = "train-" + id[^2..],
        Project = "mnist",
        Tags = ImmutableSortedDictionary<string, string>.Empty.Add("seed", id[^1..]),
        Command = ["/usr/bin/python3", "train.py"],
        StartedAt = DateTimeOffset.ParseExact(id[..15], "yyyyMMdd-HHmmss", System.Globalization.CultureInfo.InvariantCulture, System.Globalization.DateTimeStyles.AssumeUniversal),
        Machine = new Machine(HostKind.Server, "Scripted CPU", null, 2, 1, 8_000_000_000, "Linux 6.1", false, "boot-1"),
        Place = new Place("FR", null, null, null, PlaceOrigin.Given),
        Meters = counter ? [Busy, Job, Package] : [Busy, Job],
        Bases = counter
            ? [new(Component.Cpu, Quality.Measured, ["rapl:package-0"], "cpu/meter", "cpu/idle-power", null, 2, "scripted"), new(Component.Other, Quality.Modelled, [], null, null, null, 0, "scripted")]
            : [new(Component.Cpu, Quality.Modelled, [], null, "cpu/idle", "cpu/busy", 2, "scripted"), new(Component.Other, Quality.Modelled, [], null, null, null, 0, "scripted")],
        Rates =
        [
            Rate("cpu/idle", "thread·s", "w0", 0.5, 1, 2), Rate("cpu/busy", "thread·s", "w1", 4, 5, 6), Rate("cpu/meter", "J", "rapl", 0.97, 1, 1.03), Rate("cpu/idle-power", "s", "p0", 1, 2, 3),
            Rate("other/cpu-idle", "thread·s", "k0", 0.2, 0.4, 0.8), Rate("other/cpu-busy", "thread·s", "k1", 1, 2, 4), Rate("other/cpu-meter", "J", "k2", 0.2, 0.4, 0.8), Rate("other/cpu-idle-power", "s", "k3", 0.4, 0.8, 1.6),
        ],
        Holder = TemporaryHome.Living,
    };

    public static MeterDescription Busy { get; } = new("proc:busy", Component.Cpu, MeterKind.CpuTime, MeterRole.Busy);

    public static MeterDescription Job { get; } = new("job:cpu", Component.Cpu, MeterKind.CpuTime, MeterRole.Job);

    public static MeterDescription Package { get; } = new("rapl:package-0", Component.Cpu, MeterKind.EnergyCounter, MeterRole.Machine, Device: "package-0", Range: 262_143_328_850, CeilingWatts: 500);

    /// <summary>Writes samples once a second: 1 thread-second of the job in each, 12 J on the package, two stages, one epoch.</summary>
    public static void Write(TraceWriter trace, int seconds = 30, bool ending = true, bool counter = true)
    {
        for (var second = 0; second <= seconds; second++)
        {
            if (second == 5)
                Append(trace, new Mark(MarkKind.Stage, 5_000_000_000, "train", DataIn: new DataShape(1_000, 10)));
            if (second == 20)
                Append(trace, new Mark(MarkKind.Epoch, 20_000_000_000, Number: 1, Metrics: new Dictionary<string, double> { ["loss"] = 0.7 }));
            var at = second * 1_000_000_000L;
            if (counter)
                trace.AppendSample(at, [Reading.FromValue(at * 3 / 2), Reading.FromValue(at), Reading.FromValue(5_000_000 + (second * 12_000_000L))]);
            else
                trace.AppendSample(at, [Reading.FromValue(at * 3 / 2), Reading.FromValue(at)]);
        }

        if (ending)
            End(trace, seconds * 1_000_000_000L);
    }

    public static void Append(TraceWriter trace, Mark mark) => trace.Append(TraceBlock.Mark, JsonSerializer.SerializeToUtf8Bytes(mark, RunJson.Default.Mark));

    public static void End(TraceWriter trace, long at, int exitCode = 0) =>
        trace.Append(TraceBlock.Ending, JsonSerializer.SerializeToUtf8Bytes(new RunEnding { Timestamp = at, ExitCode = exitCode }, RunJson.Default.RunEnding));

    public static FootprintStatement Account(RunRecord record) => Account(record, 56, new DateTimeOffset(2026, 11, 22, 9, 0, 0, TimeSpan.Zero));

    public static FootprintStatement Account(RunRecord record, double intensity, DateTimeOffset at) =>
        new Accountant().Account(record, new AccountingFactors(
            new GridFactor(Factor("grid", "g CO2e/kWh", intensity * 0.8, intensity, intensity * 1.2), "FR", IntensityBasis.Lifecycle, IntensityScope.Production, 2025, "given"),
            Factor("pue", "1", 1.1, 1.4, 1.6), "assumed", [new EmbodiedShare(Factor("host", "kg CO2e", 500, 1_000, 2_000))],
            Factor("life", "y", 3, 4, 6), Factor("use", "1", 0.5, 1, 1), null, null, "0123456789ab", [])).CreateStatement(at);

    static Factor Factor(string id, string unit, double low, double best, double high) => new(id, id, unit, new Bounds(low, best, high), Quality.Modelled, Script);

    static Rate Rate(string id, string per, string factor, double low, double best, double high) => new(id, per, new Derivation.FactorNode(Factor(factor, "J/" + per, low, best, high)));
}
