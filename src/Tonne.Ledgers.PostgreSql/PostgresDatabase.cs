using System.Data;
using Npgsql;
using Tonne.Ledgers.PostgreSql.Migrations;
using Tonne.Ledgers.PostgreSql.Reading;

namespace Tonne.Ledgers.PostgreSql;

/// <summary>A PostgreSQL database (15 or newer) with the ledger of a fleet in its schema <c>tonne</c>: connections, and bringing it up to
/// date.</summary>
/// <remarks>
/// The login owns the schema, or is a member of the roles <c>tonne_reader</c>, <c>tonne_ingest</c> and <c>tonne_registry</c>, between
/// which each transaction changes; see docs/formats/database.md. Safe for use from several threads.
/// </remarks>
public sealed class PostgresDatabase : IAsyncDisposable, IDisposable
{
    // A server that starts again takes about so long.
    static readonly TimeSpan _shortly = TimeSpan.FromSeconds(2);

    readonly NpgsqlDataSource _source;
    readonly NpgsqlDataSource _unpooled;

    /// <summary>Prepares connections; none is made yet.</summary>
    /// <param name="connectionString">As Npgsql takes it, for example <c>Host=/run/postgresql;Database=tonne;Username=tonne</c>.</param>
    /// <param name="time">The clock.</param>
    /// <exception cref="ArgumentException">The text is not a connection string.</exception>
    public PostgresDatabase(string connectionString, TimeProvider time)
    {
        ArgumentNullException.ThrowIfNull(connectionString);
        ArgumentNullException.ThrowIfNull(time);
        // Role and person are set for a transaction, so a connection has nothing to reset; resetting would drop the plans of functions.
        var parts = new NpgsqlConnectionStringBuilder(connectionString) { NoResetOnClose = true };
        _source = NpgsqlDataSource.Create(parts);
        parts.Pooling = false;
        _unpooled = NpgsqlDataSource.Create(parts);
        Place = $"PostgreSQL database {parts.Database ?? parts.Username} on {parts.Host}";
        Time = time;
    }

    /// <summary>Where it is, for messages: without user and password.</summary>
    public string Place { get; }

    internal TimeProvider Time { get; }

    /// <summary>Brings the schema up to date, however many servers do so at the same time.</summary>
    /// <param name="cancellationToken">Stops it; what was applied until then stays.</param>
    /// <returns>The number of migrations that were applied; 0 if there was nothing to do.</returns>
    /// <exception cref="LedgerUnavailableException">
    /// The database cannot be reached or changed, it is of a newer version of tonne, or a migration that it has differs from the one of
    /// this version.
    /// </exception>
    public Task<int> MigrateAsync(CancellationToken cancellationToken = default) => MigrateAsync(Migration.ReadAll(), cancellationToken);

