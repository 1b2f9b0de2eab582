using Tonne.Ledgers.RunFolders;
using Tonne.Ledgers.Tests.Auditing;
using Tonne.Recording.Traces;
using Tonne.Runs;

namespace Tonne.Ledgers.Tests.RunFolders;

public class RunFolderTests
{
    const string Id = "20261122-054210-4f2a9c";

    [Fact]
    public void A_run_that_began_has_its_opening_on_the_disk_and_lives()
    {
        using var home = new TemporaryHome();

        using var run = home.Ledger.Begin(SampleRun.Opening(Id));

        Assert.Equal(Path.Combine(home.Home.Root, "runs", "2026", Id), run.Folder.Location);
        Assert.Equal(Id, run.Folder.ReadOpening()?.Id);
        Assert.True(run.Folder.IsAlive(new HolderProcessChecker(home.Proc), home.Time.GetUtcNow()));
        Assert.Equal(RunStatus.Running, Assert.Single(home.Ledger.ListRuns()).Status);
    }

    [Fact]
    public void A_finished_run_reads_back_as_it_was_and_no_longer_lives()
    {
        using var home = new TemporaryHome();

        var entry = home.Complete(Id);

        var folder = home.Home.GetRunFolder(Id);
        var back = home.Ledger.Load(Id);
        Assert.Equal(["record.json", "statements.jsonl", "trace"], Directory.GetFiles(folder.Location).Select(Path.GetFileName).Order(StringComparer.Ordinal));
        Assert.False(folder.IsAlive(new HolderProcessChecker(home.Proc), home.Time.GetUtcNow()));
        Assert.Equal(RunStatus.Completed, back.Record.Status);
        Assert.Empty(Comparison.Same(entry.Record, back.Record));
        Assert.Equal(entry.Statements[0].Figures, back.Statements[0].Figures);
        Assert.Equal(entry.Account().Total.Bounds, back.Account().Total.Bounds);
    }

    [Fact]
    public void Finishing_a_run_does_not_touch_the_index()
    {
        using var home = new TemporaryHome();

        home.Complete(Id);

        Assert.False(File.Exists(home.Home.Index));
        home.Ledger.ListRuns();
        Assert.True(File.Exists(home.Home.Index));
    }

    [Fact]
    public void Two_runs_of_one_id_cannot_be()
    {
        using var home = new TemporaryHome();
        home.Complete(Id);

        var error = Assert.Throws<LedgerUnavailableException>(() => home.Ledger.Begin(SampleRun.Opening(Id)));

        Assert.Contains(Id, error.Place, StringComparison.Ordinal);
        Assert.Empty(home.Ledger.Verify());
    }

