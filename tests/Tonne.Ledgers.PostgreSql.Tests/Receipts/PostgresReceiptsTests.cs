using System.Security.Cryptography;
using System.Text;
using Tonne.Ledgers.PostgreSql.Receipts;
using Tonne.Ledgers.PostgreSql.Receiving;
using Tonne.Ledgers.PostgreSql.Tests.Server;
using Tonne.Ledgers.Pushing;

namespace Tonne.Ledgers.PostgreSql.Tests.Receipts;

/// <summary>What a server signs of pushes, and what a check finds of lines that were changed past it.</summary>
public sealed class PostgresReceiptsTests(PostgresServer server) : IAsyncLifetime, IDisposable
{
    readonly TestDatabase _database = new(server);
    readonly ReceiptSigner _key = ReceiptSigner.Create();

    static CancellationToken Stop => TestContext.Current.CancellationToken;

    public ValueTask InitializeAsync() => _database.InitializeAsync();

    public ValueTask DisposeAsync() => _database.DisposeAsync();

    public void Dispose() => _key.Dispose();

    Task<PushAnswer> PushAsync(string node, params PushedLine[] lines) =>
        new PostgresPushReceiver(_database.Database, _key).ReceiveAsync(node, lines, Stop);

    Task<ChainReport> VerifyAsync(params PushReceipt[] held) => new PostgresReceipts(_database.Database).VerifyAsync(held, Stop);

