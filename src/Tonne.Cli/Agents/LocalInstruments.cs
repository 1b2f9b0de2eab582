using System.Collections.Immutable;
using Tonne.Cli.Configuration;
using Tonne.Cli.Slurm;
using Tonne.Instruments.Files;
using Tonne.Instruments.HttpPolling;
using Tonne.Instruments.Machines;
using Tonne.Instruments.Nodes;

namespace Tonne.Cli.Agents;

/// <summary>The instruments of the machine that this process runs on, or of the folder that the settings name in its place.</summary>
/// <param name="context">The environment and the clock.</param>
/// <param name="settings">The settings.</param>
/// <param name="meterAddresses">Addresses of meters, beside those of the settings.</param>
sealed class LocalInstruments(CommandContext context, Settings settings, ImmutableArray<string> meterAddresses) : IAgentInstruments, IDisposable
{
    // What identifies a job; no step, rank or secret.
    static readonly HashSet<string> _variables = new(StringComparer.Ordinal)
    {
        "SLURM_JOB_ID", "SLURM_JOB_NAME", "SLURM_JOB_ACCOUNT", "SLURM_JOB_USER", "SLURM_JOB_PARTITION", "SLURM_JOB_QOS",
            "SLURM_CLUSTER_NAME", "SLURM_JOB_NODELIST",
        "SLURM_JOB_NUM_NODES", "SLURM_ARRAY_JOB_ID", "SLURM_ARRAY_TASK_ID", "SLURM_RESTART_COUNT", "SLURM_JOB_CPUS_PER_NODE",
            "SLURMD_NODENAME", "SLURM_JOB_GPUS", "HOSTNAME",
    };

    static readonly TimeSpan _longestWaitForController = TimeSpan.FromSeconds(2);

    // A controller that is down must not be waited for with each job.
    static readonly TimeSpan _pauseOfController = TimeSpan.FromMinutes(1);

    // Exporters are asked once a period for all runs.
    readonly NetworkMeterPool _pool = new();
    readonly NodeWorkloads _workloads = new(new FileTree(settings.Sysroot));
    long? _unanswered;

    /// <inheritdoc/>
    public IAgentMachine OpenMachine(string? gpus = null)
    {
        var options = settings.CreateDiscoveryOptions(context.GetVariable);
        options = options with { MeterAddresses = [.. options.MeterAddresses, .. meterAddresses], NetworkPool = _pool, Time = context.Time };
        if (gpus is not null)
            options = options with { JobVariable = name => name == "CUDA_VISIBLE_DEVICES" ? gpus : null };
        return new LocalMachine(context, settings, MachineDiscovery.Discover(new FileTree(settings.Sysroot), options));
    }

    /// <inheritdoc/>
    public IReadOnlyList<NodeWorkload> FindWorkloads() => _workloads.Find();

    /// <inheritdoc/>
    public WorkloadIdentity Identify(NodeWorkload workload)
    {
        var variables = _workloads.ReadVariables(workload, _variables.Contains);
        if (workload.Kind == NodeWorkloadKind.SlurmJob)
        {
            var user = _workloads.FindUserId(workload);
            return SlurmIdentity.Create(
                workload, variables, AskController(workload.Id), user, user is { } id ? _workloads.FindUserName(id) : null,
                context.GetVariable("SLURM_CONF"));
        }

        return _workloads.FindPodName(workload) is { } pod
            ? new WorkloadIdentity(
                new Dictionary<string, string>(StringComparer.Ordinal) { ["HOSTNAME"] = pod.Name },
                ImmutableSortedDictionary<string, string>.Empty.Add("namespace", pod.Namespace).Add("pod-name", pod.Name))
            : new WorkloadIdentity(variables);
    }

    /// <inheritdoc/>
    public void Dispose() => _pool.Dispose();

    IReadOnlyDictionary<string, string>? AskController(string job)
    {
        if (_unanswered is { } at && context.Time.GetElapsedTime(at) < _pauseOfController)
            return null;
        // With the agent's own slurm.conf: that of a job names the programs and plugins that its user wants.
        using var limit = new CancellationTokenSource(_longestWaitForController, context.Time);
        var facts = ControllerQuery.AskAsync(job, context.GetVariable("SLURM_CONF"), limit.Token).GetAwaiter().GetResult();
        _unanswered = facts is null ? context.Time.GetTimestamp() : null;
        return facts;
    }
}
