using Tonne.Instruments.Files;

namespace Tonne.Instruments.Tests;

/// <summary>A folder that stands in for the files of a machine; removed when disposed.</summary>
sealed class TreeOnDisk : IDisposable
{
    public TreeOnDisk()
        : this(Directory.CreateTempSubdirectory("tonne-tree-").FullName)
    {
    }

    TreeOnDisk(string root) => (Root, Tree) = (root, new FileTree(root));

    public string Root { get; }

    public FileTree Tree { get; }

    /// <summary>A machine written down in <c>Trees/NAME.tree</c>.</summary>
    public static TreeOnDisk Of(string name)
    {
        var disk = new TreeOnDisk();
        using var stream = typeof(TreeOnDisk).Assembly.GetManifestResourceStream($"{name}.tree") ?? throw new ArgumentException($"There is no tree {name}.", nameof(name));
        using var reader = new StreamReader(stream);
        while (reader.ReadLine() is { } line)
        {
            if (line.Length == 0 || line[0] == '#')
                continue;
            var colon = line.IndexOf(": ", StringComparison.Ordinal);
            disk.With(line[..colon], line[(colon + 2)..].Replace("\\n", "\n", StringComparison.Ordinal).Replace("\\t", "\t", StringComparison.Ordinal) + "\n");
        }

        // A tree names what may not be read when it is made.
        return new TreeOnDisk(disk.Root);
    }

    /// <summary>Names of all machines written down.</summary>
    public static IEnumerable<string> All => typeof(TreeOnDisk).Assembly.GetManifestResourceNames().Where(name => name.EndsWith(".tree", StringComparison.Ordinal)).Select(name => name[..^5]).Order(StringComparer.Ordinal);

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
