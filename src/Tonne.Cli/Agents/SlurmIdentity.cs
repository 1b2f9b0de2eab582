using System.Collections.Immutable;
using System.Globalization;
using Tonne.Cli.Slurm;
using Tonne.Instruments.Nodes;
using Tonne.Runs;

namespace Tonne.Cli.Agents;

/// <summary>What a job of Slurm is: from its control group and the controller where they have it, and from the variables of its processes,
/// which its user can set, only for the rest.</summary>
static class SlurmIdentity
{
    /// <summary>Tag that names what is known from the job's own variables only.</summary>
    public const string UnverifiedTag = "unverified";

    // What the controller says, and the name under which it counts as unverified.
    static readonly (string Variable, string Name)[] _ofController =
    [
        ("SLURM_JOB_NAME", "name"), ("SLURM_JOB_ACCOUNT", "account"), ("SLURM_JOB_PARTITION", "partition"), ("SLURM_JOB_QOS", "qos"),
        ("SLURM_ARRAY_JOB_ID", "array"), ("SLURM_ARRAY_TASK_ID", "array"), ("SLURM_JOB_NODELIST", "nodes"),
    ];

    // What nobody but slurmd says, to the job.
    static readonly (string Variable, string Name)[] _ofJob =
    [
        ("SLURM_CLUSTER_NAME", "cluster"), ("SLURM_JOB_NUM_NODES", "nodes"), ("SLURM_RESTART_COUNT", "restarts"), ("SLURM_JOB_GPUS", "gpus"),
    ];

    /// <summary>Joins what is known.</summary>
    /// <param name="workload">The job.</param>
    /// <param name="claimed">Variables of its processes.</param>
    /// <param name="facts">What the controller says; null if it does not answer.</param>
    /// <param name="userId">Its user, from its control group or its processes; null if unknown.</param>
    /// <param name="userName">Name of that user; null if unknown.</param>
    /// <param name="configuration">Path of slurm.conf as the agent has it, never as the job has it; null for the usual one.</param>
    public static WorkloadIdentity Create(
        NodeWorkload workload, IReadOnlyDictionary<string, string> claimed, IReadOnlyDictionary<string, string>? facts, uint? userId,
        string? userName, string? configuration)
    {
        // Variables of another job: a task has changed them.
        if (claimed.GetValueOrDefault("SLURM_JOB_ID") != workload.Id)
            claimed = ImmutableDictionary<string, string>.Empty;
        // A job of another user with the same number: of another cluster.
        var named = facts?.GetValueOrDefault("SLURM_JOB_UID");
        if (userId is { } known && named is not null && named != known.ToString(CultureInfo.InvariantCulture))
            facts = null;
        var unverified = new SortedSet<string>(StringComparer.Ordinal);
        var variables = new Dictionary<string, string>(StringComparer.Ordinal) { ["SLURM_JOB_ID"] = workload.Id };
        foreach (var (variable, name) in _ofController)
        {
            if (facts is not null)
                Put(variable, facts.GetValueOrDefault(variable));
            else
                Claim(variable, name);
        }

        foreach (var (variable, name) in _ofJob)
            Claim(variable, name);
        if ((facts?.GetValueOrDefault("SLURM_JOB_USER") ?? userName ?? userId?.ToString(CultureInfo.InvariantCulture)) is { } user)
            Put("SLURM_JOB_USER", user);
        else
            Claim("SLURM_JOB_USER", "user");
        Put("SLURM_JOB_UID", userId?.ToString(CultureInfo.InvariantCulture) ?? named);
        PutNode();
        Put("SLURM_CONF", configuration);
        return new WorkloadIdentity(variables, unverified.Count == 0 ? ImmutableSortedDictionary<string, string>.Empty
            : ImmutableSortedDictionary<string, string>.Empty.Add(UnverifiedTag, string.Join(',', unverified)));

        void Put(string variable, string? value)
        {
            if (value is not null)
                variables[variable] = value;
        }

        void Claim(string variable, string name)
        {
            if (claimed.GetValueOrDefault(variable) is not { } value)
                return;
            variables[variable] = value;
            unverified.Add(name);
        }

        void PutNode()
        {
            var isAlone = facts?.GetValueOrDefault("SLURM_JOB_NODELIST") is { } list && HostList.TryExpand(list, out var nodes) && nodes.Count == 1;
            if ((workload.Node ?? (isAlone ? facts!["SLURM_JOB_NODELIST"] : null)) is { } node)
                Put("SLURMD_NODENAME", node);
            else
                Claim("SLURMD_NODENAME", "node");
            // The controller has the CPUs of all nodes together.
            if (isAlone && facts!.ContainsKey(ControllerQuery.Cpus))
                Put("SLURM_JOB_CPUS_PER_NODE", facts[ControllerQuery.Cpus]);
            else
                Claim("SLURM_JOB_CPUS_PER_NODE", "cpus");
        }
    }
}
