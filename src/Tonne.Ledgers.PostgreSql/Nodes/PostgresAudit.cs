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
}
