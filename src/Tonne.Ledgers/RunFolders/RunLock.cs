namespace Tonne.Ledgers.RunFolders;

/// <summary>The advisory lock of a run (flock(2) on Unix). The system releases it when its process ends, even by a kill.</summary>
sealed class RunLock : IDisposable
{
    readonly FileStream _file;

    RunLock(FileStream file) => _file = file;

    /// <summary>Takes the lock.</summary>
    /// <returns>Null if another process has it.</returns>
    /// <exception cref="LedgerUnavailableException">The file cannot be created or opened.</exception>
    internal static RunLock? TryTake(string path)
    {
        try
        {
            return new RunLock(LedgerPermissions.Open(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None));
        }
        catch (IOException error) when (IsHeldBy(error))
        {
            return null;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw LedgerUnavailableException.FromException(path, error);
        }
    }

    /// <summary>Takes a lock that others hold for a moment only.</summary>
    /// <exception cref="LedgerUnavailableException">Another process holds it for longer than ten seconds, or the file cannot be opened.</exception>
    internal static RunLock Wait(string path)
    {
        const int Tries = 500;
        const int MillisecondsBetween = 20;
        using var never = new ManualResetEventSlim();
        for (var i = 0; i < Tries; i++)
        {
            if (TryTake(path) is { } taken)
                return taken;
            never.Wait(MillisecondsBetween);
        }

        throw new LedgerUnavailableException(path, "is held by another process of tonne", "Try again when that one has ended.");
    }

    /// <summary>Whether another process has the lock; needs no permission to write.</summary>
    internal static bool IsHeld(string path)
    {
        try
        {
            using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read, 0);
            return false;
        }
        catch (Exception error) when (error is FileNotFoundException or DirectoryNotFoundException or UnauthorizedAccessException)
        {
            return false;
        }
        catch (IOException error)
        {
            return IsHeldBy(error);
        }
    }

    /// <summary>Releases the lock and removes its file.</summary>
    /// <param name="path">Where it is now; its folder may have been renamed since.</param>
    internal void Remove(string path)
    {
        DurableFile.TryDelete(path);
        _file.Dispose();
    }

    /// <inheritdoc/>
    public void Dispose() => _file.Dispose();

    /// <summary>EWOULDBLOCK (Linux 11, macOS 35) on Unix; a sharing violation (32) on Windows.</summary>
    static bool IsHeldBy(IOException error) => (error.HResult & 0xFFFF) is 11 or 35 or 32;
}
