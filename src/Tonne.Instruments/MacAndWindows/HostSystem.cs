using System.ComponentModel;
using System.Diagnostics;
using Tonne.Instruments.Machines;

namespace Tonne.Instruments.MacAndWindows;

/// <summary>An operating system other than Linux, as far as tonne reads it: its processors' time, its memory, its processes.</summary>
/// <remarks>
/// Linux is read from its files below a root that can be replaced. Other systems have calls in place of files, so this class is what a
/// stand-in replaces. No member throws for what it finds; what the system does not report is null, never zero. Thread safe.
/// </remarks>
public abstract class HostSystem
{
    /// <summary>Why there is no value of a meter.</summary>
    internal const string NotReported = "the system does not report it";

    /// <summary>The running system; null on Linux, and where nothing but Linux' files could be read.</summary>
    public static HostSystem? Current { get; } =
        OperatingSystem.IsWindows() ? new WindowsSystem() : OperatingSystem.IsMacOS() ? new MacSystem() : null;

    /// <summary>Its name, as in messages: <c>Windows</c>, <c>macOS</c>.</summary>
    public abstract string Name { get; }

    /// <summary>Identity of this boot of this machine.</summary>
    public abstract string BootId { get; }

    /// <summary>How the busy and idle time is counted, in words.</summary>
    public abstract string CpuTimeNote { get; }

    /// <summary>How the memory in use is counted, in words.</summary>
    public abstract string MemoryNote { get; }

    /// <summary>
    /// Whether the system adds the CPU time of a child that was waited for to an account of its parent, see
    /// <see cref="ProcessUsage.ReapedCpuNanoseconds"/>.
    /// </summary>
    public abstract bool CountsReapedChildren { get; }

    /// <summary>Describes the machine.</summary>
    public abstract MachineDescription Describe();

    /// <summary>Reads the time of all processors; null if it is not reported.</summary>
    public abstract SystemCpuTime? ReadCpuTime();

    /// <summary>Reads the memory; null if it is not reported.</summary>
    public abstract SystemMemory? ReadMemory();

    /// <summary>Lists the processes with their parents. A parent may have ended, and its id may be another process's.</summary>
    public abstract IReadOnlyList<(int Id, int ParentId)> ListProcesses();

    /// <summary>Opens a process to read it.</summary>
    /// <param name="id">Id of the process.</param>
    /// <returns>Null if there is none, or it may not be read.</returns>
    public abstract FollowedProcess? OpenProcess(int id);

    /// <summary>CPU time of the calling thread in ns; 0 if it is not known. Default: 0.</summary>
    public virtual long GetThreadCpuNanoseconds() => 0;

    /// <summary>Makes the account of a command that is about to be started by this process.</summary>
    public virtual IJobAccount CreateJobAccount() => new ProcessTreeAccount(this, Environment.ProcessId, isRootPartOfJob: false);

    /// <summary>Meters that the system could have and that are not read, with the reason.</summary>
    internal virtual IReadOnlyList<MissingMeter> ListMissingMeters() => [];

    /// <summary>When a living process was started; null if there is none.</summary>
    /// <param name="id">Id of the process.</param>
    internal long? GetStart(int id)
    {
        using var process = OpenProcess(id);
        return process?.Read() is { HasEnded: false } ? process.Start : null;
    }

    /// <summary>The parent of a process; null if there is no such process, or its parent has ended.</summary>
    /// <param name="id">Id of the process.</param>
    internal int? GetParentId(int id)
    {
        foreach (var (child, parent) in ListProcesses())
        {
            if (child == id)
                return GetStart(parent) is { } started && started <= (GetStart(id) ?? long.MinValue) ? parent : null;
        }

        return null;
    }

    /// <summary>The name of a process's program; a question mark if it is not known.</summary>
    /// <param name="id">Id of the process.</param>
    public static string GetProcessName(int id)
    {
        try
        {
            using var process = Process.GetProcessById(id);
            return process.ProcessName;
        }
        catch (Exception error) when (error is ArgumentException or InvalidOperationException or Win32Exception or NotSupportedException)
        {
            return "?";
        }
    }
}
