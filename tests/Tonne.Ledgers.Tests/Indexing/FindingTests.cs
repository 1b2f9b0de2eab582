using Tonne.Runs;

namespace Tonne.Ledgers.Tests.Indexing;

public class FindingTests
{
    static readonly string[] Ids = ["20261121-100000-aaaaa1", "20261121-100000-bbbbb2", "20261122-110000-ccccc3", "20261122-120000-ddddd4"];

    static TemporaryHome Four()
    {
        var home = new TemporaryHome();
        foreach (var id in Ids)
            home.Complete(id, with: opening => id == Ids[3] ? opening with { Name = "train-c3", Project = "other" } : opening);
        return home;
    }

    [Fact]
    public void Runs_are_listed_newest_first_with_their_figures()
    {
        using var home = Four();

        var runs = home.Ledger.ListRuns();

        Assert.Equal(Ids.Reverse(), runs.Select(run => run.Id));
        Assert.All(runs, run => Assert.Equal(RunStatus.Completed, run.Status));
        // 12 W × 30 s on the package, of which idle 2 W; and everything else 40 % of it.
        Assert.All(runs, run => Assert.InRange(run.Energy!.Bounds.Best, 1e-6, 12 * 30 * 1.4 / 3.6e6));
        Assert.All(runs, run => Assert.Equal("it(cpu:package-0+other), share", run.Energy!.Boundary));
        Assert.All(runs, run => Assert.True(run.Total!.Bounds.Best > run.Operational!.Bounds.Best));
    }

    [Fact]
    public void A_limited_list_and_a_search_for_the_last_read_only_the_newest_runs()
    {
        using var home = new TemporaryHome();
        for (var i = 0; i < 70; i++)
            home.Complete($"20261121-10{i / 60:00}{i % 60:00}-aaaaa1");
        // Unreadable, but older than the newest 64.
        File.WriteAllText(home.Home.GetRunFolder("20261121-100000-aaaaa1").RecordPath, "damaged");
        var fresh = home.Reopened();

        Assert.Equal("20261121-100109-aaaaa1", Assert.Single(fresh.ListRuns(new() { Limit = 1 })).Id);
        Assert.Equal("20261121-100109-aaaaa1", Assert.IsType<RunLookupResult.One>(fresh.Find("last")).Run.Id);
        Assert.Equal(70, fresh.ListRuns().Count);
        Assert.NotNull(fresh.ListRuns()[^1].Trouble);
        // The index was filled in parts, and a run that is removed leaves it.
        Directory.Delete(home.Home.GetRunFolder("20261121-100001-aaaaa1").Location, recursive: true);
        Assert.Equal(69, fresh.ListRuns().Count);
        Assert.Equal(69, fresh.Reindex());
    }

    [Fact]
    public void The_last_run_is_the_newest_that_has_ended()
    {
        using var home = Four();
        using var running = home.Ledger.Begin(SampleRun.Opening("20261122-130000-eeeee5"));

        Assert.Equal(RunStatus.Running, home.Ledger.ListRuns()[0].Status);
        Assert.Equal(Ids[3], Assert.IsType<RunLookupResult.One>(home.Ledger.Find("last")).Run.Id);
    }

    [Fact]
    public void A_query_asks_for_project_tag_name_time_status_kind_and_number()
    {
        using var home = Four();
        var tags = System.Collections.Immutable.ImmutableSortedDictionary<string, string>.Empty;

        Assert.Equal([Ids[3]], Ask(new() { Project = "other" }));
        Assert.Equal([Ids[1]], Ask(new() { Tags = tags.Add("seed", "2") }));
        Assert.Equal(4, Ask(new() { Tags = tags.Add("seed", "") }).Count);
        Assert.Empty(Ask(new() { Tags = tags.Add("absent", "") }));
        Assert.Equal([Ids[3], Ids[2]], Ask(new() { Name = "C3" }));
        Assert.Equal([Ids[3], Ids[2]], Ask(new() { Since = new DateTimeOffset(2026, 11, 22, 0, 0, 0, TimeSpan.Zero) }));
        Assert.Equal([Ids[2]], Ask(new() { Since = new DateTimeOffset(2026, 11, 22, 0, 0, 0, TimeSpan.Zero), Until = new DateTimeOffset(2026, 11, 22, 12, 0, 0, TimeSpan.Zero) }));
        Assert.Empty(Ask(new() { Status = RunStatus.Failed }));
        Assert.Equal([Ids[3]], Ask(new() { Limit = 1 }));
        Assert.Equal(4, Ask(new() { Kind = RunKind.Recorded }).Count);
        Assert.Empty(Ask(new() { Kind = RunKind.Imported }));

        List<string> Ask(LedgerQuery query) => [.. home.Ledger.ListRuns(query).Select(run => run.Id)];
    }

    [Fact]
    public void Runs_with_figures_are_loaded_oldest_first()
    {
        using var home = Four();
        using var running = home.Ledger.Begin(SampleRun.Opening("20261122-130000-eeeee5"));
        File.WriteAllText(home.Home.GetRunFolder(Ids[1]).RecordPath, "{}");
        ILedgerReader ledger = home.Ledger;

        Assert.Equal([Ids[0], Ids[2], Ids[3]], ledger.LoadRuns().Select(entry => entry.Record.Opening.Id));
        Assert.Equal([Ids[2], Ids[3]], ledger.LoadRuns(new() { Limit = 2 }).Select(entry => entry.Record.Opening.Id));
    }

    [Theory]
    [InlineData("last", 3)]
    [InlineData("20261122-110000-ccccc3", 2)]
    [InlineData("20261122-11", 2)]
    [InlineData("ccccc", 2)]
    [InlineData("train-a1", 0)]
    public void A_run_is_found_by_id_beginning_suffix_name_or_last(string text, int which)
    {
        using var home = Four();

        Assert.Equal(Ids[which], Assert.IsType<RunLookupResult.One>(home.Ledger.Find(text)).Run.Id);
    }

    [Fact]
    public void What_may_be_several_is_reported_with_all_of_them()
    {
        using var home = Four();

        var runs = Assert.IsType<RunLookupResult.Ambiguous>(home.Ledger.Find("20261121-10"));
        var names = Assert.IsType<RunLookupResult.Ambiguous>(home.Ledger.Find("train-c3"));

        Assert.Equal([Ids[1], Ids[0]], runs.Runs.Select(run => run.Id));
        Assert.Equal([Ids[3], Ids[2]], names.Runs.Select(run => run.Id));
        Assert.Contains(Ids[2], names.ToString(), StringComparison.Ordinal);
        Assert.Contains("`last`", names.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void What_is_not_there_is_reported_with_the_nearest_names()
    {
        using var home = Four();

        var none = Assert.IsType<RunLookupResult.None>(home.Ledger.Find("trian-b2"));

        Assert.Equal("train-b2", none.Nearest[0]);
        Assert.Contains("train-b2", none.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void An_empty_home_has_no_runs_and_is_not_made()
    {
        using var home = new TemporaryHome();

        Assert.Empty(home.Ledger.ListRuns());
        Assert.IsType<RunLookupResult.None>(home.Ledger.Find("last"));
        Assert.False(Directory.Exists(home.Home.Root));
    }
}
