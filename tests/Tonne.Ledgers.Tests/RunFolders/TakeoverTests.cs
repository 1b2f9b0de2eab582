using System.Text;
using System.Text.Json;
using Tonne.Ledgers.RunFolders;
using Tonne.Recording.Attribution;
using Tonne.Recording.Metering;
using Tonne.Recording.Traces;
using Tonne.Runs;

namespace Tonne.Ledgers.Tests.RunFolders;

/// <summary>Another rank continues a run whose recorder has ended.</summary>
public class TakeoverTests
{
    const string Id = "20261122-054210-4f2a9c";

    static RunOpening Opening(RunHolder? holder = null) =>
        SampleRun.Opening(Id) with { Ranks = new RankGroup("slurm:7.0", 2), Holder = holder ?? TemporaryHome.Living };

    static void Sample(TraceWriter trace, int second) => trace.AppendSample(
        second * 1_000_000_000L, [Reading.FromValue(second * 1_500_000_000L), Reading.FromValue(second * 1_000_000_000L), Reading.FromValue(5_000_000 + (second * 12_000_000L))],
        [second * 600_000_000L, second * 400_000_000L]);

    static void Join(TraceWriter trace, int member) => trace.Append(TraceBlock.Rank, JsonSerializer.SerializeToUtf8Bytes(
        new RankEvent { Kind = RankEventKind.Joined, Timestamp = 0, Member = member, Rank = member, Meters = [SampleRun.Job with { Id = $"rank:{member}" }] }, RunJson.Default.RankEvent));

    /// <summary>A recorder that is killed while it writes its last sample.</summary>
    static string Kill(TemporaryHome home, int cut = 5)
    {
        using var run = home.Ledger.Begin(Opening());
        Join(run.Trace, 0);
        Join(run.Trace, 1);
        for (var second = 0; second <= 10; second++)
            Sample(run.Trace, second);
        var path = run.Folder.TracePath;
        run.Dispose();
        if (cut > 0)
        {
            using var file = File.OpenWrite(path);
            file.SetLength(file.Length - cut);
        }

        return path;
    }

    [Fact]
    public void The_trace_is_continued_after_its_last_whole_block_and_no_joule_is_lost_or_counted_twice()
    {
        using var home = new TemporaryHome();
        Kill(home);

        var (run, state) = home.Ledger.Home.GetRunFolder(Id).Resume(TimeProvider.System)!.Value;
        // What was being written is lost: the sample of second 10, of which only the values of the ranks are whole.
        Assert.Equal((9_000_000_000, 2), (state.LastSample, state.Joined.Length));
        Assert.Equal([6_000_000_000, 4_000_000_000], state.RankValues);
        for (var second = 11; second <= 20; second++)
            Sample(run.Trace, second);
        SampleRun.End(run.Trace, 20_000_000_000);
        var record = RecordBuilder.Build(run.Folder.OpenTrace);
        run.Finish(record, SampleRun.Account(record));

        // 20 s of 12 J on the package, of which the ranks used 0.6 and 0.4 of a thread.
        Assert.Equal(240_000_000, record.Components.Single(component => component.Device == "package-0").MachineMicrojoules);
        Assert.Equal([12.0, 8.0], record.Ranks!.Select(rank => Math.Round(rank.CpuSeconds, 9)));
        Assert.Equal(record.Components.Sum(component => component.JobMicrojoules), record.Ranks!.Sum(rank => rank.Energy.Sum(use => use.Microjoules)));
        Assert.Empty(home.Ledger.Verify());
    }

    [Fact]
    public void A_trace_cut_at_every_byte_can_be_continued_and_keeps_its_laws()
    {
        using var home = new TemporaryHome();
        var path = Kill(home, cut: 0);
        var whole = File.ReadAllBytes(path);
        var first = Array.IndexOf(whole, (byte)'}') + 5;
        for (var length = whole.Length; length > first; length -= 7)
        {
            File.WriteAllBytes(path, whole[..length]);
            if (home.Ledger.Home.GetRunFolder(Id).Resume(TimeProvider.System) is not var (run, state))
                continue;
            Sample(run.Trace, 30);
            run.Dispose();
            var record = RecordBuilder.Build(home.Ledger.Home.GetRunFolder(Id).OpenTrace);
            Assert.Equal(record.Components.Sum(component => component.JobMicrojoules), record.Ranks?.Sum(rank => rank.Energy.Sum(use => use.Microjoules)) ?? record.Components.Sum(component => component.JobMicrojoules));
            Assert.DoesNotContain(record.Warnings, warning => warning.Code == "trace-damaged");
            Assert.True(state.Length <= length);
        }
    }

    [Fact]
    public void A_run_that_another_process_records_or_that_has_ended_is_not_continued()
    {
        using var home = new TemporaryHome();
        var run = home.Ledger.Begin(Opening());
        var folder = home.Ledger.Home.GetRunFolder(Id);
        Assert.Null(folder.Resume(TimeProvider.System));

        SampleRun.Write(run.Trace);
        run.Dispose();
        // The ending is there, only the record is not: the next tonne closes it.
        Assert.Null(folder.Resume(TimeProvider.System));
        Assert.Single(home.Ledger.CloseInterrupted(SampleRun.Account));
        Assert.Null(folder.Resume(TimeProvider.System));
    }

    [Fact]
    public void Between_two_recorders_a_run_with_ranks_is_not_closed_as_interrupted()
    {
        using var home = new TemporaryHome();
        var path = Kill(home);
        var written = new DateTimeOffset(File.GetLastWriteTimeUtc(path), TimeSpan.Zero);

        var folder = home.Ledger.Home.GetRunFolder(Id);
        var processes = new HolderProcessChecker(home.Proc);
        Assert.True(folder.IsAlive(processes, written.AddSeconds(12)));
        // 10 s and three periods.
        Assert.False(folder.IsAlive(processes, written.AddSeconds(14)));
    }

    [Fact]
    public void A_trace_with_ranks_is_scrubbed_and_thinned_without_another_record()
    {
        using var home = new TemporaryHome();
        Kill(home, cut: 0);
        var (run, _) = home.Ledger.Home.GetRunFolder(Id).Resume(TimeProvider.System)!.Value;
        for (var second = 11; second <= 400; second++)
            Sample(run.Trace, second);
        SampleRun.End(run.Trace, 400_000_000_000);
        var record = RecordBuilder.Build(run.Folder.OpenTrace);
        run.Finish(record, SampleRun.Account(record));

        var thinned = Assert.Single(home.Ledger.Thin(new ThinningRule { Bytes = 0 }));

        Assert.Null(thinned.Problem);
        Assert.True(thinned.SamplesAfter < thinned.SamplesBefore / 10, $"{thinned.SamplesAfter} of {thinned.SamplesBefore} samples");
        Assert.Empty(home.Ledger.Verify());
        Assert.DoesNotContain("\"kind\":\"Recorder\"", Encoding.UTF8.GetString(File.ReadAllBytes(home.Ledger.Home.GetRunFolder(Id).TracePath)), StringComparison.Ordinal);
    }
}
