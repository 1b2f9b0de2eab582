using System.Text;
using FsCheck;
using FsCheck.Fluent;
using Tonne.Ledgers.Pushing;

namespace Tonne.Ledgers.Tests.Pushing;

public class PushQueueTests
{
    [Fact]
    public void Batches_have_at_most_500_lines_and_a_long_line_goes_alone()
    {
        using var home = new PushHome();
        var id = home.AddRun();
        var line = File.ReadAllText(home.Ledger.Home.GetRunFolder(id).StatementsPath);
        File.WriteAllText(home.Ledger.Home.GetRunFolder(id).StatementsPath, string.Concat(Enumerable.Repeat(line, 1200)));
        home.Queue.Refresh();

        Assert.Equal(1201, home.Queue.Backlog.Lines);
        Assert.Equal(500, home.Queue.ReadBatch().Count);
        Assert.Single(home.Queue.ReadBatch(maxBytes: 1));
    }

    [Fact]
    public async Task A_new_statement_of_an_old_run_waits_alone()
    {
        using var home = new PushHome();
        var id = home.AddRun();
        await home.PushAsync();
        home.AddStatement(id, 300);
        home.Queue.Refresh(all: true);

        Assert.Equal([(id, 2)], home.Queue.ReadBatch().Select(line => (line.Run, line.Sequence)));
    }

    [Fact]
    public async Task A_damaged_statement_is_passed_over_and_the_run_is_not_acknowledged()
    {
        using var home = new PushHome();
        var id = home.AddRun();
        var path = home.Ledger.Home.GetRunFolder(id).StatementsPath;
        var good = await File.ReadAllTextAsync(path, TestContext.Current.CancellationToken);
        // Lines 1 (good), 2 (damaged), 3 (good), 4 (cut by a kill: it may still be being written).
        await File.WriteAllTextAsync(
            path, good + good.Replace("kg", "kt", StringComparison.Ordinal) + good + good[..40], TestContext.Current.CancellationToken);

        await home.PushAsync();

        Assert.Equal([0, 1, 3], home.Server.Lines.Keys.Select(line => line.Sequence).Order());
        Assert.False(home.Queue.IsAcknowledged(id));
        Assert.Equal(0, home.Queue.Backlog.Lines);
    }

    [Fact]
    public async Task A_damaged_record_waits_until_it_is_restored()
    {
        using var home = new PushHome();
        var path = home.Ledger.Home.GetRunFolder(home.AddRun()).RecordPath;
        var good = await File.ReadAllTextAsync(path, TestContext.Current.CancellationToken);
        await File.WriteAllTextAsync(
            path, good.Replace("train", "tarin", StringComparison.Ordinal) + " ", TestContext.Current.CancellationToken);
        await home.PushAsync();
        Assert.Empty(home.Server.Lines);
        Assert.Equal((1, 0L), (home.Queue.Backlog.Damaged, home.Queue.Backlog.Lines));

        await File.WriteAllTextAsync(path, good, TestContext.Current.CancellationToken);
        await home.PushAsync();

        Assert.Equal(2, home.Server.Lines.Count);
    }

    [Fact]
    public void A_run_that_is_still_recorded_does_not_wait()
    {
        using var home = new PushHome();
        home.Ledger.Kill("20261122-054210-4f2a9c");
        home.Queue.Refresh();

        Assert.Equal(0, home.Queue.Backlog.Runs);
    }

    [Fact]
    public void One_process_has_a_queue()
    {
        using var home = new PushHome();

        Assert.Null(PushQueue.TryOpen(home.Ledger.Home, PushHome.Settings.Server));
        using var other = PushQueue.TryOpen(home.Ledger.Home, new Uri("https://other.example.org"));
        Assert.NotNull(other);
    }

    [Fact]
    public async Task The_state_is_written_anew_when_most_of_it_is_outdated()
    {
        using var home = new PushHome();
        var id = home.AddRun();
        await home.PushAsync();
        var statement = await File.ReadAllTextAsync(
            home.Ledger.Home.GetRunFolder(id).StatementsPath, TestContext.Current.CancellationToken);
        await File.AppendAllTextAsync(
            home.Ledger.Home.GetRunFolder(id).StatementsPath, string.Concat(Enumerable.Repeat(statement, 1500)),
                TestContext.Current.CancellationToken);
        home.Queue.Refresh();
        for (var lines = home.Queue.ReadBatch(1); lines.Count > 0; lines = home.Queue.ReadBatch(1))
            home.Queue.Acknowledge(lines, new PushAnswer { Known = 1 });

        // Head and run, and what was added since the file was last written anew: it was, after 1,002 lines.
        Assert.InRange((await File.ReadAllLinesAsync(home.StatePath, TestContext.Current.CancellationToken)).Length, 2, 1002);
        home.Restart();
        home.Queue.Refresh();
        Assert.Equal(0, home.Queue.Backlog.Lines);
    }

    [Fact]
    public async Task Whatever_the_state_file_has_the_queue_offers_the_lines_or_knows_them_acknowledged()
    {
        using var home = new PushHome();
        var id = home.AddRun();
        await home.PushAsync();
        var valid = File.ReadAllBytes(home.StatePath);
        var anything = Gen.OneOf(
            from at in Gen.Choose(0, valid.Length - 1) from value in Gen.Choose(0, 255) select Change(valid, at, (byte)value),
            from length in Gen.Choose(0, valid.Length) select valid[..length],
            Gen.Choose(0, 255).Select(value => (byte)value).ArrayOf(200),
            from number in Gen.Choose(-5, 5) select Encoding.UTF8.GetBytes(
                $"{{\"crc32c\":\"00000000\",\"push\":{{\"run\":\"{id}\",\"lines\":{number}}}}}\n"));

        Prop.ForAll(Arb.From(anything), bytes =>
        {
            File.WriteAllBytes(home.StatePath, bytes);
            home.Restart();
            home.Queue.Refresh();
            // Record and statement wait, or both are acknowledged: no change of a byte makes one of them disappear.
            return home.Queue.ReadBatch().Count == (home.Queue.IsAcknowledged(id) ? 0 : 2);
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(600).WithReplay(2026, 1133));
    }

    static byte[] Change(byte[] valid, int at, byte value)
    {
        var bytes = (byte[])valid.Clone();
        bytes[at] = value;
        return bytes;
    }
}
