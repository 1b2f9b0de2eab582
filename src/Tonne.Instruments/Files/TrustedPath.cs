using System.Text;
using Microsoft.Win32.SafeHandles;

namespace Tonne.Instruments.Files;

/// <summary>Reads files that decide what a privileged process does: only those that nobody but their owner could have written.</summary>
/// <remarks>
/// A file is trusted if it is a regular file, it and every folder above it belong to the owner (root, unless said otherwise), nobody else may write to any of
/// them, and no part of the path is a link. Each part is opened from the open folder above it, so none can be exchanged between the check and the reading. A
/// folder with the sticky bit, such as <c>/tmp</c>, is not trusted: others can make files there before root does.
/// </remarks>
public static class TrustedPath
{
    const int MaxFileBytes = 1024 * 1024;

    /// <summary>Reads a file as text.</summary>
    /// <param name="path">Its full path.</param>
    /// <param name="problem">Why it is not used, with the part of the path that is not trusted; null if it was read, or if there is none.</param>
    /// <returns>Its text; null if it is not there or not trusted.</returns>
    public static string? ReadText(string path, out string? problem) => ReadText("/", path, 0, out problem);

    /// <summary>Finds out why a folder is not trusted. A folder that does not exist yet is as trustworthy as the nearest one above it.</summary>
    /// <param name="path">Its full path.</param>
    /// <returns>Null if it is trusted.</returns>
    public static string? FindFolderProblem(string path)
    {
        using var _ = Open("/", path, 0, wantsFolder: true, out var problem, out var isMissing);
        return isMissing ? null : problem;
    }

    internal static string? ReadText(string trusted, string path, uint owner, out string? problem)
    {
        using var file = Open(trusted, path, owner, wantsFolder: false, out problem, out var isMissing);
        if (file is null)
        {
            problem = isMissing ? null : problem;
            return null;
        }

        var bytes = new byte[MaxFileBytes + 1];
        var length = 0;
        while (length < bytes.Length && Libc.ReadAt(file, bytes.AsSpan(length), length) is > 0 and var count)
            length += count;
        if (length > MaxFileBytes)
        {
            problem = $"{path}: is longer than 1 MiB";
            return null;
        }

        return Encoding.UTF8.GetString(bytes, 0, length);
    }

    /// <summary>Opens a path part by part.</summary>
    /// <param name="trusted">A folder that is trusted as it is; the path is below it.</param>
    /// <param name="path">The full path.</param>
    /// <param name="owner">Who must own all of it.</param>
    /// <param name="wantsFolder">Whether it must be a folder, and not a file.</param>
    /// <param name="problem">Why it was not opened.</param>
    /// <param name="isMissing">Whether it does not exist, and all that exists above it is trusted.</param>
    static SafeFileHandle? Open(string trusted, string path, uint owner, bool wantsFolder, out string? problem, out bool isMissing)
    {
        isMissing = false;
        if (!OperatingSystem.IsLinux())
        {
            problem = "files cannot be checked on this system";
            return null;
        }

        // Path.GetFullPath would remove "..", and with it a link before it.
        if (!path.StartsWith('/') || !path.StartsWith(trusted, StringComparison.Ordinal) || path.Contains('\0')
            || path.Split('/').Any(part => part is ".." or "."))
        {
            problem = $"{path}: must be a full path without '.' and '..'";
            return null;
        }

        var at = trusted;
        var handle = Libc.OpenFolderNoFollow(trusted, out _);
        problem = FindProblem(handle, owner, isFolder: true) is { } wrong ? $"{at}: {wrong}" : null;
        var parts = path[trusted.Length..].Split('/', StringSplitOptions.RemoveEmptyEntries);
        for (var i = 0; i < parts.Length && problem is null; i++)
        {
            var isFolder = wantsFolder || i < parts.Length - 1;
            at = Path.Combine(at, parts[i]);
            using var above = handle;
            if (Libc.GetStatus(above, parts[i]) is null)
            {
                isMissing = true;
                problem = $"{at}: does not exist";
                return null;
            }

            handle = Libc.OpenToRead(above, parts[i]);
            problem = FindProblem(handle, owner, isFolder) is { } next ? $"{at}: {next}" : null;
        }

        if (problem is null && (parts.Length > 0 || wantsFolder))
            return handle;
        problem ??= $"{path}: is a folder";
        handle.Dispose();
        return null;
    }

    static string? FindProblem(SafeFileHandle handle, uint owner, bool isFolder)
    {
        if (handle.IsInvalid)
            return "is a link, or cannot be opened";
        if (Libc.GetStatus(handle, "") is not { } status)
            return "its owner cannot be read";
        if (isFolder ? !status.IsFolder : !status.IsRegular)
            return isFolder ? "is no folder" : "is no regular file";
        if (status.Owner != owner)
            return $"belongs to user {status.Owner}, not to {(owner == 0 ? "root" : $"user {owner}")}";
        return status.IsWritableByOthers ? "others than its owner may write to it" : null;
    }
}
