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
            return File.Exists(path) && ChecksummedLine.Read(name, File.ReadAllBytes(path), out var json) is null ? json : null;
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

    /// <summary>Reads the documents of a file of lines, in order; none if there is no file.</summary>
    /// <returns>The documents; null for a line that differs from what was written.</returns>
    /// <exception cref="LedgerUnavailableException">It cannot be read.</exception>
    public static IEnumerable<ReadOnlyMemory<byte>?> ReadLines(string path, string name)
    {
        byte[] content;
        try
        {
            if (!File.Exists(path))
                yield break;
            using var stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
            content = new byte[stream.Length];
            var read = stream.ReadAtLeast(content, content.Length, throwOnEndOfStream: false);
            if (read < content.Length)
                Array.Resize(ref content, read);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw LedgerUnavailableException.FromException(path, error);
        }

        var at = 0;
        while (at < content.Length)
        {
            var length = content.AsSpan(at).IndexOf((byte)'\n');
            var line = content.AsMemory(at, length < 0 ? content.Length - at : length);
            at += line.Length + 1;
            if (!line.IsEmpty)
                yield return ChecksummedLine.Read(name, line, out var json) is null ? json : null;
        }
    }

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

    static void CreateFolder(string path)
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
