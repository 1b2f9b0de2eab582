using Tonne.Runs;

namespace Tonne.Recording.Attribution;

/// <summary>One rank of a run, as its trace describes it.</summary>
/// <param name="joined">How it joined.</param>
/// <param name="first">Position of its first value among all rank values.</param>
sealed class RankMember(RankEvent joined, int first)
{
    internal RankEvent Joined { get; } = joined;

    /// <summary>How it left; null if it was never seen to.</summary>
    internal RankEvent? Left { get; set; }

    internal int First { get; } = first;

    /// <summary>CPU time seen by sampling, in s.</summary>
    internal double Polled { get; set; }

    /// <summary>Start in ns, within a run that ends at a time.</summary>
    internal long GetStart(long end) => Math.Clamp(Joined.Timestamp, 0, end);

    /// <summary>End in ns, within a run that ends at a time.</summary>
    internal long GetEnd(long end) => Math.Clamp(Left?.Timestamp ?? end, GetStart(end), end);

    /// <summary>CPU time in s: the kernel's final account, else what sampling saw.</summary>
    internal double CpuSeconds => Left?.CpuNanoseconds is { } settled ? Math.Max(settled / 1e9, Polled) : Polled;

    /// <summary>CPU time that sampling missed, in s.</summary>
    internal double Missed => CpuSeconds - Polled;
}
