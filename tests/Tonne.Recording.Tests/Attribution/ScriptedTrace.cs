using System.Collections.Immutable;
using System.Text.Json;
using Tonne.Hardware;
using Tonne.Quantities;
using Tonne.Recording.Attribution;
using Tonne.Recording.Metering;
using Tonne.Recording.Traces;
using Tonne.Runs;

namespace Tonne.Recording.Tests.Attribution;

/// <summary>A trace written by hand: two threads, 8 GB, idle 1 W and busy 5 W per thread, 0.25 W/GB, everything else 40 %.</summary>
sealed class ScriptedTrace
{
    public const double IdleWatts = 1;
    public const double BusyWatts = 5;
    public const double WattsPerGigabyte = 0.25;
    public const double Other = 0.4;

    static readonly Source _script = new("SCRIPT", "written by hand for this test");
    static readonly Factor _idle = Of("w0", "W/thread", 0.5, IdleWatts, 2);
    static readonly Factor _busy = Of("w1", "W/thread", 4, BusyWatts, 6);
    static readonly Factor _memory = Of("m", "W/GB", 0.2, WattsPerGigabyte, 0.3);
    static readonly Factor _other = Of("k", "1", 0.2, Other, 0.8);
    static readonly Factor _meter = Of("rapl", "1", 0.97, 1, 1.03);

    readonly MemoryStream _stream = new();
    readonly TraceWriter _writer;

    ScriptedTrace(RunOpening opening)
    {
        Opening = opening;
        _writer = new TraceWriter(_stream);
        _writer.Append(TraceBlock.Opening, JsonSerializer.SerializeToUtf8Bytes(opening, RunJson.Default.RunOpening));
    }

    public RunOpening Opening { get; }

    public static MeterDescription Busy { get; } = new("proc:busy", Component.Cpu, MeterKind.CpuTime, MeterRole.Busy);

    public static MeterDescription Job { get; } = new("job:cpu", Component.Cpu, MeterKind.CpuTime, MeterRole.Job);

    public static MeterDescription Peers { get; } = new("peers:cpu", Component.Cpu, MeterKind.CpuTime, MeterRole.Peers);

    public static MeterDescription Resident { get; } = new("job:memory", Component.Memory, MeterKind.Memory, MeterRole.Job);

    public static MeterDescription InUse { get; } = new("proc:memory", Component.Memory, MeterKind.Memory, MeterRole.Busy);

    public static MeterDescription Package(int n) =>
        new($"rapl:package-{n}", Component.Cpu, MeterKind.EnergyCounter, MeterRole.Machine, Device: $"package-{n}", Range: 262_143_328_850, CeilingWatts: 500);

    /// <summary>A machine without meters. Values in a sample: busy, job and peers in s, resident bytes.</summary>
    public static ScriptedTrace Modelled(SharePolicy policy = SharePolicy.Share, double? reserved = null, DateTimeOffset? start = null) => new(Open(
        [Busy, Job, Peers, Resident],
        [
            new(Component.Cpu, Quality.Modelled, [], null, "cpu/idle", "cpu/busy", 2, "scripted"),
            new(Component.Memory, Quality.Modelled, [], null, "memory/held", null, 8, "scripted"),
            new(Component.Other, Quality.Modelled, [], null, null, null, 0, "scripted"),
        ],
        policy, reserved, start));

    /// <summary>A machine with a package counter and an idle power of 2 W. Values in a sample: busy and job in s, the counter in µJ.</summary>
    public static ScriptedTrace Metered(SharePolicy policy = SharePolicy.Share) => new(Open(
        [Busy, Job, Package(0)],
        [
            new(Component.Cpu, Quality.Measured, ["rapl:package-0"], "cpu/meter", "cpu/idle-power", null, 2, "scripted"),
            new(Component.Other, Quality.Modelled, [], null, null, null, 0, "scripted"),
        ],
        policy, null, null));

    /// <summary>The same with the memory in use on the machine as the last value of a sample.</summary>
    public static ScriptedTrace WithMemoryInUse(SharePolicy policy = SharePolicy.Share, long? reserved = null)
    {
        var opening = Modelled(policy).Opening;
        return new ScriptedTrace(opening with { Meters = [.. opening.Meters, InUse], ReservedMemoryBytes = reserved });
    }

    /// <summary>The same trace's machine, with models for meters that do not change; no sample has been added yet.</summary>
    public ScriptedTrace WithFallback(params ImmutableArray<ComponentBasis> bases) => new(Opening with { Fallback = new RunFallback(bases, Opening.Rates) });

    /// <summary>A machine of any meters: rates by id and unit at their best, ±10 %, and k times each as everything else.</summary>
    public static ScriptedTrace Of(ImmutableArray<MeterDescription> meters, ImmutableArray<ComponentBasis> bases, SharePolicy policy = SharePolicy.Share, params (string Id, string Per, double Best)[] rates)
    {
        var opening = Open(meters, bases, policy, null, null);
        return new ScriptedTrace(opening with
        {
            Rates = [.. opening.Rates, .. rates.SelectMany(rate => new[]
            {
                Rate(rate.Id, rate.Per, Of(rate.Id, "J/" + rate.Per, rate.Best * 0.9, rate.Best, rate.Best * 1.1)),
                With("other/" + rate.Id.Replace('/', '-'), rate.Per, Of(rate.Id, "J/" + rate.Per, rate.Best * 0.9, rate.Best, rate.Best * 1.1)),
            })],
        });
    }

