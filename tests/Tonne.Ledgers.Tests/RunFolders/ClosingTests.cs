using Tonne.Ledgers.RunFolders;
using Tonne.Recording.Attribution;
using Tonne.Recording.Metering;
using Tonne.Recording.Traces;
using Tonne.Runs;

namespace Tonne.Ledgers.Tests.RunFolders;

public class ClosingTests
{
    const string Id = "20261122-054210-4f2a9c";

    [Fact]
    public void A_killed_run_is_closed_as_interrupted_by_whoever_comes_next()
    {
        using var home = new TemporaryHome();
        home.Kill(Id);

        var closed = Assert.Single(home.Reopened().CloseInterrupted(SampleRun.Account));

        Assert.Equal(RunStatus.Interrupted, closed.Record?.Status);
        var entry = home.Ledger.Load(Id);
        Assert.Equal(RunStatus.Interrupted, entry.Record.Status);
        Assert.Null(entry.Record.ExitCode);
        // 30 s of 12 J on the package, as written.
        Assert.Equal(360_000_000, entry.Record.Components.Single(c => c.Device == "package-0").MachineMicrojoules);
        Assert.Empty(home.Ledger.Verify());
        Assert.Empty(home.Ledger.CloseInterrupted(SampleRun.Account));
    }

    [Fact]
    public void A_killed_run_is_closed_however_many_newer_runs_there_are()
    {
        using var home = new TemporaryHome();
        home.Kill("20261121-090000-aaaaa1");
        for (var i = 0; i < 70; i++)
            home.Complete($"20261121-10{i / 60:00}{i % 60:00}-aaaaa1");
        home.Ledger.ListRuns();

        var closed = Assert.Single(home.Reopened().CloseInterrupted(SampleRun.Account));

        Assert.Equal("20261121-090000-aaaaa1", closed.Id);
        Assert.Equal(RunStatus.Interrupted, closed.Record?.Status);
    }

    [Theory]
    [InlineData(0, RunStatus.Completed)]
    [InlineData(137, RunStatus.Failed)]
    public void A_run_whose_trace_ended_is_closed_as_its_ending_says(int exitCode, RunStatus status)
    {
        using var home = new TemporaryHome();
        home.Kill(Id, trace =>
        {
            SampleRun.Write(trace, ending: false);
            SampleRun.End(trace, 30_000_000_000, exitCode);
        });

        var closed = Assert.Single(home.Ledger.CloseInterrupted(SampleRun.Account));

        Assert.Equal(status, closed.Record?.Status);
        Assert.Equal(exitCode, closed.Record?.ExitCode);
    }

    [Fact]
    public void A_living_run_is_not_closed()
    {
        using var home = new TemporaryHome();
        using var run = home.Ledger.Begin(SampleRun.Opening(Id));
        SampleRun.Write(run.Trace, ending: false);

        Assert.Empty(home.Reopened().CloseInterrupted(SampleRun.Account));
        Assert.Empty(home.Ledger.Verify());
        Assert.False(run.Folder.IsClosed);
    }

    [Fact]
    public void A_torn_last_block_costs_only_that_block()
    {
        using var home = new TemporaryHome();
        var folder = home.Kill(Id);
        using (var file = new FileStream(folder.TracePath, FileMode.Open))
            file.SetLength(file.Length - 3);

        var closed = Assert.Single(home.Ledger.CloseInterrupted(SampleRun.Account));

        Assert.Equal(30, closed.Record?.Samples);
        Assert.Null(TemporaryHome.FindWarning(closed.Record!, "trace-damaged"));
        Assert.Empty(home.Ledger.Verify());
    }

    [Fact]
    public void Damage_in_the_middle_keeps_what_comes_before_and_raises_a_warning()
    {
        using var home = new TemporaryHome();
        var folder = home.Kill(Id);
        var bytes = File.ReadAllBytes(folder.TracePath);
        bytes[^400] ^= 0x10;
        File.WriteAllBytes(folder.TracePath, bytes);

        var closed = Assert.Single(home.Ledger.CloseInterrupted(SampleRun.Account));

        Assert.InRange(closed.Record!.Samples, 15, 29);
        Assert.NotNull(TemporaryHome.FindWarning(closed.Record, "trace-damaged"));
        Assert.Contains(folder.TracePath, Assert.Single(home.Ledger.Verify()).File, StringComparison.Ordinal);
    }

