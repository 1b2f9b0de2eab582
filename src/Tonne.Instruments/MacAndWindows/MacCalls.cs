using System.Runtime.InteropServices;

namespace Tonne.Instruments.MacAndWindows;

/// <summary>Calls of macOS, by the headers of its SDK.</summary>
static unsafe partial class MacCalls
{
    const string SystemLibrary = "/usr/lib/libSystem.dylib";
    const string ProcessLibrary = "/usr/lib/libproc.dylib";

    // mach/host_info.h
    internal const int CpuLoad = 3; // HOST_CPU_LOAD_INFO
    internal const int VirtualMemory = 4; // HOST_VM_INFO64

    // sys/resource.h
    internal const int UsageVersion2 = 2; // RUSAGE_INFO_V2
    internal const int Children = -1; // RUSAGE_CHILDREN

    // sys/proc_info.h
    internal const int ShortInfo = 13; // PROC_PIDT_SHORTBSDINFO
    internal const int ShortInfoBytes = 64;

    // time.h of macOS
    internal const int ThreadClock = 16; // CLOCK_THREAD_CPUTIME_ID

    [LibraryImport(SystemLibrary, EntryPoint = "mach_host_self")]
    internal static partial uint GetHost();

    [LibraryImport(SystemLibrary, EntryPoint = "host_statistics")]
    internal static partial int GetHostStatistics(uint host, int flavor, uint* information, ref uint count);

    [LibraryImport(SystemLibrary, EntryPoint = "host_statistics64")]
    internal static partial int GetHostStatistics64(uint host, int flavor, byte* information, ref uint count);

    [LibraryImport(SystemLibrary, EntryPoint = "mach_timebase_info")]
    internal static partial int GetTimebase(uint* numeratorAndDenominator);

    [LibraryImport(SystemLibrary, EntryPoint = "sysctlbyname", StringMarshalling = StringMarshalling.Utf8)]
    internal static partial int ReadByName(string name, byte* value, ref nuint length, nint newValue, nuint newLength);

    [LibraryImport(SystemLibrary, EntryPoint = "getrusage")]
    internal static partial int GetUsage(int who, long* usage);

    [LibraryImport(SystemLibrary, EntryPoint = "clock_gettime")]
    internal static partial int ReadClock(int clock, long* time);

    [LibraryImport(ProcessLibrary, EntryPoint = "proc_listallpids")]
    internal static partial int ListProcesses(int* buffer, int bytes);

    [LibraryImport(ProcessLibrary, EntryPoint = "proc_pidinfo")]
    internal static partial int GetProcessInformation(int id, int flavor, ulong argument, byte* buffer, int bytes);

    [LibraryImport(ProcessLibrary, EntryPoint = "proc_pid_rusage")]
    internal static partial int GetProcessUsage(int id, int flavor, byte* buffer);
}
