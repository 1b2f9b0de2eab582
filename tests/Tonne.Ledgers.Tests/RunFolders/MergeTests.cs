using Tonne.Ledgers.Tests.Auditing;

namespace Tonne.Ledgers.Tests.RunFolders;

public class MergeTests
{
    const string Here = "20261122-054210-aaaaa1";
    const string There = "20261122-064210-bbbbb2";
    const string Both = "20261122-074210-ccccc3";

    [Fact]
    public void A_merge_is_the_union_by_id()
    {
        using var ours = new TemporaryHome();
        using var theirs = new TemporaryHome();
        ours.Complete(Here);
        ours.Complete(Both);
        theirs.Complete(Both);
        var there = theirs.Complete(There);
        theirs.Kill("20261122-084210-ddddd4");

        var merged = ours.Ledger.Merge(theirs.Home);

        Assert.Equal([There], merged.Added);
        Assert.Equal([Both], merged.Same);
        Assert.Empty(merged.Conflicts);
        Assert.Contains("ddddd4", Assert.Single(merged.Skipped).File, StringComparison.Ordinal);
        Assert.Equal([Both, There, Here], ours.Ledger.ListRuns().Select(run => run.Id));
        Assert.Empty(Comparison.Same(there.Record, ours.Ledger.Load(There).Record));
        Assert.Empty(ours.Ledger.Verify());
        Assert.Empty(ours.Ledger.Merge(theirs.Home).Added);
    }

    [Fact]
    public void Statements_of_both_are_kept_in_the_order_of_accounting()
    {
        using var ours = new TemporaryHome();
        using var theirs = new TemporaryHome();
        ours.Complete(Both);
        theirs.Complete(Both);
        var day = new DateTimeOffset(2026, 12, 1, 0, 0, 0, TimeSpan.Zero);
        ours.Ledger.Recount(Both, entry => SampleRun.Account(entry.Record, 100, day.AddDays(2)));
        theirs.Ledger.Recount(Both, entry => SampleRun.Account(entry.Record, 200, day.AddDays(1)));

        var merged = ours.Ledger.Merge(theirs.Home);

        Assert.Equal([Both], merged.Extended);
        Assert.Equal([56, 200, 100], ours.Ledger.Load(Both).Statements.Select(statement => statement.Factors.Grid.Intensity.Bounds.Best));
        Assert.Equal([Both], ours.Ledger.Merge(theirs.Home).Same);
    }

    [Fact]
    public void Runs_of_one_id_that_differ_are_reported_with_both_folders_and_left()
    {
        using var ours = new TemporaryHome();
        using var theirs = new TemporaryHome();
        ours.Complete(Both);
        theirs.Complete(Both, trace => SampleRun.Write(trace, 31));
        theirs.Complete(There);
        var before = File.ReadAllBytes(ours.Home.GetRunFolder(Both).RecordPath);

        var merged = ours.Ledger.Merge(theirs.Home);

        var clash = Assert.Single(merged.Conflicts);
        Assert.Equal(ours.Home.GetRunFolder(Both).Location, clash.File);
        Assert.Contains(theirs.Home.GetRunFolder(Both).Location, clash.What, StringComparison.Ordinal);
        Assert.Equal(before, File.ReadAllBytes(ours.Home.GetRunFolder(Both).RecordPath));
        Assert.Equal([There], merged.Added);
    }

    [Fact]
    public void A_thinned_trace_is_no_clash()
    {
        using var ours = new TemporaryHome();
        using var theirs = new TemporaryHome();
        const string old = "20260101-000000-aaaaa1";
        ours.Complete(old, trace => SampleRun.Write(trace, 100));
        theirs.Complete(old, trace => SampleRun.Write(trace, 100));
        theirs.Ledger.Thin();

        Assert.Equal([old], ours.Ledger.Merge(theirs.Home).Same);
        Assert.Empty(ours.Ledger.Verify());
    }

    [Fact]
    public void A_folder_that_is_no_ledger_is_reported()
    {
        using var ours = new TemporaryHome();

        Assert.Throws<LedgerUnavailableException>(() => ours.Ledger.Merge(new LedgerHome(ours.Elsewhere("nothing"))));
    }
}
