using Tonne.Instruments.Nodes;

namespace Tonne.Cli.Agents;

/// <summary>What an agent measures with: the machine of its node, and the jobs and pods that are on it.</summary>
/// <remarks>One that is <see cref="IDisposable"/> is disposed by its agent. The real one is <see cref="LocalInstruments"/>. Trials host many agents in one process, each with instruments that replay.</remarks>
interface IAgentInstruments
{
    /// <summary>Opens the machine with meters of its own, for the node or for one job or pod; the caller disposes it.</summary>
    /// <param name="gpus">The GPUs of the job, as Slurm numbers them, where it is not known who uses them; empty for none, null for all.</param>
    IAgentMachine OpenMachine(string? gpus = null);

    /// <summary>The jobs and pods that are there now.</summary>
    IReadOnlyList<NodeWorkload> FindWorkloads();

    /// <summary>Finds out what a job or pod is, when it is first seen.</summary>
    /// <param name="workload">The job or pod.</param>
    WorkloadIdentity Identify(NodeWorkload workload);
}