    internal async Task<int> MigrateAsync(IReadOnlyList<Migration> migrations, CancellationToken cancellationToken)
    {
        try
        {
            return await new MigrationRunner(_source, Place, migrations).RunAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (Exception error) when (IsFailure(error))
        {
            throw CreateFailure(error);
        }
    }

    /// <summary>Opens a connection.</summary>
    /// <param name="cancellationToken">Stops it.</param>
    /// <param name="isNew">Whether it must be a new one, because those of the pool may be gone. Default: no.</param>
    internal ValueTask<NpgsqlConnection> OpenAsync(CancellationToken cancellationToken, bool isNew = false) =>
        (isNew ? _unpooled : _source).OpenConnectionAsync(cancellationToken);

    /// <summary>Reads in one transaction, which sees one state of the database, and what a person may see of it.</summary>
    /// <remarks>A connection that was lost is tried once more on a new one: reading twice changes nothing.</remarks>
    /// <param name="person">Who reads.</param>
    /// <param name="read">Reads; it may be called twice.</param>
    internal T Read<T>(Person person, Func<ReadSession, T> read)
    {
        for (var isRepeated = false; ; isRepeated = true)
        {
            try
            {
                using var connection = (isRepeated ? _unpooled : _source).OpenConnection();
                using var transaction = connection.BeginTransaction(IsolationLevel.RepeatableRead);
                var answer = read(ReadSession.Begin(connection, person));
                transaction.Commit();
                return answer;
            }
            catch (Exception error) when (!isRepeated && IsLost(error))
            {
                ForgetConnections();
            }
            catch (Exception error) when (IsFailure(error))
            {
                throw CreateFailure(error);
            }
        }
    }

    /// <summary>Does something in a transaction under one of the roles.</summary>
    /// <remarks>Where the connection was lost before anything was committed, it is done once more.</remarks>
    internal async Task<T> RunAsync<T>(string role, Func<NpgsqlConnection, Task<T>> action, CancellationToken cancellationToken)
    {
        for (var isRepeated = false; ; isRepeated = true)
        {
            var isCommitting = false;
            try
            {
                await using var connection = await OpenAsync(cancellationToken, isRepeated).ConfigureAwait(false);
                await using var transaction = await connection.BeginTransactionAsync(cancellationToken).ConfigureAwait(false);
#pragma warning disable CA2100 // Names of roles are constants of this assembly.
                await using (var take = new NpgsqlCommand("set local role " + role, connection))
#pragma warning restore CA2100
                    await take.ExecuteNonQueryAsync(cancellationToken).ConfigureAwait(false);
                var result = await action(connection).ConfigureAwait(false);
                isCommitting = true;
                await transaction.CommitAsync(cancellationToken).ConfigureAwait(false);
                return result;
            }
            catch (Exception error) when (!isRepeated && !isCommitting && IsLost(error))
            {
                ForgetConnections();
            }
            catch (Exception error) when (IsFailure(error))
            {
                throw CreateFailure(error);
            }
        }
    }

    /// <summary>Whether an exception means that the connection is gone, as all others are that were made before the database was
    /// restarted.</summary>
    internal static bool IsLost(Exception error) => error switch
    {
        PostgresException { SqlState: PostgresErrorCodes.AdminShutdown or PostgresErrorCodes.CrashShutdown } => true,
        PostgresException => false,
        NpgsqlException { InnerException: TimeoutException } => false,
        _ => error is NpgsqlException or ObjectDisposedException,
    };

    /// <summary>Closes the connections of the pool, which may be gone too. Some may stay while another thread does the same.</summary>
    internal void ForgetConnections()
    {
        try
        {
            _source.Clear();
        }
        catch (ObjectDisposedException)
        {
            // Then there are none.
        }
    }

    /// <summary>Whether an exception means that the database failed or its connection was lost.</summary>
    /// <remarks>Npgsql disposes the parts of a connection that is lost between two commands, and the next one finds them so.</remarks>
    internal static bool IsFailure(Exception error) => error is NpgsqlException or TimeoutException or ObjectDisposedException;

    /// <summary>What a failure of the database means for who asked.</summary>
    internal LedgerUnavailableException CreateFailure(Exception error) => error switch
    {
        PostgresException { SqlState: PostgresErrorCodes.UndefinedTable or PostgresErrorCodes.UndefinedColumn
            or PostgresErrorCodes.InvalidSchemaName } =>
            new(Place, "it has no ledger, or that of another version of tonne",
                "Bring it up to date with the login of its owner: tonne fleet init.", error),
        // A role that only a migration makes.
        PostgresException { SqlState: PostgresErrorCodes.InvalidParameterValue } unknown =>
            new(Place, unknown.MessageText, "Make its tables with the login of its owner: tonne fleet init.", error),
        PostgresException { SqlState: PostgresErrorCodes.InsufficientPrivilege } refused =>
            new(Place, refused.MessageText, "Make the login a member of tonne_reader, tonne_ingest and tonne_registry.", error),
        PostgresException { SqlState: PostgresErrorCodes.DiskFull } => new(Place, "its disk is full", "Free some space there.", error),
        PostgresException { SqlState: PostgresErrorCodes.CannotConnectNow or PostgresErrorCodes.AdminShutdown
            or PostgresErrorCodes.CrashShutdown } restarting =>
            new(Place, restarting.MessageText, "Ask again in some seconds.", error) { RetryAfter = _shortly },
        PostgresException other => new(Place, other.MessageText, "The server's log has more.", error),
        _ when IsLost(error) => new(Place, error.Message.TrimEnd('.'), "Check that it runs and that the connection string is right.", error)
        {
            RetryAfter = _shortly,
        },
        _ => new(Place, error.Message.TrimEnd('.'), "Check that it runs and that the connection string is right.", error),
    };

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _source.DisposeAsync().ConfigureAwait(false);
        await _unpooled.DisposeAsync().ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _source.Dispose();
        _unpooled.Dispose();
    }
}
