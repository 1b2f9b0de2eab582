using Npgsql;
using NpgsqlTypes;
using Tonne.Ledgers.PostgreSql.Receiving;
using Tonne.Ledgers.Pushing;

namespace Tonne.Ledgers.PostgreSql.Receipts;

/// <summary>The chain of one node, inside the transaction of a push that has its lock.</summary>
/// <param name="connection">A connection with an open transaction, as role <c>tonne_ingest</c> for the node.</param>
/// <param name="node">The node.</param>
sealed class ChainTransaction(NpgsqlConnection connection, string node)
{
    /// <summary>Adds lines to the chain, and signs its head.</summary>
    /// <param name="added">The lines that were kept, in order.</param>
    /// <param name="sent">Number of lines that were sent.</param>
    /// <param name="signer">The server's key; null signs nothing.</param>
    /// <param name="now">The time, UTC.</param>
    /// <param name="cancellationToken">Stops it.</param>
    /// <returns>The receipt; null without a key.</returns>
    public async Task<PushReceipt?> ExtendAsync(
        IReadOnlyList<CheckedLine> added, int sent, ReceiptSigner? signer, DateTimeOffset now, CancellationToken cancellationToken)
    {
        // What was kept while no key was there has no receipt; its head is computed once, with the next one.
        var (position, head) = await ReadLastAsync(cancellationToken).ConfigureAwait(false);
        if (added.Count > 0)
            await InsertAsync(added, position, cancellationToken).ConfigureAwait(false);
        if (signer is null)
            return null;
        var (previous, previousHead) = (position, head);
        foreach (var line in added)
        {
            head = PushChain.Extend(head, line.Line.Run, line.Line.Sequence, line.Hash);
            position++;
        }

        var receipt = new PushReceipt
        {
            Node = node,
            Position = position,
            Head = Convert.ToHexStringLower(head),
            PreviousPosition = previous,
            PreviousHead = Convert.ToHexStringLower(previousHead),
            SignedAt = new DateTimeOffset(now.UtcTicks / TimeSpan.TicksPerMicrosecond * TimeSpan.TicksPerMicrosecond, TimeSpan.Zero),
            Key = signer.Id,
            PublicKey = Convert.ToBase64String(signer.PublicKey.Span),
            Signature = "",
            Appended = added.Count == sent ? null : [.. added.Select(line => ReceiptFile.FormatKey(line.Line.Run, line.Line.Sequence))],
        };
        var signature = signer.Sign(receipt.GetSignedText());
        var (endorsedBy, endorsement) = await RegisterKeyAsync(signer, now, cancellationToken).ConfigureAwait(false);
        receipt = receipt with
        {
            Signature = Convert.ToBase64String(signature),
            EndorsedBy = endorsedBy,
            Endorsement = endorsement is null ? null : Convert.ToBase64String(endorsement),
        };
        if (added.Count > 0)
            await KeepAsync(receipt, head, signature, cancellationToken).ConfigureAwait(false);
        return receipt;
    }

    /// <summary>Position and head of all lines of the chain.</summary>
    async Task<(long Position, byte[] Head)> ReadLastAsync(CancellationToken cancellationToken)
    {
        var (position, head) = (0L, PushChain.Begin(node));
        await using (var last = new NpgsqlCommand(
            "select position, head from tonne.push_receipts where node = $1 order by position desc limit 1", connection)
        { Parameters = { new() { Value = node } } })
        await using (var reader = await last.ExecuteReaderAsync(cancellationToken).ConfigureAwait(false))
        {
            if (await reader.ReadAsync(cancellationToken).ConfigureAwait(false))
                (position, head) = (reader.GetInt64(0), reader.GetFieldValue<byte[]>(1));
        }

        await using var rest = new NpgsqlCommand(
            "select position, run, sequence, sha256 from tonne.line_chain where node = $1 and position > $2 order by position", connection)
        {
            Parameters = { new() { Value = node }, new() { Value = position } },
        };
        await using var lines = await rest.ExecuteReaderAsync(cancellationToken).ConfigureAwait(false);
        while (await lines.ReadAsync(cancellationToken).ConfigureAwait(false))
        {
            position = lines.GetInt64(0);
            head = PushChain.Extend(head, lines.GetString(1), lines.GetInt32(2), lines.GetFieldValue<byte[]>(3));
        }

        return (position, head);
    }

    async Task InsertAsync(IReadOnlyList<CheckedLine> added, long after, CancellationToken cancellationToken)
    {
        await using var insert = new NpgsqlCommand("""
            insert into tonne.line_chain (node, position, run, sequence, sha256)
            select @node, @after + number, run, sequence, sha256
            from unnest(@runs, @sequences, @hashes) with ordinality as added(run, sequence, sha256, number)
            """, connection);
        insert.Parameters.AddWithValue("node", NpgsqlDbType.Text, node);
        insert.Parameters.AddWithValue("after", NpgsqlDbType.Bigint, after);
        insert.Parameters.AddWithValue("runs", NpgsqlDbType.Array | NpgsqlDbType.Text, added.Select(line => line.Line.Run).ToArray());
        insert.Parameters.AddWithValue(
            "sequences", NpgsqlDbType.Array | NpgsqlDbType.Integer, added.Select(line => line.Line.Sequence).ToArray());
        insert.Parameters.AddWithValue("hashes", NpgsqlDbType.Array | NpgsqlDbType.Bytea, added.Select(line => line.Hash).ToArray());
        await insert.ExecuteNonQueryAsync(cancellationToken).ConfigureAwait(false);
    }

    async Task KeepAsync(PushReceipt receipt, byte[] head, byte[] signature, CancellationToken cancellationToken)
    {
        await using var insert = new NpgsqlCommand(
            "insert into tonne.push_receipts (node, position, head, signed_at, key, signature) values ($1, $2, $3, $4, $5, $6)", connection)
        {
            Parameters =
            {
                new() { Value = node }, new() { Value = receipt.Position }, new() { Value = head },
                new() { Value = receipt.SignedAt.UtcDateTime, NpgsqlDbType = NpgsqlDbType.TimestampTz }, new() { Value = receipt.Key },
                new() { Value = signature },
            },
        };
        await insert.ExecuteNonQueryAsync(cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Notes the public key, if it is new; what signed it, if something did.</summary>
    async Task<(string? By, byte[]? Signature)> RegisterKeyAsync(ReceiptSigner signer, DateTimeOffset now, CancellationToken cancellationToken)
    {
        await SigningKeys.AddAsync(connection, signer, now, null, null, cancellationToken).ConfigureAwait(false);
        await using var find = new NpgsqlCommand("select endorsed_by, endorsement from tonne.signing_keys where id = $1", connection)
        {
            Parameters = { new() { Value = signer.Id } },
        };
        await using var reader = await find.ExecuteReaderAsync(cancellationToken).ConfigureAwait(false);
        return await reader.ReadAsync(cancellationToken).ConfigureAwait(false) && !reader.IsDBNull(0)
            ? (reader.GetString(0), reader.GetFieldValue<byte[]>(1)) : default;
    }
}
