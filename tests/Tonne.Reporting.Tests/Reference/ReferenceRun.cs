using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json;
using Tonne.Hardware;
using Tonne.Quantities;
using Tonne.Recording.Marks;
using Tonne.Recording.Metering;
using Tonne.Recording.Replaying;
using Tonne.Recording.Traces;
using Tonne.Runs;
using Tonne.Tests;

namespace Tonne.Reporting.Tests.Reference;

/// <summary>The reference trace of the mission, written through the real sampler and trace from scripted counters and marks.</summary>
/// <remarks>
/// A server with eight accelerators, alone with its job (policy machine), every component measured, 500 g/kWh, PUE 1.
/// <code>
/// stage       hours     power     energy = power × time
/// collect       4       1,600 W      6.4 kWh
/// clean         6       2,000 W     12.0 kWh
/// featurize    10       5,000 W     50.0 kWh
/// train   805,275 s     6,400 W  1,431.6 kWh
///                             Σ  1,500.0 kWh × 500 g/kWh = 750 kg
/// </code>
/// </remarks>
static class ReferenceRun
{
    const int Accelerators = 8;
    const int Threads = 128;

    static readonly TimeSpan Hour = TimeSpan.FromHours(1);

    /// <summary>Power by stage in W: two processor packages, two banks of memory, each of eight accelerators, everything else.</summary>
    static readonly Stretch[] Stretches =
    [
        new("collect", 4 * 3600, Package: 150, Bank: 40, Accelerator: 60, Rest: 740, BusyThreads: 24),
        new("clean", 6 * 3600, Package: 300, Bank: 60, Accelerator: 60, Rest: 800, BusyThreads: 96),
        new("featurize", 10 * 3600, Package: 250, Bank: 80, Accelerator: 360, Rest: 1460, BusyThreads: 48),
        new("train", 805_275, Package: 210, Bank: 90, Accelerator: 540, Rest: 1480, BusyThreads: 32),
    ];

    static readonly Source Class1 = new("IEC-62053-21", "Electricity metering equipment: static meters for AC active energy (classes 0.5, 1 and 2)", 2020);

    public static long Duration { get; } = Stretches.Sum(stretch => stretch.Seconds);

    /// <summary>The bytes of the trace, made anew. The same each time.</summary>
    public static byte[] Write(IEnumerable<string> marks)
    {
        var opening = Opening();
        var said = marks.Where(line => line.Length > 0 && line[0] != '#').Select(Said).ToList();
        var edges = Enumerable.Range(0, (int)(Duration / 3600) + 1).Select(hour => hour * 3600L)
            .Concat(said.Select(mark => mark.Timestamp / 1_000_000_000)).Append(Duration).Distinct().Order().ToList();
        var meters = opening.Meters.Select(meter => new ReplayMeter(meter, edges.Select(second => (second * 1_000_000_000, Reading.FromValue(Count(meter, second)))))).ToList();
        using var stream = new MemoryStream();
        var trace = new TraceWriter(stream);
        trace.Append(TraceBlock.Opening, JsonSerializer.SerializeToUtf8Bytes(opening, RunJson.Default.RunOpening));
        var time = new HandTime(opening.StartedAt);
        using var sampler = new Sampler(meters, trace, time, Hour);
        var now = 0L;
        foreach (var edge in edges)
        {
            time.Advance(TimeSpan.FromSeconds(edge - now));
            now = edge;
            var timestamp = sampler.SampleNow();
            foreach (var mark in said.Where(mark => mark.Timestamp == timestamp))
                trace.Append(TraceBlock.Mark, JsonSerializer.SerializeToUtf8Bytes(mark, RunJson.Default.Mark));
        }

        var ending = new RunEnding
        {
            Timestamp = Duration * 1_000_000_000,
            ExitCode = 0,
            JobCpuNanoseconds = Count(opening.Meters.Single(meter => meter.Id == "job:cpu"), Duration),
            Overhead = new Overhead(CpuSeconds: 61.5, SamplerCpuSeconds: 24, PeakResidentBytes: 64 * 1024 * 1024),
        };
        trace.Append(TraceBlock.Ending, JsonSerializer.SerializeToUtf8Bytes(ending, RunJson.Default.RunEnding));
        return stream.ToArray();
    }

