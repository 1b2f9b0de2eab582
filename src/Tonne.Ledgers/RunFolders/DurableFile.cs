using System.Runtime.InteropServices;

namespace Tonne.Ledgers.RunFolders;

/// <summary>
/// Writes files so that they survive a power failure: whole files by a second file and a rename, lines by appending; both are synchronised
/// to the disk.
/// </summary>
static partial class DurableFile
{
    /// <summary>Suffix of a file being written; one left behind by a crash is overwritten.</summary>
    internal const string TemporarySuffix = ".part";

    // Together 2 s.
    const int MaxOpenings = 100;
    static readonly TimeSpan _betweenOpenings = TimeSpan.FromMilliseconds(20);

    /// <summary>Writes or replaces a whole file: other processes see the old one or the new one.</summary>
    internal static void Replace(string path, ReadOnlySpan<byte> bytes)
    {
        var part = path + TemporarySuffix;
        try
        {
            using (var stream = LedgerPermissions.Open(part, FileMode.Create, FileAccess.Write, FileShare.None))
            {
                WriteAll(stream, bytes);
                stream.Flush(flushToDisk: true);
            }

            File.Move(part, path, overwrite: true);
            SyncFolder(Path.GetDirectoryName(path));
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            TryDelete(part);
            throw LedgerUnavailableException.FromException(path, error);
        }
    }

    /// <summary>
    /// Appends whole lines. If the file ends in the middle of a line, that line is ended first. If the disk fails, the file is truncated to
    /// its former length.
    /// </summary>
    /// <param name="path">The file.</param>
    /// <param name="lines">The lines, each with its line feed.</param>
    /// <param name="wait">Waits before the file is opened again that another process has open; null: <see cref="Wait"/>.</param>
    internal static void Append(string path, ReadOnlySpan<byte> lines, Action<TimeSpan>? wait = null)
    {
        var isNew = !File.Exists(path);
        try
        {
            using var stream = OpenAlone(path, wait ?? Wait);
            var length = stream.Length;
            try
            {
                if (length > 0)
                {
                    stream.Position = length - 1;
                    if (stream.ReadByte() != '\n')
                        stream.WriteByte((byte)'\n');
                }

                WriteAll(stream, lines);
                stream.Flush(flushToDisk: true);
            }
            catch (IOException)
            {
                stream.SetLength(length);
                throw;
            }

            if (length == 0)
                SyncFolder(Path.GetDirectoryName(path));
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            // An empty file would look like one that lost its lines.
            if (isNew && new FileInfo(path) is { Exists: true, Length: 0 })
                TryDelete(path);
            throw LedgerUnavailableException.FromException(path, error);
        }
    }

    // Another process may be reading the file, an agent for example that pushes it: that takes a moment.
    static FileStream OpenAlone(string path, Action<TimeSpan> wait)
    {
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                return LedgerPermissions.Open(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
            }
            catch (IOException error) when (attempt < MaxOpenings && IsInUse(error))
            {
                wait(_betweenOpenings);
            }
        }
    }

    static void Wait(TimeSpan time)
    {
        using var later = new ManualResetEventSlim();
        later.Wait(time);
    }

    // EWOULDBLOCK of Linux and of macOS, and the sharing violation of Windows.
    static bool IsInUse(IOException error) => error.HResult is 11 or 35 or unchecked((int)0x80070020);

    /// <summary>
    /// Writes. A file that would exceed the limit on its size (EFBIG, <c>ulimit -f</c>) is an error of the disk; .NET reports it as a wrong
    /// argument.
    /// </summary>
    /// <exception cref="IOException">It cannot be written.</exception>
    internal static void WriteAll(Stream stream, ReadOnlySpan<byte> bytes)
    {
        try
        {
            stream.Write(bytes);
        }
        catch (ArgumentOutOfRangeException error)
        {
            throw new IOException("the limit on the size of files is reached (ulimit -f)", error);
        }
    }

    /// <summary>Synchronises the names in a folder to the disk; does nothing if the system cannot.</summary>
    internal static void SyncFolder(string? folder)
    {
        if (folder is null || OperatingSystem.IsWindows())
            return;
        var descriptor = Open(folder, 0);
        if (descriptor < 0)
            return;
        _ = Fsync(descriptor);
        _ = Close(descriptor);
    }

    /// <summary>
    /// Writes a new file without synchronising it. Many of them are synchronised at once by <see cref="SyncFileSystem"/>, which is much
    /// faster than one after another.
    /// </summary>
    /// <exception cref="IOException">It cannot be written.</exception>
    /// <exception cref="UnauthorizedAccessException">It may not be written.</exception>
    internal static void WriteUnsynchronised(string path, ReadOnlySpan<byte> bytes)
    {
        using var stream = LedgerPermissions.Open(path, FileMode.CreateNew, FileAccess.Write, FileShare.None);
        WriteAll(stream, bytes);
    }

    /// <summary>Synchronises everything written so far to the file system that holds a folder.</summary>
    /// <returns>Whether the system can; if not, each file must be synchronised.</returns>
    /// <exception cref="IOException">Something could not be written.</exception>
    internal static bool SyncFileSystem(string folder)
    {
        if (!OperatingSystem.IsLinux())
            return false;
        var descriptor = Open(folder, 0);
        if (descriptor < 0)
            return false;
        var failed = SyncFs(descriptor) != 0;
        var error = Marshal.GetLastPInvokeError();
        _ = Close(descriptor);
        return failed ? throw new IOException(Marshal.GetPInvokeErrorMessage(error)) : true;
    }

    /// <summary>Deletes a file if possible.</summary>
    internal static void TryDelete(string path)
    {
        try
        {
            File.Delete(path);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            // If it cannot be deleted, it does no harm.
        }
    }

    [LibraryImport("libc", EntryPoint = "open", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Open(string path, int flags);

    [LibraryImport("libc", EntryPoint = "syncfs", SetLastError = true)]
    private static partial int SyncFs(int descriptor);

    [LibraryImport("libc", EntryPoint = "fsync")]
    private static partial int Fsync(int descriptor);

    [LibraryImport("libc", EntryPoint = "close")]
    private static partial int Close(int descriptor);
}
