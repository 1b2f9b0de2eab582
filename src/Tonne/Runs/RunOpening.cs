using System.Collections.Immutable;
using Tonne.Hardware;
using Tonne.Quantities;

namespace Tonne.Runs;

/// <summary>The facts of a run that are known at its start: the first block of its trace.</summary>
public sealed record RunOpening
{
    /// <summary>Id: UTC date and time of start and a random suffix, sortable; for example <c>20261122-054210-4f2a9c</c>.</summary>
    public required string Id { get; init; }

    /// <summary>Given name, or a name made from the command.</summary>
    public required string Name { get; init; }

    /// <summary>Project; null if none.</summary>
    public string? Project { get; init; }

    /// <summary>Tags.</summary>
    public ImmutableSortedDictionary<string, string> Tags { get; init; } = ImmutableSortedDictionary<string, string>.Empty;

    /// <summary>Rank in a distributed job; null if alone.</summary>
    public int? Rank { get; init; }

    /// <summary>The ranks of one node that the run has in its trace; null if it is a run of one command.</summary>
    public RankGroup? Ranks { get; init; }

    /// <summary>Id of the run inside which this one was started, on the same boot of the same machine; null if none. Its energy is part of that run's.</summary>
    public string? Parent { get; init; }

    /// <summary>The job of a scheduler or launcher that it is part of; null if none.</summary>
    public JobIdentity? Job { get; init; }

    /// <summary>User who runs it: the scheduler's, else that of the process; null if unknown.</summary>
    public string? User { get; init; }

    /// <summary>Name of the machine: the scheduler's name of the node, else its host name; null if unknown.</summary>
    public string? Node { get; init; }

    /// <summary>The container in which it runs; null if none.</summary>
    public ContainerIdentity? Container { get; init; }

    /// <summary>The command and its arguments.</summary>
    public ImmutableArray<string> Command { get; init; } = [];

    /// <summary>Wall time at the anchor (monotonic 0 of this trace), UTC.</summary>
    public required DateTimeOffset StartedAt { get; init; }

    /// <summary>The machine.</summary>
    public required Machine Machine { get; init; }

    /// <summary>Place of the machine.</summary>
    public required Place Place { get; init; }

    /// <summary>How a shared machine is split.</summary>
    public SharePolicy Policy { get; init; } = SharePolicy.Share;

    /// <summary>
    /// Whether the run has everything of its node, as the one that an agent records all the time: then a total counts the other runs of
    /// that time on the
    /// machine in full, and of this one the rest. Default: no.
    /// </summary>
    [System.Text.Json.Serialization.JsonIgnore(Condition = System.Text.Json.Serialization.JsonIgnoreCondition.WhenWritingDefault)]
    public bool CoversNode { get; init; }

    /// <summary>Intended time between samples, in s.</summary>
    public double PeriodSeconds { get; init; } = 1;

    /// <summary>Share of the machine's threads reserved for the job (Slurm, cpuset, cpu.max), 0 to 1; null if none: then the held share is CPU time ÷ (threads × time).</summary>
    public double? ReservedShare { get; init; }

    /// <summary>Memory limit of the job's control group in bytes; null if none: then the held share is resident memory.</summary>
    public long? ReservedMemoryBytes { get; init; }

    /// <summary>The meters, in the order of the values in each sample.</summary>
    public required ImmutableArray<MeterDescription> Meters { get; init; }

    /// <summary>The meters or rates used for each component of this machine.</summary>
    public required ImmutableArray<ComponentBasis> Bases { get; init; }

    /// <summary>Rates that turn amounts into energy.</summary>
    public required ImmutableArray<Rate> Rates { get; init; }

    /// <summary>
    /// Models of the metered components, for meters that do not change during the run; in a trace only. Null if nothing is metered, and in a
    /// record.
    /// </summary>
    public RunFallback? Fallback { get; init; }

    /// <summary>Warnings known at the start, for example a meter that may not be read.</summary>
    public ImmutableArray<Warning> Warnings { get; init => field = value.IsDefault ? [] : value; } = [];

    /// <summary>Reads <see cref="Warnings"/> under the name that version 0.1 wrote, <c>doubts</c>; never written.</summary>
    [System.Text.Json.Serialization.JsonPropertyName("doubts")]
    public ImmutableArray<Warning> FormerWarnings { init => Warnings = value.IsDefaultOrEmpty ? Warnings : value; }

    /// <summary>Process that keeps the run alive. If it has died, the run was interrupted.</summary>
    public required RunHolder Holder { get; init; }
}
