using Tonne.Ledgers.RunFolders;

namespace Tonne.Ledgers.Tests.RunFolders;

public class DurableFileTests
{
    [Fact]
    public void Lines_are_appended_as_soon_as_a_reader_has_closed_the_file()
    {
        using var home = new TemporaryHome();
        Directory.CreateDirectory(home.Home.Root);
        var path = Path.Combine(home.Home.Root, "lines");
        File.WriteAllText(path, "one\n");
        // A lock as another process has it while it reads.
        var reader = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read);
        var waits = 0;

        DurableFile.Append(path, "two\n"u8, _ =>
        {
            if (++waits == 3)
                reader.Dispose();
        });

        Assert.Equal(3, waits);
        Assert.Equal("one\ntwo\n", File.ReadAllText(path));
    }

    [Fact]
    public void A_file_that_another_process_never_closes_is_an_error_after_two_seconds_of_waiting()
    {
        using var home = new TemporaryHome();
        Directory.CreateDirectory(home.Home.Root);
        var path = Path.Combine(home.Home.Root, "lines");
        File.WriteAllText(path, "one\n");
        using var reader = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read);
        var waited = TimeSpan.Zero;

        Assert.Throws<LedgerUnavailableException>(() => DurableFile.Append(path, "two\n"u8, time => waited += time));

        Assert.InRange(waited, TimeSpan.FromSeconds(1.9), TimeSpan.FromSeconds(2));
    }
}
