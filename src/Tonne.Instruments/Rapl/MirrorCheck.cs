namespace Tonne.Instruments.Rapl;

/// <summary>Distinguishes two counters of one socket from one counter that appears twice.</summary>
/// <remarks>
/// Older kernels list one zone per die of an AMD processor while all dies mirror the socket's counter; adding them counts the socket several times
/// (codecarbon issue 1274). Other processors do count by die (Cascade Lake-AP). So: equal at both of two looks is a mirror, and what they count later must agree.
/// </remarks>
static class MirrorCheck
{
    /// <summary>Two looks at a mirror lie at most a few ms apart: 5 J at 1 kW.</summary>
    const long Tolerance = 5_000_000;

    /// <summary>Below this, in µJ, too little has been counted to compare.</summary>
    const long Meaningful = 20_000_000;

    /// <summary>Whether two values are one: within 5 J and 1 % of each other, a wrap in between allowed for.</summary>
    public static bool AreEqual(long a, long b, long? range)
    {
        var difference = Math.Abs(a - b);
        if (range is { } modulus && modulus > 0)
            difference = Math.Min(difference, Math.Abs(modulus - difference));
        // One has wrapped and the other not yet: then their size is the range.
        var size = range is { } whole && Math.Abs(a - b) > whole / 2 ? whole : Math.Max(a, b);
        return difference <= Math.Min(Tolerance, size / 100);
    }

    /// <summary>Whether what two counters have counted since shows them to be one (true) or two (false); null if too little was counted.</summary>
    /// <param name="growthA">Counted by the first, in µJ.</param>
    /// <param name="growthB">Counted by the second, in µJ.</param>
    public static bool? HaveEqualGrowth(long growthA, long growthB) =>
        Math.Max(growthA, growthB) < Meaningful ? null : Math.Abs(growthA - growthB) <= (Math.Max(growthA, growthB) / 100) + Tolerance;
}