    [Fact]
    public void A_home_that_cannot_be_made_says_where_why_and_what_to_do()
    {
        using var home = new TemporaryHome();
        File.WriteAllText(home.Elsewhere("file"), "not a folder");
        var ledger = new Ledger(new LedgerHome(Path.Combine(home.Elsewhere("file"), "home")), home.Time);

        var error = Assert.Throws<LedgerUnavailableException>(() => ledger.Begin(SampleRun.Opening(Id)));

        Assert.Contains("file", error.Place, StringComparison.Ordinal);
        Assert.NotEmpty(error.Reason);
        Assert.Contains("TONNE_HOME", error.Advice, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(28, "the disk is full")]
    [InlineData(122, "your quota of disk space is used up")]
    [InlineData(30, "the file system is read-only")]
    public void A_full_disk_is_named_as_such(int errno, string reason) =>
        Assert.Equal(reason, LedgerUnavailableException.FromException("/x", new IOException("?", errno)).Reason);

    [Fact]
    public void A_trace_on_a_full_disk_stops_and_the_run_goes_on()
    {
        // /dev/full answers every write with ENOSPC: full(4).
        if (!File.Exists("/dev/full"))
            Assert.Skip("no /dev/full here");
        using var full = new FileStream("/dev/full", FileMode.Open, FileAccess.Write, FileShare.ReadWrite, 0);
        var trace = new TraceWriter(full);

        SampleRun.Write(trace);

        Assert.NotNull(trace.Failure);
    }

    [Fact]
    public void The_lock_keeps_others_out_until_its_holder_is_gone()
    {
        using var home = new TemporaryHome();
        var path = home.Elsewhere("lock");

        using (var first = RunLock.TryTake(path))
        {
            Assert.NotNull(first);
            Assert.Null(RunLock.TryTake(path));
            Assert.True(RunLock.IsHeld(path));
        }

        Assert.False(RunLock.IsHeld(path));
        using var second = RunLock.TryTake(path);
        Assert.NotNull(second);
    }

    [Fact]
    public void Where_locks_do_not_work_the_holder_is_looked_for_by_boot_process_and_start()
    {
        using var home = new TemporaryHome();
        var processes = new HolderProcessChecker(home.Proc);

        var folder = home.Kill(Id);

        Assert.False(folder.IsAlive(processes, home.Time.GetUtcNow()));
        home.Live(TemporaryHome.Living);
        Assert.True(folder.IsAlive(processes, home.Time.GetUtcNow()));
        home.Live(TemporaryHome.Living with { ProcessStart = 7_001 });
        Assert.False(folder.IsAlive(processes, home.Time.GetUtcNow()));
        home.Live(TemporaryHome.Living, state: "Z");
        Assert.False(folder.IsAlive(processes, home.Time.GetUtcNow()));
    }

    [Fact]
    public void A_holder_of_another_machine_counts_as_alive_while_its_trace_grows()
    {
        using var home = new TemporaryHome();
        var folder = home.Kill(Id);
        File.WriteAllText(Path.Combine(home.Proc, "sys/kernel/random/boot_id"), "boot-2\n");
        File.SetLastWriteTimeUtc(folder.TracePath, home.Time.GetUtcNow().UtcDateTime);

        Assert.True(folder.IsAlive(new HolderProcessChecker(home.Proc), home.Time.GetUtcNow().AddMinutes(9)));
        Assert.False(folder.IsAlive(new HolderProcessChecker(home.Proc), home.Time.GetUtcNow().AddMinutes(10)));
    }

    [Fact]
    public void This_process_is_found_in_the_process_table_of_its_kernel()
    {
        if (!File.Exists("/proc/self/stat"))
            Assert.Skip("no /proc here");
        var processes = new HolderProcessChecker();
        var me = processes.GetCurrent();

        Assert.Equal(Environment.ProcessId, me.ProcessId);
        Assert.True(processes.IsAlive(me));
        Assert.False(processes.IsAlive(me with { ProcessStart = me.ProcessStart + 1 }));
        Assert.Null(processes.IsAlive(me with { BootId = "another" }));
    }

    [Theory]
    [InlineData("20261122-054210-4f2a9c", true)]
    [InlineData("20261122-054210-", false)]
    [InlineData("20261322-054210-4f2a9c", false)]
    [InlineData("20261122-054210-../../x", false)]
    [InlineData("notes", false)]
    public void An_id_is_a_time_and_a_suffix(string text, bool valid) => Assert.Equal(valid, LedgerHome.IsRunId(text));

    [Fact]
    public void Unknown_files_are_left_alone()
    {
        using var home = new TemporaryHome();
        home.Complete(Id);
        var files = new[] { "README", "runs/notes.txt", "runs/2026/mine/x", "runs/2026/" + Id + "/plot.png", "runs/20x6/y" }.Select(name => Path.Combine(home.Home.Root, name)).ToList();
        foreach (var file in files)
        {
            Directory.CreateDirectory(Path.GetDirectoryName(file)!);
            File.WriteAllText(file, "mine");
        }

        home.Ledger.CloseInterrupted(SampleRun.Account);
        Assert.Single(home.Ledger.ListRuns());
        Assert.Empty(home.Ledger.Verify());
        home.Ledger.Reindex();

        Assert.All(files, file => Assert.Equal("mine", File.ReadAllText(file)));
    }
}
