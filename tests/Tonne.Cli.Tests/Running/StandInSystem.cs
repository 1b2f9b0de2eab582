using System.Diagnostics;
using System.Runtime.InteropServices;
using Tonne.Hardware;
using Tonne.Instruments.MacAndWindows;
using Tonne.Instruments.Machines;

namespace Tonne.Cli.Tests.Running;

/// <summary>The machine of the test as a system other than Linux: read without <c>/proc</c>, and with an account of children that were
/// waited for, as macOS has.</summary>
sealed class StandInSystem : HostSystem
{
    static readonly TimeProvider _time = TimeProvider.System;

    readonly long _begin = _time.GetTimestamp();

    public override string Name => "stand-in";

    public override string BootId => "stand-in-boot";

    public override string CpuTimeNote => "time of this process, the rest idle";

    public override string MemoryNote => "of the runtime";

    public override bool CountsReapedChildren => true;

    public override MachineDescription Describe() => new(
        new Machine(HostKind.Laptop, "Apple M1", null, 8, 1, 16_000_000_000, "stand-in 1", false, BootId),
        new CpuInfo("Apple M1", null, null, null, null, null, null, false, 8, 1, 1), new Dmi("Apple", "MacBookAir10,1", null, null, null),
            true, []);

    public override SystemCpuTime? ReadCpuTime()
    {
        var busy = Nanoseconds(Environment.CpuUsage.TotalTime) + ReadReaped();
        return new SystemCpuTime(busy, Math.Max(0, (8 * Nanoseconds(_time.GetElapsedTime(_begin))) - busy));
    }

    public override SystemMemory? ReadMemory() => new(16_000_000_000, 4_000_000_000);

    public override IReadOnlyList<(int Id, int ParentId)> ListProcesses() => [(Environment.ProcessId, 1)];

    public override FollowedProcess? OpenProcess(int id)
    {
        try
        {
            using var process = Process.GetProcessById(id);
            return new Followed(id, process.StartTime.Ticks);
        }
        catch (Exception error) when (error is ArgumentException or InvalidOperationException or System.ComponentModel.Win32Exception)
        {
            return null;
        }
    }

    static long Nanoseconds(TimeSpan time) => time.Ticks * 100;

    /// <summary>CPU time in ns of children that were waited for: getrusage(2), which macOS has as well.</summary>
    static long ReadReaped()
    {
        // struct rusage of 64-bit Linux: user and system time in s and µs, then fourteen numbers.
        var usage = new long[18];
        return GetUsage(-1, usage) == 0 ? ((usage[0] + usage[2]) * 1_000_000_000) + ((usage[1] + usage[3]) * 1_000) : 0;
    }

#pragma warning disable SYSLIB1054 // Source generation would need unsafe code in the tests.
    [DllImport("libc", EntryPoint = "getrusage")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    static extern int GetUsage(int who, [Out] long[] usage);
#pragma warning restore SYSLIB1054

    sealed class Followed(int id, long start) : FollowedProcess(id, start)
    {
        public override ProcessUsage? Read()
        {
            try
            {
                using var process = Process.GetProcessById(Id);
                return process.StartTime.Ticks == Start
                    ? new ProcessUsage(Nanoseconds(process.TotalProcessorTime), Id == Environment.ProcessId ? ReadReaped() : 0,
                        process.WorkingSet64, HasEnded: false) : null;
            }
            catch (Exception error) when (error is ArgumentException or InvalidOperationException or System.ComponentModel.Win32Exception)
            {
                return null;
            }
        }
    }
}
