using Npgsql;

namespace Tonne.Ledgers.PostgreSql.Tests.Server;

/// <summary>A database of one test class, with the schema, on a clock that stands still.</summary>
public sealed class TestDatabase(PostgresServer server) : IAsyncLifetime
{
    PostgresDatabase? _database;

    public string Name { get; private set; } = "";

    /// <summary>The database as the server uses it: its login is a member of the roles only.</summary>
    public PostgresDatabase Database
    {
        get
        {
            server.Require();
            return _database!;
        }
    }

    public PostgresServer Server => server;

    public StandingTime Time { get; } = new();

    public async ValueTask InitializeAsync()
    {
        if (server.Missing is not null)
            return;
        Name = await server.CreateDatabaseAsync();
        _database = new PostgresDatabase(server.ConnectionString(Name, PostgresServer.Login), Time);
    }

    /// <summary>Reads one value as superuser, past row level security.</summary>
    public async Task<T> ReadAsync<T>(string sql)
    {
        await using var connection = new NpgsqlConnection(server.SuperuserString(Name));
        await connection.OpenAsync(TestContext.Current.CancellationToken);
        await using var command = new NpgsqlCommand(sql, connection);
        return (T)(await command.ExecuteScalarAsync(TestContext.Current.CancellationToken))!;
    }

    /// <summary>Reads rows as superuser.</summary>
    public async Task<List<object?[]>> ReadRowsAsync(string sql)
    {
        await using var connection = new NpgsqlConnection(server.SuperuserString(Name));
        await connection.OpenAsync(TestContext.Current.CancellationToken);
        await using var command = new NpgsqlCommand(sql, connection);
        await using var reader = await command.ExecuteReaderAsync(TestContext.Current.CancellationToken);
        var rows = new List<object?[]>();
        while (await reader.ReadAsync(TestContext.Current.CancellationToken))
            rows.Add([.. Enumerable.Range(0, reader.FieldCount).Select(i => reader.IsDBNull(i) ? null : reader.GetValue(i))]);
        return rows;
    }

    public async ValueTask DisposeAsync()
    {
        if (_database is not null)
            await _database.DisposeAsync();
    }
}
