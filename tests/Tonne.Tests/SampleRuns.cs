using System.Collections.Immutable;
using Tonne.Accounting;
using Tonne.Grids;
using Tonne.Hardware;
using Tonne.Quantities;
using Tonne.Runs;

namespace Tonne.Tests;

/// <summary>Runs made by hand, with factors of round numbers, so that every figure can be checked on paper.</summary>
/// <remarks>
/// Rates: cpu/idle 0.5 J per thread·s, cpu/busy 2 J more per busy thread·s, memory 0.3 J per GB·s, other = 0.2 of the rest.
/// A job that keeps t threads busy and holds 2 GB for T s uses (2.5·t + 0.6)·1.2·T J at the plug.
/// </remarks>
static class SampleRuns
{
    public static readonly Source Power = new("SPEC-TEST", "A table of server power made for tests", 2026, "CC0", "https://example.org/power");
    public static readonly Source Grid = new("GRID-TEST", "A table of grid intensities made for tests", 2025, "CC BY 4.0", "https://example.org/grid");
    public static readonly Source Survey = new("PUE-TEST", "A survey of buildings made for tests", 2025);
    public static readonly Source Making = new("LCA-TEST", "A life-cycle assessment made for tests", 2024, null, "https://example.org/lca");

    static readonly DateTimeOffset Start = new(2026, 11, 22, 5, 42, 10, TimeSpan.Zero);

    static readonly Factor CpuIdle = new("power/cpu/idle", "watts per idle thread", "J/thread·s", new(0.4, 0.5, 0.6), Quality.Modelled, Power);
    static readonly Factor CpuBusy = new("power/cpu/busy", "watts more per busy thread", "J/thread·s", new(1.6, 2, 2.5), Quality.Modelled, Power);
    static readonly Factor MemoryHeld = new("power/memory", "watts per gigabyte", "J/GB·s", new(0.15, 0.3, 0.6), Quality.Assumed, Power);
    static readonly Factor Rest = new("power/other", "supply losses, fans and board over the rest", "1", new(0.1, 0.2, 0.4), Quality.Assumed, Power);

    static Rate RateOf(string id, string per, Factor factor) => new(id, per, new Derivation.FactorNode(factor));

    static Rate OtherOf(string id, string per, Factor factor) =>
        new("other/" + id, per, new Derivation.Product("other for " + id, factor.Unit, [new Derivation.FactorNode(Rest), new Derivation.FactorNode(factor)]));

    static readonly ImmutableArray<Rate> Rates =
    [
        RateOf("cpu/idle", "thread·s", CpuIdle), RateOf("cpu/busy", "thread·s", CpuBusy), RateOf("memory", "GB·s", MemoryHeld),
        OtherOf("cpu/idle", "thread·s", CpuIdle), OtherOf("cpu/busy", "thread·s", CpuBusy), OtherOf("memory", "GB·s", MemoryHeld),
    ];

    public static readonly Machine Server = new(
        HostKind.Server, "Example Server CPU 7777 @ 2.50GHz", "Example (Test)", 8, 1, 16_000_000_000, "Linux 6.18.0", false, "b00t-1d", null, []);

    /// <summary>A French grid at 50 g, an assumed building at 1.5, a 1,200 kg host of 400 threads of which 8, 2 %, are ours.</summary>
    public static AccountingFactors Factors(double intensity = 50, string zone = "FR", bool embodied = true) => new(
        new GridFactor(
            new Factor($"grid/{zone}/2025/GRID-TEST", $"intensity of the grid {zone}, 2025", "g CO2e/kWh", new(0.9 * intensity, intensity, 1.11 * intensity), Quality.Modelled, Grid),
            zone, IntensityBasis.Lifecycle, IntensityScope.Production, 2025, "given"),
        new Factor("pue/assumed", "PUE of an unknown building", "1", new(1.1, 1.5, 2), Quality.Assumed, Survey),
        "assumed: nothing is known of the building",
        embodied
            ? [new EmbodiedShare(
                new Factor("embodied/server", "manufacturing of a server", "kg CO2e", new(600, 1200, 2400), Quality.Assumed, Making),
                8, new Factor("embodied/host-threads", "hardware threads of the host", "threads", new(200, 400, 800), Quality.Assumed, Making))]
            : [],
        new Factor("embodied/lifetime", "years of use", "a", new(3, 4, 6), Quality.Assumed, Making),
        new Factor("embodied/utilisation", "share of the life in use", "1", new(0.5, 1, 1), Quality.Assumed, Making),
        null,
        null,
        "0123456789abcdef",
        []);

