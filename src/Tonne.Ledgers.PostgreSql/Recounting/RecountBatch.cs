using System.Security.Cryptography;
using Npgsql;
using NpgsqlTypes;
using Tonne.Accounting;
using Tonne.Ledgers.PostgreSql.Receiving;
using Tonne.Ledgers.Pushing;

namespace Tonne.Ledgers.PostgreSql.Recounting;

/// <summary>Some runs of one node that are recounted in one transaction.</summary>
/// <param name="connection">A connection with an open transaction.</param>
/// <param name="job">The job, at a node.</param>
/// <param name="recount">Accounts a run.</param>
/// <param name="now">The time, UTC.</param>
sealed class RecountBatch(NpgsqlConnection connection, RecountProgress job, StoredRunRecount recount, DateTimeOffset now)
{
    readonly PushTransaction _node = new(connection, job.AtNode);

    /// <summary>Recounts the next runs.</summary>
    /// <param name="mostRuns">Runs at most.</param>
    /// <param name="mostBytes">Bytes of their lines at most, or one run.</param>
    /// <param name="writes">Whether what changes is written.</param>
    /// <param name="cancellationToken">Stops it.</param>
    /// <returns>The job after them; null if the node has no further run.</returns>
    public async Task<RecountProgress?> DoAsync(int mostRuns, long mostBytes, bool writes, CancellationToken cancellationToken)
    {
        await _node.BeginAsync(cancellationToken, waits: writes).ConfigureAwait(false);
        var ids = await FindRunsAsync(mostRuns, mostBytes, cancellationToken).ConfigureAwait(false);
        if (ids.Count == 0)
            return null;
        var next = job with { AtRun = ids[^1], Done = job.Done + ids.Count, UpdatedAt = now };
        var runs = await _node.ReadRunsAsync(ids.ToHashSet(StringComparer.Ordinal), [], cancellationToken).ConfigureAwait(false);
        var rows = new List<RunRow.Source>();
        var added = new List<(string Run, int Number, FootprintStatement Statement)>();
        foreach (var (id, record, statements, recounts) in runs)
        {
            // A row is there only if its record is.
            if (record is null)
                continue;
            var found = recount.Recount(record, statements, now);
            next = Count(next, id, found);
            if (found.Statement is not { } statement)
                continue;
            var before = StoredRunRecount.FindNewest(statements);
            next = next with
            {
                KilogramsBefore = next.KilogramsBefore + FindTotal(before),
                KilogramsAfter = next.KilogramsAfter + FindTotal(statement),
            };
            added.Add((id, recounts + 1, statement));
            rows.Add(RunRow.Source.From(job.AtNode, record, RunLines.Summarize(record, [.. statements, statement])));
        }

        if (writes && added.Count > 0)
        {
            await InsertAsync(added, cancellationToken).ConfigureAwait(false);
            await _node.WriteRowsAsync(rows, cancellationToken).ConfigureAwait(false);
        }

        return next;
    }

    static RecountProgress Count(RecountProgress job, string id, RecountedStoredRun found) => found.Result switch
    {
        RecountResult.Changed => job with { Changed = job.Changed + 1 },
        RecountResult.Unchanged => job with { Unchanged = job.Unchanged + 1 },
        RecountResult.OfAnotherTool => job with { OfAnotherTool = job.OfAnotherTool + 1 },
        _ => job with { Failed = job.Failed + 1, FirstProblem = job.FirstProblem ?? RunRow.Clean($"{id}: {found.Problem}") },
    };

    static double FindTotal(FootprintStatement? statement) =>
        statement?.Figures.FirstOrDefault(figure => figure.Name == "emissions_kg.total")?.Bounds.Best ?? 0;

    /// <summary>The next runs by id, as many as the limits allow.</summary>
    async Task<List<string>> FindRunsAsync(int mostRuns, long mostBytes, CancellationToken cancellationToken)
    {
        // Of a line that is stored apart, octet_length reads the length only.
        await using var find = new NpgsqlCommand("""
            select r.id, (select coalesce(sum(octet_length(l.line)), 0)::bigint from tonne.run_lines l where l.run = r.id and l.month = r.month)
            from (
                select id, month from tonne.runs
                where pushed_by = @node and id > @after and month >= @first and (@account::text is null or account = @account)
                order by id limit @most) r
            order by r.id
            """, connection);
        var first = job.AtRun.Length == 0 ? job.Query.Since ?? DateOnly.MinValue : CheckedLine.GetMonth(job.AtRun);
        find.Parameters.AddWithValue("node", NpgsqlDbType.Text, job.AtNode);
        find.Parameters.AddWithValue("after", NpgsqlDbType.Text, job.AtRun);
        find.Parameters.AddWithValue("first", NpgsqlDbType.Date, new DateOnly(first.Year, first.Month, 1));
        find.Parameters.AddWithValue(
            "account", NpgsqlDbType.Text, job.Query.Account is { } account ? RunRow.Clean(account) : DBNull.Value);
        find.Parameters.AddWithValue("most", NpgsqlDbType.Integer, mostRuns);
        var (ids, bytes) = (new List<string>(), 0L);
        await using var reader = await find.ExecuteReaderAsync(cancellationToken).ConfigureAwait(false);
        while (await reader.ReadAsync(cancellationToken).ConfigureAwait(false))
        {
            bytes += reader.GetInt64(1);
            if (ids.Count > 0 && bytes > mostBytes)
                break;
            ids.Add(reader.GetString(0));
        }

        return ids;
    }

    async Task InsertAsync(List<(string Run, int Number, FootprintStatement Statement)> added, CancellationToken cancellationToken)
    {
        // A table with row level security takes no "copy".
        await using var insert = new NpgsqlCommand("""
            insert into tonne.server_statements (run, month, number, node, job, line, sha256, recounted_at)
            select run, tonne.month_of(run), number, @node, @job, line, sha256, @now
            from unnest(@runs, @numbers, @lines, @hashes) as added(run, number, line, sha256)
            """, connection);
        var lines = added.Select(one => PushedRun.WriteStatement(one.Statement).ToArray()).ToArray();
        insert.Parameters.AddWithValue("node", NpgsqlDbType.Text, job.AtNode);
        insert.Parameters.AddWithValue("job", NpgsqlDbType.Bigint, job.Job);
        insert.Parameters.AddWithValue("now", NpgsqlDbType.TimestampTz, now.UtcDateTime);
        insert.Parameters.AddWithValue("runs", NpgsqlDbType.Array | NpgsqlDbType.Text, added.Select(one => one.Run).ToArray());
        insert.Parameters.AddWithValue("numbers", NpgsqlDbType.Array | NpgsqlDbType.Integer, added.Select(one => one.Number).ToArray());
        insert.Parameters.AddWithValue("lines", NpgsqlDbType.Array | NpgsqlDbType.Bytea, lines);
        insert.Parameters.AddWithValue("hashes", NpgsqlDbType.Array | NpgsqlDbType.Bytea, lines.Select(SHA256.HashData).ToArray());
        await insert.ExecuteNonQueryAsync(cancellationToken).ConfigureAwait(false);
    }
}
