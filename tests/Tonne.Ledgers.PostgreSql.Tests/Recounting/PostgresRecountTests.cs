using Npgsql;
using Tonne.Accounting;
using Tonne.Catalogs;
using Tonne.Ledgers.PostgreSql.Exporting;
using Tonne.Ledgers.PostgreSql.Reading;
using Tonne.Ledgers.PostgreSql.Receiving;
using Tonne.Ledgers.PostgreSql.Recounting;
using Tonne.Ledgers.PostgreSql.Tests.Server;
using Tonne.Ledgers.Pushing;

namespace Tonne.Ledgers.PostgreSql.Tests.Recounting;

/// <summary>Recounts of a database: stopped, killed, raced, and what they leave alone.</summary>
public class PostgresRecountTests(PostgresServer server)
{
    static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public async Task One_that_is_killed_at_random_batches_ends_as_one_that_was_not(int seed)
    {
        await using var whole = await RecountedFleet.CreateAsync(server, seed, runsOfNode: 30);
        await using var killed = await RecountedFleet.CreateAsync(server, seed, runsOfNode: 30);
        var (random, kills) = (new Random(seed), 0);
        var expected = await whole.Open(mostRuns: 11).RunAsync(new RecountQuery(), "test", null, Stop);

        RecountProgress? job = null;
        while (job is null)
        {
            var left = random.Next(1, 4);
            // As kill -9 of the process or of the database does it: in the middle of a transaction, which leaves nothing.
            var recount = killed.Open(mostRuns: random.Next(2, 9), beforeCommit: async connection =>
            {
                if (--left > 0)
                    return;
                await using var end = new NpgsqlCommand("select pg_terminate_backend(pg_backend_pid())", connection);
                await end.ExecuteNonQueryAsync(Stop);
            });
            try
            {
                job = await recount.RunAsync(new RecountQuery(), "test", null, Stop);
            }
            catch (LedgerUnavailableException)
            {
                kills++;
            }
        }

        Assert.True(kills >= 5, $"It was killed {kills} times.");
        Assert.Equal(await whole.ReadAllAsync(), await killed.ReadAllAsync());
        Assert.Equal((expected!.Runs, expected.Done, expected.Changed, expected.Unchanged, expected.OfAnotherTool, expected.Failed),
            (job.Runs, job.Done, job.Changed, job.Unchanged, job.OfAnotherTool, job.Failed));
        Assert.Equal(90, job.Done);
        Assert.True(job is { Changed: > 60, OfAnotherTool: > 3, Failed: 0 }, job.ToString());
        Assert.Equal(1L, await killed.Database.ReadAsync<long>("select count(*) from tonne.recount_jobs"));
    }

    [Fact]
    public async Task One_that_is_stopped_goes_on_after_the_last_batch_and_the_lines_of_nodes_stay()
    {
        await using var fleet = await RecountedFleet.CreateAsync(server, 4, runsOfNode: 20);
        var lines = await fleet.ReadLinesAsync();
        using var stop = new CancellationTokenSource();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => fleet.Open().RunAsync(new RecountQuery(), "test", job =>
        {
            if (job.Done >= 14)
                stop.Cancel();
        }, stop.Token));
        var stopped = await fleet.Open().FindLastAsync(Stop);
        var first = new List<long>();
        var ended = await fleet.Open().RunAsync(new RecountQuery(), "test", job => first.Add(job.Done), Stop);

