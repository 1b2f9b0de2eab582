using Tonne.Ledgers.PostgreSql.Nodes;
using Tonne.Ledgers.PostgreSql.Reading;
using Tonne.Ledgers.PostgreSql.Receiving;
using Tonne.Ledgers.PostgreSql.Tests.Server;

namespace Tonne.Ledgers.PostgreSql.Tests.Receiving;

/// <summary>A push that fails in the middle is done again as it was, and keeps each line once.</summary>
public class InterruptedPushTests(PostgresServer server)
{
    static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("perform pg_terminate_backend(pg_backend_pid())")]
    [InlineData("raise exception using errcode = 'deadlock_detected'")]
    [InlineData("raise exception using errcode = 'serialization_failure'")]
    public async Task What_may_pass_is_tried_again(string failure)
    {
        await using var database = await CreateAsync(failure, failures: 2);
        var lines = PushedSample.Lines("20251105-000000-aaaaaa", 5_000);

        var answer = await new PostgresPushReceiver(database.Database).ReceiveAsync("n1", lines, Stop);

        Assert.Equal((2, 0, 0), (answer.Accepted, answer.Known, answer.Refused.Length));
        Assert.Equal(3L, await database.ReadAsync<long>("select last_value from public.tries"));
        Assert.Equal(2L, await database.ReadAsync<long>("select count(*) from tonne.run_lines"));
        Assert.Equal(5_000m, await database.ReadAsync<decimal>("select sum(energy_microjoules) from tonne.totals_by_day"));
    }

    [Theory]
    [InlineData("raise exception using errcode = 'deadlock_detected'", 5)]
    [InlineData("raise exception 'something else'", 1)]
    public async Task What_does_not_pass_is_reported_and_nothing_of_it_kept(string failure, long tries)
    {
        await using var database = await CreateAsync(failure, failures: 1_000);

        await Assert.ThrowsAsync<LedgerUnavailableException>(() =>
            new PostgresPushReceiver(database.Database).ReceiveAsync("n1", PushedSample.Lines("20251105-000000-aaaaaa"), Stop));

        Assert.Equal(tries, await database.ReadAsync<long>("select last_value from public.tries"));
        Assert.Equal(0L, await database.ReadAsync<long>(
            """
            select (select count(*) from tonne.run_lines) + (select count(*) from tonne.run_sources) + (select count(*) from tonne.runs)
            """));
    }

    [Fact]
    public async Task A_connection_whose_parts_are_disposed_counts_as_lost()
    {
        server.Require();
        var database = new TestDatabase(server);
        await database.InitializeAsync();
        // As Npgsql leaves a connection that was cut between two commands: whoever uses it gets an ObjectDisposedException.
        await database.Database.DisposeAsync();

        await Assert.ThrowsAsync<LedgerUnavailableException>(() =>
            new PostgresPushReceiver(database.Database).ReceiveAsync("n1", PushedSample.Lines("20251105-000000-aaaaaa"), Stop));
        await Assert.ThrowsAsync<LedgerUnavailableException>(() => new PostgresNodeRegistry(database.Database).FindAsync("tonne_key", Stop));
        Assert.Throws<LedgerUnavailableException>(() => new PostgresLedger(database.Database, new Person("ada")).ListRuns());
    }

    /// <summary>A database in which the first pushes fail after they have written the row of a run. A sequence is not rolled
    /// back.</summary>
    async Task<TestDatabase> CreateAsync(string failure, int failures)
    {
        server.Require();
        var database = new TestDatabase(server);
        await database.InitializeAsync();
        await server.ExecuteAsync(database.Name, "create sequence public.tries",
            $"""
            create function public.fail() returns trigger language plpgsql security definer as $$
            begin
                if nextval('public.tries') <= {failures} then
                    {failure};
                end if;
                return null;
            end $$
            """, "create trigger fail after insert on tonne.runs for each statement execute function public.fail()");
        return database;
    }
}
