using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Npgsql;
using NpgsqlTypes;
using Tonne.Ledgers.Pushing;

namespace Tonne.Ledgers.PostgreSql.Nodes;

/// <summary>The nodes of a fleet in PostgreSQL. Safe for use from several threads, and by several servers with one database.</summary>
/// <remarks>
/// A code has 125 random bits, a key 256. Of both only the SHA-256 is in the database, and found by it: no time of an answer depends on
/// how much of a guess was right.
/// </remarks>
/// <param name="database">The database.</param>
/// <param name="keyLifetime">How long a node's key is valid. Default: null, 400 days.</param>
public sealed class PostgresNodeRegistry(PostgresDatabase database, TimeSpan? keyLifetime = null) : INodeRegistry
{
    const string KeyPrefix = "tonne_";
    const int KeyBytes = 32;
    const int DefaultKeyDays = 400;

    readonly TimeSpan _keyLifetime = keyLifetime is { } given && given <= TimeSpan.Zero
        ? throw new ArgumentOutOfRangeException(nameof(keyLifetime), keyLifetime, "A key must be valid for some time.")
        : keyLifetime ?? TimeSpan.FromDays(DefaultKeyDays);

    /// <inheritdoc/>
    public async Task<string> CreateCodeAsync(TimeSpan validFor, string? name, string by, CancellationToken cancellationToken)
    {
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(validFor, TimeSpan.Zero);
        ArgumentNullException.ThrowIfNull(by);
        var code = EnrolmentCode.Create();
        await ChangeAsync(async connection =>
        {
            var now = database.Time.GetUtcNow();
            await using var insert = Command(connection, """
                insert into tonne.enrolment_codes (hash, node, created_at, created_by, expires_at) values (@hash, @name, @now, @by, @until)
                """, ("hash", NpgsqlDbType.Bytea, Hash(code)), ("name", NpgsqlDbType.Text, name),
                ("now", NpgsqlDbType.TimestampTz, now.UtcDateTime),
                ("by", NpgsqlDbType.Text, by), ("until", NpgsqlDbType.TimestampTz, (now + validFor).UtcDateTime));
            await insert.ExecuteNonQueryAsync(cancellationToken).ConfigureAwait(false);
            await AuditLog.AppendAsync(connection, now, by, "create code", name ?? "any node", cancellationToken).ConfigureAwait(false);
            return true;
        }, cancellationToken).ConfigureAwait(false);
        return code;
    }

