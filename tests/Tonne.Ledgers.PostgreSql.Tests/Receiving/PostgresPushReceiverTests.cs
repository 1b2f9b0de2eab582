using System.Text;
using Tonne.Ledgers.PostgreSql.Receiving;
using Tonne.Ledgers.PostgreSql.Tests.Server;
using Tonne.Ledgers.Pushing;

namespace Tonne.Ledgers.PostgreSql.Tests.Receiving;

public class PostgresPushReceiverTests(TestDatabase database) : IClassFixture<TestDatabase>
{
    static CancellationToken Stop => TestContext.Current.CancellationToken;

    Task<PushAnswer> PushAsync(string node, params PushedLine[] lines) => new PostgresPushReceiver(database.Database)
        .ReceiveAsync(node, lines, Stop);

    [Fact]
    public async Task Lines_are_kept_byte_for_byte_with_their_hash_and_the_run_has_its_energy_to_the_microjoule()
    {
        const long microjoules = 1_234_567_890_123_457;
        var lines = PushedSample.Lines("20251101-000000-aaaaaa", microjoules);

        var answer = await PushAsync("n1", lines);

        Assert.Equal((2, 0, 0), (answer.Accepted, answer.Known, answer.Refused.Length));
        var kept = await database
            .ReadRowsAsync("""
            select line, sha256 = sha256(line) from tonne.run_lines
            where run = '20251101-000000-aaaaaa' order by sequence
            """);
        Assert.Equal(lines.Select(line => Encoding.UTF8.GetString(line.Line.Span)),
            kept.Select(row => Encoding.UTF8.GetString((byte[])row[0]!)));
        Assert.All(kept, row => Assert.True((bool)row[1]!));
        Assert.Equal(microjoules,
            await database.ReadAsync<long>("select energy_microjoules from tonne.runs where id = '20251101-000000-aaaaaa'"));
    }

    [Fact]
    public async Task What_is_sent_again_changes_nothing()
    {
        var lines = PushedSample.Lines("20251101-000001-aaaaaa");
        await PushAsync("n1", lines);
        var before = await database.ReadAsync<string>(
            "select md5(string_agg(r::text, '')) from tonne.runs r where id = '20251101-000001-aaaaaa'");

        var answer = await PushAsync("n1", [.. lines, lines[0]]);

        Assert.Equal((0, 3, 0), (answer.Accepted, answer.Known, answer.Refused.Length));
        Assert.Equal(before, await database.ReadAsync<string>(
            "select md5(string_agg(r::text, '')) from tonne.runs r where id = '20251101-000001-aaaaaa'"));
    }

    [Fact]
    public async Task A_statement_may_come_before_its_record_and_the_newest_is_shown_in_whatever_order_they_come()
    {
        var record = PushedSample.Record("20251101-000002-aaaaaa");
        var lines = PushedSample
            .Lines(record, PushedSample.Statement(record), PushedSample.Statement(record, factor: 5, hours: 2),
                PushedSample.Statement(record, factor: 3, hours: 1));

        await PushAsync("n1", lines[2]);
        Assert.Equal(0, await database.ReadAsync<long>("select count(*) from tonne.runs where id = '20251101-000002-aaaaaa'"));
        await PushAsync("n1", lines[0]);
        await PushAsync("n1", lines[3], lines[1]);

        var row = Assert.Single(
            await database.ReadRowsAsync("select statements, total_kg, has_figures from tonne.runs where id = '20251101-000002-aaaaaa'"));
        var total = PushedSample.Statement(record, factor: 5).Figures.Single(figure => figure.Name == "emissions_kg.total").Bounds.Best;
        Assert.Equal([3, total, true], row);
    }

    [Fact]
    public async Task A_record_without_a_statement_has_no_figures()
    {
        await PushAsync("n1", PushedSample.Lines("20251101-000003-aaaaaa")[0]);

        Assert.Equal([false, null],
            Assert.Single(await database
                .ReadRowsAsync("select has_figures, total_kg from tonne.runs where id = '20251101-000003-aaaaaa'")));
    }

    [Fact]
    public async Task Other_bytes_for_a_known_line_are_refused_and_change_nothing()
    {
        var lines = PushedSample.Lines("20251101-000004-aaaaaa", microjoules: 1_000);
        var others = PushedSample.Lines("20251101-000004-aaaaaa", microjoules: 2_000);
        await PushAsync("n1", lines);

        var answer = await PushAsync("n1", [.. others, .. PushedSample.Lines("20251101-000005-aaaaaa")]);

        Assert.Equal((2, 0), (answer.Accepted, answer.Known));
        Assert.Equal([0, 1], answer.Refused.Select(line => line.Sequence).Order());
        Assert.All(answer.Refused, line => Assert.Equal("another line is known by this run and sequence", line.Reason));
        Assert.Equal(1_000L, await database.ReadAsync<long>(
            "select energy_microjoules from tonne.runs where id = '20251101-000004-aaaaaa'"));
    }

    [Fact]
    public async Task A_line_of_a_run_of_another_node_is_refused()
    {
        var record = PushedSample.Record("20251101-000006-aaaaaa");
        var lines = PushedSample.Lines(record, PushedSample.Statement(record), PushedSample.Statement(record, factor: 9, hours: 9));
        await PushAsync("n1", lines[..2]);

        var answer = await PushAsync("n2", lines);

        Assert.Equal((0, 0, 3), (answer.Accepted, answer.Known, answer.Refused.Length));
        Assert.All(answer.Refused, line => Assert.Equal("another node has pushed this run", line.Reason));
        Assert.Equal(1, await database.ReadAsync<int>("select statements from tonne.runs where id = '20251101-000006-aaaaaa'"));
    }

