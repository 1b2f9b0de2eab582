using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Tonne.Instruments.MacAndWindows;

/// <summary>Calls of Windows, by the headers of its SDK. Layouts are those of 64-bit Windows.</summary>
static unsafe partial class WindowsCalls
{
    // winnt.h
    internal const uint QueryLimitedInformation = 0x1000; // PROCESS_QUERY_LIMITED_INFORMATION
    internal const uint BreakawayAllowed = 0x800; // JOB_OBJECT_LIMIT_BREAKAWAY_OK
    internal const int BasicAccounting = 1; // JobObjectBasicAccountingInformation
    internal const int ProcessIdList = 3; // JobObjectBasicProcessIdList
    internal const int ExtendedLimits = 9; // JobObjectExtendedLimitInformation
    internal const int RelationCore = 0; // RelationProcessorCore
    internal const int RelationPackage = 3; // RelationProcessorPackage
    internal const ushort AllGroups = 0xFFFF; // ALL_PROCESSOR_GROUPS

    // winternl.h, ntstatus.h
    internal const int SystemProcesses = 5; // SystemProcessInformation
    internal const int LengthMismatch = unchecked((int)0xC0000004); // STATUS_INFO_LENGTH_MISMATCH

    // winerror.h
    internal const int MoreData = 234; // ERROR_MORE_DATA

    [LibraryImport("kernel32.dll", EntryPoint = "GetSystemTimes", SetLastError = true)]
    internal static partial int GetSystemTimes(out long idle, out long kernel, out long user);

    [LibraryImport("kernel32.dll", EntryPoint = "GlobalMemoryStatusEx", SetLastError = true)]
    internal static partial int GetMemory(ref MemoryStatus status);

    [LibraryImport("kernel32.dll", EntryPoint = "GetSystemPowerStatus")]
    internal static partial int GetPowerStatus(out PowerStatus status);

    [LibraryImport("kernel32.dll", EntryPoint = "GetActiveProcessorCount")]
    internal static partial uint CountProcessors(ushort group);

    [LibraryImport("kernel32.dll", EntryPoint = "GetActiveProcessorGroupCount")]
    internal static partial ushort CountProcessorGroups();

    [LibraryImport("kernel32.dll", EntryPoint = "GetLogicalProcessorInformationEx", SetLastError = true)]
    internal static partial int GetProcessorRelations(int relation, byte* buffer, ref uint length);

    [LibraryImport("kernel32.dll", EntryPoint = "OpenProcess", SetLastError = true)]
    internal static partial SafeProcessHandle OpenProcess(uint access, int inherit, int processId);

    [LibraryImport("kernel32.dll", EntryPoint = "GetProcessTimes", SetLastError = true)]
    internal static partial int GetProcessTimes(SafeProcessHandle process, out long creation, out long exit, out long kernel,
        out long user);

    [LibraryImport("kernel32.dll", EntryPoint = "GetExitCodeProcess", SetLastError = true)]
    internal static partial int GetExitCode(SafeProcessHandle process, out uint code);

    [LibraryImport("kernel32.dll", EntryPoint = "K32GetProcessMemoryInfo", SetLastError = true)]
    internal static partial int GetProcessMemory(SafeProcessHandle process, ref ProcessMemory memory, uint size);

    [LibraryImport("kernel32.dll", EntryPoint = "GetThreadTimes", SetLastError = true)]
    internal static partial int GetThreadTimes(nint thread, out long creation, out long exit, out long kernel, out long user);

    [LibraryImport("kernel32.dll", EntryPoint = "GetCurrentThread")]
    internal static partial nint GetCurrentThread();

    [LibraryImport("ntdll.dll", EntryPoint = "NtQuerySystemInformation")]
    internal static partial int QuerySystem(int kind, byte* buffer, uint length, out uint needed);

    [LibraryImport("kernel32.dll", EntryPoint = "CloseHandle")]
    internal static partial int Close(nint handle);

    [LibraryImport("kernel32.dll", EntryPoint = "CreateJobObjectW", SetLastError = true)]
    internal static partial nint CreateJob(nint attributes, nint name);

    [LibraryImport("kernel32.dll", EntryPoint = "AssignProcessToJobObject", SetLastError = true)]
    internal static partial int AssignToJob(nint job, nint process);

    [LibraryImport("kernel32.dll", EntryPoint = "SetInformationJobObject", SetLastError = true)]
    internal static partial int SetJobInformation(nint job, int kind, void* information, uint length);

    [LibraryImport("kernel32.dll", EntryPoint = "QueryInformationJobObject", SetLastError = true)]
    internal static partial int QueryJob(nint job, int kind, void* information, uint length, out uint written);

    /// <summary><c>MEMORYSTATUSEX</c>.</summary>
    [StructLayout(LayoutKind.Sequential)]
    internal struct MemoryStatus
    {
        internal uint Length;
        internal uint LoadPercent;
        internal ulong TotalPhysical;
        internal ulong AvailablePhysical;
        internal ulong TotalPageFile;
        internal ulong AvailablePageFile;
        internal ulong TotalVirtual;
        internal ulong AvailableVirtual;
        internal ulong AvailableExtendedVirtual;
    }

    /// <summary><c>SYSTEM_POWER_STATUS</c>.</summary>
    [StructLayout(LayoutKind.Sequential)]
    internal struct PowerStatus
    {
        internal byte LineStatus;
        internal byte BatteryFlag;
        internal byte BatteryPercent;
        internal byte SystemFlag;
        internal uint BatterySeconds;
        internal uint BatteryFullSeconds;
    }

    /// <summary><c>PROCESS_MEMORY_COUNTERS</c>.</summary>
    [StructLayout(LayoutKind.Sequential)]
    internal struct ProcessMemory
    {
        internal uint Size;
        internal uint PageFaults;
        internal nuint PeakWorkingSet;
        internal nuint WorkingSet;
        internal nuint PeakPagedPool;
        internal nuint PagedPool;
        internal nuint PeakNonPagedPool;
        internal nuint NonPagedPool;
        internal nuint PageFile;
        internal nuint PeakPageFile;
    }

    /// <summary><c>JOBOBJECT_BASIC_ACCOUNTING_INFORMATION</c>: times in 100 ns, of ended processes too.</summary>
    [StructLayout(LayoutKind.Sequential)]
    internal struct JobAccounting
    {
        internal long UserTime;
        internal long KernelTime;
        internal long PeriodUserTime;
        internal long PeriodKernelTime;
        internal uint PageFaults;
        internal uint Processes;
        internal uint ActiveProcesses;
        internal uint TerminatedProcesses;
    }

    /// <summary><c>JOBOBJECT_EXTENDED_LIMIT_INFORMATION</c>.</summary>
    [StructLayout(LayoutKind.Sequential)]
    internal struct JobLimits
    {
        internal long ProcessUserTimeLimit;
        internal long JobUserTimeLimit;
        internal uint Flags;
        internal nuint MinWorkingSet;
        internal nuint MaxWorkingSet;
        internal uint ActiveProcessLimit;
        internal nuint Affinity;
        internal uint PriorityClass;
        internal uint SchedulingClass;
        internal fixed ulong IoCounters[6];
        internal nuint ProcessMemoryLimit;
        internal nuint JobMemoryLimit;
        internal nuint PeakProcessMemory;
        internal nuint PeakJobMemory;
    }
}
