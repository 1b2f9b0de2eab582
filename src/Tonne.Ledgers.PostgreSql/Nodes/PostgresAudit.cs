using Npgsql;
using NpgsqlTypes;

namespace Tonne.Ledgers.PostgreSql.Nodes;

/// <summary>
/// The audit log of a fleet in PostgreSQL, for what is not a change that it notes by itself. Safe for use from several threads.
/// </summary>
/// <param name="database">The database.</param>
public sealed class PostgresAudit(PostgresDatabase database)
{
    /// <summary>Appends a line.</summary>
    /// <param name="by">Who.</param>
    /// <param name="action">What was done, for example <c>read</c>.</param>
    /// <param name="subject">To what.</param>
    /// <param name="cancellationToken">Stops it.</param>
    /// <exception cref="LedgerUnavailableException">It could not be written.</exception>
    public Task AppendAsync(string by, string action, string subject, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(by);
        ArgumentNullException.ThrowIfNull(action);
        ArgumentNullException.ThrowIfNull(subject);
        return database.RunAsync("tonne_registry", async connection =>
        {
            await AuditLog.AppendAsync(connection, database.Time.GetUtcNow(), by, action, subject, cancellationToken).ConfigureAwait(false);
            return true;
        }, cancellationToken);
    }

    /// <summary>Reads the newest lines.</summary>
    /// <param name="since">Lines at this time or later; null for all.</param>
    /// <param name="person">What this person did, and what was done to their memberships; null for everybody.</param>
    /// <param name="limit">Most lines, at least 1.</param>
    /// <param name="cancellationToken">Stops it.</param>
    /// <returns>The lines, oldest first.</returns>
    /// <exception cref="LedgerUnavailableException">The database cannot be read.</exception>
    public Task<IReadOnlyList<AuditLine>> ReadAsync(
        DateTimeOffset? since, string? person, int limit, CancellationToken cancellationToken)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(limit, 1);
        return database.RunAsync<IReadOnlyList<AuditLine>>("tonne_registry", async connection =>
        {
            await using var find = new NpgsqlCommand("""
                select at, who, action, subject from tonne.audit
                where ($1 is null or at >= $1) and ($2 is null or starts_with(who, 'person ' || $2 || ' ') or subject = $2)
                order by at desc, id desc limit $3
                """, connection)
            {
                Parameters =
                {
                    new() { Value = (object?)since?.UtcDateTime ?? DBNull.Value, NpgsqlDbType = NpgsqlDbType.TimestampTz },
                    new() { Value = (object?)person ?? DBNull.Value, NpgsqlDbType = NpgsqlDbType.Text },
                    new() { Value = limit, NpgsqlDbType = NpgsqlDbType.Integer },
                },
            };
            var lines = new List<AuditLine>();
            await using var reader = await find.ExecuteReaderAsync(cancellationToken).ConfigureAwait(false);
            while (await reader.ReadAsync(cancellationToken).ConfigureAwait(false))
            {
                lines.Add(new(new DateTimeOffset(reader.GetDateTime(0), TimeSpan.Zero), reader.GetString(1), reader.GetString(2),
                    reader.GetString(3)));
            }

            lines.Reverse();
            return lines;
        }, cancellationToken);
    }
}
