using System.Data;
using System.Globalization;
using Npgsql;
using NpgsqlTypes;
using Tonne.Ledgers.Pushing;

namespace Tonne.Ledgers.PostgreSql.Receipts;

/// <summary>Checks what nodes have pushed against what servers have signed of it. Safe for use from several threads.</summary>
/// <param name="database">The database.</param>
public sealed class PostgresReceipts(PostgresDatabase database)
{
    const int MostProblems = 1000;

    /// <summary>Takes a new key into use: the former one signs it, so that nodes accept it.</summary>
    /// <param name="former">The key that was used until now; null if there was none.</param>
    /// <param name="next">The new key.</param>
    /// <param name="cancellationToken">Stops it.</param>
    /// <exception cref="LedgerUnavailableException">The database cannot be used.</exception>
    public Task AddKeyAsync(ReceiptSigner? former, ReceiptSigner next, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(next);
        return database.RunAsync("tonne_ingest", async connection =>
        {
            var now = database.Time.GetUtcNow();
            if (former is not null)
                await SigningKeys.AddAsync(connection, former, now, null, null, cancellationToken).ConfigureAwait(false);
            await SigningKeys.AddAsync(connection, next, now, former?.Id,
                former?.Sign(PushReceipt.GetEndorsedText(next.PublicKey.Span)), cancellationToken).ConfigureAwait(false);
            return true;
        }, cancellationToken);
    }

    /// <summary>Recomputes the chains from the lines, and compares them with all receipts.</summary>
    /// <param name="held">Receipts that nodes have kept themselves; their heads are compared too. Default: null, none.</param>
    /// <param name="cancellationToken">Stops it.</param>
    /// <exception cref="LedgerUnavailableException">The database cannot be read.</exception>
    public async Task<ChainReport> VerifyAsync(IReadOnlyList<PushReceipt>? held = null, CancellationToken cancellationToken = default)
    {
        try
        {
            await using var connection = await database.OpenAsync(cancellationToken).ConfigureAwait(false);
            await using var transaction = await connection.BeginTransactionAsync(IsolationLevel.RepeatableRead, cancellationToken)
                .ConfigureAwait(false);
            await using (var take = new NpgsqlCommand("set transaction read only; set local role tonne_ingest; set local jit = off", connection))
                await take.ExecuteNonQueryAsync(cancellationToken).ConfigureAwait(false);
            var check = new Check(connection, await SigningKeys.ReadAsync(connection, cancellationToken).ConfigureAwait(false), held ?? []);
            foreach (var node in await ReadNodesAsync(connection, held ?? [], cancellationToken).ConfigureAwait(false))
                await check.VerifyAsync(node, cancellationToken).ConfigureAwait(false);
            return check.Report;
        }
        catch (Exception error) when (PostgresDatabase.IsFailure(error))
        {
            throw database.CreateFailure(error);
        }
    }

    static async Task<SortedSet<string>> ReadNodesAsync(
        NpgsqlConnection connection, IReadOnlyList<PushReceipt> held, CancellationToken cancellationToken)
    {
        var nodes = new SortedSet<string>(held.Select(receipt => receipt.Node), StringComparer.Ordinal);
        await using var list = new NpgsqlCommand("select name from tonne.nodes union select distinct node from tonne.run_sources", connection)
        {
            CommandTimeout = 0,
        };
        await using var reader = await list.ExecuteReaderAsync(cancellationToken).ConfigureAwait(false);
        while (await reader.ReadAsync(cancellationToken).ConfigureAwait(false))
            nodes.Add(reader.GetString(0));
        return nodes;
    }

    /// <summary>The check of one database.</summary>
    sealed class Check(NpgsqlConnection connection, Dictionary<string, byte[]> keys, IReadOnlyList<PushReceipt> held)
    {
        readonly List<string> _problems = [];

        public ChainReport Report { get; private set; } = new();

        public async Task VerifyAsync(string node, CancellationToken cancellationToken)
        {
            await using (var take = Command("select set_config('tonne.node', @node, true)", node))
                await take.ExecuteNonQueryAsync(cancellationToken).ConfigureAwait(false);
            var receipts = await ReadReceiptsAsync(node, cancellationToken).ConfigureAwait(false);
            foreach (var receipt in held.Where(receipt => receipt.Node == node))
            {
                if (receipt.FindProblem() is { } wrong)
                    Add(node, $"a receipt that the node has {wrong}");
                else if (!keys.ContainsKey(receipt.Key))
                    Add(node, $"a receipt that the node has is signed by key {receipt.Key}, which this database does not know");
                receipts.Add(new(receipt.Position, receipt.Head, receipt.SignedAt, IsHeld: true));
            }

            var order = receipts.OrderBy(receipt => receipt.Position).ToList();
            var (position, head, next, signed) = (0L, PushChain.Begin(node), 0, 0L);
            await using (var lines = Command("""
                select c.position, c.run, c.sequence, c.sha256, sha256(l.line) from tonne.line_chain c
                left join tonne.run_lines l on l.run = c.run and l.month = tonne.month_of(c.run) and l.sequence = c.sequence
                where c.node = @node order by c.position
                """, node))
            await using (var reader = await lines.ExecuteReaderAsync(cancellationToken).ConfigureAwait(false))
            {
                while (await reader.ReadAsync(cancellationToken).ConfigureAwait(false))
                {
                    var at = reader.GetInt64(0);
                    for (; next < order.Count && order[next].Position < at; next++)
                        (head, signed) = Compare(node, order, next, position, head);
                    if (at != position + 1)
                        Add(node, string.Create(CultureInfo.InvariantCulture, $"lines {position + 1} to {at - 1} were removed from its chain"));
                    position = at;
                    var (run, sequence, sha256) = (reader.GetString(1), reader.GetInt32(2), reader.GetFieldValue<byte[]>(3));
                    head = PushChain.Extend(head, run, sequence, sha256);
                    if (reader.IsDBNull(4))
                        Add(node, Name(run, sequence) + " was removed after it was pushed");
                    else if (!sha256.AsSpan().SequenceEqual(reader.GetFieldValue<byte[]>(4)))
                        Add(node, Name(run, sequence) + " was changed after it was pushed");
                }
            }

            for (; next < order.Count && order[next].Position <= position; next++)
                (head, signed) = Compare(node, order, next, position, head);
            for (; next < order.Count; next++)
                Add(node, string.Create(CultureInfo.InvariantCulture,
                    $"its chain ends at line {position}, and {Describe(order[next])} is for {order[next].Position} lines"));
            await FindUnchainedAsync(node, cancellationToken).ConfigureAwait(false);
            Report = Report with
            {
                Nodes = Report.Nodes + (position > 0 ? 1 : 0),
                Lines = Report.Lines + position,
                Unsigned = Report.Unsigned + Math.Max(0, position - signed),
                Receipts = Report.Receipts + receipts.Count,
                Problems = _problems,
            };
        }

