namespace Tonne.Instruments.Feeds;

/// <summary>A folder of files that several processes read and write: locks between processes, and whole files by a rename.</summary>
static class FeedFolder
{
    static readonly TimeSpan _poll = TimeSpan.FromMilliseconds(20);

    /// <summary>Takes the lock of a file, across all processes of the machine. It ends when it is disposed, or with its process.</summary>
    /// <param name="path">The file that is guarded.</param>
    /// <param name="longest">How long to wait.</param>
    /// <param name="time">The clock.</param>
    /// <param name="cancellationToken">Stops the wait.</param>
    /// <returns>Null if another process held it all the time.</returns>
    /// <exception cref="IOException">The folder cannot be written.</exception>
    /// <exception cref="UnauthorizedAccessException">The folder may not be written.</exception>
    internal static async Task<IDisposable?> LockAsync(string path, TimeSpan longest, TimeProvider time,
        CancellationToken cancellationToken)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(path) ?? ".");
        for (var start = time.GetTimestamp(); ;)
        {
            try
            {
                return new FileStream(path + ".lock", FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None, bufferSize: 0);
            }
            catch (IOException error) when (IsHeld(error))
            {
                if (time.GetElapsedTime(start) > longest)
                    return null;
            }

            await Task.Delay(_poll, time, cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>Replaces a file: other processes see the old one or the new one.</summary>
    internal static void Replace(string path, ReadOnlySpan<byte> bytes)
    {
        var part = path + ".part";
        File.WriteAllBytes(part, bytes);
        File.Move(part, path, overwrite: true);
    }

    /// <summary>Replaces several files, or none: all are written beside the old ones and on the disk before the first is replaced. The caller holds their lock.</summary>
    /// <param name="files">The files with their new content.</param>
    /// <exception cref="IOException">One cannot be written, for example on a full disk; all are as they were.</exception>
    /// <exception cref="UnauthorizedAccessException">The same, for want of permission.</exception>
    internal static void ReplaceAll(IReadOnlyList<(string Path, byte[] Bytes)> files)
    {
        var replaced = new List<(string Path, byte[]? Before)>();
        try
        {
            foreach (var (path, bytes) in files)
            {
                Directory.CreateDirectory(Path.GetDirectoryName(path) ?? ".");
                using var part = new FileStream(path + ".part", FileMode.Create, FileAccess.Write, FileShare.None, bufferSize: 0);
                part.Write(bytes);
                // Some file systems report a full disk only here.
                part.Flush(flushToDisk: true);
            }

            foreach (var (path, _) in files)
            {
                var before = File.Exists(path) ? File.ReadAllBytes(path) : null;
                File.Move(path + ".part", path, overwrite: true);
                replaced.Add((path, before));
            }
        }
        catch
        {
            foreach (var (path, _) in files)
                TryDelete(path + ".part");
            foreach (var (path, before) in replaced)
                Restore(path, before);
            throw;
        }
    }

    static void Restore(string path, byte[]? before)
    {
        if (before is null)
            TryDelete(path);
        else
            Replace(path, before);
    }

    static void TryDelete(string path)
    {
        try
        {
            File.Delete(path);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            // It is not read; the next import writes it anew.
        }
    }

    /// <summary>The bytes of a file; null if it does not exist or cannot be read.</summary>
    internal static byte[]? TryRead(string path)
    {
        try
        {
            return File.ReadAllBytes(path);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    /// <summary>A name of a file for a text from outside.</summary>
    internal static string SafeName(string text) => string.Concat(text.Select(letter => char.IsAsciiLetterOrDigit(letter) || letter == '-'
        ? letter : '_'));

    /// <summary>EAGAIN of Linux and macOS, a sharing violation of Windows.</summary>
    static bool IsHeld(IOException error) => (error.HResult & 0xFFFF) is 11 or 35 or 32 or 33;
}
