using System.Text;
using Microsoft.Win32.SafeHandles;

namespace Tonne.Instruments.Files;

/// <summary>Reads files of a machine below a root: <c>/</c> itself, or a folder that stands in for another machine.</summary>
/// <remarks>Paths are relative to the root, for example <c>sys/class/powercap</c>. Missing or unreadable files never throw.</remarks>
public sealed class FileTree
{
    /// <summary>The most that is read of any file, in bytes.</summary>
    public const int MaxFileBytes = 4 * 1024 * 1024;

    /// <summary>
    /// In a stand-in: names the files that could not be read where it was taken, one path per line. They are refused here too.
    /// </summary>
    public const string UnreadableListFile = "tonne-unreadable";

    readonly FileOpener _open;
    readonly HashSet<string> _refused = [];

    /// <summary>The files below a root.</summary>
    /// <param name="root">A folder; <c>/</c> is the running kernel's own.</param>
    public FileTree(string root = "/")
        : this(root, Libc.OpenToRead)
    {
    }

    internal FileTree(string root, FileOpener open)
    {
        (Root, _open) = (string.IsNullOrEmpty(root) ? "/" : root, open);
        if (IsSysroot)
            _refused.UnionWith((ReadText(UnreadableListFile) ?? "").Split('\n', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries));
    }

    /// <summary>Opens a file by its full path; an invalid handle and an errno if it cannot.</summary>
    internal delegate SafeFileHandle FileOpener(string path, out int error);

    /// <summary>The running machine's own files.</summary>
    public static FileTree Local { get; } = new();

    /// <summary>The root folder.</summary>
    public string Root { get; }

    /// <summary>Whether the files stand in for another machine.</summary>
    /// <remarks>On Windows the root is that of a drive.</remarks>
    public bool IsSysroot => Path.GetFullPath(Root) is var full && Path.TrimEndingDirectorySeparator(full) != Path.GetPathRoot(full);

    /// <summary>The full path of a file in the tree.</summary>
    public string GetFullPath(string relative) => Path.Join(Root, relative);

    /// <summary>Whether a file or folder is there.</summary>
    public bool Exists(string relative) => Path.Exists(GetFullPath(relative));

    /// <summary>Reads a file whole.</summary>
    /// <param name="relative">Path below the root.</param>
    /// <param name="reason">Why it could not be read (<see cref="ReadFailure"/>); null if it was.</param>
    /// <returns>Its bytes, at most <see cref="MaxFileBytes"/>; empty if it could not be read.</returns>
    public byte[] ReadBytes(string relative, out string? reason)
    {
        using var handle = Open(relative, out reason);
        if (reason is not null)
            return [];
        var buffer = new byte[4096];
        var length = 0;
        while (true)
        {
            var count = Libc.ReadAt(handle, buffer.AsSpan(length), length);
            if (count < 0)
            {
                reason = ReadFailure.Describe(-count);
                return [];
            }

            length += count;
            if (count == 0 || length == MaxFileBytes)
                return buffer[..length];
            if (length == buffer.Length)
                Array.Resize(ref buffer, Math.Min(MaxFileBytes, buffer.Length * 2));
        }
    }

    /// <summary>Reads the start of a file into a buffer.</summary>
    /// <returns>The number of bytes; 0 with a reason if it could not be read.</returns>
    internal int ReadInto(string relative, Span<byte> buffer, out string? reason)
    {
        using var handle = Open(relative, out reason);
        if (reason is not null)
            return 0;
        var length = 0;
        while (length < buffer.Length)
        {
            var count = Libc.ReadAt(handle, buffer[length..], length);
            if (count < 0)
            {
                reason = ReadFailure.Describe(-count);
                return 0;
            }

            length += count;
            // As in a kept file: a short answer that is no page of a list is the whole.
            if (count == 0 || (length < buffer.Length && count < 2048))
                break;
        }

        return length;
    }

    /// <summary>Reads a file as text; null if it cannot be read. Bytes that are not UTF-8 become U+FFFD.</summary>
    public string? ReadText(string relative)
    {
        var bytes = ReadBytes(relative, out var reason);
        return reason is null ? Encoding.UTF8.GetString(bytes) : null;
    }

    /// <summary>Reads a file as one line without the white space around it; null if it cannot be read or is empty.</summary>
    public string? ReadLine(string relative) =>
        ReadText(relative)?.Trim('\0', ' ', '\t', '\r', '\n') is { Length: > 0 } line ? line : null;

    /// <summary>Reads a file that holds one whole number; null if it does not, or cannot be read.</summary>
    public long? ReadNumber(string relative)
    {
        ReadOnlySpan<byte> bytes = ReadBytes(relative, out var reason);
        return reason is null && KernelText.TryParseNumber(bytes, out var value) ? value : null;
    }

    /// <summary>
    /// Names of the files and folders in a folder, in ordinal order; empty if there is no such folder or it may not be read.
    /// </summary>
    public IReadOnlyList<string> ListNames(string relative)
    {
        // Most folders asked for are not there; an exception for each would cost more than all the rest.
        if (!Directory.Exists(GetFullPath(relative)))
            return [];
        try
        {
            var names = Directory.EnumerateFileSystemEntries(GetFullPath(relative)).Select(path => Path.GetFileName(path)).ToArray();
            Array.Sort(names, StringComparer.Ordinal);
            return names;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return [];
        }
    }

    /// <summary>The target of a symbolic link, as written in the link; null if the path is not a symbolic link.</summary>
    public string? ReadLinkTarget(string relative)
    {
        try
        {
            return new FileInfo(GetFullPath(relative)).LinkTarget;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    /// <summary>Access rights of a file; null if it is not there.</summary>
    public UnixFileMode? GetMode(string relative)
    {
        try
        {
            return OperatingSystem.IsWindows() ? null : File.GetUnixFileMode(GetFullPath(relative));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    /// <summary>Keeps a file open, to be read again and again.</summary>
    /// <param name="relative">Path below the root.</param>
    /// <param name="maxBytes">Only so many bytes from its start are wanted; null for all of it.</param>
    public PersistentFile OpenPersistent(string relative, int? maxBytes = null) => new(this, relative, maxBytes);

    internal SafeFileHandle Open(string relative, out string? reason)
    {
        if (_refused.Contains(relative))
        {
            reason = ReadFailure.Denied;
            return new SafeFileHandle();
        }

        var handle = _open(GetFullPath(relative), out var error);
        reason = handle.IsInvalid ? ReadFailure.Describe(error) : null;
        return handle;
    }
}