        Assert.Equal((14, null, false), (stopped!.Done, stopped.EndedAt, stopped.IsRunning));
        Assert.Equal(14, first[0]);
        Assert.Equal((stopped.Job, 60), (ended!.Job, ended.Done));
        Assert.Equal(lines, await fleet.ReadLinesAsync());
        Assert.Equal(ended.Changed, await fleet.Database.ReadAsync<long>("select count(*) from tonne.server_statements"));
    }

    [Fact]
    public async Task The_figures_are_those_that_the_nodes_would_have_counted_and_show_everywhere()
    {
        await using var fleet = await RecountedFleet.CreateAsync(server, 5, runsOfNode: 15);
        await fleet.Open().RunAsync(new RecountQuery(), "test", null, Stop);
        var folder = Directory.CreateTempSubdirectory("tonne-recounted-").FullName;
        try
        {
            var home = new LedgerHome(Path.Combine(folder, "home"));
            foreach (var node in RecountedFleet.Nodes)
            {
                foreach (var run in fleet.Lines[node].GroupBy(line => line.Run))
                    PushedSample.WriteFolder(home, [.. run]);
            }

            // The same runs in folders, recounted by the command of a node.
            var ledger = new Ledger(home, fleet.Database.Time);
            var accountant = new Accountant();
            foreach (var id in ledger.ListRuns().Select(run => run.Id))
            {
                ledger.Recount(id, entry => accountant.Account(entry.Record, FactorSelector.SelectFactors(entry.Record, null))
                    .CreateStatement(fleet.Database.Time.Now));
            }

            // Those without a statement have one more than was pushed, as they have in folders.
            var expected = ledger.ListRuns().ToDictionary(run => run.Id, StringComparer.Ordinal);
            var listed = fleet.Ledger.ListRuns();
            Assert.Equal(expected.Count, listed.Count);
            Assert.All(listed, run => Assert.Equal(
                (expected[run.Id].Total, expected[run.Id].FacilityEnergy, expected[run.Id].FactorsHash, expected[run.Id].Statements),
                (run.Total, run.FacilityEnergy, run.FactorsHash, run.Statements)));
            Assert.Equal(ledger.Total().Sum.Emissions, fleet.Ledger.Total().Sum.Emissions);
            var changed = listed.First(run => run.Kind == RunKind.Recorded).Id;
            Assert.Equal(("server", FactorSet.ShortHash), (fleet.Ledger.Load(changed).Statements[^1].RecountedBy,
                fleet.Ledger.Load(changed).Statements[^1].FactorsHash));
            Assert.Null(fleet.Ledger.Load(changed).Statements[0].RecountedBy);
            Assert.Equal(expected[changed].Total!.Bounds.Best,
                await fleet.Database.ReadAsync<double>($"select total_kg from tonne.runs where id = '{changed}'"));
            var parquet = Path.Combine(folder, "parquet");
            await new PostgresParquetExport(fleet.Database.Database, new Person("owner")).WriteAsync(parquet, null, Stop);
            Assert.NotEmpty(Directory.GetFiles(parquet, "*.parquet", SearchOption.AllDirectories));
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    [Fact]
    public async Task Runs_whose_factors_have_not_changed_get_no_further_statement()
    {
        await using var fleet = await RecountedFleet.CreateAsync(server, 6, runsOfNode: 15);
        await fleet.Open().RunAsync(new RecountQuery(), "test", null, Stop);
        var before = await fleet.ReadAllAsync();
        fleet.Database.Time.Now = fleet.Database.Time.Now.AddDays(1);

        var again = await fleet.Open().RunAsync(new RecountQuery(), "test", null, Stop);

        Assert.Equal((45, 0), (again!.Done, again.Changed));
        Assert.Equal(before, await fleet.ReadAllAsync());
    }

    [Fact]
    public async Task A_further_improvement_is_another_statement_and_the_former_ones_stay()
    {
        await using var fleet = await RecountedFleet.CreateAsync(server, 7, runsOfNode: 10);
        await fleet.Open().RunAsync(new RecountQuery(), "test", null, Stop);
        var former = await fleet.Database.ReadRowsAsync("select run, number, sha256 from tonne.server_statements order by run, number");
        fleet.Database.Time.Now = fleet.Database.Time.Now.AddDays(1);

        var job = await fleet.Open(history: RecountedFleet.Flat(10)).RunAsync(new RecountQuery(), "test", null, Stop);
        var kept = await fleet.Database.ReadRowsAsync(
            "select run, number, sha256 from tonne.server_statements where number = 1 order by run, number");

        Assert.True(job!.Changed > 5, job.ToString());
        Assert.Equal(former, kept);
        // Without that history the observed hours of the statement are kept: a recount does not forget what was known.
        Assert.Equal(0, (await fleet.Open().TryAsync(new RecountQuery(), null, Stop)).Changed);
        var hourly = fleet.Ledger.ListRuns().Select(run => fleet.Ledger.Load(run.Id).Statements[^1])
            .First(statement => statement.Factors.Grid.Spans is not null);
        Assert.Equal(10, hourly.Factors.Grid.Intensity.Bounds.Best);
    }

    [Fact]
    public async Task Of_two_at_the_same_time_one_works()
    {
        await using var fleet = await RecountedFleet.CreateAsync(server, 8, runsOfNode: 8);
        RecountProgress? second = null, seen = null;
        var asked = false;

        var first = await fleet.Open(beforeCommit: async _ =>
        {
            if (asked)
                return;
            asked = true;
            second = await fleet.Open().RunAsync(new RecountQuery(), "other", null, Stop);
            seen = await fleet.Open().FindLastAsync(Stop);
        }).RunAsync(new RecountQuery(), "test", null, Stop);

        Assert.True(asked);
        Assert.Null(second);
        Assert.True(seen!.IsRunning);
        Assert.Equal(24, first!.Done);
        Assert.False((await fleet.Open().FindLastAsync(Stop))!.IsRunning);
    }

    [Fact]
    public async Task Only_the_runs_that_were_asked_for_are_recounted_and_another_question_takes_the_place_of_a_stopped_one()
    {
        await using var fleet = await RecountedFleet.CreateAsync(server, 9, runsOfNode: 25);
        var query = new RecountQuery { Since = new DateOnly(2025, 11, 1), Account = "physics" };
        using var stop = new CancellationTokenSource();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() =>
            fleet.Open().RunAsync(new RecountQuery(), "test", job => stop.Cancel(), stop.Token));

        var job = await fleet.Open().RunAsync(query, "test", null, Stop);

        var asked = fleet.Ledger.ListRuns(new LedgerQuery { Account = "physics" })
            .Where(run => string.CompareOrdinal(run.Id, "202511") > 0).Select(run => run.Id).Order(StringComparer.Ordinal).ToList();
        Assert.NotEmpty(asked);
        Assert.Equal((asked.Count, asked.Count), (job!.Runs, job.Done));
        var recounted = await fleet.Database.ReadRowsAsync("select run from tonne.server_statements order by run");
        Assert.Subset(asked.ToHashSet(StringComparer.Ordinal), recounted.Select(row => (string)row[0]!).ToHashSet(StringComparer.Ordinal));
        Assert.Equal([["replaced"], ["finished"]], await fleet.Database.ReadRowsAsync("select outcome from tonne.recount_jobs order by id"));
    }

    [Fact]
    public async Task A_trial_counts_the_same_and_writes_nothing()
    {
        await using var fleet = await RecountedFleet.CreateAsync(server, 10, runsOfNode: 12);
        var before = await fleet.ReadAllAsync();

        var trial = await fleet.Open().TryAsync(new RecountQuery(), null, Stop);

        Assert.Equal(before, await fleet.ReadAllAsync());
        Assert.Null(await fleet.Open().FindLastAsync(Stop));
        var job = await fleet.Open().RunAsync(new RecountQuery(), "test", null, Stop);
        Assert.Equal((trial.Done, trial.Changed, trial.KilogramsBefore, trial.KilogramsAfter),
            (job!.Done, job.Changed, job.KilogramsBefore, job.KilogramsAfter));
    }

    [Fact]
    public async Task A_late_push_changes_nothing_of_a_recount_but_a_statement_accounted_later_is_shown()
    {
        await using var fleet = await RecountedFleet.CreateAsync(server, 11, runsOfNode: 0);
        var receiver = new PostgresPushReceiver(fleet.Database.Database);
        var record = PushedSample.Record("20251105-000000-aaaaaa");
        // Accounted 2026-11-22: for this server that is the future, so the clock of the node is wrong.
        fleet.Database.Time.Now = new(2025, 12, 1, 0, 0, 0, TimeSpan.Zero);
        var lines = PushedSample.Lines(record, PushedSample.Statement(record), PushedSample.Statement(record, factor: 3, hours: -2),
            PushedSample.Statement(record, factor: 5, hours: 2));
        await receiver.ReceiveAsync("n-a", lines[..2], Stop);
        await fleet.Open().RunAsync(new RecountQuery(), "test", null, Stop);
        var recounted = await ReadTotalAsync();

        await receiver.ReceiveAsync("n-a", lines[..3], Stop);
        Assert.Equal(recounted, await ReadTotalAsync());
        await receiver.ReceiveAsync("n-a", [lines[3], lines[0]], Stop);

        var stated = PushedSample.Statement(record, factor: 5).Figures.Single(figure => figure.Name == "emissions_kg.total").Bounds.Best;
        Assert.Equal(stated, await ReadTotalAsync());
        Assert.Equal(4, await fleet.Database.ReadAsync<int>("select statements from tonne.runs"));
        var exported = new List<PushedLine>();
        await foreach (var line in new PostgresRunLines(fleet.Database.Database, new Person("owner")).ReadAsync(Stop))
            exported.Add(line);
        Assert.Equal([(0, false), (1, false), (2, false), (3, false), (1, true)], exported.Select(line => (line.Sequence, line.IsRecount)));

        Task<double> ReadTotalAsync() => fleet.Database.ReadAsync<double>("select total_kg from tonne.runs");
    }

    [Fact]
    public async Task A_run_that_no_accountant_accepts_keeps_its_figures_and_the_others_are_recounted()
    {
        await using var fleet = await RecountedFleet.CreateAsync(server, 12, runsOfNode: 0);
        var (good, bad) = (PushedSample.Record("20251105-000000-aaaaaa"), PushedSample.Record("20251105-000001-bbbbbb", with: opening =>
            opening with { Place = opening.Place with { Zone = "XX-NOWHERE" } }));
        await new PostgresPushReceiver(fleet.Database.Database).ReceiveAsync("n-a",
            [.. PushedSample.Lines(good, PushedSample.Statement(good)), .. PushedSample.Lines(bad, PushedSample.Statement(bad))], Stop);

        var job = await fleet.Open().RunAsync(new RecountQuery(), "test", null, Stop);

        Assert.Equal((2, 1, 1), (job!.Done, job.Changed, job.Failed));
        Assert.Contains("20251105-000001-bbbbbb", job.FirstProblem, StringComparison.Ordinal);
        Assert.Equal(PushedSample.Statement(bad).Figures.Single(figure => figure.Name == "emissions_kg.total").Bounds.Best,
            await fleet.Database.ReadAsync<double>("select total_kg from tonne.runs where id = '20251105-000001-bbbbbb'"));
    }
}
