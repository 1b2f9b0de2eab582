using System.Globalization;
using Tonne.Ledgers.PostgreSql.Exporting;
using Tonne.Ledgers.PostgreSql.Members;
using Tonne.Ledgers.PostgreSql.Reading;
using Tonne.Ledgers.PostgreSql.Receiving;
using Tonne.Ledgers.PostgreSql.Tests.Reading;
using Tonne.Ledgers.PostgreSql.Tests.Server;
using Tonne.Ledgers.Totals;
using Tonne.Quantities;

namespace Tonne.Ledgers.PostgreSql.Tests.Exporting;

/// <summary>What is exported as Parquet is what the ledger has, and adds up to its total.</summary>
public sealed class PostgresParquetExportTests(FilledLedgers ledgers, PostgresServer server) : IClassFixture<FilledLedgers>, IDisposable
{
    readonly ParquetTable _table = new();

    static CancellationToken Stop => TestContext.Current.CancellationToken;

    public void Dispose() => _table.Dispose();

    [Fact]
    public async Task Each_run_is_a_row_in_the_folder_of_its_month_and_account()
    {
        const int most = 7;
        var count = await Export(most).WriteAsync(_table.Folder, null, Stop);

        var total = ledgers.Postgres.Total();
        var notCounted = total.CountedWithOthers.Select(run => run.Id).Concat(total.WithoutFigures).ToHashSet(StringComparer.Ordinal);
        var expected = ledgers.Runs.GroupBy(run => string.Create(CultureInfo.InvariantCulture,
            $"month={run.StartedAt.UtcDateTime:yyyy-MM}/account={run.Job?.Account ?? "__none__"}/runs.parquet"), StringComparer.Ordinal)
            .ToList();
        Assert.Equal(new ParquetExportCount(250, 250 - notCounted.Count, expected.Count), count);
        Assert.Equal(expected.Select(file => file.Key).Order(StringComparer.Ordinal), _table.Files);
        Assert.InRange(notCounted.Count, 20, 200);
        foreach (var file in expected)
        {
            var (rows, groups) = await _table.ReadAsync(file.Key);
            Assert.All(groups, rowsOfGroup => Assert.InRange(rowsOfGroup, 1, most));
            Assert.Equal((file.Count() + most - 1) / most, groups.Count);
            Assert.Equal(file.OrderBy(run => run.Id, StringComparer.Ordinal).Select(run => Describe(run, !notCounted.Contains(run.Id))),
                rows.Select(Describe));
        }
    }

    [Fact]
    public async Task The_sums_of_DuckDB_are_the_total_of_the_ledger()
    {
        await Export().WriteAsync(_table.Folder, null, Stop);

        var sum = ledgers.Postgres.Total().Sum;
        var included = ledgers.Postgres.Total().CountedWithOthers.Select(run => $"'{run.Id}'");
        var exact = await ledgers.Database.ReadAsync<string>($"""
            select sum(energy_microjoules)::text from tonne.runs
            where has_figures and total_kg is not null and id not in ({string.Join(',', included)})
            """);
        Assert.Equal(["250", (long)sum.Runs, exact, exact], _table.Ask("""
            select count(*)::varchar, count(*) filter (counted),
                (sum(job_energy_uj) filter (counted))::varchar, sum(counted_energy_uj)::varchar from runs;
            """));
        AssertNear(sum.FacilityEnergy, "facility_kwh");
        AssertNear(sum.Operational, "operational_kg");
        AssertNear(sum.Embodied ?? default, "embodied_kg");
        AssertNear(sum.Emissions, "total_kg");
    }

    [Fact]
    public async Task The_sums_of_an_account_are_its_group_of_the_total()
    {
        var all = await Export().WriteAsync(_table.Folder, null, Stop);
        var group = ledgers.Postgres.Total(new TotalQuery { By = TotalKey.Parse("account") }).Rows.Single(row => row.Group[0] == "chem");
        using var alone = new ParquetTable();

        var count = await Export().WriteAsync(alone.Folder, new ExportQuery { Account = "chem" }, Stop);

        const string question = "select count(*) filter (counted), sum(counted_total_kg) from runs where account = 'chem';";
        Assert.InRange(count.Runs, 1, all.Runs - 1);
        Assert.Equal(_table.Files.Where(file => file.Contains("=chem/", StringComparison.Ordinal)), alone.Files);
        Assert.Equal(_table.Ask(question), alone.Ask(question));
        Assert.Equal((long)group.Runs, alone.Ask(question)[0]);
        Assert.Equal(group.Emissions.Best, (double)alone.Ask(question)[1]!, group.Emissions.Best * 1e-9);
    }

