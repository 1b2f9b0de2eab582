using Npgsql;
using NpgsqlTypes;
using Tonne.Accounting;
using Tonne.Ledgers.Pushing;
using Tonne.Runs;

namespace Tonne.Ledgers.PostgreSql.Receiving;

/// <summary>The statements of one push, inside a transaction, as role <c>tonne_ingest</c>: it sees the runs and lines of its node
/// only.</summary>
/// <param name="connection">A connection with an open transaction.</param>
/// <param name="node">The node that pushes.</param>
sealed class PushTransaction(NpgsqlConnection connection, string node)
{
    /// <summary>Takes role and node, and waits for other pushes of the node.</summary>
    /// <param name="cancellationToken">Stops it.</param>
    /// <param name="waits">Whether it waits; without, rows may be read and not written.</param>
    public async Task BeginAsync(CancellationToken cancellationToken, bool waits = true)
    {
        await using var begin = new NpgsqlCommand("""
            set local role tonne_ingest; set local jit = off;
            select set_config('tonne.node', @node, true),
                case when @waits then pg_advisory_xact_lock(hashtextextended(@node, 7449)) end
            """, connection);
        begin.Parameters.AddWithValue("waits", NpgsqlDbType.Boolean, waits);
        begin.Parameters.AddWithValue("node", NpgsqlDbType.Text, node);
        await begin.ExecuteNonQueryAsync(cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Copies the lines of a push into a table of this connection, which is empty at the end of the transaction.</summary>
    public async Task StageAsync(IReadOnlyList<CheckedLine> lines, CancellationToken cancellationToken)
    {
        await ExecuteAsync(connection, """
            create temporary table if not exists pushed_lines (
                run text collate "C", month date, sequence int, line bytea, sha256 bytea) on commit delete rows
            """, cancellationToken).ConfigureAwait(false);
        var copy = await connection
            .BeginBinaryImportAsync("copy pushed_lines (run, month, sequence, line, sha256) from stdin (format binary)", cancellationToken)
            .ConfigureAwait(false);
        await using (copy.ConfigureAwait(false))
        {
            foreach (var line in lines)
            {
                await copy.StartRowAsync(cancellationToken).ConfigureAwait(false);
                await copy.WriteAsync(line.Line.Run, NpgsqlDbType.Text, cancellationToken).ConfigureAwait(false);
                await copy.WriteAsync(line.Month, NpgsqlDbType.Date, cancellationToken).ConfigureAwait(false);
                await copy.WriteAsync(line.Line.Sequence, NpgsqlDbType.Integer, cancellationToken).ConfigureAwait(false);
                await copy.WriteAsync(line.Line.Line, NpgsqlDbType.Bytea, cancellationToken).ConfigureAwait(false);
                await copy.WriteAsync(line.Hash, NpgsqlDbType.Bytea, cancellationToken).ConfigureAwait(false);
            }

            await copy.CompleteAsync(cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>Notes the node of runs that are new, and removes the lines of runs that another node has pushed.</summary>
    /// <returns>Ids of the runs of other nodes.</returns>
    public async Task<HashSet<string>> ClaimRunsAsync(CancellationToken cancellationToken)
    {
        // In the order of ids: two nodes that claim the same runs wait for each other, and do not lock each other out.
        await using (var claim = new NpgsqlCommand("""
            with claimed as (
                insert into tonne.run_sources (run, month, node)
                select distinct run, month, @node from pushed_lines order by run
                on conflict (run, month) do nothing
                returning run)
            update tonne.nodes set runs = runs + (select count(*) from claimed) where name = @node and exists (select from claimed)
            """, connection))
        {
            claim.Parameters.AddWithValue("node", NpgsqlDbType.Text, node);
            await claim.ExecuteNonQueryAsync(cancellationToken).ConfigureAwait(false);
        }

        await using var drop = new NpgsqlCommand("""
            delete from pushed_lines p
            where (select s.node from tonne.run_sources s where s.run = p.run and s.month = p.month) <> @node
            returning p.run
            """, connection);
        drop.Parameters.AddWithValue("node", NpgsqlDbType.Text, node);
        var foreign = new HashSet<string>(StringComparer.Ordinal);
        await using var reader = await drop.ExecuteReaderAsync(cancellationToken).ConfigureAwait(false);
        while (await reader.ReadAsync(cancellationToken).ConfigureAwait(false))
            foreign.Add(reader.GetString(0));
        return foreign;
    }

    /// <summary>Keeps the lines whose places are free.</summary>
    /// <returns>Their runs and sequences.</returns>
    public async Task<HashSet<(string Run, int Sequence)>> InsertLinesAsync(CancellationToken cancellationToken)
    {
        await using var insert = new NpgsqlCommand("""
            insert into tonne.run_lines (run, month, sequence, node, line, sha256)
            select run, month, sequence, @node, line, sha256 from pushed_lines
            on conflict (run, month, sequence) do nothing
            returning run, sequence
            """, connection);
        insert.Parameters.AddWithValue("node", NpgsqlDbType.Text, node);
        return await ReadKeysAsync(insert, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>The lines whose place has other bytes.</summary>
    /// <remarks>
    /// Here and above a subquery for each line, which is a search by the primary key. A join would be planned without knowing how few
    /// lines there are, and read whole partitions.
    /// </remarks>
    public async Task<HashSet<(string Run, int Sequence)>> FindDifferentLinesAsync(CancellationToken cancellationToken)
    {
        await using var find = new NpgsqlCommand("""
            select p.run, p.sequence from pushed_lines p
            where not (
                select l.sha256 = p.sha256 and l.line = p.line from tonne.run_lines l
                where l.run = p.run and l.month = p.month and l.sequence = p.sequence)
            """, connection);
        return await ReadKeysAsync(find, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Runs whose row another version of tonne wrote, or that are in no list yet.</summary>
    /// <param name="most">At most so many.</param>
    /// <param name="cancellationToken">Stops it.</param>
    public async Task<HashSet<string>> FindOutdatedAsync(int most, CancellationToken cancellationToken)
    {
        await using var find =
            new NpgsqlCommand("""
                select r.id from tonne.runs r
                where r.pushed_by = @node and (r.format <> @format or not exists (select from tonne.run_list l where l.id = r.id))
                limit @most
                """, connection);
        find.Parameters.AddWithValue("node", NpgsqlDbType.Text, node);
        find.Parameters.AddWithValue("format", NpgsqlDbType.Integer, StoredRun.Format);
        find.Parameters.AddWithValue("most", NpgsqlDbType.Integer, most);
        var runs = new HashSet<string>(StringComparer.Ordinal);
        await using var reader = await find.ExecuteReaderAsync(cancellationToken).ConfigureAwait(false);
        while (await reader.ReadAsync(cancellationToken).ConfigureAwait(false))
            runs.Add(reader.GetString(0));
        return runs;
    }

    /// <summary>Makes the rows of runs whose record is there, and the sums of the days that they change.</summary>
    /// <param name="runs">Ids of the runs whose lines have changed.</param>
    /// <param name="read">Those of their lines that were read already.</param>
    /// <param name="cancellationToken">Stops it.</param>
    public async Task WriteRowsAsync(IReadOnlySet<string> runs, IReadOnlyList<CheckedLine> read, CancellationToken cancellationToken)
    {
        if (runs.Count == 0)
            return;
        var rows = new List<RunRow.Source>();
        foreach (var run in await ReadRunsAsync(runs, read, cancellationToken).ConfigureAwait(false))
        {
            if (run.Record is { } record)
                rows.Add(RunRow.Source.From(node, record, RunLines.Summarize(record, run.Statements)));
        }

        await WriteRowsAsync(rows, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Reads the lines of runs: the record, the statements of the node in their order, and those of recounts.</summary>
    /// <param name="runs">Ids of the runs.</param>
    /// <param name="read">Those of their lines that were read already.</param>
    /// <param name="cancellationToken">Stops it.</param>
    public async Task<List<(string Id, RunRecord? Record, List<FootprintStatement> Statements, int Recounts)>> ReadRunsAsync(
        IReadOnlySet<string> runs, IReadOnlyList<CheckedLine> read, CancellationToken cancellationToken)
    {
        var lines = read.Concat(await ReadOtherLinesAsync(runs, read, cancellationToken).ConfigureAwait(false));
        var recounts = await ReadRecountsAsync(runs, cancellationToken).ConfigureAwait(false);
        return
        [
            .. lines.GroupBy(line => line.Line.Run, StringComparer.Ordinal).Select(run =>
            {
                var record = run.FirstOrDefault(line => line.Record is not null)?.Record;
                var statements = run.Where(line => line.Statement is not null).OrderBy(line => line.Line.Sequence)
                    .Select(line => line.Statement!).ToList();
                var added = recounts.GetValueOrDefault(run.Key) ?? [];
                statements.AddRange(added);
                return (run.Key, record, statements, added.Count);
            }),
        ];
    }

    /// <summary>Writes rows of runs, and the sums of the days that they change.</summary>
    /// <param name="rows">The rows.</param>
    /// <param name="cancellationToken">Stops it.</param>
    public async Task WriteRowsAsync(List<RunRow.Source> rows, CancellationToken cancellationToken)
    {
        if (rows.Count == 0)
            return;
        var before = await FindDaysAsync(rows, cancellationToken).ConfigureAwait(false);
        await CopyRowsAsync(rows, cancellationToken).ConfigureAwait(false);
        await ExecuteAsync(connection, $"""
            insert into tonne.runs ({RunRow.Names}) select {RunRow.Names} from pushed_runs
            on conflict (id, month) do update set {RunRow.Assignments};
            insert into tonne.run_list ({RunListRow.Names}) select {RunListRow.Names} from pushed_runs
            on conflict (id) do update set {RunListRow.Assignments};
            insert into tonne.month_changes (month, pushed_by, changes) select distinct month, pushed_by, 1 from pushed_runs
            on conflict (month, pushed_by) do update set changes = month_changes.changes + 1
            """, cancellationToken).ConfigureAwait(false);
        if (rows.Where(row => row.Measures is not null).MaxBy(row => row.Summary.Id, StringComparer.Ordinal)?.Measures is { } measures)
            await WriteMeasuresAsync(measures, cancellationToken).ConfigureAwait(false);
        before.UnionWith(rows.SelectMany(row => row.Energy.Hours).Select(DateOnly.FromDateTime));
        await using var refresh = new NpgsqlCommand("select tonne.refresh_totals(@node, @days)", connection);
        refresh.Parameters.AddWithValue("node", NpgsqlDbType.Text, node);
        refresh.Parameters.AddWithValue("days", NpgsqlDbType.Array | NpgsqlDbType.Date, before.ToArray());
        await refresh.ExecuteNonQueryAsync(cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Keeps what the last run of the whole machine says of it.</summary>
    async Task WriteMeasuresAsync(NodeMeasures measures, CancellationToken cancellationToken)
    {
        await using var write = new NpgsqlCommand("""
            insert into tonne.node_measures as known (node, run, hardware, idle_w, load_w, busy_hour_kwh, gap_share, pue)
            values (@node, @run, @hardware, @idle, @load, @busy, @gaps, @pue)
            on conflict (node) do update set (run, hardware, idle_w, load_w, busy_hour_kwh, gap_share, pue)
                = (excluded.run, excluded.hardware, excluded.idle_w, excluded.load_w, excluded.busy_hour_kwh, excluded.gap_share, excluded.pue)
                where known.run <= excluded.run
            """, connection);
        write.Parameters.AddWithValue("node", NpgsqlDbType.Text, node);
        write.Parameters.AddWithValue("run", NpgsqlDbType.Text, measures.Run);
        write.Parameters.AddWithValue("hardware", NpgsqlDbType.Text, RunRow.Clean(measures.Hardware));
        foreach (var (name, value) in new[]
        {
            ("idle", measures.IdleWatts), ("load", measures.LoadWatts), ("busy", measures.BusyHourKwh), ("gaps", measures.GapShare),
            ("pue", measures.Pue),
        })
            write.Parameters.AddWithValue(name, NpgsqlDbType.Double, value is { } number ? number : DBNull.Value);
        await write.ExecuteNonQueryAsync(cancellationToken).ConfigureAwait(false);
    }

    async Task<Dictionary<string, List<FootprintStatement>>> ReadRecountsAsync(
        IReadOnlySet<string> runs, CancellationToken cancellationToken)
    {
        await using var find = new NpgsqlCommand("""
            select s.run, s.number, s.line from unnest(@runs) as wanted(run)
            cross join lateral (select run, number, line from tonne.server_statements where run = wanted.run offset 0) s
            order by s.run, s.number
            """, connection);
        find.Parameters.AddWithValue("runs", NpgsqlDbType.Array | NpgsqlDbType.Text, runs.ToArray());
        var found = new Dictionary<string, List<FootprintStatement>>(StringComparer.Ordinal);
        await using var reader = await find.ExecuteReaderAsync(cancellationToken).ConfigureAwait(false);
        while (await reader.ReadAsync(cancellationToken).ConfigureAwait(false))
        {
            var line = new PushedLine(reader.GetString(0), reader.GetInt32(1), reader.GetFieldValue<byte[]>(2)) { IsRecount = true };
            if (!found.TryGetValue(line.Run, out var statements))
                found[line.Run] = statements = [];
            statements.Add(PushedRun.ReadStatement(line));
        }

        return found;
    }

    async Task<List<CheckedLine>> ReadOtherLinesAsync(
        IReadOnlySet<string> runs, IReadOnlyList<CheckedLine> read, CancellationToken cancellationToken)
    {
        await using var find = new NpgsqlCommand("""
            select l.run, l.sequence, l.line
            from unnest(@runs, @months) as wanted(run, month)
            cross join lateral (select run, sequence, line from tonne.run_lines where run = wanted.run and month = wanted.month offset 0) l
            where not exists (
                select from unnest(@known_runs, @known_sequences) as known(run, sequence)
                where known.run = l.run and known.sequence = l.sequence)
            """, connection);
        var ids = runs.ToArray();
        find.Parameters.AddWithValue("runs", NpgsqlDbType.Array | NpgsqlDbType.Text, ids);
        find.Parameters.AddWithValue("months", NpgsqlDbType.Array | NpgsqlDbType.Date, ids.Select(CheckedLine.GetMonth).ToArray());
        find.Parameters.AddWithValue("known_runs", NpgsqlDbType.Array | NpgsqlDbType.Text, read.Select(line => line.Line.Run).ToArray());
        find.Parameters.AddWithValue(
            "known_sequences", NpgsqlDbType.Array | NpgsqlDbType.Integer, read.Select(line => line.Line.Sequence).ToArray());
        var others = new List<CheckedLine>();
        await using var reader = await find.ExecuteReaderAsync(cancellationToken).ConfigureAwait(false);
        while (await reader.ReadAsync(cancellationToken).ConfigureAwait(false))
        {
            var line = new PushedLine(reader.GetString(0), reader.GetInt32(1), reader.GetFieldValue<byte[]>(2));
            others.Add(line.Sequence == 0 ? new(line, PushedRun.ReadRecord(line), null) : new(line, null, PushedRun.ReadStatement(line)));
        }

        return others;
    }

    /// <summary>Days that the former rows of some runs are in, and the days of runs that these include, before or after.</summary>
    async Task<HashSet<DateOnly>> FindDaysAsync(List<RunRow.Source> rows, CancellationToken cancellationToken)
    {
        await using var find = new NpgsqlCommand("select tonne.find_days(@node, @ids, @months, @jobs, @cpus, @from, @to)", connection);
        // Only a run with everything of its job includes the others, and only a recorded one includes what another tool measured meanwhile.
        const long slack = 10 * TimeSpan.TicksPerSecond;
        var recorded = rows.Where(row => row.Summary.Kind == RunKind.Recorded).ToList();
        find.Parameters.AddWithValue("node", NpgsqlDbType.Text, node);
        find.Parameters.AddWithValue("ids", NpgsqlDbType.Array | NpgsqlDbType.Text, rows.Select(row => row.Summary.Id).ToArray());
        find.Parameters.AddWithValue(
            "months", NpgsqlDbType.Array | NpgsqlDbType.Date, rows.Select(row => CheckedLine.GetMonth(row.Summary.Id)).ToArray());
        find.Parameters.AddWithValue("jobs", NpgsqlDbType.Array | NpgsqlDbType.Text,
            rows.Where(row => row.Summary.Job is { CoversJob: true }).Select(row => RunRow.Clean(row.Summary.Job!.Key))
                .Distinct(StringComparer.Ordinal).ToArray());
        find.Parameters.AddWithValue("cpus", NpgsqlDbType.Array | NpgsqlDbType.Text,
            recorded.Select(row => row.Summary.Cpu).OfType<string>().Select(RunRow.Clean).Distinct(StringComparer.Ordinal).ToArray());
        find.Parameters.AddWithValue(
            "from", NpgsqlDbType.Bigint, recorded.Count == 0 ? 0 : recorded.Min(row => row.Summary.StartedAt.UtcTicks) - slack);
        find.Parameters.AddWithValue(
            "to", NpgsqlDbType.Bigint, recorded.Count == 0 ? 0 : recorded.Max(row => StoredRun.GetEnd(row.Summary).UtcTicks) + slack);
        return await find.ExecuteScalarAsync(cancellationToken).ConfigureAwait(false) is DateOnly[] days ? [.. days]
            : throw new InvalidOperationException("find_days returned no array of dates.");
    }

    async Task CopyRowsAsync(List<RunRow.Source> rows, CancellationToken cancellationToken)
    {
        RunRow[] columns = [.. RunRow.Columns, .. RunListRow.Own];
        await ExecuteAsync(connection, $"""
            create temporary table if not exists pushed_runs on commit delete rows as
                select {RunRow.Names}, {RunListRow.OwnTypes} from tonne.runs with no data
            """, cancellationToken).ConfigureAwait(false);
        var copy = await connection
            .BeginBinaryImportAsync($"copy pushed_runs ({string.Join(", ", columns.Select(column => column.Name))}) from stdin (format binary)",
                cancellationToken).ConfigureAwait(false);
        await using (copy.ConfigureAwait(false))
        {
            foreach (var row in rows)
            {
                await copy.StartRowAsync(cancellationToken).ConfigureAwait(false);
                foreach (var column in columns)
                {
                    if (column.Read(row) is { } value)
                        await copy.WriteAsync(value, column.Type, cancellationToken).ConfigureAwait(false);
                    else
                        await copy.WriteNullAsync(cancellationToken).ConfigureAwait(false);
                }
            }

            await copy.CompleteAsync(cancellationToken).ConfigureAwait(false);
        }
    }

    static async Task<HashSet<(string Run, int Sequence)>> ReadKeysAsync(NpgsqlCommand command, CancellationToken cancellationToken)
    {
        var keys = new HashSet<(string, int)>();
        await using var reader = await command.ExecuteReaderAsync(cancellationToken).ConfigureAwait(false);
        while (await reader.ReadAsync(cancellationToken).ConfigureAwait(false))
            keys.Add((reader.GetString(0), reader.GetInt32(1)));
        return keys;
    }

    internal static async Task ExecuteAsync(NpgsqlConnection connection, string sql, CancellationToken cancellationToken)
    {
#pragma warning disable CA2100 // Constant texts of this folder.
        await using var command = new NpgsqlCommand(sql, connection);
#pragma warning restore CA2100
        await command.ExecuteNonQueryAsync(cancellationToken).ConfigureAwait(false);
    }
}
