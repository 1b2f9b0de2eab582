using System.Collections.Immutable;
using Tonne.Quantities;

namespace Tonne.Runs;

/// <summary>A change among the ranks of a run: a block of its trace.</summary>
public sealed record RankEvent
{
    /// <summary>Kind of change.</summary>
    public required RankEventKind Kind { get; init; }

    /// <summary>Monotonic time in ns from the start of the run; a rank may have joined before the first sample that has its meters.</summary>
    public required long Timestamp { get; init; }

    /// <summary>Number of the member, from 0, in the order of joining. A rank that was started again is another member.</summary>
    public required int Member { get; init; }

    /// <summary>Rank in the whole job, from 0.</summary>
    public required int Rank { get; init; }

    /// <summary>Rank on this node; null if unknown.</summary>
    public int? LocalRank { get; init; }

    /// <summary>The process of tonne that wraps the rank; null if the rank has left.</summary>
    public RunHolder? Holder { get; init; }

    /// <summary>Of a rank that joined: its meters, in the order of their values. Role and component tell what each is. Default: none.</summary>
    public ImmutableArray<MeterDescription> Meters { get; init => field = value.IsDefault ? [] : value; } = [];

    /// <summary>Of a rank that joined: share of the machine's threads reserved for it, above 0 to 1; null if none.</summary>
    public double? ReservedShare { get; init; }

    /// <summary>Of a rank that joined: names what is reserved. Ranks with the same text have one reservation together.</summary>
    public string? Reservation { get; init; }

    /// <summary>Of a rank that joined: devices that it may not use, by number. Default: none.</summary>
    public ImmutableArray<string> ExcludedDevices { get; init => field = value.IsDefault ? [] : value; } = [];

    /// <summary>Of a rank that left: exit code of its command; null if nobody saw it.</summary>
    public int? ExitCode { get; init; }

    /// <summary>Of a rank that left: CPU time by the kernel's final account, in ns; null if only samples are known.</summary>
    public long? CpuNanoseconds { get; init; }

    /// <summary>Of a rank that left: the overhead of its tonne; null if unknown.</summary>
    public Overhead? Overhead { get; init; }

    /// <summary>Of a rank that left: warnings of its tonne. Default: none.</summary>
    public ImmutableArray<Warning> Warnings { get; init => field = value.IsDefault ? [] : value; } = [];
}
