namespace Tonne.Instruments.Nodes;

/// <summary>Who started a workload of a node.</summary>
public enum NodeWorkloadKind
{
    /// <summary>A job of Slurm.</summary>
    SlurmJob,

    /// <summary>A pod of Kubernetes.</summary>
    Pod,
}
