using Tonne.Instruments.Files;
using Tonne.Instruments.MacAndWindows;
using Tonne.Runs;

namespace Tonne.Instruments.Processes;

/// <summary>The identity of this process, by which others can check that it still runs.</summary>
public static class ProcessIdentity
{
    /// <summary>Boot, process id and start time of this process, from the running kernel.</summary>
    public static RunHolder GetCurrent() =>
        new(ReadBootId() ?? "unknown", Environment.ProcessId, GetStartTicks(Environment.ProcessId) ?? 0);

    /// <summary>Whether the process that a run names still lives on this boot.</summary>
    public static bool IsAlive(RunHolder holder) =>
        holder.BootId == ReadBootId() && GetStartTicks(holder.ProcessId) == holder.ProcessStart;

    static string? ReadBootId() => HostSystem.Current is { } system ? system.BootId : FileTree.Local.ReadLine("proc/sys/kernel/random/boot_id");

    /// <summary>Start of a process in ticks of 10 ms since boot, on other systems than Linux in a unit of the system; null if there is none, or it is dead and not yet reaped.</summary>
    public static long? GetStartTicks(int processId)
    {
        if (HostSystem.Current is { } system)
            return system.GetStart(processId);
        var bytes = FileTree.Local.ReadBytes($"proc/{processId.ToString(System.Globalization.CultureInfo.InvariantCulture)}/stat", out var reason);
        return reason is null && ProcessStat.TryParse(bytes, out var stat) && !stat.IsDead ? stat.StartTicks : null;
    }

    /// <summary>The parent of a process; null if there is no such process.</summary>
    public static int? GetParentId(int processId)
    {
        if (HostSystem.Current is { } system)
            return system.GetParentId(processId);
        var bytes = FileTree.Local.ReadBytes($"proc/{processId.ToString(System.Globalization.CultureInfo.InvariantCulture)}/stat", out var reason);
        return reason is null && ProcessStat.TryParse(bytes, out var stat) ? stat.ParentId : null;
    }

    /// <summary>Whether one living process is among the parents of another.</summary>
    internal static bool IsAncestor(int ancestor, int descendant)
    {
        // Nobody nests a thousand deep, and a chain that changes while it is read must end.
        for (var (id, steps) = (descendant, 0); id > 1 && steps < 1000; steps++)
        {
            if (GetParentId(id) is not { } parent)
                return false;
            if (parent == ancestor)
                return true;
            id = parent;
        }

        return false;
    }

    /// <summary>CPU time of the calling thread in ns, from the kernel's own clock; 0 if it has none.</summary>
    public static long GetThreadCpuNanoseconds() => HostSystem.Current?.GetThreadCpuNanoseconds() ?? Libc.GetThreadCpuTime();

    /// <summary>CPU time of this process in ns, from the kernel's own clock; 0 if it has none.</summary>
    public static long GetCpuNanoseconds() =>
        HostSystem.Current is null ? Libc.GetProcessCpuTime() : Environment.CpuUsage.TotalTime.Ticks * 100;
}
