namespace Tonne.Ledgers.RunFolders;

/// <summary>Permissions of the files and folders of a ledger: their owner only, whatever the umask.</summary>
/// <remarks>
/// Records hold whole command lines. A ledger is shared if its folder lets its group write (<c>chmod g+w</c>); what is created in such a
/// folder lets the group read and write too. On Windows the permissions of the folder are inherited.
/// </remarks>
static class LedgerPermissions
{
    const UnixFileMode OwnerReadsAndWrites = UnixFileMode.UserRead | UnixFileMode.UserWrite;
    const UnixFileMode GroupReadsAndWrites = UnixFileMode.GroupRead | UnixFileMode.GroupWrite;

    /// <summary>Opens a file; a new one gets the permissions of a ledger.</summary>
    /// <param name="path">The file.</param>
    /// <param name="mode">How it is opened or created.</param>
    /// <param name="access">Reading, writing, or both.</param>
    /// <param name="share">What others may do at the same time.</param>
    /// <exception cref="IOException">It cannot be opened.</exception>
    /// <exception cref="UnauthorizedAccessException">It may not be opened.</exception>
    internal static FileStream Open(string path, FileMode mode, FileAccess access, FileShare share)
    {
        var options = new FileStreamOptions { Mode = mode, Access = access, Share = share, BufferSize = 0 };
        if (OperatingSystem.IsWindows())
            return new FileStream(path, options);
        var shared = IsShared(Path.GetDirectoryName(path));
        options.UnixCreateMode = OwnerReadsAndWrites;
        var isNew = shared && !File.Exists(path);
        var file = new FileStream(path, options);
        if (isNew)
            File.SetUnixFileMode(file.SafeFileHandle, OwnerReadsAndWrites | GroupReadsAndWrites);
        return file;
    }

    /// <summary>Creates a folder of a ledger and those above it, up to that of the ledger, which exists.</summary>
    /// <exception cref="IOException">It cannot be created.</exception>
    /// <exception cref="UnauthorizedAccessException">It may not be created.</exception>
    internal static void CreateFolder(string path)
    {
        if (Directory.Exists(path))
            return;
        if (OperatingSystem.IsWindows())
        {
            Directory.CreateDirectory(path);
            return;
        }

        var parent = Path.GetDirectoryName(path);
        if (parent is { Length: > 0 })
            CreateFolder(parent);
        Directory.CreateDirectory(path, OwnerReadsAndWrites | UnixFileMode.UserExecute);
        if (IsShared(parent))
            File.SetUnixFileMode(path, File.GetUnixFileMode(path) | GroupReadsAndWrites | UnixFileMode.GroupExecute);
    }

    static bool IsShared(string? folder) =>
        !OperatingSystem.IsWindows() && folder is { Length: > 0 } && File.GetUnixFileMode(folder).HasFlag(UnixFileMode.GroupWrite);
}
