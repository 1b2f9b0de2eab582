using System.Collections.Immutable;
using Tonne.Hardware;
using Tonne.Quantities;
using Tonne.Recording.Metering;
using Tonne.Runs;

namespace Tonne.Recording.Replaying;

/// <summary>
/// A job on a machine that is not there, for tests of programs that record: its processor draws a steady power on the recorder's clock, and nothing of
/// the real machine is read. With a clock moved by hand, energies follow from arithmetic.
/// </summary>
/// <remarks>
/// <code>
/// var recorder = new RunRecorder(_ => new ReplayJob(watts: 12, idleWatts: 2), new MemoryRunSink(), options, clock);
/// </code>
/// The job alone is busy, so by the rules of docs/methods/attribution.md its power is <c>watts − idleWatts + idleWatts · busyThreads ÷ threads</c>, here
/// 10 + 2 · 1 ÷ 2 = 11 W. There is no other component. Samples are taken at marks, at the start and at the end only, so a test does not depend
/// on how busy the machine is that it runs on.
/// </remarks>
public sealed class ReplayJob : IMeteredJob
{
    static readonly Source _source = new("REPLAY", "A machine described by a test");
    static readonly MeterDescription _package = new("replay:package", Component.Cpu, MeterKind.EnergyCounter, MeterRole.Machine, Device: "package-0", CeilingWatts: 10_000);

    /// <summary>Describes the machine.</summary>
    /// <param name="watts">Power of the processor while the job runs, in W, above <paramref name="idleWatts"/>. Default 12.</param>
    /// <param name="idleWatts">Its power when idle, in W, not negative. Default 2.</param>
    /// <param name="threads">Hardware threads, at least 1. Default 2.</param>
    /// <param name="busyThreads">Threads that the job keeps busy, above 0, at most <paramref name="threads"/>. Default 1.</param>
    /// <exception cref="ArgumentOutOfRangeException">A value is outside its range.</exception>
    public ReplayJob(double watts = 12, double idleWatts = 2, int threads = 2, double busyThreads = 1)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(idleWatts);
        if (!(watts > idleWatts && double.IsFinite(watts)))
            throw new ArgumentOutOfRangeException(nameof(watts), watts, $"The power must be above the idle power, {idleWatts} W.");
        ArgumentOutOfRangeException.ThrowIfLessThan(threads, 1);
        if (!(busyThreads > 0 && busyThreads <= threads))
            throw new ArgumentOutOfRangeException(nameof(busyThreads), busyThreads, $"The job keeps more than 0 and at most {threads} threads busy.");
        Machine = new Machine(HostKind.Desktop, "replayed", null, threads, 1, 8_000_000_000, "none", false, "replay");
        Meters =
        [
            new SteadyMeter(new("replay:busy", Component.Cpu, MeterKind.CpuTime, MeterRole.Busy), busyThreads * 1e9),
            new SteadyMeter(new("replay:job", Component.Cpu, MeterKind.CpuTime, MeterRole.Job), busyThreads * 1e9),
            new SteadyMeter(_package, watts * 1e6),
        ];
        Rates =
        [
            CreateRate("cpu/meter", "J", "1", 1),
            CreateRate("cpu/idle-power", "s", "W", idleWatts),
        ];
        Bases = [new(Component.Cpu, Quality.Measured, [_package.Id], "cpu/meter", "cpu/idle-power", null, threads, "described by a test")];
    }

    /// <inheritdoc/>
    public Machine Machine { get; }

    /// <inheritdoc/>
    public IReadOnlyList<IMeter> Meters { get; }

    /// <inheritdoc/>
    public ImmutableArray<ComponentBasis> Bases { get; }

    /// <inheritdoc/>
    public ImmutableArray<Rate> Rates { get; }

    /// <inheritdoc/>
    public RunHolder Holder { get; } = new("replay", Environment.ProcessId, 1);

    /// <inheritdoc/>
    public ISampleWaiter CreateWaiter() => new Endless();

    /// <inheritdoc/>
    public long? CompleteAccount() => null;

    /// <inheritdoc/>
    public IEnumerable<Warning> GetFinalWarnings() => [];

    /// <summary>Nothing is held.</summary>
    public void Dispose()
    {
    }

    static Rate CreateRate(string id, string per, string unit, double value) =>
        new(id, per, new Derivation.FactorNode(new Factor(id, id, unit, Bounds.FromExact(value), Quality.Measured, _source)));

    sealed class Endless : ISampleWaiter
    {
        readonly ManualResetEventSlim _ended = new();

        public void Wait(TimeSpan atMost) => _ended.Wait();

        public void Cancel() => _ended.Set();

        public void Dispose() => _ended.Dispose();
    }
}
