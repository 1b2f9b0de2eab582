using Npgsql;
using NpgsqlTypes;
using Tonne.Ledgers.PostgreSql.Members;
using Tonne.Ledgers.PostgreSql.Reading;
using Tonne.Ledgers.PostgreSql.Receiving;
using Tonne.Ledgers.PostgreSql.Tests.Server;
using Tonne.Ledgers.Pushing;
using Tonne.Ledgers.Totals;

namespace Tonne.Ledgers.PostgreSql.Tests.Reading;

/// <summary>A person sees the runs of their accounts and their own; the database itself keeps the others from them.</summary>
public class RowSecurityTests(RowSecurityTests.Fleet fleet) : IClassFixture<RowSecurityTests.Fleet>
{
    static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Of_ten_thousand_random_queries_of_random_persons_none_sees_a_run_of_others()
    {
        const int queries = 10_000;
        fleet.Database.Server.Require();
        var seen = await Task.WhenAll(Enumerable.Range(0, 4).Select(part => Task.Run(() => AskAsync(new Random(part), queries / 4), Stop)));

        // Or the persons see nothing at all.
        Assert.True(seen.Sum() > queries);
    }

    async Task<int> AskAsync(Random random, int queries)
    {
        var seen = 0;
        for (var i = 0; i < queries; i++)
        {
            var person = fleet.Persons[random.Next(fleet.Persons.Count)];
            var ledger = new PostgresLedger(fleet.Database.Database, new Person(person));
            var visible = fleet.Runs.Where(run => fleet.MaySee(person, run)).ToList();
            switch (random.Next(4))
            {
                case 0:
                    var run = fleet.Runs[random.Next(fleet.Runs.Count)];
                    Assert.Equal(visible.Contains(run), ledger.Find(run.Id) is RunLookupResult.One);
                    Assert.Equal(visible.Contains(run) && run.Statements > 0, CanLoad(ledger, run.Id));
                    seen += visible.Contains(run) ? 1 : 0;
                    break;
                case 1:
                    var total = ledger.Total(new TotalQuery { Runs = NextQuery(random) with { Limit = null } });
                    var expected = LedgerTotal.Of(visible.OrderBy(run => run.Id, StringComparer.Ordinal), total.Query);
                    Assert.Equal((expected.Sum.Runs, expected.Sum.Completed, expected.WithoutFigures.Length,
                        expected.CountedWithOthers.Length),
                        (total.Sum.Runs, total.Sum.Completed, total.WithoutFigures.Length, total.CountedWithOthers.Length));
                    Assert.Equal(expected.Sum.Energy.Best, total.Sum.Energy.Best, Math.Abs(expected.Sum.Energy.Best) * 1e-9);
                    seen += total.Sum.Runs;
                    break;
                case 2:
                    // Past the ledger, which adds conditions of its own.
                    var asked = new LedgerQuery { Project = RandomRuns.Projects[random.Next(3)], User = RandomRuns.Users[random.Next(6)] };
                    var project = asked.Project is { } wanted ? $"project = '{wanted}'" : "true";
                    var user = asked.User is { } name ? $"user_name = '{name}'" : "true";
                    var everything = random.Next(2) == 0;
                    var ids = await fleet.ReadAsync(person,
                        $"select id from tonne.runs where ({project} and {user}) or {everything} order by started_ticks desc, id desc");
                    Assert.Equal(visible.Where(asked.Matches).Select(other => other.Id),
                        ids.Intersect(fleet.Runs.Where(asked.Matches).Select(other => other.Id)));
                    Assert.Empty(ids.Except(visible.Select(other => other.Id)));
                    seen += ids.Count;
                    break;
                default:
                    var query = NextQuery(random);
                    var listed = ledger.ListRuns(query);
                    Assert.Equal(visible.Where(query.Matches).Take(query.Limit ?? int.MaxValue).Select(run => run.Id),
                        listed.Select(run => run.Id));
                    seen += listed.Count;
                    break;
            }
        }

        return seen;
    }

    [Fact]
    public async Task Lines_and_sums_by_hour_and_day_are_kept_from_others_too()
    {
        foreach (var person in fleet.Persons)
        {
            var visible = fleet.Runs.Where(run => fleet.MaySee(person, run)).ToList();

            Assert.Equal(visible.Select(run => run.Id).Order(StringComparer.Ordinal),
                await fleet.ReadAsync(person, "select distinct run from tonne.run_lines order by run"));
            foreach (var table in new[] { "totals_by_hour", "totals_by_day" })
            {
                var seen = await fleet
                    .ReadAsync(person, $"select distinct coalesce(account, '-') || ' ' || coalesce(user_name, '-') from tonne.{table}");
                Assert.All(seen, pair => Assert.Contains(visible, run => $"{run.Job?.Account ?? "-"} {run.User ?? "-"}" == pair));
            }
        }
    }

