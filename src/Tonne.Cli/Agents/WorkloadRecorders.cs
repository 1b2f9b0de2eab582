using System.Collections.Immutable;
using System.Globalization;
using Tonne.Cli.Configuration;
using Tonne.Cli.Slurm;
using Tonne.Instruments.Files;
using Tonne.Instruments.Machines;
using Tonne.Instruments.Nodes;
using Tonne.Instruments.Processes;
using Tonne.Instruments.Slurm;
using Tonne.Recording;

namespace Tonne.Cli.Agents;

/// <summary>Records each Slurm job and each pod of the node as runs of their own, from when its control group appears to when it is
/// gone.</summary>
/// <remarks>A job that Slurm's prolog records is left to it. Not thread safe.</remarks>
sealed class WorkloadRecorders : IDisposable
{
    // What identifies a job; no step, rank or secret.
    static readonly HashSet<string> _variables = new(StringComparer.Ordinal)
    {
        "SLURM_JOB_ID", "SLURM_JOB_NAME", "SLURM_JOB_ACCOUNT", "SLURM_JOB_USER", "SLURM_JOB_UID", "SLURM_JOB_PARTITION", "SLURM_JOB_QOS",
            "SLURM_CLUSTER_NAME", "SLURM_JOB_NODELIST",
        "SLURM_JOB_NUM_NODES", "SLURM_ARRAY_JOB_ID", "SLURM_ARRAY_TASK_ID", "SLURM_RESTART_COUNT", "SLURM_JOB_CPUS_PER_NODE",
            "SLURMD_NODENAME", "SLURM_CONF", "SLURM_JOB_GPUS", "HOSTNAME",
    };

    readonly CommandContext _context;
    readonly Settings _settings;
    readonly IRunSink _sink;
    readonly AgentRequest _request;
    readonly Func<DiscoveryOptions> _createDiscoveryOptions;
    readonly Func<DiscoveryResult, RecordingOptions> _createOptions;
    readonly Action<string> _say;
    readonly NodeWorkloads _workloads;
    readonly Dictionary<string, WorkloadRecorder> _recorders = new(StringComparer.Ordinal);
    readonly HashSet<string> _left = new(StringComparer.Ordinal);
    bool _isFullReported;

    /// <summary>Creates the recorders; none runs yet.</summary>
    /// <param name="context">The clock and the environment.</param>
    /// <param name="settings">The settings.</param>
    /// <param name="sink">Receives the runs.</param>
    /// <param name="request">How many, and how often they are sampled.</param>
    /// <param name="createDiscoveryOptions">Makes what is known of the machine.</param>
    /// <param name="createOptions">Makes the options that all runs of the node have.</param>
    /// <param name="say">Receives messages for the administrator.</param>
    public WorkloadRecorders(
        CommandContext context, Settings settings, IRunSink sink, AgentRequest request, Func<DiscoveryOptions> createDiscoveryOptions,
        Func<DiscoveryResult, RecordingOptions> createOptions, Action<string> say)
    {
        (_context, _settings, _sink, _request, _say) = (context, settings, sink, request, say);
        (_createDiscoveryOptions, _createOptions) = (createDiscoveryOptions, createOptions);
        _workloads = new NodeWorkloads(new FileTree(settings.Sysroot));
    }

    /// <summary>Ids of the runs that are recorded now.</summary>
    public ImmutableArray<string> RunIds =>
        [.. _recorders.Values.Select(recorder => recorder.Chain.Run?.Id).OfType<string>().Order(StringComparer.Ordinal)];

    /// <summary>The runs that are recorded now.</summary>
    public IEnumerable<RecordedRun> Runs => _recorders.Values.Select(recorder => recorder.Chain.Run).OfType<RecordedRun>();

