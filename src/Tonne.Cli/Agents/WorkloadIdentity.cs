using System.Collections.Immutable;

namespace Tonne.Cli.Agents;

/// <summary>What a job or pod is, and how well that is known.</summary>
/// <param name="Variables">Variables of the job as Slurm names them; of a pod its host name.</param>
/// <param name="Tags">Tags that its runs have beside those of all. Default: none.</param>
sealed record WorkloadIdentity(IReadOnlyDictionary<string, string> Variables, ImmutableSortedDictionary<string, string> Tags)
{
    /// <summary>An identity without tags.</summary>
    public WorkloadIdentity(IReadOnlyDictionary<string, string> variables) : this(
        variables, ImmutableSortedDictionary<string, string>.Empty)
    {
    }
}
