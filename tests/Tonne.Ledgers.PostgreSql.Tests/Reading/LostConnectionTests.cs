using Npgsql;
using Tonne.Ledgers.Listing;
using Tonne.Ledgers.PostgreSql.Members;
using Tonne.Ledgers.PostgreSql.Nodes;
using Tonne.Ledgers.PostgreSql.Reading;
using Tonne.Ledgers.PostgreSql.Receiving;
using Tonne.Ledgers.PostgreSql.Tests.Server;

namespace Tonne.Ledgers.PostgreSql.Tests.Reading;

/// <summary>After the database was restarted every connection of the pool is dead, and nobody is answered with an error for that.</summary>
public class LostConnectionTests(TestDatabase database) : IClassFixture<TestDatabase>
{
    const int Connections = 6;

    static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Dead_connections_of_the_pool_cost_no_reader_and_no_writer_an_error()
    {
        await new PostgresMembers(database.Database)
            .SetAsync(new Membership("owner", Membership.AllAccounts, MemberRole.Owner), "test", Stop);
        await new PostgresPushReceiver(database.Database).ReceiveAsync("n1", PushedSample.Lines("20251107-000000-aaaaaa"), Stop);
        var ledger = new PostgresLedger(database.Database, new Person("owner"));
        var list = new PostgresRunList(database.Database);
        var audit = new PostgresAudit(database.Database);
        for (var round = 0; round < 3; round++)
        {
            await KillConnectionsAsync();
            Assert.Single(ledger.ListRuns());
            await KillConnectionsAsync();
            Assert.Single(list.Find(new Person("owner"), new RunListQuery()).Runs);
            await KillConnectionsAsync();
            await audit.AppendAsync("test", "read", $"round {round}", Stop);
            await KillConnectionsAsync();
            var id = $"20251107-00000{round}-bbbbbb";
            Assert.Equal(2, (await new PostgresPushReceiver(database.Database).ReceiveAsync("n2", PushedSample.Lines(id), Stop)).Accepted);
            await KillConnectionsAsync();
            // Several at once.
            await Task.WhenAll(Enumerable.Range(0, Connections).Select(_ => Task.Run(() => Assert.NotEmpty(ledger.ListRuns()), Stop)));
            await database.ReadAsync<bool>("select true");
            Assert.Equal(1L, await database.ReadAsync<long>($"select count(*) from tonne.audit where subject = 'round {round}'"));
            await database.Server.ExecuteAsync(database.Name, "delete from tonne.runs where pushed_by = 'n2'",
                "delete from tonne.run_list where pushed_by = 'n2'");
        }
    }

    [Fact]
    public async Task What_was_lost_while_it_was_committed_is_not_done_again()
    {
        database.Server.Require();
        var tries = 0;

        // Whether the first try was kept is not known: the connection dies before the answer to its commit.
        var error = await Assert.ThrowsAsync<LedgerUnavailableException>(() => database.Database.RunAsync("tonne_registry", async connection =>
        {
            tries++;
            await using var kill = new NpgsqlCommand($"select {connection.ProcessID}", connection);
            var id = (int)(await kill.ExecuteScalarAsync(Stop))!;
            await database.ReadAsync<bool>($"select pg_terminate_backend({id}, 60000)");
            return true;
        }, Stop));

        Assert.Equal(1, tries);
        Assert.Equal(TimeSpan.FromSeconds(2), error.RetryAfter);
    }

    /// <summary>Fills the pool, and ends the processes that serve it, as a restart does.</summary>
    async Task KillConnectionsAsync()
    {
        var open = new List<NpgsqlConnection>();
        for (var i = 0; i < Connections; i++)
            open.Add(await database.Database.OpenAsync(Stop));
        foreach (var connection in open)
            await connection.DisposeAsync();
        await database.ReadAsync<long>($"""
            select count(pg_terminate_backend(pid, 60000)) from pg_stat_activity
            where datname = '{database.Name}' and usename = '{PostgresServer.Login}'
            """);
    }
}
