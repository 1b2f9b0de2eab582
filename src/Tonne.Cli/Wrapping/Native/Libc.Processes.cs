using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Tonne.Cli.Wrapping.Native;

/// <summary>Functions of libc for starting processes, waiting, and limits.</summary>
static partial class Libc
{
    internal const int SpawnSetGroup = 0x02;
    internal const int SpawnSetSignalDefaults = 0x04;
    internal const int SpawnSetSignalMask = 0x08;
    internal const int SpawnNewSession = 0x80;

    internal const int WaitNoHang = 1;
    internal const int WaitStopped = 2;

    internal const int BecomeSubreaper = 36;
    internal const int OpenFilesLimit = 7;

    internal const int GetProcessCpuTime = 2;
    internal const int GetThreadCpuTime = 3;

    [LibraryImport("libc", EntryPoint = "posix_spawn")]
    internal static unsafe partial int Spawn(int* pid, byte* path, SpawnActions* actions, SpawnAttributes* attributes, byte** arguments, byte** environment);

    [LibraryImport("libc", EntryPoint = "posix_spawnattr_init")]
    internal static unsafe partial int InitializeAttributes(SpawnAttributes* attributes);

    [LibraryImport("libc", EntryPoint = "posix_spawnattr_destroy")]
    internal static unsafe partial int DestroyAttributes(SpawnAttributes* attributes);

    [LibraryImport("libc", EntryPoint = "posix_spawnattr_setflags")]
    internal static unsafe partial int SetFlags(SpawnAttributes* attributes, short flags);

    [LibraryImport("libc", EntryPoint = "posix_spawnattr_setsigdefault")]
    internal static unsafe partial int SetSignalDefaults(SpawnAttributes* attributes, SignalSet* signals);

    [LibraryImport("libc", EntryPoint = "posix_spawnattr_setsigmask")]
    internal static unsafe partial int SetSignalMask(SpawnAttributes* attributes, SignalSet* signals);

    /// <summary>The process group of the child; 0 for a new one that it leads.</summary>
    [LibraryImport("libc", EntryPoint = "posix_spawnattr_setpgroup")]
    internal static unsafe partial int SetGroup(SpawnAttributes* attributes, int group);

    [LibraryImport("libc", EntryPoint = "posix_spawn_file_actions_init")]
    internal static unsafe partial int InitializeActions(SpawnActions* actions);

    [LibraryImport("libc", EntryPoint = "posix_spawn_file_actions_destroy")]
    internal static unsafe partial int DestroyActions(SpawnActions* actions);

    [LibraryImport("libc", EntryPoint = "posix_spawn_file_actions_adddup2")]
    internal static unsafe partial int AddDuplicate(SpawnActions* actions, int from, int to);

    /// <summary>Since glibc 2.34; absent in older ones and in musl.</summary>
    [LibraryImport("libc", EntryPoint = "posix_spawn_file_actions_addclosefrom_np")]
    internal static unsafe partial int AddCloseFrom(SpawnActions* actions, int first);

    [LibraryImport("libc", EntryPoint = "clock_gettime")]
    internal static unsafe partial int GetClock(int clock, long* time);

    [LibraryImport("libc", EntryPoint = "wait4", SetLastError = true)]
    internal static unsafe partial int Wait(int pid, int* status, int options, ResourceUsage* use);

    [LibraryImport("libc", EntryPoint = "prctl", SetLastError = true)]
    internal static partial int ProcessControl(int option, nuint a, nuint b, nuint c, nuint d);

    [LibraryImport("libc", EntryPoint = "getrlimit", SetLastError = true)]
    internal static unsafe partial int GetLimit(int resource, Limit* limit);

    [LibraryImport("libc", EntryPoint = "setrlimit", SetLastError = true)]
    internal static unsafe partial int SetLimit(int resource, Limit* limit);

    [LibraryImport("libc", EntryPoint = "execvpe", SetLastError = true)]
    internal static unsafe partial int Execute(byte* file, byte** arguments, byte** environment);

    [LibraryImport("libc", EntryPoint = "getpgrp")]
    internal static partial int GetProcessGroup();

    [LibraryImport("libc", EntryPoint = "getppid")]
    internal static partial int GetParentPid();

    /// <summary>Opaque: 336 bytes in glibc, 336 in musl.</summary>
    [StructLayout(LayoutKind.Explicit, Size = 512)]
    internal struct SpawnAttributes;

    /// <summary>Opaque: 80 bytes in glibc and musl.</summary>
    [StructLayout(LayoutKind.Explicit, Size = 256)]
    internal struct SpawnActions;

    [StructLayout(LayoutKind.Sequential)]
    internal struct Limit
    {
        internal ulong Soft;
        internal ulong Hard;
    }

    /// <summary>`struct rusage`: two time values, then fourteen numbers that are not used.</summary>
    [StructLayout(LayoutKind.Sequential)]
    internal struct ResourceUsage
    {
        internal long UserSeconds;
        internal long UserMicroseconds;
        internal long SystemSeconds;
        internal long SystemMicroseconds;
        internal Rest Others;

        [InlineArray(14)]
        internal struct Rest
        {
            long _first;
        }
    }
}
