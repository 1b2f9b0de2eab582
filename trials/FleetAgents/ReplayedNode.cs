using System.Collections.Immutable;
using System.Globalization;
using Tonne.Cli.Agents;
using Tonne.Hardware;
using Tonne.Instruments.Nodes;
using Tonne.Instruments.Processes;
using Tonne.Runs;

namespace Tonne.Trials.FleetAgents;

/// <summary>A node that is not there, with jobs that come and go.</summary>
/// <param name="name">Its name.</param>
/// <param name="meters">Meters in all: energy counters, busy time, and the time of a job.</param>
/// <param name="seed">Its powers.</param>
/// <param name="time">The clock.</param>
sealed class ReplayedNode(string name, int meters, int seed, TimeProvider time) : IAgentInstruments
{
    const int LeastWatts = 40;
    const int MostWatts = 120;
    const int BusyThreads = 32;
    const int JobThreads = 4;

    readonly Lock _lock = new();
    readonly long _start = time.GetTimestamp();
    readonly PowerCounter[] _counters =
        [.. Enumerable.Range(0, meters - 2).Select(i => new PowerCounter(HashCode.Combine(seed, i), time, LeastWatts, MostWatts))];
    readonly List<ReplayedAgentJob> _whole = [];
    ImmutableList<NodeWorkload> _jobs = [];

    /// <summary>Its name.</summary>
    internal string Name => name;

    /// <summary>This process.</summary>
    internal RunHolder Holder { get; } = ProcessIdentity.GetCurrent();

    /// <summary>Its energy meters.</summary>
    internal ImmutableArray<MeterDescription> Meters { get; } =
    [
        .. Enumerable.Range(0, meters - 2).Select(i => new MeterDescription(
            string.Create(CultureInfo.InvariantCulture, $"replay:package-{i}"), Component.Cpu, MeterKind.EnergyCounter, MeterRole.Machine,
            Device: string.Create(CultureInfo.InvariantCulture, $"package-{i}"))),
    ];

    /// <summary>Begins a job.</summary>
    internal void Begin(long id)
    {
        var text = id.ToString(CultureInfo.InvariantCulture);
        lock (_lock)
            _jobs = _jobs.Add(new NodeWorkload(NodeWorkloadKind.SlurmJob, text, $"/replayed/{name}/job_{text}", 1));
    }

    /// <summary>Ends a job.</summary>
    internal void End(long id)
    {
        var text = id.ToString(CultureInfo.InvariantCulture);
        lock (_lock)
            _jobs = _jobs.RemoveAll(job => job.Id == text);
    }

    /// <summary>Meters for a run: of the node, or of one of its jobs.</summary>
    internal IReadOnlyList<ReplayedAgentMeter> CreateMeters(string? job)
    {
        var threads = job is null ? 0.001 : JobThreads;
        return
        [
            .. Meters.Zip(_counters, static (meter, counter) => new ReplayedAgentMeter(meter, counter.Read)),
            new(new("replay:busy", Component.Cpu, MeterKind.CpuTime, MeterRole.Busy), () => Elapsed(BusyThreads)),
            new(new("replay:job", Component.Cpu, MeterKind.CpuTime, MeterRole.Job), () => Elapsed(threads)),
        ];
    }

    /// <summary>Keeps the runs of the node itself, whose energy is then known.</summary>
    internal void Note(ReplayedAgentJob whole)
    {
        lock (_lock)
            _whole.Add(whole);
    }

    /// <summary>What the runs of the node itself must have, µJ.</summary>
    internal long Microjoules
    {
        get
        {
            lock (_lock)
                return _whole.Sum(static job => job.Microjoules);
        }
    }

    /// <inheritdoc/>
    public IAgentMachine OpenMachine(string? gpus = null) => new ReplayedMachine(this);

    /// <inheritdoc/>
    public IReadOnlyList<NodeWorkload> FindWorkloads() => _jobs;

    /// <inheritdoc/>
    public WorkloadIdentity Identify(NodeWorkload workload) => new(new Dictionary<string, string>(StringComparer.Ordinal)
    {
        ["SLURM_JOB_ID"] = workload.Id,
        ["SLURM_JOB_NAME"] = "train-" + workload.Id,
        ["SLURM_JOB_ACCOUNT"] = "account-" + (long.Parse(workload.Id, CultureInfo.InvariantCulture) % 20).ToString(CultureInfo.InvariantCulture),
        ["SLURM_JOB_USER"] = "user-" + (long.Parse(workload.Id, CultureInfo.InvariantCulture) % 100).ToString(CultureInfo.InvariantCulture),
        ["SLURM_JOB_PARTITION"] = "main",
        ["SLURM_CLUSTER_NAME"] = "replayed",
        ["SLURMD_NODENAME"] = name,
    });

    long Elapsed(double threads) => (long)(time.GetElapsedTime(_start).Ticks * 100 * threads);
}