    [Fact]
    public async Task The_head_is_the_hash_of_all_lines_in_order_and_signed()
    {
        var (first, second) = (PushedSample.Lines("20251101-000001-aaaaaa"), PushedSample.Lines("20251101-000000-bbbbbb"));

        // In the order of run and sequence, whatever order they are sent in.
        var one = (await PushAsync("n1", first[1], first[0])).Receipt!;
        var two = (await PushAsync("n1", [.. second, first[0]])).Receipt!;
        var again = (await PushAsync("n1", second)).Receipt!;

        // By hand from the definition in docs/formats/database.md.
        var head = Hex("tonne.chain/1\nn1");
        foreach (var line in first)
            head = Hex($"{head}\n{line.Run} {line.Sequence} {Convert.ToHexStringLower(SHA256.HashData(line.Line.Span))}");
        Assert.Equal((2, head, 0, Hex("tonne.chain/1\nn1"), null), (one.Position, one.Head, one.PreviousPosition, one.PreviousHead, one.Appended));
        Assert.Equal((4L, 2L, head), (two.Position, two.PreviousPosition, two.PreviousHead));
        Assert.Equal(["20251101-000000-bbbbbb/0", "20251101-000000-bbbbbb/1"], two.Appended);
        Assert.Equal((4L, 4L, two.Head), (again.Position, again.PreviousPosition, again.Head));
        Assert.All([one, two, again], receipt => Assert.Null(receipt.FindProblem()));
        Assert.NotNull((one with { Head = two.Head }).FindProblem());
        Assert.NotNull((one with { SignedAt = one.SignedAt.AddMicroseconds(1) }).FindProblem());
        var report = await VerifyAsync(one, two);
        Assert.Equal((1, 4L, 0L, 0L), (report.Nodes, report.Lines, report.Unsigned, report.ProblemCount));

        static string Hex(string text) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)));
    }

    [Theory]
    [InlineData("update tonne.run_lines set line = line || '\\x20' where run = '20251101-000001-aaaaaa' and sequence = 1",
        "n1: run 20251101-000001-aaaaaa, statement 1, was changed after it was pushed")]
    [InlineData("delete from tonne.run_lines where run = '20251101-000001-aaaaaa' and sequence = 0",
        "n1: run 20251101-000001-aaaaaa, record, was removed after it was pushed")]
    [InlineData("""
        insert into tonne.run_lines (run, month, sequence, node, line, sha256)
        select run, month, 7, node, line, sha256 from tonne.run_lines where run = '20251101-000001-aaaaaa' and sequence = 1
        """, "n1: run 20251101-000001-aaaaaa, statement 7, was inserted past the server: its chain does not have it")]
    // Who changes the chain as well cannot sign another head.
    [InlineData("""
        update tonne.run_lines set line = line || '\x20', sha256 = sha256(line || '\x20') where run = '20251101-000001-aaaaaa' and sequence = 1;
        update tonne.line_chain c set sha256 = l.sha256 from tonne.run_lines l where l.run = c.run and l.sequence = c.sequence
        """, "n1: lines 3 to 4 of its chain are not those of the receipt of 2025-12-01 00:00:00 UTC")]
    [InlineData("delete from tonne.line_chain where node = 'n1' and position = 2", "n1: lines 2 to 2 were removed from its chain",
        "n1: lines 1 to 2 of its chain are not those of the receipt of 2025-12-01 00:00:00 UTC",
        "n1: run 20251101-000000-aaaaaa, statement 1, was inserted past the server: its chain does not have it")]
    [InlineData("delete from tonne.line_chain where position >= 3; delete from tonne.run_lines where run = '20251101-000001-aaaaaa'",
        "n1: its chain ends at line 2, and the receipt of 2025-12-01 00:00:00 UTC is for 4 lines")]
    [InlineData("update tonne.push_receipts set head = sha256(head) where position = 4",
        "n1: the receipt of 2025-12-01 00:00:00 UTC is not signed by key KEY", "n1: lines 3 to 4 of its chain are not those of the receipt of 2025-12-01 00:00:00 UTC")]
    public async Task What_was_changed_past_the_server_is_named(string change, params string[] expected)
    {
        await PushAsync("n1", PushedSample.Lines("20251101-000000-aaaaaa"));
        await PushAsync("n1", PushedSample.Lines("20251101-000001-aaaaaa"));
        await PushAsync("n2", PushedSample.Lines("20251101-000002-aaaaaa"));
        Assert.Equal(0, (await VerifyAsync()).ProblemCount);

        await server.ExecuteAsync(_database.Name, change);

        var found = await VerifyAsync();
        Assert.Equal(expected.Select(text => text.Replace("KEY", _key.Id, StringComparison.Ordinal)).Order(), found.Problems.Order());
    }

    [Fact]
    public async Task A_server_that_signs_another_history_is_found_by_the_receipt_of_the_node()
    {
        var held = (await PushAsync("n1", PushedSample.Lines("20251101-000000-aaaaaa"))).Receipt!;
        // Who holds the key writes the history of the node anew.
        await server.ExecuteAsync(_database.Name,
            "delete from tonne.line_chain; delete from tonne.push_receipts; delete from tonne.run_lines; delete from tonne.runs");
        await PushAsync("n1", PushedSample.Lines("20251101-000000-aaaaaa", microjoules: 1));

        Assert.Equal(0, (await VerifyAsync()).ProblemCount);
        Assert.Equal(["n1: lines 1 to 2 of its chain are not those of the receipt that the node has of 2025-12-01 00:00:00 UTC"],
            (await VerifyAsync(held)).Problems);
    }

    [Fact]
    public async Task Lines_that_were_kept_without_a_key_are_signed_with_the_next_push()
    {
        await new PostgresPushReceiver(_database.Database).ReceiveAsync("n1", PushedSample.Lines("20251101-000000-aaaaaa"), Stop);
        Assert.Equal((2L, 0L), ((await VerifyAsync()).Unsigned, (await VerifyAsync()).ProblemCount));

        var receipt = (await PushAsync("n1", PushedSample.Lines("20251101-000001-aaaaaa"))).Receipt!;

        Assert.Equal((4L, 2L), (receipt.Position, receipt.PreviousPosition));
        Assert.Equal((0L, 0L), ((await VerifyAsync()).Unsigned, (await VerifyAsync()).ProblemCount));
    }

    [Fact]
    public async Task A_new_key_is_signed_by_the_former_one()
    {
        var before = (await PushAsync("n1", PushedSample.Lines("20251101-000000-aaaaaa"))).Receipt!;
        using var next = ReceiptSigner.Create();
        await new PostgresReceipts(_database.Database).AddKeyAsync(_key, next, Stop);

        var after = (await new PostgresPushReceiver(_database.Database, next)
            .ReceiveAsync("n1", PushedSample.Lines("20251101-000001-aaaaaa"), Stop)).Receipt!;

        Assert.Equal((null, _key.Id, next.Id), (before.EndorsedBy, after.EndorsedBy, after.Key));
        Assert.True(PushReceipt.IsSigned(_key.PublicKey.Span, PushReceipt.GetEndorsedText(next.PublicKey.Span), after.Endorsement));
        Assert.Equal(0, (await VerifyAsync(before, after)).ProblemCount);
    }
}
