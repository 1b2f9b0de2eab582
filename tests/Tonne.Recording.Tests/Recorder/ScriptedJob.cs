using System.Collections.Immutable;
using Tonne.Hardware;
using Tonne.Quantities;
using Tonne.Recording.Metering;
using Tonne.Recording.Tests.Attribution;
using Tonne.Runs;

namespace Tonne.Recording.Tests.Recorder;

/// <summary>
/// A job alone on a machine of two threads with a package counter: one thread busy, all of it the job's, 12 W on the package, of which 2 W idle.
/// Everything else is 40 %.
/// </summary>
/// <remarks>
/// By docs/methods/attribution.md the job has all of the 10 W above idle and, holding one thread of two, half of the 2 W: 11 W. With 40 % of each
/// for everything else that is 15.4 W; the machine has 12 W · 1.4 = 16.8 W.
/// </remarks>
sealed class ScriptedJob : IMeteredJob
{
    public const double JobCpuWatts = 11;
    public const double MachineCpuWatts = 12;
    public const double JobWatts = 15.4;

    readonly RunOpening _machine = ScriptedTrace.Metered().Opening;

    public ScriptedJob(List<string>? events = null)
    {
        Events = events ?? [];
        Meters =
        [
            new LinearMeter(ScriptedTrace.Busy, 1_000_000_000, () => Events.Add("sample")),
            new LinearMeter(ScriptedTrace.Job, 1_000_000_000),
            new LinearMeter(ScriptedTrace.Package(0), 12_000_000),
        ];
    }

    /// <summary>What happened to it, in order.</summary>
    public List<string> Events { get; }

    public bool IsDisposed { get; private set; }

    public long? SettledCpu { get; init; }

    public Machine Machine => _machine.Machine;

    public IReadOnlyList<IMeter> Meters { get; }

    public ImmutableArray<ComponentBasis> Bases => _machine.Bases;

    public ImmutableArray<Rate> Rates => _machine.Rates;

    public RunHolder Holder => _machine.Holder;

    public ImmutableArray<Warning> Warnings { get; init; } = [];

    /// <summary>Samples come with marks, at the start and at the end: nothing here depends on how busy this machine is.</summary>
    public ISampleWaiter CreateWaiter() => new Endless();

    public long? CompleteAccount()
    {
        Events.Add("complete");
        return SettledCpu;
    }

    public IEnumerable<Warning> GetFinalWarnings() => [new Warning("final", "known at the end")];

    public void Dispose() => IsDisposed = true;

    sealed class LinearMeter(MeterDescription description, long perSecond, Action? onRead = null) : IMeter
    {
        public MeterDescription Description => description;

        public Reading Read(long timestamp)
        {
            onRead?.Invoke();
            return Reading.FromValue((long)((Int128)timestamp * perSecond / 1_000_000_000));
        }
    }

    sealed class Endless : ISampleWaiter
    {
        readonly ManualResetEvent _ended = new(false);

        public void Wait(TimeSpan atMost) => _ended.WaitOne();

        public void Cancel() => _ended.Set();

        public void Dispose() => _ended.Dispose();
    }
}