    [Fact]
    public async Task Months_are_replaced_and_others_stay()
    {
        var old = Path.Combine(_table.Folder, "month=2025-11", "account=bio", "runs.parquet");
        Directory.CreateDirectory(Path.GetDirectoryName(old)!);
        await File.WriteAllTextAsync(old, "old", Stop);

        var october = await Export().WriteAsync(_table.Folder, new() { Until = new DateOnly(2025, 11, 1) }, Stop);
        Assert.Equal("old", await File.ReadAllTextAsync(old, Stop));
        var november = await Export().WriteAsync(_table.Folder, new() { Since = new DateOnly(2025, 11, 1) }, Stop);

        Assert.Equal(250, october.Runs + november.Runs);
        Assert.True(october.Runs > 0 && november.Runs > 0);
        Assert.Equal([250L, "2025-10"], _table.Ask("select count(*), min(month) from runs;"));
        Assert.Equal(default, await Export().WriteAsync(_table.Folder, new() { Since = new DateOnly(2027, 1, 1) }, Stop));
        Assert.Equal(default, await Export().WriteAsync(_table.Folder, new() { Account = "nobody" }, Stop));
    }

    [Fact]
    public async Task A_file_that_is_not_complete_leaves_the_old_one()
    {
        var path = Path.Combine(_table.Folder, "runs.parquet");
        await File.WriteAllTextAsync(path, "old", Stop);

        await using (var file = await RunParquetFile.CreateAsync(path, 1, Stop))
        {
            var row = new RunParquetRow { Id = "a", Name = "a", Kind = "recorded", StartedAt = DateTime.UnixEpoch, Microjoules = 1 };
            await file.AddAsync(row, Stop);
            Assert.Equal(["runs.parquet", "runs.parquet.part"], _table.Files);
        }

        Assert.Equal(["runs.parquet"], _table.Files);
        Assert.Equal("old", await File.ReadAllTextAsync(path, Stop));
    }

    [Fact]
    public async Task A_run_of_a_node_counts_with_what_its_other_runs_leave()
    {
        var database = new TestDatabase(server);
        await using var _ = database;
        await database.InitializeAsync();
        // A day of 24 kWh. A run of 3 kWh lies within it; one inside that has 1 kWh of these 3, and an account with a slash.
        await ReceiveAsync(database, "20251110-000000-aaaaaa", 24, 86_400, opening => opening with { CoversNode = true });
        await ReceiveAsync(database, "20251110-100000-bbbbbb", 3, 7_200, opening => opening);
        await ReceiveAsync(database, "20251110-103000-cccccc", 1, 60, opening => opening with
        {
            Parent = "20251110-100000-bbbbbb",
            Job = new() { Launcher = Runs.JobLauncher.Slurm, Id = "7", Account = "a/b ü" },
        });
        var ledger = await OpenAsync(database);
        Assert.Equal(24, ledger.Total().Sum.Energy.Best, 12);

        await new PostgresParquetExport(database.Database, new Person("owner")).WriteAsync(_table.Folder, null, Stop);

        // 1 kWh is 3.6e12 µJ. 24 = (24 - 3) + 3.
        Assert.Equal(
            ["100800000000000", "86400000000000", "75600000000000,10800000000000,0", "true,true,false", "__none__,__none__,a/b ü"],
            _table.Ask("""
            select sum(job_energy_uj)::varchar, sum(counted_energy_uj)::varchar, string_agg(counted_energy_uj, ',' order by id),
                string_agg(counted, ',' order by id), string_agg(account, ',' order by id) from runs;
            """));
        Assert.Equal(
            ["month=2025-11/account=__none__/runs.parquet", "month=2025-11/account=a%2Fb%20%C3%BC/runs.parquet"],
            _table.Files);
    }

    [Fact]
    public async Task Rows_of_another_version_are_made_from_the_lines()
    {
        var database = new TestDatabase(server);
        await using var _ = database;
        await database.InitializeAsync();
        await ReceiveAsync(database, "20251106-000000-aaaaaa", 2, 60, opening => opening with { User = "ada", Project = "p" });
        await OpenAsync(database);
        var export = new PostgresParquetExport(database.Database, new Person("owner"));
        await export.WriteAsync(_table.Folder, null, Stop);
        var before = await _table.ReadAsync(_table.Files[0]);

        await server.ExecuteAsync(database.Name,
            """
            update tonne.runs
            set format = 0, summary = '', counted = '', name = 'x', user_name = null, total_kg = 7, energy_microjoules = 1
            """);
        await export.WriteAsync(_table.Folder, null, Stop);

        Assert.Equal("ada", before.Rows[0]["user_name"]);
        Assert.Equal(before.Rows, (await _table.ReadAsync(_table.Files[0])).Rows);
    }