    public ScriptedTrace Sample(double at, params Reading[] readings)
    {
        _writer.AppendSample((long)(at * 1e9), readings);
        return this;
    }

    /// <summary>A sample with the values of all ranks' meters before it.</summary>
    public ScriptedTrace Sample(double at, long[] ranks, params Reading[] readings)
    {
        _writer.AppendSample((long)(at * 1e9), readings, ranks);
        return this;
    }

    /// <summary>A rank that joins, with meters of its CPU time and its memory.</summary>
    public ScriptedTrace Join(double at, int member, int rank, double? reserved = null, string? reservation = null) => Change(new RankEvent
    {
        Kind = RankEventKind.Joined, Timestamp = (long)(at * 1e9), Member = member, Rank = rank, LocalRank = rank,
        Meters = [RankCpu, RankMemory], ReservedShare = reserved, Reservation = reservation,
    });

    /// <summary>A rank that leaves.</summary>
    public ScriptedTrace Leave(double at, int member, int rank, int? exitCode = 0, double? cpuSeconds = null) => Change(new RankEvent
    {
        Kind = RankEventKind.Left, Timestamp = (long)(at * 1e9), Member = member, Rank = rank, ExitCode = exitCode,
        CpuNanoseconds = cpuSeconds is { } s ? (long)(s * 1e9) : null,
    });

    /// <summary>Another process records from here on.</summary>
    public ScriptedTrace TakeOver(double at, int member, int rank) =>
        Change(new RankEvent { Kind = RankEventKind.Recorder, Timestamp = (long)(at * 1e9), Member = member, Rank = rank });

    public ScriptedTrace Change(RankEvent change)
    {
        _writer.Append(TraceBlock.Rank, JsonSerializer.SerializeToUtf8Bytes(change, RunJson.Default.RankEvent));
        return this;
    }

    public static MeterDescription RankCpu { get; } = new("rank:cpu", Component.Cpu, MeterKind.CpuTime, MeterRole.Job);

    public static MeterDescription RankMemory { get; } = new("rank:memory", Component.Memory, MeterKind.Memory, MeterRole.Job);

    public RunRecord RecordOf(int member) => RecordBuilder.BuildRank(() => new MemoryStream(Bytes), member);

    /// <summary>A sample of the machine without meters.</summary>
    public ScriptedTrace Sample(double at, double busy, double job, double peers = 0, long resident = 0) =>
        Sample(at, Seconds(busy), Seconds(job), Seconds(peers), Reading.FromValue(resident));

    public ScriptedTrace Mark(double at, Mark mark)
    {
        _writer.Append(TraceBlock.Mark, JsonSerializer.SerializeToUtf8Bytes(mark with { Timestamp = (long)(at * 1e9) }, RunJson.Default.Mark));
        return this;
    }

    public ScriptedTrace End(double at, int exitCode = 0, double? jobSeconds = null, bool interrupted = false)
    {
        var ending = new RunEnding { Timestamp = (long)(at * 1e9), ExitCode = exitCode, Interrupted = interrupted, JobCpuNanoseconds = jobSeconds is { } s ? (long)(s * 1e9) : null };
        _writer.Append(TraceBlock.Ending, JsonSerializer.SerializeToUtf8Bytes(ending, RunJson.Default.RunEnding));
        return this;
    }

    public byte[] Bytes => _stream.ToArray();

    public RunRecord Record() => RecordBuilder.Build(() => new MemoryStream(Bytes));

    /// <summary>The same without reading the opening again, for many traces.</summary>
    public RunRecord RecordQuickly() => RecordBuilder.Build(() => new MemoryStream(Bytes), Opening);

    public static Reading Seconds(double seconds) => Reading.FromValue((long)Math.Round(seconds * 1e9));

    static RunOpening Open(ImmutableArray<MeterDescription> meters, ImmutableArray<ComponentBasis> bases, SharePolicy policy, double? reserved, DateTimeOffset? start) => new()
    {
        Id = "20260301-115000-abcdef",
        Name = "scripted",
        Command = ["true"],
        StartedAt = start ?? new DateTimeOffset(2026, 3, 1, 11, 50, 0, TimeSpan.Zero),
        Machine = new Machine(HostKind.Server, "scripted", null, 2, 1, 8_000_000_000, "Linux", false, "boot"),
        Place = new Place(),
        Policy = policy,
        ReservedShare = reserved,
        Meters = meters,
        Bases = bases,
        Rates =
        [
            Rate("cpu/idle", "thread·s", _idle), Rate("cpu/busy", "thread·s", _busy), Rate("memory/held", "GB·s", _memory),
            Rate("cpu/meter", "J", _meter), Rate("cpu/idle-power", "s", Of("p0", "W", 1, 2, 3)),
            With("other/cpu-idle", "thread·s", _idle), With("other/cpu-busy", "thread·s", _busy), With("other/memory-held", "GB·s", _memory),
            With("other/cpu-meter", "J", _meter), With("other/cpu-idle-power", "s", Of("p0", "W", 1, 2, 3)),
        ],
        Holder = new RunHolder("boot", 1, 1),
    };

    static Factor Of(string id, string unit, double low, double best, double high) =>
        new(id, id, unit, new Bounds(low, best, high), Quality.Modelled, _script);

    static Rate Rate(string id, string per, Factor factor) => new(id, per, new Derivation.FactorNode(factor));

    static Rate With(string id, string per, Factor factor) =>
        new(id, per, new Derivation.Product(id, factor.Unit, [new Derivation.FactorNode(_other), new Derivation.FactorNode(factor)]));
}
