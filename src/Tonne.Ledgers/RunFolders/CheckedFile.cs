namespace Tonne.Ledgers.RunFolders;

/// <summary>Files of JSON with checksums beside the runs of a ledger: with its permissions, written so that a crash costs no more than the
/// last line.</summary>
public static class CheckedFile
{
    /// <summary>Replaces a file by one document; its folder is created.</summary>
    /// <param name="path">The file.</param>
    /// <param name="name">Name of the document in its envelope: <c>{"crc32c":"…","NAME":…}</c>.</param>
    /// <param name="json">The document.</param>
    /// <exception cref="LedgerUnavailableException">It cannot be written; the old file stays.</exception>
    public static void Replace(string path, string name, ReadOnlySpan<byte> json)
    {
        CreateFolder(path);
        DurableFile.Replace(path, ChecksummedLine.Write(name, json));
    }

    /// <summary>Reads a file of one document.</summary>
    /// <returns>The document; null if there is no file, or it differs from what was written.</returns>
    /// <exception cref="LedgerUnavailableException">It cannot be read.</exception>
    public static ReadOnlyMemory<byte>? Read(string path, string name)
    {
        try
        {
            // A null without its type would be converted to an empty memory, as that of an array is.
            return File.Exists(path) && ChecksummedLine.Read(name, File.ReadAllBytes(path), out var json) is null ? json
                : default(ReadOnlyMemory<byte>?);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw LedgerUnavailableException.FromException(path, error);
        }
    }

    /// <summary>Appends a document as a line; folder and file are created. It is in the file when this returns, not necessarily on the
    /// disk.</summary>
    /// <exception cref="LedgerUnavailableException">It cannot be written.</exception>
    public static void Append(string path, string name, ReadOnlySpan<byte> json)
    {
        CreateFolder(path);
        try
        {
            using var file = LedgerPermissions.Open(path, FileMode.Append, FileAccess.Write, FileShare.Read);
            DurableFile.WriteAll(file, ChecksummedLine.Write(name, json));
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw LedgerUnavailableException.FromException(path, error);
        }
    }

    /// <summary>Reads the documents of a file of lines, in order, one at a time; none if there is no file.</summary>
    /// <returns>The documents, each valid until the next is read; null for a line that differs from what was written.</returns>
    /// <exception cref="LedgerUnavailableException">It cannot be read.</exception>
    public static IEnumerable<ReadOnlyMemory<byte>?> ReadLines(string path, string name)
    {
        if (!File.Exists(path))
            yield break;
        using var stream = OpenToRead(path);
        var (buffer, count) = (new byte[64 * 1024], 0);
        while (true)
        {
            var read = ReadMore(stream, path, buffer, count);
            var (end, at) = (count + read, 0);
            while (buffer.AsSpan(at, end - at).IndexOf((byte)'\n') is >= 0 and var length)
            {
                if (length > 0)
                    yield return ReadLine(name, buffer.AsMemory(at, length));
                at += length + 1;
            }

            count = end - at;
            if (read == 0)
            {
                // The last line has no end: a kill cut it, or it is being written.
                if (count > 0)
                    yield return ReadLine(name, buffer.AsMemory(at, count));
                yield break;
            }

            buffer.AsSpan(at, count).CopyTo(buffer);
            if (count == buffer.Length)
                Array.Resize(ref buffer, 2 * buffer.Length);
        }
    }

    static FileStream OpenToRead(string path)
    {
        try
        {
            return new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, bufferSize: 0);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw LedgerUnavailableException.FromException(path, error);
        }
    }

    static int ReadMore(FileStream stream, string path, byte[] buffer, int count)
    {
        try
        {
            return stream.Read(buffer, count, buffer.Length - count);
        }
        catch (IOException error)
        {
            throw LedgerUnavailableException.FromException(path, error);
        }
    }

    static ReadOnlyMemory<byte>? ReadLine(string name, ReadOnlyMemory<byte> line) =>
        ChecksummedLine.Read(name, line, out var json) is null ? json : default(ReadOnlyMemory<byte>?);

    /// <summary>Takes a lock that a process holds as long as it lives; the folder is created.</summary>
    /// <returns>Dispose it to release the lock; null if another process has it.</returns>
    /// <exception cref="LedgerUnavailableException">The file cannot be created or opened.</exception>
    public static IDisposable? TryLock(string path)
    {
        CreateFolder(path);
        return RunLock.TryTake(path);
    }

    /// <summary>Whether a living process has the lock.</summary>
    public static bool IsLocked(string path) => RunLock.IsHeld(path);

    /// <summary>Removes a file, if it is there and can be removed.</summary>
    public static void Remove(string path) => DurableFile.TryDelete(path);

    /// <summary>Creates the folder of a file, as <see cref="LedgerPermissions"/> has it.</summary>
    /// <exception cref="LedgerUnavailableException">It cannot be created.</exception>
    public static void CreateFolder(string path)
    {
        try
        {
            LedgerPermissions.CreateFolder(Path.GetDirectoryName(path)!);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw LedgerUnavailableException.FromException(path, error);
        }
    }
}
