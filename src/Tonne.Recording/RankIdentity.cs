using System.Globalization;

namespace Tonne.Recording;

/// <summary>The place of a process in a distributed job, from the variables that its launcher sets.</summary>
/// <param name="Rank">Rank in the whole job, from 0.</param>
/// <param name="LocalRank">Rank on this node; null if unknown.</param>
/// <param name="Size">Ranks on all nodes; null if unknown.</param>
/// <param name="Key">
/// What all ranks of the job have in common: the job with its step, how often it was restarted, and where its processes meet. Equal on
/// all nodes.
/// </param>
public sealed record RankIdentity(int Rank, int? LocalRank, int? Size, string Key)
{
    /// <summary>Variables that tell apart jobs of one scheduler job, in this order.</summary>
    static readonly string[] _distinguishing =
    [
        JobEnvironment.GroupVariable, "SLURM_RESTART_COUNT", "TORCHELASTIC_RUN_ID", "TORCHELASTIC_RESTART_COUNT", "PMIX_NAMESPACE", "MASTER_ADDR", "MASTER_PORT",
    ];

    /// <summary>Finds the rank of this process.</summary>
    /// <param name="getVariable">Reads an environment variable; null if it is not set.</param>
    /// <returns>Null if it has no rank, is alone, or nothing says which other ranks belong to it.</returns>
    public static RankIdentity? Find(Func<string, string?> getVariable)
    {
        ArgumentNullException.ThrowIfNull(getVariable);
        if (JobEnvironment.FindRank(getVariable) is not { } rank || JobEnvironment.FindJob(getVariable) is not { } job)
            return null;
        // A rank of Slurm without a step could only be that of a launcher inside the batch script, which says where its processes meet.
        var parts = new List<string> { job.Step is { } step ? string.Create(CultureInfo.InvariantCulture, $"{job.Key}.{step}") : job.Key };
        parts.AddRange(_distinguishing.Select(name => (name, Value: getVariable(name))).Where(one => one.Value is { Length: > 0 }).Select(one => $"{one.name}={one.Value}"));
        return new RankIdentity(rank, job.LocalRank, job.Ranks, string.Join(' ', parts));
    }
}
