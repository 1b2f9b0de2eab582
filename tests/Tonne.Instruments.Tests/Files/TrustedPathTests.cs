using System.Runtime.Versioning;
using Tonne.Instruments.Files;

namespace Tonne.Instruments.Tests.Files;

/// <summary>A file is read only if nobody but its owner could have written it: checked against the rights that .NET reads, for many trees.</summary>
[UnsupportedOSPlatform("windows")]
public sealed class TrustedPathTests : IDisposable
{
    const UnixFileMode WritableByOthers = UnixFileMode.GroupWrite | UnixFileMode.OtherWrite;

    readonly string _root = Directory.CreateTempSubdirectory("tonne-trust-").FullName;

    [Fact]
    public void A_file_is_read_if_and_only_if_nothing_on_its_path_is_a_link_or_writable_by_others()
    {
        var random = new Random(20261129);
        var (read, refused) = (0, 0);
        for (var round = 0; round < 400; round++)
        {
            var path = CreateTree(random, round);

            var text = TrustedPath.ReadText(_root, path, Libc.GetUser(), out var problem);

            Assert.Equal(IsSafe(path), text is not null);
            Assert.Equal(text is null, problem is not null);
            _ = text is null ? refused++ : read++;
        }

        // A test that refuses everything, or nothing, shows nothing.
        Assert.True(read > 50 && refused > 50, $"{read} read, {refused} refused");
    }

    [Fact]
    public void A_file_of_another_owner_is_refused()
    {
        var file = Path.Combine(_root, "tonne.yaml");
        File.WriteAllText(file, "home: /x\n");

        Assert.NotNull(TrustedPath.ReadText(_root, file, Libc.GetUser(), out _));
        Assert.Null(TrustedPath.ReadText(_root, file, Libc.GetUser() + 1, out var problem));
        Assert.Contains("belongs to user", problem, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("a/../b")]
    [InlineData("./b")]
    [InlineData("a")]
    public void A_path_with_dots_or_a_folder_is_refused(string below)
    {
        Directory.CreateDirectory(Path.Combine(_root, "a"));
        File.WriteAllText(Path.Combine(_root, "b"), "x");

        Assert.Null(TrustedPath.ReadText(_root, _root + "/" + below, Libc.GetUser(), out var problem));
        Assert.NotNull(problem);
    }

    [Fact]
    public void A_file_that_is_not_there_is_no_problem()
    {
        Assert.Null(TrustedPath.ReadText(_root, Path.Combine(_root, "none", "tonne.yaml"), Libc.GetUser(), out var problem));
        Assert.Null(problem);
    }

    [Fact]
    public void Nothing_below_the_temporary_folder_is_roots_alone() => Assert.NotNull(TrustedPath.FindFolderProblem(Path.Combine(_root, "x")));

    public void Dispose() => Directory.Delete(_root, recursive: true);

    /// <summary>Two folders and a file, each of which may be writable by others, or a link.</summary>
    string CreateTree(Random random, int round)
    {
        var path = _root;
        for (var depth = 0; depth < 3; depth++)
        {
            var name = Path.Combine(path, $"{round}-{depth}");
            var real = random.Next(8) == 0 ? name + "-real" : name;
            if (depth < 2)
                Directory.CreateDirectory(real);
            else
                File.WriteAllText(real, "home: /x\n");
            var mode = (depth < 2 ? UnixFileMode.UserExecute : UnixFileMode.None) | UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.OtherRead;
            File.SetUnixFileMode(real, mode | random.Next(10) switch { 0 => UnixFileMode.GroupWrite, 1 => UnixFileMode.OtherWrite, 2 when depth < 2 => UnixFileMode.OtherWrite | UnixFileMode.StickyBit, _ => UnixFileMode.None });
            if (real != name)
                File.CreateSymbolicLink(name, real);
            path = name;
        }

        return path;
    }

    bool IsSafe(string path)
    {
        for (var at = path; at.Length > _root.Length; at = Path.GetDirectoryName(at)!)
        {
            if (new FileInfo(at).LinkTarget is not null || (File.GetUnixFileMode(at) & WritableByOthers) != UnixFileMode.None)
                return false;
        }

        return true;
    }
}