    /// <summary>10 s, 20 thread·s of CPU time, others 4, no marks. Job 67.2 J, machine 163.2 J.</summary>
    public static RunRecord Shell(string name = "sort", string id = "20261122-054210-aaaaaa") => new()
    {
        Opening = Opening(id, name) with { Command = ["sort", "-u", "words.txt"] },
        Status = RunStatus.Completed,
        ExitCode = 0,
        DurationSeconds = 10,
        JobCpuSeconds = 20,
        Samples = 11,
        // cpu: job 20·0.5 + 20·2 = 50 J; others' use 4·2 = 8 J; idle nobody held 60·0.5 = 30 J; machine 80·0.5 + 24·2 = 88 J.
        // memory: job 20 GB·s·0.3 = 6 J; idle 140·0.3 = 42 J; machine 48 J.  other: 0.2 of each: 11.2 + 1.6 + 14.4 = 27.2 J.
        Components =
        [
            new(Component.Cpu, null, Quality.Modelled, 50_000_000, 8_000_000, 30_000_000, 88_000_000,
                [new("cpu/idle", 20), new("cpu/busy", 20)], [new("cpu/idle", 80), new("cpu/busy", 24)]),
            new(Component.Memory, null, Quality.Assumed, 6_000_000, 0, 42_000_000, 48_000_000, [new("memory", 20)], [new("memory", 160)]),
            new(Component.Other, null, Quality.Assumed, 11_200_000, 1_600_000, 14_400_000, 27_200_000,
                [new("other/cpu/idle", 20), new("other/cpu/busy", 20), new("other/memory", 20)],
                [new("other/cpu/idle", 80), new("other/cpu/busy", 24), new("other/memory", 160)]),
        ],
        Stages = [new(StageRecord.Outside, 0, 10, null, null, Uses(10, 2))],
        Epochs = [],
        QuarterHours = [],
        Gaps = [],
        Overhead = new(0.05, 0.01, 31_457_280),
    };

    /// <summary>100 s with 4 threads busy: 1,272 J at the plug (12.72 W). Stages load 10 s, train 85 s, 5 s outside; ten epochs of 8 s.</summary>
    public static RunRecord Training(string name = "digits-mlp", string id = "20261122-060000-bbbbbb", IReadOnlyList<IReadOnlyDictionary<string, double>>? metrics = null)
    {
        metrics ??= Reference;
        return new()
        {
            Opening = Opening(id, name) with { Command = ["python3", "train.py", "--epochs", "10"], Project = "lab", Tags = Tags },
            Status = RunStatus.Completed,
            ExitCode = 0,
            DurationSeconds = 100,
            JobCpuSeconds = 400,
            Samples = 101,
            // Machine: 800 thread·s, 400 busy: 400 + 800 = 1,200 J; memory 1,600 GB·s = 480 J; other 336 J. Others used nothing.
            Components =
            [
                new(Component.Cpu, null, Quality.Modelled, 1_000_000_000, 0, 200_000_000, 1_200_000_000,
                    [new("cpu/idle", 400), new("cpu/busy", 400)], [new("cpu/idle", 800), new("cpu/busy", 400)]),
                new(Component.Memory, null, Quality.Assumed, 60_000_000, 0, 420_000_000, 480_000_000, [new("memory", 200)], [new("memory", 1600)]),
                new(Component.Other, null, Quality.Assumed, 212_000_000, 0, 124_000_000, 336_000_000,
                    [new("other/cpu/idle", 400), new("other/cpu/busy", 400), new("other/memory", 200)],
                    [new("other/cpu/idle", 800), new("other/cpu/busy", 400), new("other/memory", 1600)]),
            ],
            Stages =
            [
                new("load", 0, 10, new(1797, 64), new(1437, 64), Uses(10, 4)),
                new("train", 10, 85, new(1437, 64), null, Uses(85, 4)),
                new(StageRecord.Outside, 95, 5, null, null, Uses(5, 4)),
            ],
            Epochs = [.. metrics.Select((metric, i) => new EpochRecord(i + 1, "train", 12 + (8 * i), 8, metric, Uses(8, 4)))],
            QuarterHours = [],
            Gaps = [],
            Overhead = new(0.31, 0.08, 41_943_040),
        };
    }

