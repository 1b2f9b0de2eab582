using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Tonne.Instruments.Files;

/// <summary>The few calls of the C library that a sample needs: they fail with a number, where the base library throws.</summary>
static partial class Libc
{
    internal const int PermissionDenied = 13;
    internal const int NotPermitted = 1;
    internal const int NoSuchFile = 2;
    internal const int NoSuchProcess = 3;
    internal const int NoSuchDevice = 19;
    internal const int IsDirectory = 21;
    internal const int Busy = 16;
    internal const int NoValues = 61;
    internal const int Interrupted = 4;

    const int LockExclusive = 2;
    const int LockWithoutWaiting = 4;

    // The values of Linux on x86, Arm, RISC-V and POWER alike.
    const int Nonblocking = 0x800;
    const int CloseOnExec = 0x80000;
    const int WriteOnly = 1;
    const int ReadAndWrite = 2;
    const int Create = 0x40;
    const int Exclusive = 0x80;

    // Arm and POWER number this one otherwise than x86 and RISC-V.
    static readonly int NoFollow = RuntimeInformation.ProcessArchitecture is Architecture.Arm64 or Architecture.Arm or Architecture.Ppc64le ? 0x8000 : 0x20000;

    static readonly int FolderOnly =
        RuntimeInformation.ProcessArchitecture is Architecture.Arm64 or Architecture.Arm or Architecture.Ppc64le ? 0x4000 : 0x10000;

    // struct statx has the same 256 bytes on every architecture; struct stat has not.
    const int StatusBytes = 256;
    const int EmptyPath = 0x1000;
    const int DoNotFollow = 0x100;
    const uint BasicStatus = 0x7FF;

    const short ReadyToRead = 1;
    const int ProcessClock = 2;
    const int ThreadClock = 3;
    const int Children = -1;

    /// <summary>CPU time of the calling thread in ns; 0 if the clock is not there.</summary>
    internal static long GetThreadCpuTime() => ReadClock(ThreadClock);

    /// <summary>CPU time of this process in ns; 0 if the clock is not there.</summary>
    internal static long GetProcessCpuTime() => ReadClock(ProcessClock);

    /// <summary>
    /// CPU time in ns of all processes that this one has reaped, with those that they had reaped; 0 if the system has no such account.
    /// </summary>
    internal static unsafe long GetReapedCpuTime()
    {
        if (!OperatingSystem.IsLinux())
            return 0;
        // struct rusage: user and system time in s and µs, then fourteen numbers that are not needed.
        var usage = stackalloc long[18];
        return GetResourceUsage(Children, usage) == 0 ? ((usage[0] + usage[2]) * 1_000_000_000) + ((usage[1] + usage[3]) * 1_000) : 0;
    }

    /// <summary>Makes a folder with exactly these rights; an existing one is left as it is.</summary>
    /// <returns>0, or the errno.</returns>
    internal static int CreateFolder(string path, int mode)
    {
        if (MkDir(path, mode) < 0)
            return Marshal.GetLastSystemError();
        return ChMod(path, mode) < 0 ? Marshal.GetLastSystemError() : 0;
    }

    /// <summary>Opens a folder, but not if the path itself is a symbolic link.</summary>
    /// <returns>A handle, invalid if it failed; then <paramref name="error"/> is the errno.</returns>
    internal static SafeFileHandle OpenFolderNoFollow(string path, out int error) => OpenToRead(path, FolderOnly | NoFollow, out error);

    /// <summary>Makes a file in an open folder that must not be there yet, through no link, readable by all.</summary>
    internal static SafeFileHandle CreateNewFile(SafeFileHandle folder, string name) =>
        OpenAt(folder, name, WriteOnly | Create | Exclusive | NoFollow | CloseOnExec);

    /// <summary>Opens a file in an open folder to read it, through no link, and never waiting.</summary>
    internal static SafeFileHandle OpenToRead(SafeFileHandle folder, string name) =>
        OpenAt(folder, name, Nonblocking | NoFollow | CloseOnExec);

    static SafeFileHandle OpenAt(SafeFileHandle folder, string name, int flags) =>
        OperatingSystem.IsLinux() ? new SafeFileHandle(OpenAt(folder, name, flags, 0x1A4), ownsHandle: true) : new SafeFileHandle();

    /// <summary>Removes the name of a file in an open folder.</summary>
    /// <returns>0, or the errno.</returns>
    internal static int Unlink(SafeFileHandle folder, string name) => UnlinkAt(folder, name, 0) < 0 ? Marshal.GetLastSystemError() : 0;

