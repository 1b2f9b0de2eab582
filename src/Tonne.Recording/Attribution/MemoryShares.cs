namespace Tonne.Recording.Attribution;

/// <summary>Who holds the memory of the machine.</summary>
/// <param name="Job">Share of the job, 0 to 1.</param>
/// <param name="Others">Share of other processes and the kernel; with <paramref name="Job"/> at most 1. The rest is held by nobody.</param>
readonly record struct MemoryShares(double Job, double Others)
{
    /// <summary>The shares by what is reserved, resident and in use; scaled to 1 if they are more.</summary>
    /// <param name="reserved">Memory limit of the job, bytes; null if it has none.</param>
    /// <param name="resident">Resident size of the job, bytes.</param>
    /// <param name="inUse">Memory in use on the machine, bytes; null if unknown, then nothing is known of others.</param>
    /// <param name="total">Size of the memory, bytes; 0 if unknown.</param>
    internal static MemoryShares From(long? reserved, long resident, long? inUse, long total)
    {
        if (total <= 0)
            return default;
        var job = Math.Clamp((double)(reserved ?? resident) / total, 0, 1);
        // Pages that the job shares with others, or that are files, may make it larger than what is in use.
        var others = inUse is { } used ? Math.Clamp((double)(used - resident) / total, 0, 1) : 0;
        return job + others <= 1 ? new MemoryShares(job, others) : new MemoryShares(job / (job + others), others / (job + others));
    }
}
