using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;
using Tonne.Ledgers.RunFolders;

namespace Tonne.Ledgers.Calls;

/// <summary>A file to which several processes append whole lines at the same time.</summary>
/// <remarks>
/// On Unix each line is one write(2) to a file opened with O_APPEND, which no other write comes between. Elsewhere a lock beside the file
/// does this. A file that ends in the middle of a line, after a crash or on a full disk, gets a line feed first, so that the cut line costs
/// only itself.
/// </remarks>
sealed partial class AppendOnlyFile : IDisposable
{
    const int WriteOnly = 1;
    const int Interrupted = 4;

    readonly string _path;
    readonly SafeFileHandle? _unix;
    readonly RunLock? _lock;
    readonly FileStream? _stream;

    /// <summary>Opens or creates the file; its folder exists.</summary>
    /// <exception cref="IOException">It cannot be opened.</exception>
    /// <exception cref="UnauthorizedAccessException">It may not be opened.</exception>
    /// <exception cref="LedgerUnavailableException">The lock cannot be taken.</exception>
    internal AppendOnlyFile(string path)
    {
        _path = path;
        var isUnix = OperatingSystem.IsLinux() || OperatingSystem.IsMacOS();
        _lock = isUnix ? null : RunLock.Wait(path + ".lock");
        var stream = LedgerPermissions.Open(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.ReadWrite);
        try
        {
            if (isUnix)
                _unix = OpenToAppend(path);
            else
                stream.Seek(0, SeekOrigin.End);
            if (stream.Length > 0 && EndsInLine(stream) is false)
                Append("\n"u8, stream);
        }
        catch
        {
            stream.Dispose();
            _unix?.Dispose();
            _lock?.Dispose();
            throw;
        }

        if (isUnix)
            stream.Dispose();
        else
            _stream = stream;
    }

    /// <summary>Appends one line with its line feed.</summary>
    /// <exception cref="IOException">It was not written, or not completely.</exception>
    internal void Append(ReadOnlySpan<byte> line) => Append(line, _stream);

    /// <summary>Writes what was appended to the disk.</summary>
    /// <exception cref="IOException">It could not be written.</exception>
    internal void Flush()
    {
        if (_unix is not null)
            RandomAccess.FlushToDisk(_unix);
        else
            _stream!.Flush(flushToDisk: true);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _unix?.Dispose();
        _stream?.Dispose();
        _lock?.Dispose();
    }

    static bool EndsInLine(FileStream stream)
    {
        Span<byte> last = stackalloc byte[1];
        return RandomAccess.Read(stream.SafeFileHandle, last, stream.Length - 1) == 0 || last[0] == '\n';
    }

    void Append(ReadOnlySpan<byte> line, FileStream? stream)
    {
        if (_unix is null)
        {
            DurableFile.WriteAll(stream!, line);
            return;
        }

        nint written;
        do
        {
            written = Write(_unix, line, line.Length);
        }
        while (written < 0 && Marshal.GetLastPInvokeError() == Interrupted);
        if (written < 0)
            throw new IOException($"{_path}: {Marshal.GetPInvokeErrorMessage(Marshal.GetLastPInvokeError())}");
        if (written < line.Length)
            throw new IOException($"{_path}: only {written} of {line.Length} bytes were written: the disk is full");
    }

    static SafeFileHandle OpenToAppend(string path)
    {
        var (append, closeOnExec) = OperatingSystem.IsMacOS() ? (0x8, 0x1000000) : (0x400, 0x80000);
        var descriptor = Open(path, WriteOnly | append | closeOnExec);
        return descriptor >= 0
            ? new SafeFileHandle(descriptor, ownsHandle: true)
            : throw new IOException($"{path}: {Marshal.GetPInvokeErrorMessage(Marshal.GetLastPInvokeError())}");
    }

    [LibraryImport("libc", EntryPoint = "open", StringMarshalling = StringMarshalling.Utf8, SetLastError = true)]
    private static partial int Open(string path, int flags);

    [LibraryImport("libc", EntryPoint = "write", SetLastError = true)]
    private static partial nint Write(SafeFileHandle file, ReadOnlySpan<byte> bytes, nint count);
}