    /// <summary>Makes a named pipe for its owner only; an existing file is left as it is.</summary>
    /// <returns>0, or the errno.</returns>
    internal static int CreatePipe(string path) => MkFifo(path, 0x180) < 0 ? Marshal.GetLastSystemError() : 0;

    /// <summary>Opens a named pipe to read and to write, never waiting; the handle is invalid if it failed.</summary>
    internal static SafeFileHandle OpenPipe(string path) =>
        OperatingSystem.IsLinux() ? new SafeFileHandle(Open(path, ReadAndWrite | Nonblocking | CloseOnExec, 0), ownsHandle: true) : new SafeFileHandle();

    /// <summary>Opens a file to lock it, and makes it for its owner only if it is not there; the handle is invalid if it failed.</summary>
    /// <remarks>The base library takes a lock of its own on each file that it opens to write.</remarks>
    internal static SafeFileHandle OpenToLock(string path) =>
        OperatingSystem.IsLinux() ? new SafeFileHandle(Open(path, ReadAndWrite | Create | NoFollow | CloseOnExec, 0x180), ownsHandle: true) : new SafeFileHandle();

    /// <summary>Reads what a pipe has.</summary>
    /// <returns>The number of bytes, or minus the errno.</returns>
    internal static int Read(SafeFileHandle handle, Span<byte> buffer)
    {
        var count = ReadNative(handle, buffer, (nuint)buffer.Length);
        return count < 0 ? -Marshal.GetLastSystemError() : (int)count;
    }

    /// <summary>Takes the exclusive lock of an open file, which the kernel releases when the process ends.</summary>
    /// <param name="handle">The file.</param>
    /// <param name="wait">Whether to wait until it is free.</param>
    /// <returns>0, or the errno.</returns>
    internal static int Lock(SafeFileHandle handle, bool wait)
    {
        while (true)
        {
            if (Flock(handle, wait ? LockExclusive : LockExclusive | LockWithoutWaiting) >= 0)
                return 0;
            if (Marshal.GetLastSystemError() is not Interrupted and var error)
                return error;
        }
    }

    /// <summary>The user whose rights this process has.</summary>
    internal static uint GetUser() => GetEffectiveUser();

    /// <summary>The status of what an open folder holds under a name, or of an open file itself; a link is not followed.</summary>
    /// <param name="handle">An open folder or file.</param>
    /// <param name="name">Name in the folder; empty for the handle itself.</param>
    /// <returns>Null if it is not there, or the system cannot say.</returns>
    internal static FileStatus? GetStatus(SafeFileHandle handle, string name)
    {
        if (!OperatingSystem.IsLinux())
            return null;
        Span<byte> status = stackalloc byte[StatusBytes];
        try
        {
            if (StatusAt(handle, name, DoNotFollow | (name.Length == 0 ? EmptyPath : 0), BasicStatus, status) < 0)
                return null;
        }
        catch (EntryPointNotFoundException)
        {
            // glibc before 2.28.
            return null;
        }

        return new FileStatus(
            BitConverter.ToUInt16(status[28..]), BitConverter.ToUInt32(status[20..]), BitConverter.ToUInt32(status[16..]),
            BitConverter.ToUInt64(status[32..]), ((ulong)BitConverter.ToUInt32(status[136..]) << 32) | BitConverter.ToUInt32(status[140..]),
            BitConverter.ToInt64(status[40..]), BitConverter.ToInt64(status[112..]), BitConverter.ToUInt32(status[120..]));
    }

    /// <summary>Opens a file to read, never waiting (a pipe in place of a file must not hang us).</summary>
    /// <returns>A handle, invalid if it failed; then <paramref name="error"/> is the errno.</returns>
    internal static SafeFileHandle OpenToRead(string path, out int error) => OpenToRead(path, 0, out error);

    static SafeFileHandle OpenToRead(string path, int more, out int error)
    {
        if (!OperatingSystem.IsLinux())
        {
            error = NoSuchFile;
            return new SafeFileHandle();
        }

        var descriptor = Open(path, Nonblocking | CloseOnExec | more, 0);
        error = descriptor < 0 ? Marshal.GetLastSystemError() : 0;
        return new SafeFileHandle(descriptor, ownsHandle: true);
    }

    /// <summary>Reads from a position.</summary>
    /// <returns>The number of bytes, or minus the errno.</returns>
    internal static int ReadAt(SafeFileHandle handle, Span<byte> buffer, long position)
    {
        var count = PRead(handle, buffer, (nuint)buffer.Length, position);
        return count < 0 ? -Marshal.GetLastSystemError() : (int)count;
    }

