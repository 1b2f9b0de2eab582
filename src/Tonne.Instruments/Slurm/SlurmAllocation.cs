using System.Globalization;
using Tonne.Runs;

namespace Tonne.Instruments.Slurm;

/// <summary>The CPUs of this node that Slurm has allocated to a step or a job.</summary>
/// <param name="Name">What shares the allocation: job and step.</param>
/// <param name="Cpus">CPUs allocated on this node, as Slurm counts.</param>
/// <param name="NodeCpus">CPUs of the node, as Slurm counts: those of <c>slurm.conf</c>, else the hardware threads.</param>
sealed record SlurmAllocation(string Name, int Cpus, int NodeCpus)
{
    /// <summary>Share of the node, above 0 to 1.</summary>
    public double Share => (double)Cpus / NodeCpus;

    /// <summary>Reads it from the variables that slurmd gives to tasks, batch scripts, prolog and epilog.</summary>
    /// <remarks>
    /// Source: sbatch(1), <c>SLURM_CPUS_ON_NODE</c> and <c>SLURM_JOB_CPUS_PER_NODE</c>: <c>72(x2),36</c> in the order of the node list. Only slurmd sets
    /// <c>SLURMD_NODENAME</c>: a shell of salloc on a login node has no allocation there.
    /// </remarks>
    /// <param name="getVariable">Reads an environment variable; null if it is not set.</param>
    /// <param name="threads">Hardware threads of the machine.</param>
    /// <param name="findNodeCpus">CPUs of a node by its name; null if no configuration says.</param>
    /// <returns>Null outside Slurm, or if the numbers contradict each other.</returns>
    public static SlurmAllocation? Read(Func<string, string?> getVariable, int threads, Func<string, int?> findNodeCpus)
    {
        if (getVariable("SLURM_JOB_ID") is not { Length: > 0 } job || getVariable("SLURMD_NODENAME") is not { Length: > 0 } node)
            return null;
        var step = getVariable("SLURM_STEP_ID");
        if ((Count(getVariable("SLURM_CPUS_ON_NODE")) ?? FindCpus(getVariable, node)) is not { } cpus)
            return null;
        var all = findNodeCpus(node) ?? threads;
        return cpus <= all ? new SlurmAllocation(step is null ? job : $"{job}.{step}", cpus, all) : null;
    }

    /// <summary>The part of <c>SLURM_JOB_CPUS_PER_NODE</c> that is this node's.</summary>
    static int? FindCpus(Func<string, string?> getVariable, string node)
    {
        if ((getVariable("SLURM_JOB_NODELIST") ?? getVariable("SLURM_NODELIST")) is not { } list || !HostList.TryExpand(list, out var nodes)
            || getVariable("SLURM_JOB_CPUS_PER_NODE") is not { } each)
            return null;
        var index = nodes.ToList().IndexOf(node);
        foreach (var part in each.Split(','))
        {
            var open = part.IndexOf("(x", StringComparison.Ordinal);
            var repeated = open < 0 ? 1 : Count(part[(open + 2)..].TrimEnd(')'));
            if (repeated is not { } times || Count(open < 0 ? part : part[..open]) is not { } cpus)
                return null;
            if (index >= 0 && index < times)
                return cpus;
            index -= times;
        }

        return null;
    }

    static int? Count(string? text) => int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var count) && count > 0 ? count : null;
}
