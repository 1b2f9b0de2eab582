using Tonne.Ledgers.PostgreSql.Members;
using Tonne.Ledgers.PostgreSql.Reading;
using Tonne.Ledgers.PostgreSql.Receiving;
using Tonne.Ledgers.PostgreSql.Tests.Server;

namespace Tonne.Ledgers.PostgreSql.Tests.Reading;

/// <summary>The lines are the source of truth: a row that cannot be used is made of them.</summary>
public class RowsOfOtherVersionsTests(TestDatabase database) : IClassFixture<TestDatabase>
{
    static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("20251106-000000-aaaaaa", "format = 0, summary = '', counted = ''")]
    [InlineData("20251106-000001-aaaaaa", "summary = set_byte(summary, 40, 0), counted = set_byte(counted, 9, 0)")]
    public async Task They_are_read_from_the_lines(string id, string change)
    {
        await new PostgresMembers(database.Database)
            .SetAsync(new Membership("owner", Membership.AllAccounts, MemberRole.Owner), "test", Stop);
        await new PostgresPushReceiver(database.Database).ReceiveAsync("n1", PushedSample.Lines(id), Stop);
        var ledger = new PostgresLedger(database.Database, new Person("owner"));
        var (listed, total) = (ledger.ListRuns(), ledger.Total().Sum);

        await database.Server.ExecuteAsync(database.Name, $"update tonne.runs set {change} where id = '{id}'");

        Assert.Equal(listed.Select(run => (run.Id, run.Total)), ledger.ListRuns().Select(run => (run.Id, run.Total)));
        Assert.Equal((total.Runs, total.Emissions, total.IdleEnergy),
            (ledger.Total().Sum.Runs, ledger.Total().Sum.Emissions, ledger.Total().Sum.IdleEnergy));
    }

    [Fact]
    public async Task They_are_written_again_by_the_version_that_reads_them()
    {
        var receiver = new PostgresPushReceiver(database.Database);
        await receiver.ReceiveAsync(
            "n2", [.. Enumerable.Range(0, 3).SelectMany(i => PushedSample.Lines($"20251107-00000{i}-aaaaaa"))], Stop);
        var before = await RowsAsync();
        await database.Server
            .ExecuteAsync(database.Name,
                """
            update tonne.runs set format = 0, summary = '', counted = '', name = 'x'
            where pushed_by = 'n2' and id <> '20251107-000001-aaaaaa'
            """);

        Assert.Equal(2, await receiver.RewriteAsync("n2", Stop));
        Assert.Equal(0, await receiver.RewriteAsync("n2", Stop));

        Assert.Equal(before, await RowsAsync());
    }

    Task<string> RowsAsync() =>
        database.ReadAsync<string>("select md5(string_agg(r::text, '' order by id)) from tonne.runs r where pushed_by = 'n2'");
}
