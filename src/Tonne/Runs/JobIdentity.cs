namespace Tonne.Runs;

/// <summary>The job of a scheduler or launcher that a run is part of, as its environment says.</summary>
/// <remarks>Two runs with the same <see cref="Key"/> are parts of one job: its ranks, nodes or steps.</remarks>
public sealed record JobIdentity
{
    /// <summary>What started it.</summary>
    public required JobLauncher Launcher { get; init; }

    /// <summary>Id of the job, as the launcher counts; for a task of an array its own, not the array's.</summary>
    public required string Id { get; init; }

    /// <summary>Id of the step inside the job; null outside any, and where there are none.</summary>
    public string? Step { get; init; }

    /// <summary>Id of the array of jobs that it belongs to; null if none.</summary>
    public string? Array { get; init; }

    /// <summary>Its number in the array; null if none.</summary>
    public string? ArrayTask { get; init; }

    /// <summary>Name of the job; null if unknown.</summary>
    public string? Name { get; init; }

    /// <summary>Account that is charged; null if unknown.</summary>
    public string? Account { get; init; }

    /// <summary>Partition or queue; null if unknown.</summary>
    public string? Partition { get; init; }

    /// <summary>Quality of service; null if unknown.</summary>
    public string? Qos { get; init; }

    /// <summary>Name of the cluster; null if unknown.</summary>
    public string? Cluster { get; init; }

    /// <summary>Nodes of the job; null if unknown.</summary>
    public int? Nodes { get; init; }

    /// <summary>Ranks (tasks, processes) of the step or job; null if unknown.</summary>
    public int? Ranks { get; init; }

    /// <summary>Rank on this node, from 0; null if unknown.</summary>
    public int? LocalRank { get; init; }

    /// <summary>How often the job was started again; null if unknown or never.</summary>
    public int? Restarts { get; init; }

    /// <summary>The nodes of the job, or of the step if it has one, as the scheduler writes them (<see cref="HostList"/>); null if unknown.</summary>
    [System.Text.Json.Serialization.JsonIgnore(Condition = System.Text.Json.Serialization.JsonIgnoreCondition.WhenWritingNull)]
    public string? NodeList { get; init; }

    /// <summary>
    /// Whether the run has everything of the job on its node, as the recorder that Slurm's prolog starts: then it includes the other runs of the job
    /// there. Default: no.
    /// </summary>
    [System.Text.Json.Serialization.JsonIgnore(Condition = System.Text.Json.Serialization.JsonIgnoreCondition.WhenWritingDefault)]
    public bool CoversJob { get; init; }

    /// <summary>What identifies the job: launcher, cluster and id.</summary>
    [System.Text.Json.Serialization.JsonIgnore]
    public string Key => $"{Launcher.ToString().ToLowerInvariant()}:{Cluster}:{Id}";
}
