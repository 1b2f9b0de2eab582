namespace Tonne.Runs;

/// <summary>Who keeps a run alive. A process id alone may be used again; with boot and start time it may not.</summary>
/// <param name="BootId">Boot of the machine.</param>
/// <param name="ProcessId">Process id of tonne.</param>
/// <param name="ProcessStart">Start time of that process in clock ticks since boot (field 22 of /proc/PID/stat).</param>
public sealed record RunHolder(string BootId, int ProcessId, long ProcessStart);
