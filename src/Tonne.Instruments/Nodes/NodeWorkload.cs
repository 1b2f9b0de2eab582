namespace Tonne.Instruments.Nodes;

/// <summary>A workload of a node that has a control group of its own.</summary>
/// <param name="Kind">Who started it.</param>
/// <param name="Id">Id of the job, digits; or of the pod, with hyphens.</param>
/// <param name="Folder">Full path of its control group.</param>
/// <param name="Version">Version of the group's hierarchy, 1 or 2.</param>
/// <param name="Node">Slurm's name of the node, where the name of the group has it, as with several slurmd on a machine. Default: null, unknown.</param>
public sealed record NodeWorkload(NodeWorkloadKind Kind, string Id, string Folder, int Version, string? Node = null);
