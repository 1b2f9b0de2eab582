using Tonne.Hardware;
using Tonne.Instruments.Files;
using Tonne.Instruments.MachineCalibration;
using Tonne.Instruments.Machines;
using Tonne.Instruments.Modelled;
using Tonne.Quantities;
using Tonne.Recording.Metering;
using Tonne.Runs;

namespace Tonne.Instruments.Tests.MachineCalibration;

/// <summary>A machine whose law is known: packages p0 + p1 · L, everything else c + s · packages, the plug their sum; reported with noise, on a clock of its own.</summary>
sealed class KnownMachine(TimeProvider time, Random random) : IDisposable
{
    const int Threads = 8;
    static readonly Source Hand = new("HAND", "numbers of this test");

    readonly List<(double At, double Load)> _levels = [(0, 0)];
    double _level;

    public double PackageIdle { get; init; } = 10;

    public double PackageSpan { get; init; } = 60;

    public double OtherConstant { get; init; } = 25;

    public double OtherPerWatt { get; init; } = 0.3;

    /// <summary>Standard deviation of what the plug reports, W.</summary>
    public double Noise { get; init; } = 0.4;

    /// <summary>Busy share while it should be idle.</summary>
    public double Background { get; init; } = 0.01;

    public bool Metered { get; init; } = true;

    public bool Silent { get; init; }

    public double PackageAt(double load) => PackageIdle + (PackageSpan * load);

    public double PlugAt(double load) => (PackageAt(load) * (1 + OtherPerWatt)) + OtherConstant;

    /// <summary>Keeps so many threads at work.</summary>
    public IDisposable Work(int threads)
    {
        _level = threads / (double)Threads;
        _levels.Add((Now, Math.Max(_level, Background)));
        return new Worker(this);
    }

    public DiscoveryResult Discovery()
    {
        var description = MachineDescription.Read(FileTree.Local);
        var cpu = new CpuPowerModel
        {
            Microarchitecture = "known",
            IdleWattsPerThread = Watts("w0", 1),
            FullWattsPerThread = Watts("w1", 3),
            InServiceIdleRatio = Watts("f0", 1),
            InServiceFullLoadRatio = Watts("f1", 1),
            IncludedGigabytesPerThread = 1,
            Memory = MemoryType.Unknown,
            HostThreads = Watts("host", 8),
            Quality = Quality.Modelled,
            Explanation = "a test",
        };
        var power = new MachinePower(cpu, Watts("m", 0.1), Watts("k", 0.4), Threads, 1, 0);
        return new DiscoveryResult
        {
            Machine = new Machine(HostKind.Server, "Known 9000", null, Threads, 1, 0, "Linux", false, "boot"),
            Description = description,
            Power = power,
            EnergyMeters = Metered ? [new Meter("plug:0", MeterKind.Power, PlugPower), new Meter("rapl:package-0", MeterKind.EnergyCounter, PackageEnergy)] : [new Meter("plug:0", MeterKind.Power, PlugPower)],
            CpuTimeMeters = [new Meter("proc:busy", MeterKind.CpuTime, Busy)],
            Bases = [],
            Rates = [],
            Missing = [],
            Warnings = [],
            Instruments = [new Offers(Metered)],
        };
    }

    public void Dispose() => _levels.Clear();

    static Factor Watts(string id, double best) => new(id, id, "W", Bounds.FromExact(best), Quality.Modelled, Hand);

    double Now => time.GetTimestamp() / (double)time.TimestampFrequency;

    /// <summary>∫ load dt since the clock began, in s.</summary>
    double LoadSeconds()
    {
        var sum = 0d;
        for (var i = 0; i < _levels.Count; i++)
            sum += Math.Max(_levels[i].Load, Background) * ((i + 1 < _levels.Count ? _levels[i + 1].At : Now) - _levels[i].At);
        return sum;
    }

    // Irwin and Hall: twelve uniform numbers are as good as a normal one.
    double Normal() => Enumerable.Range(0, 12).Sum(_ => random.NextDouble()) - 6;

    Reading PlugPower() => Silent ? Reading.FromGapReason("no route to host") : Reading.FromValue((long)Math.Round(1000 * (PlugAt(Math.Max(_level, Background)) + (Noise * Normal()))));

    Reading PackageEnergy() => Reading.FromValue((long)Math.Round(1e6 * ((PackageIdle * Now) + (PackageSpan * LoadSeconds()))));

    Reading Busy() => Reading.FromValue((long)Math.Round(1e9 * Threads * LoadSeconds()));

    sealed class Worker(KnownMachine machine) : IDisposable
    {
        public void Dispose()
        {
            machine._level = 0;
            machine._levels.Add((machine.Now, 0));
        }
    }

    sealed class Meter(string id, MeterKind kind, Func<Reading> read) : IMeter
    {
        public MeterDescription Description { get; } = new(id, Component.Other, kind, MeterRole.Machine);

        public Reading Read(long timestamp) => read();
    }

    sealed class Offers(bool metered) : Instrument
    {
        static Factor Accuracy(string id, double spread) => new(id, id, "1", new Bounds(1 - spread, 1, 1 + spread), Quality.Measured, Hand);

        public override IReadOnlyList<MeteredPart> Parts { get; } = metered
            ? [new(Component.Platform, null, ["plug:0"], Accuracy("plug", 0.01), "A plug."), new(Component.Cpu, null, ["rapl:package-0"], Accuracy("rapl", 0.03), "Counters.")]
            : [new(Component.Platform, null, ["plug:0"], Accuracy("plug", 0.01), "A plug.")];
    }

    public static void AssertHolds(Bounds bounds, double truth, string what) =>
        Assert.True(bounds.Low <= truth && truth <= bounds.High, $"{what}: {truth} is not in [{bounds.Low}, {bounds.High}], best {bounds.Best}");

    public static CalibrationPlan TenMinutes => CalibrationPlan.Default;
}
