using Tonne.Ledgers.Pushing;

namespace Tonne.Ledgers.Tests.Pushing;

public class DiskBoundTests
{
    [Fact]
    public async Task Nothing_is_removed_below_the_bound()
    {
        using var home = new PushHome();
        home.AddRun();
        await home.PushAsync();

        var outcome = new DiskBound(home.Ledger.Ledger, home.Queue, home.Ledger.Time).Apply(1 << 30);

        Assert.Equal((0, 0, 0, 0), (outcome.Thinned, outcome.TracesRemoved, outcome.RunsRemoved, outcome.Dropped));
        Assert.Equal(outcome.BytesBefore, outcome.BytesAfter);
    }

    [Fact]
    public async Task Acknowledged_runs_are_removed_and_the_record_of_another_stays()
    {
        using var home = new PushHome();
        var sent = home.AddRun();
        await home.PushAsync();
        var waits = home.AddRun();

        var outcome = new DiskBound(home.Ledger.Ledger, home.Queue, home.Ledger.Time).Apply(1);

        Assert.Equal([waits], home.Ledger.Home.GetRunFolders().Select(folder => folder.Id));
        Assert.Equal((1, 1), (outcome.RunsRemoved, outcome.Dropped));
        var left = home.Ledger.Home.GetRunFolder(waits);
        Assert.True(left.IsClosed);
        Assert.False(File.Exists(left.TracePath));
        // The trace was removed on purpose, and the note says so: nothing is wrong.
        Assert.Empty(home.Ledger.Ledger.Verify());
        home.Restart();
        Assert.Equal(1, home.Queue.Dropped);
        await home.PushAsync();
        Assert.Equal([(sent, 0), (sent, 1), (waits, 0), (waits, 1)], home.Server.Lines.Keys.Order());
        // Measured again, from the files.
        var bytes = Directory.EnumerateFiles(home.Ledger.Home.Runs, "*", SearchOption.AllDirectories).Sum(
            file => new FileInfo(file).Length);
        Assert.Equal(bytes, new DiskBound(home.Ledger.Ledger, home.Queue, home.Ledger.Time).Apply(1 << 30).BytesBefore);
        Assert.Equal(bytes, outcome.BytesAfter);
    }

    [Fact]
    public async Task Traces_of_acknowledged_runs_go_before_the_runs()
    {
        using var home = new PushHome();
        var id = home.AddRun();
        await home.PushAsync();
        var folder = home.Ledger.Home.GetRunFolder(id);
        var others = new[] { folder.RecordPath, folder.StatementsPath }.Sum(file => new FileInfo(file).Length);
        // The runs of these tests begin at 05:00; three days later they are older than 48 h.
        home.Ledger.Time.Advance(TimeSpan.FromDays(3));

        var outcome = new DiskBound(home.Ledger.Ledger, home.Queue, home.Ledger.Time).Apply(others + 200);

        Assert.Equal((1, 0), (outcome.TracesRemoved, outcome.RunsRemoved));
        Assert.False(File.Exists(folder.TracePath));
        Assert.Empty(home.Ledger.Ledger.Verify());
        Assert.NotNull(home.Ledger.Ledger.Load(id));
    }

    [Fact]
    public void A_removal_note_that_was_changed_is_a_problem()
    {
        using var home = new PushHome();
        var folder = home.Ledger.Home.GetRunFolder(home.AddRun());
        new DiskBound(home.Ledger.Ledger, null, home.Ledger.Time).Apply(1);
        File.WriteAllText(folder.RemovalNotePath, File.ReadAllText(folder.RemovalNotePath).Replace(
            "2026", "2027", StringComparison.Ordinal));

        Assert.Contains("checksum", Assert.Single(home.Ledger.Ledger.Verify()).What, StringComparison.Ordinal);
    }

    [Fact]
    public void A_run_that_is_recorded_is_not_touched()
    {
        using var home = new PushHome();
        var folder = home.Ledger.Kill("20261122-054210-4f2a9c");
        var bytes = new FileInfo(folder.TracePath).Length;

        new DiskBound(home.Ledger.Ledger, home.Queue, home.Ledger.Time).Apply(1);

        Assert.Equal(bytes, new FileInfo(folder.TracePath).Length);
    }
}