    [Fact]
    public async Task Nobody_in_particular_sees_nothing() =>
        Assert.Equal(["0"], await fleet.ReadAsync("", "select count(*)::text from tonne.runs"));

    [Theory]
    [InlineData("tonne_reader", "select count(*) from tonne.members")]
    [InlineData("tonne_reader", "select count(*) from tonne.nodes")]
    [InlineData("tonne_reader", "select count(*) from tonne.run_sources")]
    [InlineData("tonne_reader", "select count(*) from tonne.audit")]
    [InlineData("tonne_reader", "select count(*) from tonne.runs_2025_10")]
    [InlineData("tonne_reader", "select count(*) from tonne.run_lines_2025_10")]
    [InlineData("tonne_reader", "delete from tonne.runs")]
    [InlineData("tonne_reader", "select tonne.ensure_month('2025-01-01')")]
    [InlineData("tonne_reader", "alter table tonne.runs disable row level security")]
    [InlineData("tonne_ingest", "select count(*) from tonne.members")]
    [InlineData("tonne_ingest", "select count(*) from tonne.node_keys")]
    [InlineData("tonne_ingest", "update tonne.run_lines set line = ''")]
    [InlineData("tonne_ingest", "delete from tonne.run_lines")]
    [InlineData("tonne_ingest", "delete from tonne.runs")]
    [InlineData("tonne_ingest", "update tonne.nodes set revoked_at = null")]
    [InlineData("tonne_registry", "select count(*) from tonne.runs")]
    [InlineData("tonne_registry", "delete from tonne.audit")]
    [InlineData("tonne_registry", "update tonne.audit set who = 'x'")]
    public async Task What_a_role_has_no_use_for_is_refused(string role, string sql)
    {
        var error = await Assert.ThrowsAsync<PostgresException>(() => fleet.RunAsync(role, null, sql));

        Assert.Equal(PostgresErrorCodes.InsufficientPrivilege, error.SqlState);
    }

    [Fact]
    public async Task A_node_sees_its_own_runs_and_lines_only_and_cannot_write_in_the_name_of_another()
    {
        Assert.Equal(["0"], await fleet.RunAsync("tonne_ingest", null, "select count(*)::text from tonne.runs"));
        Assert.Equal(["node-0"], await fleet.RunAsync("tonne_ingest", "node-0", "select distinct pushed_by from tonne.runs"));
        Assert.Equal(["node-0"], await fleet.RunAsync("tonne_ingest", "node-0", "select distinct node from tonne.run_lines"));
        var error = await Assert.ThrowsAsync<PostgresException>(() => fleet.RunAsync("tonne_ingest", "node-0", """
            insert into tonne.run_lines (run, month, sequence, node, line, sha256)
            values ('20251026-000000-zzzzzz', '2025-10-01', 0, 'node-1', '', sha256(''))
            """));
        Assert.Equal(PostgresErrorCodes.InsufficientPrivilege, error.SqlState);
    }

    [Fact]
    public async Task The_owner_of_the_schema_sees_no_row_either_and_a_partition_that_is_granted_by_mistake_shows_none()
    {
        fleet.Database.Server.Require();
        await using var owner =
            new NpgsqlConnection(fleet.Database.Server.ConnectionString(fleet.Database.Name, PostgresServer.Owner) + ";Pooling=false");
        await owner.OpenAsync(Stop);
        await using (var grant = new NpgsqlCommand("grant select on tonne.runs_2025_11 to tonne_reader", owner))
            await grant.ExecuteNonQueryAsync(Stop);
        await using var count = new NpgsqlCommand("""
            select (select count(*) from tonne.runs) + (select count(*) from tonne.run_lines) + (select count(*) from tonne.totals_by_day)
            """, owner);

        Assert.Equal(0L, await count.ExecuteScalarAsync(Stop));
        Assert.Equal(["0"], await fleet.ReadAsync("owner", "select count(*)::text from tonne.runs_2025_11"));
        Assert.NotEqual(["0"], await fleet.ReadAsync("owner", "select count(*)::text from tonne.runs where month = '2025-11-01'"));
    }

    [Fact]
    public async Task A_membership_that_ends_takes_the_runs_with_it()
    {
        var members = new PostgresMembers(fleet.Database.Database);
        var ledger = new PostgresLedger(fleet.Database.Database, new Person("visitor"));
        Assert.Empty(ledger.ListRuns());

        await members.SetAsync(new Membership("visitor", "physics", MemberRole.Viewer), "owner", Stop);
        Assert.All(ledger.ListRuns(), run => Assert.Equal("physics", run.Job?.Account));
        Assert.NotEmpty(ledger.ListRuns());
        Assert.Contains(new Membership("visitor", "physics", MemberRole.Viewer), await members.ListAsync(Stop));
        Assert.True(await members.RemoveAsync("visitor", "physics", "owner", Stop));
        Assert.False(await members.RemoveAsync("visitor", "physics", "owner", Stop));

        Assert.Empty(ledger.ListRuns());
        await Assert.ThrowsAsync<ArgumentException>(
            () => members.SetAsync(new Membership("visitor", "*", MemberRole.Member), "owner", Stop));
    }

