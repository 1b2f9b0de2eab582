using System.Globalization;
using Microsoft.Win32.SafeHandles;

namespace Tonne.Instruments.Files;

/// <summary>
/// A folder in a place where others may write, such as <c>/tmp</c>. Its files are reached through its handle, never through a link.
/// </summary>
/// <remarks>
/// Accepted is a folder of this user or of root. If others may write to it, it must have the sticky bit, so that they cannot
/// replace or delete what is not theirs. A symbolic link in its place, or another user's folder, is refused: that user could lead a
/// write or a deletion to a file elsewhere. All later work is relative to the open folder, so it cannot be exchanged in between.
/// </remarks>
sealed class TrustedFolder : IDisposable
{
    readonly SafeFileHandle _handle;

    TrustedFolder(SafeFileHandle handle) => _handle = handle;

    /// <summary>Opens a folder.</summary>
    /// <param name="path">Its full path.</param>
    /// <param name="refusal">Why it was refused; null if it was opened.</param>
    /// <returns>Null if it was refused.</returns>
    internal static TrustedFolder? TryOpen(string path, out string? refusal)
    {
        refusal = "there are no such folders on this system";
        if (!OperatingSystem.IsLinux())
            return null;
        var handle = Libc.OpenFolderNoFollow(path, out var error);
        if (handle.IsInvalid)
        {
            // A link gives ELOOP or ENOTDIR, by the kernel's version.
            refusal = error == Libc.NoSuchFile ? "it does not exist"
                : error == Libc.PermissionDenied ? ReadFailure.Denied
                : "it is a link, or not a folder";
            return null;
        }

        refusal = GetRefusal(Libc.GetStatus(handle, ""));
        if (refusal is null)
            return new TrustedFolder(handle);
        handle.Dispose();
        return null;
    }

    /// <summary>The status of the folder; null if the system cannot say.</summary>
    internal FileStatus? Status => Libc.GetStatus(_handle, "");

    /// <summary>The status of a file; null if there is none.</summary>
    internal FileStatus? GetStatus(string name) => Libc.GetStatus(_handle, name);

    /// <summary>Makes a file that is not there yet, readable by all; the handle is invalid if it failed.</summary>
    internal SafeFileHandle CreateNew(string name) => Libc.CreateNewFile(_handle, name);

    /// <summary>Opens a regular file to read it; the handle is invalid if there is none.</summary>
    internal SafeFileHandle OpenToRead(string name)
    {
        var file = Libc.OpenToRead(_handle, name);
        if (file.IsInvalid || Libc.GetStatus(file, "") is { IsRegular: true })
            return file;
        file.Dispose();
        return new SafeFileHandle();
    }

    /// <summary>Deletes a file if it is the one that was looked at.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="expected">Its status when it was looked at.</param>
    internal bool Delete(string name, in FileStatus expected) =>
        GetStatus(name) is { } now && now.IsSameFile(expected) && Libc.Unlink(_handle, name) == 0;

    /// <summary>Names of its files, in ordinal order; empty if they may not be listed.</summary>
    internal IReadOnlyList<string> ListNames() =>
        FileTree.Local.ListNames(string.Create(CultureInfo.InvariantCulture, $"proc/self/fd/{_handle.DangerousGetHandle()}"));

    /// <inheritdoc/>
    public void Dispose() => _handle.Dispose();

    static string? GetRefusal(FileStatus? status)
    {
        if (status is not { } folder)
            return "its owner cannot be read";
        if (folder.Owner != 0 && folder.Owner != Libc.GetUser())
            return string.Create(CultureInfo.InvariantCulture, $"it belongs to another user ({folder.Owner})");
        return folder is { IsWritableByOthers: true, IsSticky: false } ? "others may write to it, and it has no sticky bit" : null;
    }
}
