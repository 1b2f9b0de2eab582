using Tonne.Instruments.Files;
using Tonne.Runs;

namespace Tonne.Instruments.Processes;

/// <summary>The identity of this process, by which others can check that it still runs.</summary>
public static class ProcessIdentity
{
    /// <summary>Boot, process id and start time of this process, from the running kernel.</summary>
    public static RunHolder GetCurrent() =>
        new(FileTree.Local.ReadLine("proc/sys/kernel/random/boot_id") ?? "unknown", Environment.ProcessId, GetStartTicks(Environment.ProcessId) ?? 0);

    /// <summary>Whether the process that a run names still lives on this boot.</summary>
    public static bool IsAlive(RunHolder holder) =>
        holder.BootId == FileTree.Local.ReadLine("proc/sys/kernel/random/boot_id") && GetStartTicks(holder.ProcessId) == holder.ProcessStart;

    /// <summary>Start of a process in ticks of 10 ms since boot; null if there is none, or it is dead and not yet reaped.</summary>
    public static long? GetStartTicks(int processId)
    {
        var bytes = FileTree.Local.ReadBytes($"proc/{processId.ToString(System.Globalization.CultureInfo.InvariantCulture)}/stat", out var reason);
        return reason is null && ProcessStat.TryParse(bytes, out var stat) && !stat.IsDead ? stat.StartTicks : null;
    }

    /// <summary>The parent of a process; null if there is no such process.</summary>
    public static int? GetParentId(int processId)
    {
        var bytes = FileTree.Local.ReadBytes($"proc/{processId.ToString(System.Globalization.CultureInfo.InvariantCulture)}/stat", out var reason);
        return reason is null && ProcessStat.TryParse(bytes, out var stat) ? stat.ParentId : null;
    }

    /// <summary>Whether one living process is among the parents of another.</summary>
    internal static bool IsAncestor(int ancestor, int descendant)
    {
        // Nobody nests a thousand deep, and a chain that changes while it is read must end.
        for (var (id, steps) = (descendant, 0); id > 1 && steps < 1000; steps++)
        {
            var bytes = FileTree.Local.ReadBytes($"proc/{id.ToString(System.Globalization.CultureInfo.InvariantCulture)}/stat", out var reason);
            if (reason is not null || !ProcessStat.TryParse(bytes, out var stat))
                return false;
            if (stat.ParentId == ancestor)
                return true;
            id = stat.ParentId;
        }

        return false;
    }

    /// <summary>CPU time of the calling thread in ns, from the kernel's own clock; 0 if it has none.</summary>
    public static long GetThreadCpuNanoseconds() => Libc.GetThreadCpuTime();

    /// <summary>CPU time of this process in ns, from the kernel's own clock; 0 if it has none.</summary>
    public static long GetCpuNanoseconds() => Libc.GetProcessCpuTime();
}
