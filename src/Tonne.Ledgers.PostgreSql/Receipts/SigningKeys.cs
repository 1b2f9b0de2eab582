using Npgsql;
using NpgsqlTypes;
using Tonne.Ledgers.Pushing;

namespace Tonne.Ledgers.PostgreSql.Receipts;

/// <summary>Table <c>tonne.signing_keys</c>: the public keys with which receipts were signed.</summary>
static class SigningKeys
{
    /// <summary>Adds a key, if it is new.</summary>
    public static async Task AddAsync(NpgsqlConnection connection, ReceiptSigner key, DateTimeOffset now, string? endorsedBy,
        byte[]? endorsement, CancellationToken cancellationToken)
    {
        await using var insert = new NpgsqlCommand("""
            insert into tonne.signing_keys (id, public_key, created_at, endorsed_by, endorsement)
            values (@id, @key, @now, @by, @endorsement) on conflict (id) do nothing
            """, connection);
        insert.Parameters.AddWithValue("id", NpgsqlDbType.Text, key.Id);
        insert.Parameters.AddWithValue("key", NpgsqlDbType.Bytea, key.PublicKey.ToArray());
        insert.Parameters.AddWithValue("now", NpgsqlDbType.TimestampTz, now.UtcDateTime);
        insert.Parameters.AddWithValue("by", NpgsqlDbType.Text, endorsedBy is null ? DBNull.Value : endorsedBy);
        insert.Parameters.AddWithValue("endorsement", NpgsqlDbType.Bytea, endorsement is null ? DBNull.Value : endorsement);
        await insert.ExecuteNonQueryAsync(cancellationToken).ConfigureAwait(false);
    }

    /// <summary>All keys by their ids.</summary>
    public static async Task<Dictionary<string, byte[]>> ReadAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        var keys = new Dictionary<string, byte[]>(StringComparer.Ordinal);
        await using var all = new NpgsqlCommand("select id, public_key from tonne.signing_keys", connection);
        await using var reader = await all.ExecuteReaderAsync(cancellationToken).ConfigureAwait(false);
        while (await reader.ReadAsync(cancellationToken).ConfigureAwait(false))
            keys[reader.GetString(0)] = reader.GetFieldValue<byte[]>(1);
        return keys;
    }
}