    static bool CanLoad(PostgresLedger ledger, string id)
    {
        try
        {
            return ledger.Load(id).Record.Opening.Id == id;
        }
        catch (Exception error) when (error is LedgerUnavailableException or LedgerDamagedException)
        {
            return false;
        }
    }

    static LedgerQuery NextQuery(Random random)
    {
        T? Some<T>(IReadOnlyList<T> values) => random.Next(4) == 0 ? values[random.Next(values.Count)] : default;
        return new LedgerQuery
        {
            Project = Some(RandomRuns.Projects),
            Account = Some(RandomRuns.Accounts),
            User = Some(RandomRuns.Users),
            Name = Some(["train", "s", "%"]),
            Since = Some<DateTimeOffset?>([new(2025, 10, 28, 0, 0, 0, TimeSpan.Zero), new(2025, 11, 1, 0, 0, 0, TimeSpan.Zero)]),
            Limit = Some<int?>([1, 3, 10]),
        };
    }

    /// <summary>Runs of several nodes, accounts and users, and persons with random memberships.</summary>
    public sealed class Fleet(PostgresServer server) : IAsyncLifetime
    {
        readonly HashSet<(string Person, string Account)> _members = [];

        public TestDatabase Database { get; } = new(server);

        public IReadOnlyList<RunSummary> Runs { get; private set; } = [];

        /// <summary>Users of runs, persons who run nothing, and the owner of the fleet.</summary>
        public IReadOnlyList<string> Persons { get; } = [.. RandomRuns.Users.OfType<string>(), "auditor", "lead", "nobody", "owner"];

        /// <summary>The rule in plain C#.</summary>
        public bool MaySee(string person, RunSummary run) =>
            person == "owner" || run.User == person || (run.Job?.Account is { } account && _members.Contains((person, account)));

        public async ValueTask InitializeAsync()
        {
            await Database.InitializeAsync();
            if (server.Missing is not null)
                return;
            var receiver = new PostgresPushReceiver(Database.Database);
            var members = new PostgresMembers(Database.Database);
            var random = new Random(7);
            var runs = new List<RunSummary>();
            for (var node = 0; node < 4; node++)
            {
                var generator = new RandomRuns(100 + node);
                var lines = Enumerable.Range(0, 30).Select(_ => generator.Next()).ToList();
                await receiver.ReceiveAsync($"node-{node}", [.. lines.SelectMany(run => run)], CancellationToken.None);
                runs.AddRange(lines.Select(
                    run => PushedRun.Summarize(PushedRun.ReadRecord(run[0]), [.. run.Skip(1).Select(PushedRun.ReadStatement)])));
            }

            foreach (var person in Persons.Where(person => person is not ("nobody" or "owner")))
            {
                foreach (var account in RandomRuns.Accounts.OfType<string>().Where(_ => random.Next(3) == 0))
                {
                    _members.Add((person, account));
                    await members.SetAsync(new Membership(person, account, (MemberRole)random.Next(3)), "test");
                }
            }

            await members.SetAsync(new Membership("owner", Membership.AllAccounts, MemberRole.Owner), "test");
            Runs = [.. runs.OrderByDescending(run => run.StartedAt).ThenByDescending(run => run.Id, StringComparer.Ordinal)];
        }

        /// <summary>The first column of a query of a person, as the server asks it.</summary>
        public Task<List<string>> ReadAsync(string person, string sql) => ReadAsync("tonne_reader", "tonne.person", person, sql);

        /// <summary>The first column of a query of a role, for a node.</summary>
        public Task<List<string>> RunAsync(string role, string? node, string sql) => ReadAsync(role, "tonne.node", node ?? "", sql);

        async Task<List<string>> ReadAsync(string role, string setting, string value, string sql)
        {
            server.Require();
            await using var connection = new NpgsqlConnection(server.ConnectionString(Database.Name, PostgresServer.Login));
            await connection.OpenAsync(Stop);
            await using var transaction = await connection.BeginTransactionAsync(Stop);
            await using (var take = new NpgsqlCommand($"set local role {role}; select set_config(@setting, @value, true)", connection))
            {
                take.Parameters.AddWithValue("setting", NpgsqlDbType.Text, setting);
                take.Parameters.AddWithValue("value", NpgsqlDbType.Text, value);
                await take.ExecuteNonQueryAsync(Stop);
            }

            await using var command = new NpgsqlCommand(sql, connection);
            await using var reader = await command.ExecuteReaderAsync(Stop);
            var rows = new List<string>();
            while (await reader.ReadAsync(Stop))
                rows.Add(reader.GetString(0));
            return rows;
        }

        public ValueTask DisposeAsync() => Database.DisposeAsync();
    }
}