    [Fact]
    public async Task A_person_exports_what_they_may_see()
    {
        var count = await new PostgresParquetExport(ledgers.Database.Database, new Person("ada")).WriteAsync(_table.Folder, null, Stop);

        Assert.Equal(ledgers.Runs.Count(run => run.User == "ada"), count.Runs);
        Assert.Equal(["ada", "ada"], _table.Ask("select min(user_name), max(user_name) from runs;"));
    }

    PostgresParquetExport Export(int mostRows = RunParquetFile.MostRowsOfGroup)
    {
        server.Require();
        return new PostgresParquetExport(ledgers.Database.Database, new Person("owner")) { MostRowsOfGroup = mostRows };
    }

    static async Task<PostgresLedger> OpenAsync(TestDatabase database)
    {
        await new PostgresMembers(database.Database)
            .SetAsync(new Membership("owner", Membership.AllAccounts, MemberRole.Owner), "test", Stop);
        return new PostgresLedger(database.Database, new Person("owner"));
    }

    static async Task ReceiveAsync(
        TestDatabase database, string id, int kilowattHours, double seconds, Func<Runs.RunOpening, Runs.RunOpening> with)
    {
        var record = PushedSample.Record(id, kilowattHours * 3_600_000_000_000, with, seconds);
        var statement = PushedSample.Statement(record);
        statement = statement with
        {
            Figures = [.. statement.Figures.Select(figure => figure.Name == "energy_kwh"
                ? figure with { Bounds = Bounds.FromExact(kilowattHours) } : figure)],
        };
        var answer = await new PostgresPushReceiver(database.Database).ReceiveAsync("n1", PushedSample.Lines(record, statement), Stop);
        Assert.Empty(answer.Refused);
    }

    void AssertNear(Bounds expected, string column)
    {
        var found = _table.Ask($"select sum(counted_{column}_low), sum(counted_{column}), sum(counted_{column}_high) from runs;");
        // Sums in another order differ in the last digits.
        Assert.All(found.Zip([expected.Low, expected.Best, expected.High]), pair =>
            Assert.Equal(pair.Second, (double)pair.First!, pair.Second * 1e-9));
    }

    /// <summary>What a row has, from the summary that folders have of the run.</summary>
    static string Describe(RunSummary run, bool isCounted) => Join(run.Id, run.Node, run.Project, run.Job?.Account, run.User, run.Name,
        run.Job?.Partition, EnumWords.Format(run.Kind), run.Status is { } status ? EnumWords.Format(status) : null,
        new DateTime(run.StartedAt.UtcTicks / 10 * 10, DateTimeKind.Utc), run.DurationSeconds,
        run.FacilityEnergy?.Bounds.Low, run.FacilityEnergy?.Bounds.Best, run.FacilityEnergy?.Bounds.High,
        run.Operational?.Bounds.Low, run.Operational?.Bounds.Best, run.Operational?.Bounds.High,
        run.Embodied?.Bounds.Low, run.Embodied?.Bounds.Best, run.Embodied?.Bounds.High,
        run.Total?.Bounds.Low, run.Total?.Bounds.Best, run.Total?.Bounds.High,
        run.Total?.Boundary, run.FacilityEnergy is { } energy ? EnumWords.Format(energy.Quality) : null, run.FacilityEnergy?.MeasuredShare,
        run.Zone, run.Method, run.FactorsHash, run.Parent, isCounted);

    static string Describe(Dictionary<string, object?> row) => Join([.. new[]
    {
        "id", "node", "project", "account", "user_name", "name", "scheduler_partition", "kind", "status", "started_at", "duration_s",
        "facility_kwh_low", "facility_kwh", "facility_kwh_high", "operational_kg_low", "operational_kg", "operational_kg_high",
        "embodied_kg_low", "embodied_kg", "embodied_kg_high", "total_kg_low", "total_kg", "total_kg_high",
        "boundary", "quality", "measured_share", "zone", "method", "factors_hash", "parent", "counted",
    }.Select(column => row[column])]);

    static string Join(params object?[] values) => string.Join('|', values.Select(value => value switch
    {
        DateTime time => time.ToString("O", CultureInfo.InvariantCulture),
        IFormattable number => number.ToString(null, CultureInfo.InvariantCulture),
        _ => value?.ToString() ?? "null",
    }));
}
