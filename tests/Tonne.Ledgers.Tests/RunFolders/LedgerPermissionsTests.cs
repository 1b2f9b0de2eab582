using System.Runtime.Versioning;
using Tonne.Ledgers.ImportExport;

namespace Tonne.Ledgers.Tests.RunFolders;

[UnsupportedOSPlatform("windows")]
public class LedgerPermissionsTests
{
    const UnixFileMode Owner = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;
    const UnixFileMode Group = UnixFileMode.GroupRead | UnixFileMode.GroupWrite | UnixFileMode.GroupExecute;

    [Fact]
    public void All_that_a_ledger_creates_is_for_its_owner_even_in_a_folder_that_others_may_read()
    {
        using var home = new TemporaryHome();
        Directory.CreateDirectory(home.Home.Root);
        File.SetUnixFileMode(home.Home.Root, Owner | UnixFileMode.GroupRead | UnixFileMode.GroupExecute | UnixFileMode.OtherRead | UnixFileMode.OtherExecute);

        Fill(home);

        Assert.All(Created(home), path => Assert.Equal(UnixFileMode.None, File.GetUnixFileMode(path) & ~Owner));
    }

    [Fact]
    public void A_ledger_whose_folder_the_group_may_write_is_shared()
    {
        using var home = new TemporaryHome();
        Directory.CreateDirectory(home.Home.Root);
        File.SetUnixFileMode(home.Home.Root, Owner | Group);

        Fill(home);

        Assert.All(Created(home), path => Assert.Equal(
            UnixFileMode.GroupRead | UnixFileMode.GroupWrite, File.GetUnixFileMode(path) & ~Owner & ~UnixFileMode.GroupExecute));
    }

    static void Fill(TemporaryHome home)
    {
        home.Complete("20261121-100000-aaaaa1");
        using var running = home.Ledger.Begin(SampleRun.Opening("20261122-130000-eeeee5"));
        home.Ledger.Import(CodeCarbonCsv.Import(Path.Combine(AppContext.BaseDirectory, "ImportExport", "Samples", "emissions-3.csv"), home.Time.GetUtcNow()));
        home.Ledger.ListRuns();
    }

    static IReadOnlyList<string> Created(TemporaryHome home)
    {
        string[] paths = [.. Directory.EnumerateFileSystemEntries(home.Home.Root, "*", SearchOption.AllDirectories)];
        Assert.Contains(home.Home.Index, paths);
        Assert.Contains(paths, path => path.EndsWith("trace", StringComparison.Ordinal));
        Assert.Contains(paths, path => path.EndsWith("origin.csv", StringComparison.Ordinal));
        return paths;
    }
}
