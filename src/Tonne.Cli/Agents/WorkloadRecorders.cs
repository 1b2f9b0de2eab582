using System.Collections.Immutable;
using System.Globalization;
using Tonne.Cli.Slurm;
using Tonne.Instruments.Nodes;
using Tonne.Instruments.Processes;
using Tonne.Recording;

namespace Tonne.Cli.Agents;

/// <summary>Records each Slurm job and each pod of the node as runs of their own, from when its control group appears to when it is
/// gone.</summary>
/// <remarks>A job that Slurm's prolog records is left to it. Not thread safe.</remarks>
sealed class WorkloadRecorders : IDisposable
{
    readonly CommandContext _context;
    readonly IAgentInstruments _instruments;
    readonly IRunSink _sink;
    readonly AgentRequest _request;
    readonly RecordingOptions _options;
    readonly Action<string> _say;
    readonly Dictionary<string, WorkloadRecorder> _recorders = new(StringComparer.Ordinal);
    readonly HashSet<string> _left = new(StringComparer.Ordinal);
    bool _isFullReported;

    /// <summary>Creates the recorders; none runs yet.</summary>
    /// <param name="context">The clock.</param>
    /// <param name="instruments">Finds and follows jobs and pods.</param>
    /// <param name="sink">Receives the runs.</param>
    /// <param name="request">How many, and how often they are sampled.</param>
    /// <param name="options">The options that all runs of the node have.</param>
    /// <param name="say">Receives messages for the administrator.</param>
    public WorkloadRecorders(
        CommandContext context, IAgentInstruments instruments, IRunSink sink, AgentRequest request, RecordingOptions options,
        Action<string> say) =>
        (_context, _instruments, _sink, _request, _options, _say) = (context, instruments, sink, request, options, say);

    /// <summary>The runs that are recorded now.</summary>
    public IEnumerable<RecordedRun> Runs => _recorders.Values.Select(recorder => recorder.Chain.Run).OfType<RecordedRun>();

    /// <summary>Ids of the runs that are recorded now.</summary>
    public ImmutableArray<string> RunIds =>
        [.. _recorders.Values.Select(recorder => recorder.Chain.Run?.Id).OfType<string>().Order(StringComparer.Ordinal)];

    /// <summary>Looks for workloads that have begun or ended, and begins the runs of the next day when it has come.</summary>
    public void Update()
    {
        if (_request.MaxWorkloads == 0)
            return;
        var found = _instruments.FindWorkloads().ToDictionary(workload => workload.Folder, StringComparer.Ordinal);
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

        var isJob = workload.Kind == NodeWorkloadKind.SlurmJob;
        if (isJob && RecorderFiles.HasRecorder(_request.RecorderFolder, workload.Id, workload.Node))
        {
            _left.Add(workload.Folder);
            return;
        }

        var identity = _instruments.Identify(workload);
        var variables = identity.Variables;
        string? GetVariable(string name) => isJob ? variables.GetValueOrDefault(name) : null;
        // An exporter does not report who uses a GPU: a job has those that Slurm gave it, a pod none.
        var machine = _instruments.OpenMachine(GetVariable("SLURM_JOB_GPUS") ?? "");
        var reservation = ResourceReservation.ReadAllocation(GetVariable, machine.Threads);
        var name = isJob ? GetVariable("SLURM_JOB_NAME") ?? "slurm-" + workload.Id : variables.GetValueOrDefault("HOSTNAME")
            ?? "pod-" + workload.Id[..8];
        var tags = _options.Tags.SetItems(identity.Tags);
        var recorder = new RunRecorder(
            _ => machine.FollowWorkload(workload, reservation),
            _sink, _options with
            {
                Tags = isJob ? tags.SetItem("kind", "slurm-job") : tags.SetItem("kind", "pod").SetItem("pod", workload.Id),
                Period = _request.JobPeriod,
                GetVariable = GetVariable,
                CoversJob = isJob,
            }, _context.Time);
        var chain = new RunChain(recorder, name, _context.Time, _say);
        _recorders[workload.Folder] = new WorkloadRecorder(chain, machine);
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
