using System.Globalization;
using Npgsql;

namespace Tonne.Ledgers.PostgreSql.Migrations;

/// <summary>Applies the steps that a database lacks, each in a transaction, under a lock of the database.</summary>
/// <remarks>A server that is killed meanwhile leaves the steps that were committed; its lock ends with its connection.</remarks>
/// <param name="source">Connections.</param>
/// <param name="place">Where the database is, for messages.</param>
/// <param name="migrations">All steps, in order.</param>
sealed class MigrationRunner(NpgsqlDataSource source, string place, IReadOnlyList<Migration> migrations)
{
    // Any two numbers, as long as nobody else locks them: ensure_month has the second of 7449.
    const string Lock = "select pg_advisory_lock(7449, 1)";
    const string Unlock = "select pg_advisory_unlock(7449, 1)";

    /// <summary>Applies what is missing.</summary>
    /// <returns>The number of steps applied.</returns>
    public async Task<int> RunAsync(CancellationToken cancellationToken)
    {
        await using var connection = await source.OpenConnectionAsync(cancellationToken).ConfigureAwait(false);
        if (connection.PostgreSqlVersion.Major < 15)
            throw new LedgerUnavailableException(place, $"it is PostgreSQL {connection.PostgreSqlVersion}", "tonne needs 15 or newer.");
        if (FindMissing(await ReadAppliedAsync(connection, cancellationToken).ConfigureAwait(false)).Count == 0)
            return 0;
        await ExecuteAsync(connection, Lock, cancellationToken).ConfigureAwait(false);
        try
        {
            var missing = FindMissing(await ReadAppliedAsync(connection, cancellationToken).ConfigureAwait(false));
            foreach (var migration in missing)
                await ApplyAsync(connection, migration, cancellationToken).ConfigureAwait(false);
            return missing.Count;
        }
        finally
        {
            if (connection.State == System.Data.ConnectionState.Open)
                await ExecuteAsync(connection, Unlock, CancellationToken.None).ConfigureAwait(false);
        }
    }

    static async Task ApplyAsync(NpgsqlConnection connection, Migration migration, CancellationToken cancellationToken)
    {
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken).ConfigureAwait(false);
        await ExecuteAsync(connection, """
            create schema if not exists tonne;
            create table if not exists tonne.migrations (
                version int primary key, name text not null, checksum text not null, applied_at timestamptz not null default now())
            """, cancellationToken).ConfigureAwait(false);
        await ExecuteAsync(connection, migration.Sql, cancellationToken).ConfigureAwait(false);
        await using var note = new NpgsqlCommand("insert into tonne.migrations (version, name, checksum) values ($1, $2, $3)", connection)
        {
            Parameters = { new() { Value = migration.Version }, new() { Value = migration.Name }, new() { Value = migration.Checksum } },
        };
        await note.ExecuteNonQueryAsync(cancellationToken).ConfigureAwait(false);
        await transaction.CommitAsync(cancellationToken).ConfigureAwait(false);
    }

    /// <summary>The steps that are not applied.</summary>
    /// <exception cref="LedgerUnavailableException">The database is newer, or has other steps.</exception>
    List<Migration> FindMissing(Dictionary<int, string> applied)
    {
        var newest = migrations.Count == 0 ? 0 : migrations[^1].Version;
        if (applied.Count > 0 && applied.Keys.Max() is var version && version > newest)
        {
            throw new LedgerUnavailableException(place,
                string.Create(CultureInfo.InvariantCulture,
                    $"it is from a newer version of tonne: schema {version}, and this one supports {newest}"),
                        "Install that version here too.");
        }

        foreach (var migration in migrations)
        {
            if (applied.TryGetValue(migration.Version, out var checksum) && checksum != migration.Checksum)
            {
                throw new LedgerUnavailableException(place,
                    string.Create(CultureInfo.InvariantCulture,
                        $"its schema step {migration.Version} ({migration.Name}) is not the one of this version of tonne"),
                    "It was made by another build; restore it from a backup, or start with an empty database.");
            }
        }

        return [.. migrations.Where(migration => !applied.ContainsKey(migration.Version))];
    }

    static async Task<Dictionary<int, string>> ReadAppliedAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        await using (var exists = new NpgsqlCommand("select to_regclass('tonne.migrations') is not null", connection))
        {
            if (await exists.ExecuteScalarAsync(cancellationToken).ConfigureAwait(false) is not true)
                return [];
        }

        var applied = new Dictionary<int, string>();
        await using var all = new NpgsqlCommand("select version, checksum from tonne.migrations", connection);
        await using var reader = await all.ExecuteReaderAsync(cancellationToken).ConfigureAwait(false);
        while (await reader.ReadAsync(cancellationToken).ConfigureAwait(false))
            applied[reader.GetInt32(0)] = reader.GetString(1);
        return applied;
    }

    static async Task ExecuteAsync(NpgsqlConnection connection, string sql, CancellationToken cancellationToken)
    {
#pragma warning disable CA2100 // Constant texts, and the steps embedded in this assembly.
        await using var command = new NpgsqlCommand(sql, connection);
#pragma warning restore CA2100
        await command.ExecuteNonQueryAsync(cancellationToken).ConfigureAwait(false);
    }
}
