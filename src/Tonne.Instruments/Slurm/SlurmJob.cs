using System.Globalization;

namespace Tonne.Instruments.Slurm;

/// <summary>A job of Slurm on one node, as slurmd names it to its prolog and epilog.</summary>
/// <param name="Id">Id of the job; digits.</param>
/// <param name="Node">Slurm's name of the node: letters, digits, dots, hyphens and underscores.</param>
/// <param name="UserId">Id of the job's user.</param>
/// <param name="Restarts">How often the job was started again; 0 for the first time.</param>
public sealed record SlurmJob(string Id, string Node, uint UserId, int Restarts)
{
    /// <summary>A name that no other job on any node has, safe as the name of a file.</summary>
    /// <remarks>Without the restarts: when a job is requeued, its first epilog has the number of the second prolog (seen with Slurm 22.05).</remarks>
    public string FileName => $"{Node}.{Id}";

    /// <summary>Reads the variables of a prolog or an epilog.</summary>
    /// <remarks>Source: slurm.conf(5), "Prolog and Epilog Scripts".</remarks>
    /// <param name="getVariable">Reads an environment variable; null if it is not set.</param>
    /// <param name="problem">What is missing; null if nothing is.</param>
    /// <returns>Null if it is no job.</returns>
    public static SlurmJob? Read(Func<string, string?> getVariable, out string? problem)
    {
        ArgumentNullException.ThrowIfNull(getVariable);
        problem = null;
        if (getVariable("SLURM_JOB_ID") is not { Length: > 0 and < 20 } id || !id.All(char.IsAsciiDigit))
            problem = "SLURM_JOB_ID is not the id of a job: is this started by slurmd?";
        else if (getVariable("SLURMD_NODENAME") is not { Length: > 0 and < 256 } node || node[0] == '.' || !node.All(letter => char.IsAsciiLetterOrDigit(letter) || letter is '.' or '-' or '_'))
            problem = "SLURMD_NODENAME is not the name of a node: is this started by slurmd?";
        else if (!uint.TryParse(getVariable("SLURM_JOB_UID") ?? getVariable("SLURM_UID"), NumberStyles.None, CultureInfo.InvariantCulture, out var user))
            problem = "SLURM_JOB_UID is not the id of a user";
        else
            return new SlurmJob(id, node, user, int.TryParse(getVariable("SLURM_JOB_RESTART_COUNT") ?? getVariable("SLURM_RESTART_COUNT"), NumberStyles.None, CultureInfo.InvariantCulture, out var restarts) ? restarts : 0);
        return null;
    }
}