    /// <inheritdoc/>
    /// <remarks>A node that enrols again keeps its runs, gets a new key, and is no longer revoked; its other keys stay as they
    /// are.</remarks>
    public async Task<string?> EnrolAsync(string code, string name, string version, CancellationToken cancellationToken)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        ArgumentNullException.ThrowIfNull(version);
        if (EnrolmentCode.Normalize(code) is not { } normal)
            return null;
        var key = CreateKey();
        var enrolled = await ChangeAsync(async connection =>
        {
            var now = database.Time.GetUtcNow();
            // Of two at the same time the second waits for the row, and then finds it used.
            await using (var use = Command(connection, """
                update tonne.enrolment_codes set used_at = @now, used_by = @name
                where hash = @hash and used_at is null and expires_at > @now and (node is null or node = @name)
                """, ("hash", NpgsqlDbType.Bytea, Hash(normal)),
                ("now", NpgsqlDbType.TimestampTz, now.UtcDateTime), ("name", NpgsqlDbType.Text, name)))
            {
                if (await use.ExecuteNonQueryAsync(cancellationToken).ConfigureAwait(false) == 0)
                    return false;
            }

            await using (var add = Command(connection, """
                insert into tonne.nodes (name, enrolled_at) values (@name, @now)
                on conflict (name) do update set enrolled_at = @now, revoked_at = null;
                insert into tonne.node_keys (hash, node, created_at, expires_at) values (@hash, @name, @now, @until)
                """, ("name", NpgsqlDbType.Text, name),
                ("now", NpgsqlDbType.TimestampTz, now.UtcDateTime), ("hash", NpgsqlDbType.Bytea, Hash(key)),
                ("until", NpgsqlDbType.TimestampTz, (now + _keyLifetime).UtcDateTime)))
            {
                await add.ExecuteNonQueryAsync(cancellationToken).ConfigureAwait(false);
            }

            await AuditLog.AppendAsync(connection, now, name, "enrol, version " + version, name, cancellationToken).ConfigureAwait(false);
            return true;
        }, cancellationToken).ConfigureAwait(false);
        return enrolled ? key : null;
    }

    /// <inheritdoc/>
    public async Task<FleetNode?> FindAsync(string key, CancellationToken cancellationToken)
    {
        if (key is null || !key.StartsWith(KeyPrefix, StringComparison.Ordinal))
            return null;
        return await ChangeAsync(async connection =>
        {
            var now = database.Time.GetUtcNow();
            FleetNode node;
            await using (var find = Command(connection, """
                select n.name, n.enrolled_at, k.expires_at, n.revoked_at, n.last_seen_at, n.report, n.runs,
                    k.replaces is not null and k.used_at is null
                from tonne.node_keys k join tonne.nodes n on n.name = k.node
                where k.hash = @hash and k.revoked_at is null and n.revoked_at is null and k.expires_at > @now
                """, ("hash", NpgsqlDbType.Bytea, Hash(key)), ("now", NpgsqlDbType.TimestampTz, now.UtcDateTime)))
            await using (var reader = await find.ExecuteReaderAsync(cancellationToken).ConfigureAwait(false))
            {
                if (!await reader.ReadAsync(cancellationToken).ConfigureAwait(false))
                    return null;
                node = ReadNode(reader);
                if (!reader.GetBoolean(7))
                    return node;
            }

            await EndReplacedAsync(connection, node.Name, Hash(key), now, cancellationToken).ConfigureAwait(false);
            return node;
        }, cancellationToken).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    /// <remarks>Of several keys that were made from one, only the newest is valid, so an answer that was lost leaves none behind.</remarks>
    public async Task<string?> RotateKeyAsync(string key, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(key);
        var made = CreateKey();
        var isMade = await ChangeAsync(async connection =>
        {
            var now = database.Time.GetUtcNow();
            string? node;
            // Of two at the same time the second waits for the row, and makes the key of the first useless.
            await using (var find = Command(connection, """
                select n.name from tonne.node_keys k join tonne.nodes n on n.name = k.node
                where k.hash = @hash and k.revoked_at is null and n.revoked_at is null and k.expires_at > @now for update of k
                """, ("hash", NpgsqlDbType.Bytea, Hash(key)), ("now", NpgsqlDbType.TimestampTz, now.UtcDateTime)))
            {
                node = (string?)await find.ExecuteScalarAsync(cancellationToken).ConfigureAwait(false);
                if (node is null)
                    return false;
            }

            await using (var replace = Command(connection, """
                update tonne.node_keys set revoked_at = @now where replaces = @hash and used_at is null and revoked_at is null;
                insert into tonne.node_keys (hash, node, created_at, expires_at, replaces) values (@made, @name, @now, @until, @hash)
                """, ("hash", NpgsqlDbType.Bytea, Hash(key)), ("made", NpgsqlDbType.Bytea, Hash(made)), ("name", NpgsqlDbType.Text, node),
                ("now", NpgsqlDbType.TimestampTz, now.UtcDateTime),
                ("until", NpgsqlDbType.TimestampTz, (now + _keyLifetime).UtcDateTime)))
            {
                await replace.ExecuteNonQueryAsync(cancellationToken).ConfigureAwait(false);
            }

            await AuditLog.AppendAsync(connection, now, node, "make new key", node, cancellationToken).ConfigureAwait(false);
            return true;
        }, cancellationToken).ConfigureAwait(false);
        return isMade ? made : null;
    }

    /// <summary>Ends the key that another one replaces, which is used for the first time.</summary>
    static async Task EndReplacedAsync(
        NpgsqlConnection connection, string node, byte[] hash, DateTimeOffset now, CancellationToken cancellationToken)
    {
        await using (var end = Command(connection, """
            update tonne.node_keys set used_at = @now where hash = @hash and used_at is null;
            update tonne.node_keys old set revoked_at = @now from tonne.node_keys used
            where used.hash = @hash and old.hash = used.replaces and old.revoked_at is null
            """, ("hash", NpgsqlDbType.Bytea, hash), ("now", NpgsqlDbType.TimestampTz, now.UtcDateTime)))
        {
            await end.ExecuteNonQueryAsync(cancellationToken).ConfigureAwait(false);
        }

        await AuditLog.AppendAsync(connection, now, node, "use new key, end the old one", node, cancellationToken).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public Task<bool> RevokeAsync(string name, string by, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(name);
        ArgumentNullException.ThrowIfNull(by);
        return ChangeAsync(async connection =>
        {
            var now = database.Time.GetUtcNow();
            await using (var revoke =
                Command(connection, "update tonne.nodes set revoked_at = coalesce(revoked_at, @now) where name = @name",
                ("now", NpgsqlDbType.TimestampTz, now.UtcDateTime), ("name", NpgsqlDbType.Text, name)))
            {
                if (await revoke.ExecuteNonQueryAsync(cancellationToken).ConfigureAwait(false) == 0)
                    return false;
            }

            await using (var keys =
                Command(connection, "update tonne.node_keys set revoked_at = @now where node = @name and revoked_at is null",
                ("now", NpgsqlDbType.TimestampTz, now.UtcDateTime), ("name", NpgsqlDbType.Text, name)))
            {
                await keys.ExecuteNonQueryAsync(cancellationToken).ConfigureAwait(false);
            }

            await AuditLog.AppendAsync(connection, now, by, "revoke", name, cancellationToken).ConfigureAwait(false);
            return true;
        }, cancellationToken);
    }

    /// <inheritdoc/>
    public Task<IReadOnlyList<FleetNode>> ListAsync(CancellationToken cancellationToken) =>
        ChangeAsync<IReadOnlyList<FleetNode>>(async connection =>
    {
        var nodes = new List<FleetNode>();
        await using var list = Command(connection, """
            select n.name, n.enrolled_at, (select max(expires_at) from tonne.node_keys k where k.node = n.name and k.revoked_at is null),
                n.revoked_at, n.last_seen_at, n.report, n.runs, m.run, m.hardware, m.idle_w, m.load_w, m.busy_hour_kwh, m.gap_share, m.pue
            from tonne.nodes n left join tonne.node_measures m on m.node = n.name order by n.name collate "C"
            """);
        await using var reader = await list.ExecuteReaderAsync(cancellationToken).ConfigureAwait(false);
        while (await reader.ReadAsync(cancellationToken).ConfigureAwait(false))
            nodes.Add(ReadNode(reader) with { Measures = ReadMeasures(reader) });
        return nodes;
    }, cancellationToken);

    /// <inheritdoc/>
    public Task NoteAsync(string name, NodeReport report, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(name);
        ArgumentNullException.ThrowIfNull(report);
        return ChangeAsync(async connection =>
        {
            await using var note = Command(connection, "update tonne.nodes set last_seen_at = @now, report = @report where name = @name",
                ("now", NpgsqlDbType.TimestampTz, database.Time.GetUtcNow().UtcDateTime), ("name", NpgsqlDbType.Text, name),
                ("report", NpgsqlDbType.Jsonb,
                    JsonSerializer.Serialize(
                        report with { Problem = report.Problem?.Replace('\0', '\uFFFD') }, PushJson.Default.NodeReport)));
            return await note.ExecuteNonQueryAsync(cancellationToken).ConfigureAwait(false);
        }, cancellationToken);
    }

    Task<T> ChangeAsync<T>(Func<NpgsqlConnection, Task<T>> change, CancellationToken cancellationToken) => database
        .RunAsync("tonne_registry", change, cancellationToken);

    static NpgsqlCommand Command(
        NpgsqlConnection connection, string sql, params ReadOnlySpan<(string Name, NpgsqlDbType Type, object? Value)> parameters)
    {
#pragma warning disable CA2100 // Constant texts of this class.
        var command = new NpgsqlCommand(sql, connection);
#pragma warning restore CA2100
        foreach (var (name, type, value) in parameters)
            command.Parameters.AddWithValue(name, type, value ?? DBNull.Value);
        return command;
    }

    static string CreateKey() =>
        KeyPrefix + System.Buffers.Text.Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(KeyBytes));

    static byte[] Hash(string secret) => SHA256.HashData(Encoding.UTF8.GetBytes(secret));

    static FleetNode ReadNode(NpgsqlDataReader reader) => new()
    {
        Name = reader.GetString(0),
        EnrolledAt = ReadTime(reader, 1)!.Value,
        KeyExpiresAt = ReadTime(reader, 2),
        RevokedAt = ReadTime(reader, 3),
        LastSeenAt = ReadTime(reader, 4),
        Report = reader.IsDBNull(5) ? null : JsonSerializer.Deserialize(reader.GetString(5), PushJson.Default.NodeReport),
        Runs = reader.GetInt64(6),
    };

    static NodeMeasures? ReadMeasures(NpgsqlDataReader reader) => reader.IsDBNull(7) ? null : new()
    {
        Run = reader.GetString(7),
        Hardware = reader.GetString(8),
        IdleWatts = ReadNumber(reader, 9),
        LoadWatts = ReadNumber(reader, 10),
        BusyHourKwh = ReadNumber(reader, 11),
        GapShare = ReadNumber(reader, 12),
        Pue = ReadNumber(reader, 13),
    };

    static double? ReadNumber(NpgsqlDataReader reader, int column) => reader.IsDBNull(column) ? null : reader.GetDouble(column);

    static DateTimeOffset? ReadTime(NpgsqlDataReader reader, int column) =>
        reader.IsDBNull(column) ? null : new DateTimeOffset(reader.GetDateTime(column), TimeSpan.Zero);
}
