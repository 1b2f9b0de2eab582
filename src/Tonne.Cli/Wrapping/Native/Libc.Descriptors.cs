using System.Runtime.InteropServices;

namespace Tonne.Cli.Wrapping.Native;

/// <summary>Functions of libc for descriptors, pipes, reading and writing. Constants are those of Linux on x86-64 and arm64.</summary>
static partial class Libc
{
    internal const int StandardInput = 0;
    internal const int StandardOutput = 1;
    internal const int StandardError = 2;

    internal const int ReadOnly = 0;
    internal const int WriteOnly = 1;
    internal const int ReadWrite = 2;
    internal const int NoControllingTerminal = 0x100;
    internal const int NonBlocking = 0x800;
    internal const int CloseOnExec = 0x80000;

    internal const int GetDescriptorFlags = 1;
    internal const int SetDescriptorFlags = 2;
    internal const int DuplicateCloseOnExec = 1030;
    internal const int SetPipeSize = 1031;
    internal const int GetPipeSize = 1032;
    internal const int GetStatusFlags = 3;
    internal const int Append = 0x400;
    internal const int SetStatusFlags = 4;
    internal const int DescriptorCloseOnExec = 1;
    internal const int SeekCurrent = 1;

    internal const short PollIn = 1;
    internal const short PollOut = 4;

    internal const int Executable = 1;

    [LibraryImport("libc", EntryPoint = "read", SetLastError = true)]
    internal static unsafe partial nint Read(int descriptor, void* bytes, nint count);

    [LibraryImport("libc", EntryPoint = "write", SetLastError = true)]
    internal static unsafe partial nint Write(int descriptor, void* bytes, nint count);

    [LibraryImport("libc", EntryPoint = "close", SetLastError = true)]
    internal static partial int Close(int descriptor);

    [LibraryImport("libc", EntryPoint = "open", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    internal static partial int Open(string path, int flags);

    [LibraryImport("libc", EntryPoint = "pipe2", SetLastError = true)]
    internal static unsafe partial int Pipe(int* ends, int flags);

    [LibraryImport("libc", EntryPoint = "fcntl", SetLastError = true)]
    internal static partial int FileControl(int descriptor, int command, nint argument);

    [LibraryImport("libc", EntryPoint = "lseek", SetLastError = true)]
    internal static partial long Seek(int descriptor, long offset, int whence);

    [LibraryImport("libc", EntryPoint = "eventfd", SetLastError = true)]
    internal static partial int EventDescriptor(uint initial, int flags);

    [LibraryImport("libc", EntryPoint = "poll", SetLastError = true)]
    internal static unsafe partial int Poll(PollRequest* requests, nuint count, int timeoutMilliseconds);

    [LibraryImport("libc", EntryPoint = "access", SetLastError = true)]
    internal static unsafe partial int Access(byte* path, int mode);

    [LibraryImport("libc", EntryPoint = "syscall", SetLastError = true)]
    private static partial nint SystemCall(nint number, nint a, nint b, nint c, nint d, nint e);

    /// <summary>`kcmp`, which has no wrapper in libc: 0 if two descriptors share one open file, -1 if the kernel does not answer.</summary>
    internal static int CompareDescriptors(int pid, int a, int b) => RuntimeInformation.ProcessArchitecture switch
    {
        Architecture.X64 => (int)SystemCall(312, pid, pid, 0, a, b),
        Architecture.Arm64 => (int)SystemCall(272, pid, pid, 0, a, b),
        _ => -1,
    };

    [StructLayout(LayoutKind.Sequential)]
    internal struct PollRequest
    {
        internal int Descriptor;
        internal short RequestedEvents;
        internal short ReturnedEvents;
    }
}