    /// <summary>The reference of the mission: ten epochs, loss 1.2 to 0.24, accuracy 0.45 to 0.94.</summary>
    public static readonly IReadOnlyList<IReadOnlyDictionary<string, double>> Reference =
        Metrics([1.2, 0.95, 0.75, 0.6, 0.5, 0.42, 0.36, 0.31, 0.27, 0.24], [0.45, 0.6, 0.7, 0.78, 0.83, 0.87, 0.89, 0.91, 0.93, 0.94]);

    public static IReadOnlyList<IReadOnlyDictionary<string, double>> Metrics(double[] loss, double[]? accuracy = null, double[]? validationLoss = null) =>
        [.. loss.Select((value, i) =>
        {
            var one = new Dictionary<string, double> { ["loss"] = value };
            if (accuracy is not null)
                one["accuracy"] = accuracy[i];
            if (validationLoss is not null)
                one["validation_loss"] = validationLoss[i];
            return (IReadOnlyDictionary<string, double>)one;
        })];

    /// <summary>A laptop with a package counter and one accelerator: 3,600 J cpu and 36,000 J gpu measured, other modelled at a fifth: 47,520 J for the job = 13.2 Wh. No embodied factor.</summary>
    public static (RunRecord Record, AccountingFactors Factors) Metered()
    {
        var rapl = new Factor("meter/rapl", "accuracy of the package counter", "J/J", new(0.97, 1, 1.03), Quality.Measured, Power);
        var nvml = new Factor("meter/nvml", "accuracy of the board counter", "J/J", new(0.95, 1, 1.05), Quality.Measured, Power);
        var opening = Opening("20261122-070000-cccccc", "finetune") with
        {
            Machine = Server with { Kind = HostKind.Laptop, Gpus = ["NVIDIA RTX A2000 Laptop GPU"] },
            Meters =
            [
                new("rapl:package-0", Component.Cpu, MeterKind.EnergyCounter, MeterRole.Machine, Range: 262_143_328_850),
                new("rapl:core", Component.Cpu, MeterKind.EnergyCounter, MeterRole.Contained, Note: "inside package-0"),
                new("nvml:0", Component.Gpu, MeterKind.EnergyCounter, MeterRole.Machine, Device: "0"),
            ],
            Bases =
            [
                new(Component.Cpu, Quality.Measured, ["rapl:package-0"], "meter/rapl", null, null, 8, "the package counter is readable"),
                new(Component.Gpu, Quality.Measured, ["nvml:0"], "meter/nvml", null, null, 1, "the board counts its energy"),
            ],
            Rates =
            [
                RateOf("meter/rapl", "J", rapl), RateOf("meter/nvml", "J", nvml), OtherOf("meter/rapl", "J", rapl), OtherOf("meter/nvml", "J", nvml),
            ],
        };
        var record = Shell() with
        {
            Opening = opening,
            DurationSeconds = 600,
            JobCpuSeconds = 1200,
            Samples = 601,
            Components =
            [
                new(Component.Cpu, null, Quality.Measured, 3_600_000_000, 0, 400_000_000, 4_000_000_000, [new("meter/rapl", 3600)], [new("meter/rapl", 4000)]),
                new(Component.Gpu, "0", Quality.Measured, 36_000_000_000, 0, 0, 36_000_000_000, [new("meter/nvml", 36000)], [new("meter/nvml", 36000)]),
                new(Component.Other, null, Quality.Assumed, 7_920_000_000, 0, 80_000_000, 8_000_000_000,
                    [new("other/meter/rapl", 3600), new("other/meter/nvml", 36000)], [new("other/meter/rapl", 4000), new("other/meter/nvml", 36000)]),
            ],
            Stages = [new(StageRecord.Outside, 0, 600, null, null,
            [
                new(Component.Cpu, null, 3_600_000_000, [new("meter/rapl", 3600)]),
                new(Component.Gpu, "0", 36_000_000_000, [new("meter/nvml", 36000)]),
                new(Component.Other, null, 7_920_000_000, [new("other/meter/rapl", 3600), new("other/meter/nvml", 36000)]),
            ])],
        };
        var one = new Factor("pue/laptop", "a laptop has no building to cool it", "1", Bounds.FromExact(1), Quality.Assumed, Survey);
        return (record, Factors(embodied: false) with { Pue = one, PueHow = "laptop" });
    }