    /// <summary>Looks for workloads that have begun or ended, and begins the runs of the next day when it has come.</summary>
    public void Update()
    {
        if (_request.MaxWorkloads == 0)
            return;
        var found = _workloads.Find().ToDictionary(workload => workload.Folder, StringComparer.Ordinal);
        foreach (var (folder, recorder) in _recorders.Where(pair => !found.ContainsKey(pair.Key)).ToList())
        {
            Guard(() => Finish(recorder));
            _recorders.Remove(folder);
        }

        _left.IntersectWith(found.Keys);
        foreach (var workload in found.Values)
        {
            if (_recorders.TryGetValue(workload.Folder, out var recorder))
                Guard(() => recorder.Chain.AdvanceAsync().GetAwaiter().GetResult());
            else if (!_left.Contains(workload.Folder))
                Guard(() => Start(workload));
        }
    }

    /// <summary>Ends the runs; the workloads go on.</summary>
    public void FinishAll()
    {
        foreach (var recorder in _recorders.Values)
            Guard(() => Finish(recorder));
        _recorders.Clear();
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var recorder in _recorders.Values)
            recorder.Dispose();
        _recorders.Clear();
    }

    static void Finish(WorkloadRecorder recorder)
    {
        using (recorder)
            recorder.Chain.FinishAsync(new RunCompletion()).GetAwaiter().GetResult();
    }

    void Start(NodeWorkload workload)
    {
        if (_recorders.Count >= _request.MaxWorkloads)
        {
            if (!_isFullReported)
                _say(string.Create(CultureInfo.InvariantCulture,
                    $"{_request.MaxWorkloads} jobs and pods are recorded; others are part of the node's run only."));
            _isFullReported = true;
            return;
        }

        var variables = _workloads.ReadVariables(workload, _variables.Contains);
        var isJob = workload.Kind == NodeWorkloadKind.SlurmJob;
        // A task may have set any variable; the number of the job is in the name of the group.
        string? GetVariable(string name) => !isJob ? null : name == "SLURM_JOB_ID" ? workload.Id
            : variables.GetValueOrDefault("SLURM_JOB_ID") == workload.Id ? variables.GetValueOrDefault(name) : null;
        if (isJob && SlurmJob.Read(name => GetVariable(name) ?? (name == "SLURM_JOB_UID" ? "0" : null), out _) is { } job
            && new RecorderFiles(RecorderFiles.DefaultFolder, job).FindRecorder() is not null)
        {
            _left.Add(workload.Folder);
            return;
        }

        var discovery = MachineDiscovery.Discover(new FileTree(_settings.Sysroot), _createDiscoveryOptions() with
        {
            // An exporter does not report who uses a GPU: a job has those that Slurm gave it, a pod none.
            JobVariable = name => name == "CUDA_VISIBLE_DEVICES" ? GetVariable("SLURM_JOB_GPUS") ?? "" : null,
        });
        var holder = ProcessIdentity.GetCurrent();
        var reservation = ResourceReservation.ReadAllocation(GetVariable, discovery.Machine.Threads);
        var common = _createOptions(discovery);
        var name = isJob ? GetVariable("SLURM_JOB_NAME") ?? "slurm-" + workload.Id : variables.GetValueOrDefault("HOSTNAME")
            ?? "pod-" + workload.Id[..8];
        var recorder = new RunRecorder(
            _ => new MachineJob(discovery, JobInstruments.FollowControlGroup(workload.Folder, workload.Version)
                ?? throw new ProcessEndedException($"{workload.Folder} is gone."), holder, null, reservation),
            _sink, common with
            {
                Tags = isJob ? common.Tags.SetItem("kind", "slurm-job") : common.Tags.SetItem("kind", "pod").SetItem("pod", workload.Id),
                Period = _request.JobPeriod,
                GetVariable = GetVariable,
                CoversJob = isJob,
            }, _context.Time);
        var chain = new RunChain(recorder, name, _context.Time, _say);
        _recorders[workload.Folder] = new WorkloadRecorder(chain, discovery);
        chain.AdvanceAsync().GetAwaiter().GetResult();
    }

    void Guard(Action step)
    {
        try
        {
            step();
        }
#pragma warning disable CA1031 // One job must not end the measuring of the node.
        catch (Exception error) when (error is not OutOfMemoryException)
#pragma warning restore CA1031
        {
            _say(error.Message);
        }
    }
}