    [Fact]
    public async Task Lines_that_cannot_be_kept_are_refused_with_the_reason_and_the_others_kept()
    {
        var lines = PushedSample.Lines("20251101-000007-aaaaaa");
        var changed = lines[0].Line.ToArray();
        changed[^5] ^= 1;

        var answer = await PushAsync("n1", [
            new("20251101-000007-aaaaaa", 0, changed),
            new("20251101-000008-aaaaaa", 0, lines[0].Line),
            new("20270101-000000-aaaaaa", 0, lines[0].Line),
            new("19991231-235959-aaaaaa", 1, lines[1].Line),
            lines[1]]);

        Assert.Equal(1, answer.Accepted);
        Assert.Equal(
        [
            ("20251101-000007-aaaaaa", "the line does not match its checksum"),
            ("20251101-000008-aaaaaa", "the record is of another run, 20251101-000007-aaaaaa"),
            ("20270101-000000-aaaaaa", "its run starts before 2000 or more than 31 days from now"),
            ("19991231-235959-aaaaaa", "its run starts before 2000 or more than 31 days from now"),
        ], answer.Refused.Select(line => (line.Run, line.Reason)));
    }

    [Fact]
    public async Task Texts_with_a_character_that_PostgreSQL_has_not_are_kept()
    {
        var answer = await PushAsync("n1", PushedSample.Lines("20251101-000009-aaaaaa", with: opening => opening with
        {
            Name = "a\0b",
            Tags = opening.Tags.Add("k\0", "v\0"),
        }));

        Assert.Equal(2, answer.Accepted);
        Assert.Equal("a\uFFFDb", await database.ReadAsync<string>("select name from tonne.runs where id = '20251101-000009-aaaaaa'"));
    }

    [Fact]
    public async Task Figures_that_cannot_be_do_not_keep_a_node_from_pushing_its_other_runs()
    {
        var good = PushedSample.Record("20251101-000011-aaaaaa");
        var bad = PushedSample.Record("20251101-000010-aaaaaa");
        bad = bad with { Components = [bad.Components[0] with { IdleMicrojoules = -1_000_000_000 }] };

        var answer = await PushAsync("n1",
            [.. PushedSample.Lines(bad, PushedSample.Statement(bad)), .. PushedSample.Lines(good, PushedSample.Statement(good))]);

        Assert.Equal((4, 0), (answer.Accepted, answer.Refused.Length));
        Assert.Equal([[false], [true]],
            await database.ReadRowsAsync("""
            select has_figures from tonne.runs where id in ('20251101-000010-aaaaaa', '20251101-000011-aaaaaa') order by id
            """));
    }

    [Fact]
    public async Task Pushes_of_several_servers_at_the_same_time_keep_each_line_once()
    {
        // Months that no partition is there for, and the same lines from two servers of each of three nodes.
        var ids = Enumerable.Range(0, 36).Select(i => $"20{10 + (i / 12):00}{1 + (i % 12):00}01-000000-bbbbbb").ToArray();
        var answers = await Task.WhenAll(Enumerable.Range(0, 6).Select(server =>
            PushAsync($"m{server % 3}", [.. ids.Where((_, i) => i % 3 == server % 3).SelectMany(id => PushedSample.Lines(id))])));

        Assert.Equal(ids.Length * 2, answers.Sum(answer => answer.Accepted));
        Assert.Equal(ids.Length * 2, answers.Sum(answer => answer.Known));
        Assert.Equal(ids.Length, await database.ReadAsync<long>("select count(*) from tonne.runs where id like '%-bbbbbb'"));
    }

    [Fact]
    public async Task Of_two_nodes_that_push_the_same_runs_at_the_same_time_each_run_is_of_one()
    {
        var lines = Enumerable.Range(0, 40).SelectMany(i => PushedSample.Lines($"20251102-0000{i:00}-cccccc")).ToArray();

        var answers = await Task.WhenAll(PushAsync("a", lines), PushAsync("b", [.. lines.Reverse()]));

        Assert.Equal(lines.Length, answers.Sum(answer => answer.Accepted));
        Assert.Equal(lines.Length, answers.Sum(answer => answer.Refused.Length));
        Assert.Equal(0, await database.ReadAsync<long>(
            "select count(*) from tonne.run_lines l join tonne.run_sources s using (run, month) where s.node <> l.node"));
    }

    [Fact]
    public async Task A_push_whose_connection_is_cut_is_kept_by_the_next_try()
    {
        var receiver = new PostgresPushReceiver(database.Database);
        await receiver.ReceiveAsync("n1", PushedSample.Lines("20251103-000000-dddddd"), Stop);
        // The pool has a connection now that the server has closed.
        await database.Server.ExecuteAsync("postgres",
            $"""
            select pg_terminate_backend(pid) from pg_stat_activity
            where datname = '{database.Name}' and usename = '{PostgresServer.Login}'
            """);

        var answer = await receiver.ReceiveAsync("n1", PushedSample.Lines("20251103-000001-dddddd"), Stop);

        Assert.Equal(2, answer.Accepted);
    }

    [Fact]
    public async Task A_database_that_is_not_there_is_unavailable()
    {
        await using var none = new PostgresDatabase("Host=/nonexistent;Database=tonne;Username=tonne", database.Time);

        var error = await Assert.ThrowsAsync<LedgerUnavailableException>(() =>
            new PostgresPushReceiver(none).ReceiveAsync("n1", PushedSample.Lines("20251103-000002-dddddd"), Stop));

        Assert.StartsWith("The ledger cannot be used: PostgreSQL database tonne on /nonexistent:", error.Message, StringComparison.Ordinal);
    }
}
