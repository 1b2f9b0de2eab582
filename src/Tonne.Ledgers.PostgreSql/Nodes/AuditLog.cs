using Npgsql;
using NpgsqlTypes;

namespace Tonne.Ledgers.PostgreSql.Nodes;

/// <summary>Table <c>tonne.audit</c>: who changed which node or membership, and when.</summary>
static class AuditLog
{
    /// <summary>Appends a line, in the transaction of the change.</summary>
    public static async Task AppendAsync(
        NpgsqlConnection connection, DateTimeOffset at, string who, string action, string subject, CancellationToken cancellationToken)
    {
        await using var insert = new NpgsqlCommand("insert into tonne.audit (at, who, action, subject) values ($1, $2, $3, $4)", connection)
        {
            Parameters =
            {
                new() { Value = at.UtcDateTime, NpgsqlDbType = NpgsqlDbType.TimestampTz }, new() { Value = who },
                    new() { Value = action }, new() { Value = subject },
            },
        };
        await insert.ExecuteNonQueryAsync(cancellationToken).ConfigureAwait(false);
    }
}
