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
    internal const int NoData = 61;

    // The values of Linux on x86, Arm, RISC-V and POWER alike.
    const int Nonblocking = 0x800;
    const int CloseOnExec = 0x80000;

    /// <summary>Opens a file to read, never waiting (a pipe in place of a file must not hang us).</summary>
    /// <returns>A handle, invalid if it failed; then <paramref name="error"/> is the errno.</returns>
    internal static SafeFileHandle OpenToRead(string path, out int error)
    {
        if (!OperatingSystem.IsLinux())
        {
            error = NoSuchFile;
            return new SafeFileHandle();
        }

        var descriptor = Open(path, Nonblocking | CloseOnExec, 0);
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

    [LibraryImport("libc", EntryPoint = "open", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Open(string path, int flags, int mode);

    [LibraryImport("libc", EntryPoint = "pread")]
    private static partial nint PRead(SafeFileHandle handle, Span<byte> buffer, nuint count, long offset);

    [LibraryImport("libc", EntryPoint = "pwrite")]
    private static partial nint PWrite(SafeFileHandle handle, ReadOnlySpan<byte> buffer, nuint count, long offset);
}
