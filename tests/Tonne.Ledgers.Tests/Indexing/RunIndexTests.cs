using Microsoft.Data.Sqlite;

namespace Tonne.Ledgers.Tests.Indexing;

public class RunIndexTests
{
    const string First = "20261122-054210-aaaaa1";
    const string Second = "20261122-064210-bbbbb2";

    [Fact]
    public void The_index_says_what_the_folders_say()
    {
        using var home = new TemporaryHome();
        home.Complete(First);
        var fromFolders = home.Ledger.ListRuns();

        var fromIndex = home.Reopened().ListRuns();

        Assert.Equal(Text(fromFolders), Text(fromIndex));
        Assert.Equal(1L, Ask(home, "SELECT count(*) FROM runs WHERE project = 'mnist' AND status = 'completed' AND energy_kwh > 0 AND energy_kwh_low < energy_kwh"));
        Assert.Equal("delete", Ask(home, "PRAGMA journal_mode"));
    }

    [Fact]
    public void A_run_that_is_there_is_read_from_the_index_and_not_from_its_folder()
    {
        using var home = new TemporaryHome();
        home.Complete(First);
        home.Ledger.ListRuns();
        var record = home.Home.GetRunFolder(First).RecordPath;
        var (time, length) = (File.GetLastWriteTimeUtc(record), new FileInfo(record).Length);
        File.WriteAllBytes(record, new byte[length]);
        File.SetLastWriteTimeUtc(record, time);

        Assert.Null(Assert.Single(home.Ledger.ListRuns()).Trouble);
        home.Ledger.Reindex();
        Assert.NotNull(Assert.Single(home.Ledger.ListRuns()).Trouble);
    }

    [Fact]
    public void The_index_catches_up_with_runs_added_changed_and_removed()
    {
        using var home = new TemporaryHome();
        home.Complete(First);
        home.Ledger.ListRuns();

        home.Complete(Second);
        Assert.Equal([Second, First], home.Ledger.ListRuns().Select(run => run.Id));
        home.Ledger.Recount(Second, entry => SampleRun.Account(entry.Record, 112, home.Time.GetUtcNow()));
        Assert.Equal(2, home.Ledger.ListRuns()[0].Statements);
        Directory.Delete(home.Home.GetRunFolder(First).Location, recursive: true);
        Assert.Equal([Second], home.Ledger.ListRuns().Select(run => run.Id));
        Assert.Equal(1L, Ask(home, "SELECT count(*) FROM runs"));
    }

    [Fact]
    public void Rebuilding_an_index_that_cannot_be_written_is_an_error_and_lists_still_work()
    {
        using var home = new TemporaryHome();
        home.Complete(First);
        // A folder in its place cannot be opened as a database, even by root.
        Directory.CreateDirectory(Path.Combine(home.Home.Index, "x"));

        var error = Assert.Throws<LedgerUnavailableException>(() => home.Ledger.Reindex());

        Assert.Equal(home.Home.Index, error.Place);
        Assert.Single(home.Ledger.ListRuns());
    }

    [Fact]
    public void A_dropped_index_is_made_again()
    {
        using var home = new TemporaryHome();
        home.Complete(First);
        var before = Text(home.Ledger.ListRuns());
        File.Delete(home.Home.Index);

        Assert.Equal(before, Text(home.Ledger.ListRuns()));
        Assert.Equal(1, home.Ledger.Reindex());
        Assert.Empty(home.Said);
    }

    [Fact]
    public void An_index_of_a_newer_tonne_is_set_aside_and_reported()
    {
        using var home = new TemporaryHome();
        home.Complete(First);
        home.Ledger.ListRuns();
        Ask(home, "PRAGMA user_version = 99");

        Assert.Single(home.Ledger.ListRuns());

        var said = Assert.Single(home.Said);
        Assert.Contains(home.Home.Index + ".set-aside-1", said, StringComparison.Ordinal);
        Assert.Contains("newer", said, StringComparison.Ordinal);
        Assert.True(File.Exists(home.Home.Index + ".set-aside-1"));
        Assert.Single(home.Ledger.ListRuns());
        Assert.Single(home.Said);
    }

    [Fact]
    public void An_index_of_an_older_tonne_is_made_anew_without_a_word()
    {
        using var home = new TemporaryHome();
        home.Complete(First);
        home.Ledger.ListRuns();
        Ask(home, "DROP TABLE runs; CREATE TABLE runs (id TEXT); PRAGMA user_version = 0");

        Assert.Single(home.Ledger.ListRuns());
        Assert.Empty(home.Said);
    }

    [Fact]
    public void Bits_flipped_anywhere_in_the_index_never_change_what_is_listed()
    {
        using var home = new TemporaryHome();
        for (var i = 0; i < 8; i++)
            home.Complete($"20261122-0542{i:00}-aaaa{i:00}");
        var before = Text(home.Ledger.ListRuns());
        var clean = File.ReadAllBytes(home.Home.Index);
        var random = new Random(20261122);
        for (var round = 0; round < 40; round++)
        {
            var bytes = (byte[])clean.Clone();
            for (var flips = random.Next(1, 40); flips > 0; flips--)
                bytes[random.Next(bytes.Length)] ^= (byte)(1 << random.Next(8));
            File.WriteAllBytes(home.Home.Index, bytes);

            Assert.Equal(before, Text(home.Reopened().ListRuns()));
        }

        Assert.All(home.Said, said => Assert.Contains(home.Home.Index, said, StringComparison.Ordinal));
        Assert.NotEmpty(home.Said);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(10)]
    [InlineData(5000)]
    public void An_index_cut_short_or_of_another_kind_is_set_aside(int length)
    {
        using var home = new TemporaryHome();
        home.Complete(First);
        var before = Text(home.Ledger.ListRuns());
        File.WriteAllText(home.Home.Index, new string('x', length));

        Assert.Equal(before, Text(home.Ledger.ListRuns()));
    }

    [Fact]
    public void Where_the_index_cannot_be_written_the_folders_serve()
    {
        using var home = new TemporaryHome();
        home.Complete(First);
        // A folder in its place: nothing can be opened, moved over or written there.
        Directory.CreateDirectory(home.Home.Index);

        Assert.Single(home.Ledger.ListRuns());
        Assert.IsType<RunLookupResult.One>(home.Ledger.Find("last"));
    }

    static string Text(IEnumerable<RunSummary> runs) =>
        string.Join('\n', runs.Select(run => System.Text.Json.JsonSerializer.Serialize(run, Ledgers.Indexing.SummaryJson.Default.RunSummary)));

    static object? Ask(TemporaryHome home, string sql)
    {
        using var connection = new SqliteConnection($"Data Source={home.Home.Index};Pooling=False");
        connection.Open();
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        return command.ExecuteScalar();
    }
}
