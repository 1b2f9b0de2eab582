using System.Collections.Immutable;
using Tonne.Quantities;
using Tonne.Runs;

namespace Tonne.Instruments.Ranks;

/// <summary>One rank, as its tonne describes it for the recorder.</summary>
public sealed record RankState
{
    /// <summary>Rank in the whole job, from 0.</summary>
    public required int Rank { get; init; }

    /// <summary>Rank on this node; null if unknown.</summary>
    public int? LocalRank { get; init; }

    /// <summary>The tonne that wraps the rank, or is attached to it.</summary>
    public required RunHolder Holder { get; init; }

    /// <summary>Timestamp of the monotonic clock when it joined.</summary>
    public required long JoinedAt { get; init; }

    /// <summary>Folder of the control group in which its command runs; null if there is none.</summary>
    public string? ControlGroup { get; init; }

    /// <summary>Version of the control group's hierarchy, 1 or 2.</summary>
    public int ControlGroupVersion { get; init; }

    /// <summary>CPU time in ns that the group was charged with and that is tonne's own.</summary>
    public long ChargedNanoseconds { get; init; }

    /// <summary>Process of its command; null before it has started.</summary>
    public RunHolder? Child { get; init; }

    /// <summary>CPU time that the process had used when its tonne attached to it, in ns; null if its tonne has started it.</summary>
    public long? AttachedNanoseconds { get; init; }

    /// <summary>Share of the machine's threads reserved for it, above 0 to 1; null if none.</summary>
    public double? ReservedShare { get; init; }

    /// <summary>Names what is reserved; null if nothing is.</summary>
    public string? Reservation { get; init; }

    /// <summary>Devices that it may not use, by number. Default: none.</summary>
    public ImmutableArray<string> ExcludedDevices { get; init => field = value.IsDefault ? [] : value; } = [];

    /// <summary>Timestamp of the monotonic clock when its command had ended; null while it runs.</summary>
    public long? EndedAt { get; init; }

    /// <summary>Exit code of its command; null while it runs.</summary>
    public int? ExitCode { get; init; }

    /// <summary>CPU time of its command by the kernel's final account, in ns; null while it runs.</summary>
    public long? CpuNanoseconds { get; init; }

    /// <summary>What its tonne has cost; null while it runs.</summary>
    public Overhead? Overhead { get; init; }

    /// <summary>Warnings of its tonne at the end. Default: none.</summary>
    public ImmutableArray<Warning> Warnings { get; init => field = value.IsDefault ? [] : value; } = [];
}