    /// <summary>A line of marks.txt: when, and a mark as a program would send it.</summary>
    static Mark Said(string line)
    {
        var parts = line.Split(' ', 2, StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        var clock = parts[0].Split(':').Select(part => long.Parse(part, CultureInfo.InvariantCulture)).ToArray();
        Assert.True(MarkLine.TryParse(parts[1], ((clock[0] * 3600) + (clock[1] * 60) + clock[2]) * 1_000_000_000, out var mark, out var error), error);
        return mark;
    }

    /// <summary>A counter at a second: Σ power × time, in µJ; or CPU time, in ns. Energy counters do not begin at zero.</summary>
    static long Count(MeterDescription meter, long second)
    {
        var count = meter.Kind == MeterKind.EnergyCounter ? 1_234_567_890L * (1 + meter.Id.Length) : 0;
        var from = 0L;
        foreach (var stretch in Stretches)
        {
            var seconds = Math.Clamp(second - from, 0, stretch.Seconds);
            from += stretch.Seconds;
            count += meter.Id.Split(':', '-') switch
            {
                ["plug", "machine"] => stretch.Total * seconds * 1_000_000,
                ["plug", "rest"] => stretch.Rest * seconds * 1_000_000,
                ["rapl", "package", _] => stretch.Package * seconds * 1_000_000,
                ["rapl", "dram", _] => stretch.Bank * seconds * 1_000_000,
                ["nvml", _] => stretch.Accelerator * seconds * 1_000_000,
                ["proc", "busy"] => stretch.BusyThreads * seconds * 1_000_000_000,
                ["proc", "idle"] => (Threads - stretch.BusyThreads) * seconds * 1_000_000_000,
                ["job", "cpu"] => (stretch.BusyThreads - 1) * seconds * 1_000_000_000,
                _ => throw new InvalidOperationException(meter.Id),
            };
        }

        return count;
    }

    static RunOpening Opening()
    {
        MeterDescription Counter(string id, Component component, string? device = null, string? note = null) =>
            new(id, component, MeterKind.EnergyCounter, MeterRole.Machine, Device: device, CeilingWatts: 10_000, Note: note);

        ImmutableArray<MeterDescription> packages = [.. Enumerable.Range(0, 2).Select(n => Counter($"rapl:package-{n}", Component.Cpu, $"package-{n}"))];
        ImmutableArray<MeterDescription> banks = [.. Enumerable.Range(0, 2).Select(n => Counter($"rapl:dram-{n}", Component.Memory, $"dram-{n}"))];
        ImmutableArray<MeterDescription> accelerators = [.. Enumerable.Range(0, Accelerators).Select(n => Counter($"nvml:{n}", Component.Gpu, $"{n}"))];
        var rest = Counter("plug:rest", Component.Other, note: "the plug meter less the counters of processors, memory and accelerators");
        var plug = Counter("plug:machine", Component.Platform, note: "the machine at its plug; holds all the others and is not added") with { Role = MeterRole.Contained };
        return new RunOpening
        {
            Id = "20260302-000000-750000",
            Name = "reference",
            Project = "reference",
            Command = ["python3", "train.py", "--layers", "12", "--epochs", "10"],
            StartedAt = new DateTimeOffset(2026, 3, 2, 0, 0, 0, TimeSpan.Zero),
            Machine = new Machine(
                HostKind.Server, "AMD EPYC 7742 64-Core Processor", "AMD EPYC 2nd Gen", Threads, 2, 1_099_511_627_776, "Linux", false, "reference",
                Gpus: [.. Enumerable.Repeat("NVIDIA A100-SXM4-80GB", Accelerators)]),
            Place = new Place(IntensityGramsPerKwh: 500, Pue: 1, How: PlaceOrigin.Given),
            Policy = SharePolicy.Machine,
            PeriodSeconds = Hour.TotalSeconds,
            Meters =
            [
                .. packages, .. banks, .. accelerators, rest, plug,
                new("proc:busy", Component.Cpu, MeterKind.CpuTime, MeterRole.Busy),
                new("proc:idle", Component.Cpu, MeterKind.CpuTime, MeterRole.Idle),
                new("job:cpu", Component.Cpu, MeterKind.CpuTime, MeterRole.Job),
            ],
            Bases =
            [
                Basis(Component.Cpu, packages, Threads), Basis(Component.Memory, banks, 1_099.511627776),
                Basis(Component.Gpu, accelerators, Accelerators), Basis(Component.Other, [rest], 0),
            ],
            Rates = [new("plug/meter", "J", new Derivation.FactorNode(new Factor("meter/plug", "accuracy of the plug meter", "1", new Bounds(0.99, 1, 1.01), Quality.Measured, Class1)))],
            Holder = new RunHolder("reference", 1, 1),
        };
    }

    static ComponentBasis Basis(Component component, ImmutableArray<MeterDescription> meters, double capacity) =>
        new(component, Quality.Measured, [.. meters.Select(meter => meter.Id)], "plug/meter", null, null, capacity, "counted; a plug meter of class 1 holds their sum");

    sealed record Stretch(string Stage, long Seconds, long Package, long Bank, long Accelerator, long Rest, long BusyThreads)
    {
        public long Total => (2 * Package) + (2 * Bank) + (Accelerators * Accelerator) + Rest;
    }
}
