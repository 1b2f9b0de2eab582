using Npgsql;
using Tonne.Ledgers.PostgreSql.Migrations;
using Tonne.Ledgers.PostgreSql.Tests.Server;

namespace Tonne.Ledgers.PostgreSql.Tests.Migrations;

public class MigrationTests(PostgresServer server)
{
    static readonly IReadOnlyList<Migration> _all = Migration.ReadAll();

    static CancellationToken Stop => TestContext.Current.CancellationToken;

    PostgresDatabase Open(string name) => new(server.ConnectionString(name, PostgresServer.Owner), new StandingTime());

    [Fact]
    public void Steps_are_numbered_from_1_without_gaps() =>
        Assert.Equal(Enumerable.Range(1, _all.Count), _all.Select(migration => migration.Version));

    [Fact]
    public async Task An_empty_database_gets_every_step_once()
    {
        await using var database = Open(await server.CreateDatabaseAsync(migrated: false));

        Assert.Equal(_all.Count, await database.MigrateAsync(Stop));
        Assert.Equal(0, await database.MigrateAsync(Stop));
    }

    [Fact]
    public async Task From_every_older_version_the_schema_becomes_the_same()
    {
        var whole = await server.CreateDatabaseAsync();
        foreach (var version in _all.SkipLast(1).Select(migration => migration.Version))
        {
            var name = await server.CreateDatabaseAsync(migrated: false);
            await using var database = Open(name);
            await database.MigrateAsync([.. _all.Take(version)], Stop);

            Assert.Equal(_all.Count - version, await database.MigrateAsync(Stop));
            Assert.Equal(await DescribeAsync(whole), await DescribeAsync(name));
        }
    }

    [Fact]
    public async Task What_was_kept_before_an_upgrade_is_there_after_it()
    {
        var name = await server.CreateDatabaseAsync(migrated: false);
        await using var database = Open(name);
        await database.MigrateAsync([.. _all.Take(1)], Stop);
        await server.ExecuteAsync(name, "select tonne.ensure_month('2025-11-01')",
            """
            insert into tonne.run_lines (run, month, sequence, node, line, sha256)
            values ('20251122-070000-aaaaaa', '2025-11-01', 0, 'n1', 'x', sha256('x'))
            """);

        await database.MigrateAsync(Stop);

        Assert.Equal("x"u8.ToArray(), await ReadAsync<byte[]>(name, "select line from tonne.run_lines"));
    }

    [Fact]
    public async Task A_server_that_is_killed_in_a_step_leaves_nothing_of_it()
    {
        var name = await server.CreateDatabaseAsync(migrated: false);
        await using var database = Open(name);
        // The second step creates tables, and is cut off before its end: by its own server process, as kill -9 of the client does it.
        var killed = _all[1] with { Sql = _all[1].Sql + "; select pg_terminate_backend(pg_backend_pid())" };

        await Assert.ThrowsAsync<LedgerUnavailableException>(() => database.MigrateAsync([_all[0], killed], Stop));

        Assert.Equal("1", await ReadAsync<string>(name, "select string_agg(version::text, ',') from tonne.migrations"));
        Assert.False(await ReadAsync<bool>(name, "select to_regclass('tonne.nodes') is not null"));
        Assert.Equal(_all.Count - 1, await database.MigrateAsync(Stop));
        Assert.Equal(await DescribeAsync(await server.CreateDatabaseAsync()), await DescribeAsync(name));
    }

    [Fact]
    public async Task Several_servers_that_start_together_apply_each_step_once()
    {
        var name = await server.CreateDatabaseAsync(migrated: false);
        var applied = await Task.WhenAll(Enumerable.Range(0, 6).Select(async _ =>
        {
            await using var database = Open(name);
            return await database.MigrateAsync(Stop);
        }));

        Assert.Equal(_all.Count, applied.Sum());
    }

    [Fact]
    public async Task A_database_of_a_newer_tonne_is_refused()
    {
        var name = await server.CreateDatabaseAsync();
        await server.ExecuteAsync(name, "insert into tonne.migrations (version, name, checksum) values (9999, 'later', 'x')");
        await using var database = Open(name);

        var error = await Assert.ThrowsAsync<LedgerUnavailableException>(() => database.MigrateAsync(Stop));

        Assert.Contains($"it is from a newer version of tonne: schema 9999, and this one supports {_all.Count}", error.Message,
            StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_step_that_was_changed_after_it_was_applied_is_refused()
    {
        var name = await server.CreateDatabaseAsync();
        await server.ExecuteAsync(name, "update tonne.migrations set checksum = 'x' where version = 2");
        await using var database = Open(name);

        var error = await Assert.ThrowsAsync<LedgerUnavailableException>(() => database.MigrateAsync(Stop));

        Assert.Contains("schema step 2 (nodes) is not the one of this version", error.Message, StringComparison.Ordinal);
    }

    async Task<T> ReadAsync<T>(string name, string sql)
    {
        await using var connection = new NpgsqlConnection(server.SuperuserString(name));
        await connection.OpenAsync(Stop);
        await using var command = new NpgsqlCommand(sql, connection);
        return (T)(await command.ExecuteScalarAsync(Stop))!;
    }

    /// <summary>Columns, indexes, constraints, policies, functions and grants of the schema.</summary>
    Task<string> DescribeAsync(string name) => ReadAsync<string>(name, """
        select string_agg(line, E'\n' order by line collate "C") from (
            select concat_ws(' ', 'column', c.relname, a.attname, format_type(a.atttypid, a.atttypmod), a.attnotnull) as line
                from pg_attribute a join pg_class c on c.oid = a.attrelid
                where c.relnamespace = 'tonne'::regnamespace and a.attnum > 0 and c.relkind in ('r', 'p')
            union all select 'index ' || pg_get_indexdef(i.indexrelid)
                from pg_index i join pg_class c on c.oid = i.indrelid where c.relnamespace = 'tonne'::regnamespace
            union all select concat_ws(' ', 'constraint', conname, pg_get_constraintdef(oid))
                from pg_constraint where connamespace = 'tonne'::regnamespace
            union all select concat_ws(' ', 'policy', policyname, tablename, cmd, roles::text, qual, with_check)
                from pg_policies where schemaname = 'tonne'
            union all select concat_ws(' ', 'function', proname, prosrc, pg_get_function_sqlbody(oid), prosecdef, proacl::text)
                from pg_proc where pronamespace = 'tonne'::regnamespace
            union all select concat_ws(' ', 'table', relname, relacl::text, relrowsecurity, relforcerowsecurity)
                from pg_class where relnamespace = 'tonne'::regnamespace and relkind in ('r', 'p')
            union all select concat_ws(' ', 'trigger', tgname, pg_get_triggerdef(t.oid))
                from pg_trigger t join pg_class c on c.oid = t.tgrelid where c.relnamespace = 'tonne'::regnamespace and not tgisinternal
        ) lines
        """);
}
