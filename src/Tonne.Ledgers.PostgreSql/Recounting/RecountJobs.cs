using System.Globalization;
using Npgsql;
using NpgsqlTypes;
using Tonne.Accounting;
using Tonne.Catalogs;
using Tonne.Ledgers.PostgreSql.Receiving;

namespace Tonne.Ledgers.PostgreSql.Recounting;

/// <summary>Table <c>tonne.recount_jobs</c>: which recount there is, and how far it has come.</summary>
/// <param name="connection">A connection.</param>
/// <param name="time">The clock.</param>
sealed class RecountJobs(NpgsqlConnection connection, TimeProvider time)
{
    // Of the numbers of 7449, the migrations have the first and ensure_month the second.
    const string LockNumbers = "7449, 3";

    const string Columns = """
        id, started_at, started_by, method, factors_hash, since, account, runs, at_node, at_run, done, changed, unchanged, of_another_tool,
        failed, first_problem, updated_at, ended_at, outcome
        """;

    /// <summary>Takes the lock of the only job, for as long as the connection lives; false if another one has it.</summary>
    public static async Task<bool> TryLockAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        await using var take = new NpgsqlCommand($"select pg_try_advisory_lock({LockNumbers})", connection);
        return await take.ExecuteScalarAsync(cancellationToken).ConfigureAwait(false) is true;
    }

    /// <summary>Gives the lock back.</summary>
    public static Task UnlockAsync(NpgsqlConnection connection) =>
        PushTransaction.ExecuteAsync(connection, $"select pg_advisory_unlock({LockNumbers})", CancellationToken.None);

    /// <summary>Takes the role of what is written, inside a transaction.</summary>
    public static Task TakeRoleAsync(NpgsqlConnection connection, CancellationToken cancellationToken) =>
        PushTransaction.ExecuteAsync(connection, "set local role tonne_ingest; set local jit = off", cancellationToken);

    /// <summary>A job in words, for the audit log.</summary>
    public static string Describe(RecountProgress job) => string.Create(CultureInfo.InvariantCulture,
        $"job {job.Job}, factors {job.FactorsHash}, {(job.Query.Account is { } account ? $"account {account}" : "all accounts")}"
            + $"{(job.Query.Since is { } since ? $" since {since:yyyy-MM}" : "")}: {job.Done} of {job.Runs} runs, {job.Changed} changed");

    /// <summary>The unfinished job of the same runs, method and factors; else a new one, which takes the place of an unfinished one.</summary>
    public async Task<RecountProgress> ResumeOrBeginAsync(RecountQuery query, string by, CancellationToken cancellationToken)
    {
        var job = await CreateAsync(query, by, cancellationToken).ConfigureAwait(false);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken).ConfigureAwait(false);
        await TakeRoleAsync(connection, cancellationToken).ConfigureAwait(false);
        if (await ReadAsync("where ended_at is null", cancellationToken).ConfigureAwait(false) is { } unfinished)
        {
            if ((unfinished.Method, unfinished.FactorsHash, unfinished.Query.Since, unfinished.Query.Account)
                == (job.Method, job.FactorsHash, job.Query.Since, job.Query.Account))
                return unfinished with { Query = query };
            await using var replace = new NpgsqlCommand(
                "update tonne.recount_jobs set ended_at = $1, outcome = 'replaced' where ended_at is null", connection)
            {
                Parameters = { new() { Value = time.GetUtcNow().UtcDateTime, NpgsqlDbType = NpgsqlDbType.TimestampTz } },
            };
            await replace.ExecuteNonQueryAsync(cancellationToken).ConfigureAwait(false);
        }

        await using var insert = new NpgsqlCommand("""
            insert into tonne.recount_jobs (started_at, started_by, method, factors_hash, since, account, runs, updated_at)
            values (@now, @by, @method, @factors, @since, @account, @runs, @now) returning id
            """, connection);
        insert.Parameters.AddWithValue("now", NpgsqlDbType.TimestampTz, job.StartedAt.UtcDateTime);
        insert.Parameters.AddWithValue("by", NpgsqlDbType.Text, by);
        insert.Parameters.AddWithValue("method", NpgsqlDbType.Text, job.Method);
        insert.Parameters.AddWithValue("factors", NpgsqlDbType.Text, job.FactorsHash);
        insert.Parameters.AddWithValue("since", NpgsqlDbType.Date, job.Query.Since is { } since ? since : DBNull.Value);
        insert.Parameters.AddWithValue("account", NpgsqlDbType.Text, job.Query.Account is { } account ? account : DBNull.Value);
        insert.Parameters.AddWithValue("runs", NpgsqlDbType.Bigint, job.Runs);
        var id = (long)(await insert.ExecuteScalarAsync(cancellationToken).ConfigureAwait(false))!;
        await transaction.CommitAsync(cancellationToken).ConfigureAwait(false);
        return job with { Job = id };
    }

    /// <summary>A job that is not in the table.</summary>
    public async Task<RecountProgress> CreateAsync(RecountQuery query, string by, CancellationToken cancellationToken) => new()
    {
        StartedAt = time.GetUtcNow(),
        UpdatedAt = time.GetUtcNow(),
        StartedBy = by,
        Method = Accountant.MethodVersion,
        FactorsHash = FactorSet.ShortHash,
        Query = query with { Since = query.Since is { } day ? new DateOnly(day.Year, day.Month, 1) : null },
        Runs = await CountAsync(query, cancellationToken).ConfigureAwait(false),
    };

    /// <summary>Writes how far a job has come, in the transaction of its batch.</summary>
    /// <exception cref="LedgerUnavailableException">Another job has taken its place.</exception>
    public async Task WriteAsync(RecountProgress job, CancellationToken cancellationToken)
    {
        await using var update = new NpgsqlCommand("""
            update tonne.recount_jobs set at_node = @node, at_run = @run, done = @done, changed = @changed, unchanged = @unchanged,
                of_another_tool = @other, failed = @failed, first_problem = @problem, updated_at = @now
            where id = @job and ended_at is null
            """, connection);
        update.Parameters.AddWithValue("job", NpgsqlDbType.Bigint, job.Job);
        update.Parameters.AddWithValue("node", NpgsqlDbType.Text, job.AtNode);
        update.Parameters.AddWithValue("run", NpgsqlDbType.Text, job.AtRun);
        update.Parameters.AddWithValue("done", NpgsqlDbType.Bigint, job.Done);
        update.Parameters.AddWithValue("changed", NpgsqlDbType.Bigint, job.Changed);
        update.Parameters.AddWithValue("unchanged", NpgsqlDbType.Bigint, job.Unchanged);
        update.Parameters.AddWithValue("other", NpgsqlDbType.Bigint, job.OfAnotherTool);
        update.Parameters.AddWithValue("failed", NpgsqlDbType.Bigint, job.Failed);
        update.Parameters.AddWithValue("problem", NpgsqlDbType.Text, job.FirstProblem is { } problem ? problem : DBNull.Value);
        update.Parameters.AddWithValue("now", NpgsqlDbType.TimestampTz, job.UpdatedAt.UtcDateTime);
        if (await update.ExecuteNonQueryAsync(cancellationToken).ConfigureAwait(false) != 1)
            throw new LedgerUnavailableException("the recount", "another one has taken its place", "'tonne fleet recount --status' shows it.");
    }

    /// <summary>Ends a job that has done all.</summary>
    public async Task<RecountProgress> EndAsync(RecountProgress job, CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken).ConfigureAwait(false);
        await TakeRoleAsync(connection, cancellationToken).ConfigureAwait(false);
        await using var end = new NpgsqlCommand(
            "update tonne.recount_jobs set ended_at = $2, outcome = 'finished' where id = $1 and ended_at is null", connection)
        {
            Parameters = { new() { Value = job.Job }, new() { Value = now.UtcDateTime, NpgsqlDbType = NpgsqlDbType.TimestampTz } },
        };
        await end.ExecuteNonQueryAsync(cancellationToken).ConfigureAwait(false);
        await transaction.CommitAsync(cancellationToken).ConfigureAwait(false);
        return job with { EndedAt = now, IsRunning = false };
    }

    /// <summary>The last job, and whether somebody works at one; null if there was none.</summary>
    public async Task<RecountProgress?> FindLastAsync(CancellationToken cancellationToken)
    {
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken).ConfigureAwait(false);
        await TakeRoleAsync(connection, cancellationToken).ConfigureAwait(false);
        if (await ReadAsync("", cancellationToken).ConfigureAwait(false) is not { } job)
            return null;
        await using var locked = new NpgsqlCommand("""
            select exists (select from pg_locks where locktype = 'advisory' and classid = 7449 and objid = 3 and objsubid = 2 and granted
                and database = (select oid from pg_database where datname = current_database()))
            """, connection);
        return job with
        {
            IsRunning = job.EndedAt is null && await locked.ExecuteScalarAsync(cancellationToken).ConfigureAwait(false) is true,
        };
    }

    async Task<RecountProgress?> ReadAsync(string condition, CancellationToken cancellationToken)
    {
#pragma warning disable CA2100 // Constant texts of this class.
        await using var find = new NpgsqlCommand($"select {Columns} from tonne.recount_jobs {condition} order by id desc limit 1", connection);
#pragma warning restore CA2100
        await using var reader = await find.ExecuteReaderAsync(cancellationToken).ConfigureAwait(false);
        if (!await reader.ReadAsync(cancellationToken).ConfigureAwait(false))
            return null;
        return new RecountProgress
        {
            Job = reader.GetInt64(0),
            StartedAt = ReadTime(reader, 1)!.Value,
            StartedBy = reader.GetString(2),
            Method = reader.GetString(3),
            FactorsHash = reader.GetString(4),
            Query = new RecountQuery
            {
                Since = reader.IsDBNull(5) ? null : reader.GetFieldValue<DateOnly>(5),
                Account = reader.IsDBNull(6) ? null : reader.GetString(6),
            },
            Runs = reader.GetInt64(7),
            AtNode = reader.GetString(8),
            AtRun = reader.GetString(9),
            Done = reader.GetInt64(10),
            Changed = reader.GetInt64(11),
            Unchanged = reader.GetInt64(12),
            OfAnotherTool = reader.GetInt64(13),
            Failed = reader.GetInt64(14),
            FirstProblem = reader.IsDBNull(15) ? null : reader.GetString(15),
            UpdatedAt = ReadTime(reader, 16)!.Value,
            EndedAt = ReadTime(reader, 17),
            WasReplaced = !reader.IsDBNull(18) && reader.GetString(18) == "replaced",
        };
    }

    /// <summary>Number of runs: row level security shows those of one node at a time.</summary>
    async Task<long> CountAsync(RecountQuery query, CancellationToken cancellationToken)
    {
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken).ConfigureAwait(false);
        await TakeRoleAsync(connection, cancellationToken).ConfigureAwait(false);
        var nodes = new List<string>();
        await using (var list = new NpgsqlCommand("select name from tonne.nodes", connection))
        await using (var reader = await list.ExecuteReaderAsync(cancellationToken).ConfigureAwait(false))
        {
            while (await reader.ReadAsync(cancellationToken).ConfigureAwait(false))
                nodes.Add(reader.GetString(0));
        }

        var runs = 0L;
        foreach (var node in nodes)
        {
            await using var take = new NpgsqlCommand("select set_config('tonne.node', $1, true)", connection)
            {
                Parameters = { new() { Value = node } },
            };
            await take.ExecuteNonQueryAsync(cancellationToken).ConfigureAwait(false);
            await using var count = new NpgsqlCommand("""
                select count(*) from tonne.runs
                where pushed_by = @node and (@first::date is null or month >= @first) and (@account::text is null or account = @account)
                """, connection) { CommandTimeout = 0 };
            count.Parameters.AddWithValue("node", NpgsqlDbType.Text, node);
            count.Parameters.AddWithValue("first", NpgsqlDbType.Date, query.Since is { } since
                ? new DateOnly(since.Year, since.Month, 1) : DBNull.Value);
            count.Parameters.AddWithValue("account", NpgsqlDbType.Text, query.Account is { } account ? RunRow.Clean(account) : DBNull.Value);
            runs += (long)(await count.ExecuteScalarAsync(cancellationToken).ConfigureAwait(false))!;
        }

        return runs;
    }

    static DateTimeOffset? ReadTime(NpgsqlDataReader reader, int column) =>
        reader.IsDBNull(column) ? null : new DateTimeOffset(reader.GetDateTime(column), TimeSpan.Zero);
}
