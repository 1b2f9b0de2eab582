namespace Tonne.Recording.Attribution;

/// <summary>The use of a device over a slice.</summary>
/// <param name="Seconds">Length of the slice.</param>
/// <param name="Busy">Busy time for all processes, in s; 0 if unknown.</param>
/// <param name="Job">Busy time for the job, in s, at most <paramref name="Busy"/>.</param>
/// <param name="Held">Share of its holders that are the job's, 0 to 1.</param>
/// <param name="OthersHeld">Share of its holders that are not the job's.</param>
/// <param name="Others">Busy time for other processes by their own account, in s; null if they have none.</param>
readonly record struct DeviceUsage(double Seconds, double Busy, double Job, double Held, double OthersHeld, double? Others = null);