    /// <summary>Writes at a position.</summary>
    /// <returns>The number of bytes, or minus the errno.</returns>
    internal static int WriteAt(SafeFileHandle handle, ReadOnlySpan<byte> bytes, long position)
    {
        var count = PWrite(handle, bytes, (nuint)bytes.Length, position);
        return count < 0 ? -Marshal.GetLastSystemError() : (int)count;
    }

    /// <summary>Makes an event that can be waited for (eventfd).</summary>
    /// <returns>An invalid handle where there is none.</returns>
    internal static SafeFileHandle CreateEventFd() =>
        OperatingSystem.IsLinux() ? new SafeFileHandle(EventFd(0, CloseOnExec | Nonblocking), ownsHandle: true) : new SafeFileHandle();

    /// <summary>Waits until something can be read.</summary>
    /// <returns>0 when it can or the time is over, else the errno.</returns>
    internal static unsafe int WaitToRead(SafeFileHandle handle, int milliseconds)
    {
        var kept = false;
        try
        {
            handle.DangerousAddRef(ref kept);
            var wanted = new PollDescriptor { Descriptor = (int)handle.DangerousGetHandle(), Events = ReadyToRead };
            return Poll(&wanted, 1, milliseconds) < 0 ? Marshal.GetLastSystemError() : 0;
        }
        finally
        {
            if (kept)
                handle.DangerousRelease();
        }
    }

    /// <summary>Writes.</summary>
    /// <returns>The number of bytes, or minus the errno.</returns>
    internal static int Write(SafeFileHandle handle, ReadOnlySpan<byte> bytes)
    {
        var count = WriteNative(handle, bytes, (nuint)bytes.Length);
        return count < 0 ? -Marshal.GetLastSystemError() : (int)count;
    }

    static unsafe long ReadClock(int clock)
    {
        if (!OperatingSystem.IsLinux())
            return 0;
        var time = stackalloc long[2];
        return ClockGetTime(clock, time) == 0 ? (time[0] * 1_000_000_000) + time[1] : 0;
    }

    [LibraryImport("libc", EntryPoint = "clock_gettime")]
    private static unsafe partial int ClockGetTime(int clock, long* time);

    [LibraryImport("libc", EntryPoint = "getrusage")]
    private static unsafe partial int GetResourceUsage(int who, long* usage);

    [LibraryImport("libc", EntryPoint = "mkdir", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int MkDir(string path, int mode);

    [LibraryImport("libc", EntryPoint = "mkfifo", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int MkFifo(string path, uint mode);

    [LibraryImport("libc", EntryPoint = "flock")]
    private static partial int Flock(SafeFileHandle handle, int operation);

    [LibraryImport("libc", EntryPoint = "chmod", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int ChMod(string path, int mode);

    [LibraryImport("libc", EntryPoint = "open", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Open(string path, int flags, int mode);

    [LibraryImport("libc", EntryPoint = "openat", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int OpenAt(SafeFileHandle folder, string name, int flags, int mode);

    [LibraryImport("libc", EntryPoint = "unlinkat", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int UnlinkAt(SafeFileHandle folder, string name, int flags);

    [LibraryImport("libc", EntryPoint = "statx", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int StatusAt(SafeFileHandle folder, string name, int flags, uint mask, Span<byte> status);

    [LibraryImport("libc", EntryPoint = "geteuid")]
    private static partial uint GetEffectiveUser();

    [LibraryImport("libc", EntryPoint = "pread")]
    private static partial nint PRead(SafeFileHandle handle, Span<byte> buffer, nuint count, long offset);

    [LibraryImport("libc", EntryPoint = "pwrite")]
    private static partial nint PWrite(SafeFileHandle handle, ReadOnlySpan<byte> buffer, nuint count, long offset);

    [LibraryImport("libc", EntryPoint = "write")]
    private static partial nint WriteNative(SafeFileHandle handle, ReadOnlySpan<byte> buffer, nuint count);

    [LibraryImport("libc", EntryPoint = "read")]
    private static partial nint ReadNative(SafeFileHandle handle, Span<byte> buffer, nuint count);

    [LibraryImport("libc", EntryPoint = "eventfd")]
    private static partial int EventFd(uint initial, int flags);

    [LibraryImport("libc", EntryPoint = "poll")]
    private static unsafe partial int Poll(PollDescriptor* wanted, nuint count, int milliseconds);

    /// <summary><c>struct pollfd</c>.</summary>
    [StructLayout(LayoutKind.Sequential)]
    struct PollDescriptor
    {
        internal int Descriptor;
        internal short Events;
        internal short ReturnedEvents;
    }
}