    [Fact]
    public void A_broken_length_that_swallows_the_rest_raises_a_warning()
    {
        using var home = new TemporaryHome();
        var folder = home.Kill(Id);
        long second;
        using (var stream = folder.OpenTrace())
        {
            var reader = new TraceReader(stream);
            reader.Read();
            second = reader.Position;
        }

        var bytes = File.ReadAllBytes(folder.TracePath);
        bytes[second + 2] ^= 0x01;
        File.WriteAllBytes(folder.TracePath, bytes);

        var closed = Assert.Single(home.Ledger.CloseInterrupted(SampleRun.Account));

        Assert.Equal(0, closed.Record?.Samples);
        Assert.NotNull(TemporaryHome.FindWarning(closed.Record!, "trace-torn"));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(5)]
    [InlineData(200)]
    public void A_trace_without_its_opening_is_listed_as_damaged_and_left_alone(int length)
    {
        using var home = new TemporaryHome();
        home.Complete("20261122-054200-aaaaaa");
        var folder = home.Kill(Id);
        using (var file = new FileStream(folder.TracePath, FileMode.Open))
            file.SetLength(length);
        var before = File.ReadAllBytes(folder.TracePath);

        var closed = Assert.Single(home.Ledger.CloseInterrupted(SampleRun.Account));

        Assert.Null(closed.Record);
        Assert.Equal(folder.TracePath, closed.Problem?.File);
        Assert.Equal(before, File.ReadAllBytes(folder.TracePath));
        Assert.False(folder.IsClosed);
        var listed = home.Ledger.ListRuns();
        Assert.Equal(2, listed.Count);
        Assert.Equal(folder.TracePath, listed[0].Trouble?.File);
        Assert.Null(listed[1].Trouble);
        Assert.Equal(folder.TracePath, Assert.Single(home.Ledger.Verify()).File);
    }

    [Fact]
    public void A_crash_between_statement_and_record_is_made_good()
    {
        using var home = new TemporaryHome();
        home.Complete(Id);
        var folder = home.Home.GetRunFolder(Id);
        File.Delete(folder.RecordPath);
        File.WriteAllText(folder.RecordPath + ".part", "{\"crc32c\":\"");

        Assert.Single(home.Reopened().CloseInterrupted(SampleRun.Account));

        Assert.Single(home.Ledger.Load(Id).Statements);
        Assert.Empty(home.Ledger.Verify());
    }

    [Fact]
    public void A_run_that_was_not_written_for_want_of_space_is_closed_later_from_its_trace()
    {
        using var home = new TemporaryHome();
        using (var run = home.Ledger.Begin(SampleRun.Opening(Id)))
        {
            SampleRun.Write(run.Trace);
            var record = RecordBuilder.Build(run.Folder.OpenTrace);
            // A folder where the record must go stands for a disk that refuses.
            Directory.CreateDirectory(run.Folder.RecordPath);
            Assert.Throws<LedgerUnavailableException>(() => run.Finish(record, SampleRun.Account(record)));
            Directory.Delete(run.Folder.RecordPath);
        }

        var closed = Assert.Single(home.Ledger.CloseInterrupted(SampleRun.Account));

        Assert.Equal(RunStatus.Completed, closed.Record?.Status);
    }

    [Fact]
    public void The_trace_reaches_the_disk_within_five_seconds_by_itself()
    {
        using var home = new TemporaryHome();
        using var run = home.Ledger.Begin(SampleRun.Opening(Id));

        for (var second = 0; second < 20; second++)
        {
            run.Trace.AppendSample(second * 1_000_000_000L, [Reading.FromValue(0), Reading.FromValue(0), Reading.FromValue(0)]);
            home.Time.Advance(TimeSpan.FromSeconds(1));
        }

        using var stream = run.Folder.OpenTrace();
        Assert.Equal(20, TraceOverview.Scan(stream).Samples);
        Assert.Null(run.Trace.Failure);
    }
}
