namespace Tonne.Runs;

/// <summary>The process that keeps a run alive. A process id can be reused, so boot and start time are stored too.</summary>
/// <param name="BootId">Boot of the machine.</param>
/// <param name="ProcessId">Process id of tonne.</param>
/// <param name="ProcessStart">Start time of that process in clock ticks since boot (field 22 of /proc/PID/stat).</param>
public sealed record RunHolder(string BootId, int ProcessId, long ProcessStart);
