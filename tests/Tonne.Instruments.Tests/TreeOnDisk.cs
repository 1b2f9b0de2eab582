using Tonne.Instruments.Files;

namespace Tonne.Instruments.Tests;

/// <summary>A folder that stands in for the files of a machine; removed when disposed.</summary>
sealed class TreeOnDisk : IDisposable
{
    public TreeOnDisk() => Tree = new FileTree(Root);

    public string Root { get; } = Directory.CreateTempSubdirectory("tonne-tree-").FullName;

    public FileTree Tree { get; }

    public TreeOnDisk With(string path, string text)
    {
        var full = Path.Join(Root, path);
        Directory.CreateDirectory(Path.GetDirectoryName(full)!);
        File.WriteAllText(full, text);
        return this;
    }

    public TreeOnDisk WithBytes(string path, byte[] bytes)
    {
        With(path, "");
        File.WriteAllBytes(Path.Join(Root, path), bytes);
        return this;
    }

    public TreeOnDisk WithFolder(string path)
    {
        Directory.CreateDirectory(Path.Join(Root, path));
        return this;
    }

    public TreeOnDisk WithLink(string path, string target)
    {
        var full = Path.Join(Root, path);
        Directory.CreateDirectory(Path.GetDirectoryName(full)!);
        File.CreateSymbolicLink(full, target);
        return this;
    }

    public TreeOnDisk WithMode(string path, UnixFileMode mode)
    {
        if (!OperatingSystem.IsWindows())
            File.SetUnixFileMode(Path.Join(Root, path), mode);
        return this;
    }

    public TreeOnDisk Without(string path)
    {
        var full = Path.Join(Root, path);
        if (Directory.Exists(full))
            Directory.Delete(full, recursive: true);
        else
            File.Delete(full);
        return this;
    }

    /// <summary>The same files, of which some may not be opened: tests run as root, whom no access right stops.</summary>
    public FileTree Refusing(Func<string, int> errnoOf) => new(Root, (path, out error) =>
    {
        error = errnoOf(path[Root.Length..]);
        return error == 0 ? Libc.OpenToRead(path, out error) : new Microsoft.Win32.SafeHandles.SafeFileHandle();
    });

    public void Dispose() => Directory.Delete(Root, recursive: true);
}