        /// <summary>Compares a receipt with the head at its position; the signed head is then taken, so that a change shows once.</summary>
        (byte[] Head, long Signed) Compare(string node, List<Signed> order, int index, long position, byte[] head)
        {
            var receipt = order[index];
            if (receipt.Position != position || receipt.Head != Convert.ToHexStringLower(head))
            {
                var before = order.Take(index).Select(earlier => earlier.Position).LastOrDefault(earlier => earlier < receipt.Position);
                Add(node, string.Create(CultureInfo.InvariantCulture,
                    $"lines {before + 1} to {receipt.Position} of its chain are not those of {Describe(receipt)}"));
                if (!receipt.IsHeld)
                    head = Convert.FromHexString(receipt.Head);
            }

            return (head, receipt.Position);
        }

        async Task<List<Signed>> ReadReceiptsAsync(string node, CancellationToken cancellationToken)
        {
            var receipts = new List<Signed>();
            await using var all = Command("select position, head, signed_at, key, signature from tonne.push_receipts where node = @node", node);
            await using var reader = await all.ExecuteReaderAsync(cancellationToken).ConfigureAwait(false);
            while (await reader.ReadAsync(cancellationToken).ConfigureAwait(false))
            {
                var head = Convert.ToHexStringLower(reader.GetFieldValue<byte[]>(1));
                var receipt = new Signed(reader.GetInt64(0), head, new DateTimeOffset(reader.GetDateTime(2), TimeSpan.Zero), IsHeld: false);
                receipts.Add(receipt);
                var text = new PushReceipt
                {
                    Node = node, Position = receipt.Position, Head = head, SignedAt = receipt.SignedAt, PreviousPosition = 0, PreviousHead = "",
                    Key = "", PublicKey = "", Signature = "",
                }.GetSignedText();
                if (!keys.TryGetValue(reader.GetString(3), out var key) || !PushReceipt.IsSigned(key, text, Convert.ToBase64String(reader.GetFieldValue<byte[]>(4))))
                    Add(node, $"{Describe(receipt)} is not signed by key {reader.GetString(3)}");
            }

            return receipts;
        }

        async Task FindUnchainedAsync(string node, CancellationToken cancellationToken)
        {
            await using var find = Command("""
                select l.run, l.sequence from tonne.run_lines l where l.node = @node and not exists (
                    select from tonne.line_chain c where c.node = @node and c.run = l.run and c.sequence = l.sequence)
                order by l.run, l.sequence
                """, node);
            await using var reader = await find.ExecuteReaderAsync(cancellationToken).ConfigureAwait(false);
            while (await reader.ReadAsync(cancellationToken).ConfigureAwait(false))
                Add(node, Name(reader.GetString(0), reader.GetInt32(1)) + " was inserted past the server: its chain does not have it");
        }

        NpgsqlCommand Command(string sql, string node)
        {
#pragma warning disable CA2100 // Constant texts of this class.
            var command = new NpgsqlCommand(sql, connection) { CommandTimeout = 0 };
#pragma warning restore CA2100
            command.Parameters.AddWithValue("node", NpgsqlDbType.Text, node);
            return command;
        }

        void Add(string node, string problem)
        {
            Report = Report with { ProblemCount = Report.ProblemCount + 1 };
            if (_problems.Count < MostProblems)
                _problems.Add($"{node}: {problem}");
        }

        static string Name(string run, int sequence) =>
            string.Create(CultureInfo.InvariantCulture, $"run {run}, {(sequence == 0 ? "record" : $"statement {sequence}")},");

        static string Describe(Signed receipt) => string.Create(CultureInfo.InvariantCulture,
            $"the receipt{(receipt.IsHeld ? " that the node has" : "")} of {receipt.SignedAt:yyyy-MM-dd HH:mm:ss} UTC");

        sealed record Signed(long Position, string Head, DateTimeOffset SignedAt, bool IsHeld);
    }
}