    /// <summary>The shell run with gaps, warnings, a failure, a guessed zone and a name that attacks the terminal.</summary>
    public static (RunRecord Record, AccountingFactors Factors) Troubled()
    {
        var record = Shell("\u001b[31mred\u0007 | <b>bold</b>\n\u202Eevil", "20261122-080000-dddddd");
        var factors = Factors();
        return (
            record with
            {
                Opening = record.Opening with
                {
                    Place = new Place(Zone: "FR", How: PlaceOrigin.TimeZone, Detail: "Europe/Paris"),
                    Warnings = [new("rapl-denied", "The package counter is there but may not be read; see tonne doctor.")],
                },
                Status = RunStatus.Failed,
                ExitCode = 137,
                Gaps = [new("proc:busy", 2, 3.5, "no reading in time"), new("proc:busy", 7, 7.5, "no reading in time"), new("nvml:0", 0, 10, "driver lost \u001b[2J")],
                Warnings = [new("descendants-alive", "2 processes outlived the command and were settled at its end.")],
            },
            factors with
            {
                Grid = factors.Grid with
                {
                    Intensity = factors.Grid.Intensity with { Quality = Quality.Assumed, Bounds = new(20, 50, 800) },
                    How = "guessed from the time zone Europe/Paris",
                },
                Warnings = [new("zone-guessed", "The grid was guessed from the time zone.", "Set --zone.")],
            });
    }

    public static Footprint Account(RunRecord record, AccountingFactors? factors = null) => new Accountant().Account(record, factors ?? Factors());

    static readonly ImmutableSortedDictionary<string, string> Tags =
        ImmutableSortedDictionary<string, string>.Empty.Add("seed", "7");

    static RunOpening Opening(string id, string name) => new()
    {
        Id = id,
        Name = name,
        StartedAt = Start,
        Machine = Server,
        Place = new Place(Zone: "FR", How: PlaceOrigin.Given),
        Meters =
        [
            new("proc:busy", Component.Cpu, MeterKind.CpuTime, MeterRole.Busy, Quality.Modelled),
            new("proc:idle", Component.Cpu, MeterKind.CpuTime, MeterRole.Idle, Quality.Modelled),
        ],
        Bases =
        [
            new(Component.Cpu, Quality.Modelled, [], null, "cpu/idle", "cpu/busy", 8, "no energy counter is readable"),
            new(Component.Memory, Quality.Assumed, [], null, "memory", null, 16, "no memory counter is readable"),
            new(Component.Other, Quality.Assumed, [], null, null, null, 1, "no plug meter"),
        ],
        Rates = Rates,
        Holder = new("b00t-1d", 4711, 123456),
    };

    /// <summary>A stretch of T s with t threads busy and 2 GB held: cpu 2.5·t·T J, memory 0.6·T J, other a fifth of both.</summary>
    static ImmutableArray<EnergyUse> Uses(long seconds, long threads) =>
    [
        new(Component.Cpu, null, 2_500_000 * threads * seconds, [new("cpu/idle", threads * seconds), new("cpu/busy", threads * seconds)]),
        new(Component.Memory, null, 600_000 * seconds, [new("memory", 2 * seconds)]),
        new(Component.Other, null, (500_000 * threads * seconds) + (120_000 * seconds),
            [new("other/cpu/idle", threads * seconds), new("other/cpu/busy", threads * seconds), new("other/memory", 2 * seconds)]),
    ];
}
