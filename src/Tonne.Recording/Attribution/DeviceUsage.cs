namespace Tonne.Recording.Attribution;

/// <summary>Who used a device over a slice.</summary>
/// <param name="Seconds">Length of the slice.</param>
/// <param name="Busy">Time at work for anybody, in s; 0 where it is not told.</param>
/// <param name="Job">Time at work for the job, in s, at most <paramref name="Busy"/>.</param>
/// <param name="Held">Share of its holders that are the job's, 0 to 1.</param>
/// <param name="OthersHeld">Share of its holders that are not.</param>
readonly record struct DeviceUsage(double Seconds, double Busy, double Job, double Held, double OthersHeld);
