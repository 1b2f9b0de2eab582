using System.Data;
using Npgsql;
using NpgsqlTypes;
using Tonne.Ledgers.PostgreSql.Reading;
using Tonne.Ledgers.Pushing;

namespace Tonne.Ledgers.PostgreSql.Exporting;

/// <summary>
/// Writes the runs that one person may see as Parquet files, for DuckDB, Spark and the like: a row for each run, in folders
/// <c>month=2026-11/account=NAME</c> by the start of the run (UTC). docs/formats/parquet.md describes them. Safe for use from
/// several threads.
/// </summary>
/// <remarks>
/// A run that another one includes is a row with <c>counted</c> false, and columns <c>counted_…</c> have what a run adds to the total of
/// all runs (<see cref="PostgresLedger.Total"/>), so that their sums count each joule once, whichever months and accounts are exported. In
/// memory are what totals need of the runs of one month and of those that overlap them, and a group of rows.
/// </remarks>
/// <param name="database">The database.</param>
/// <param name="person">Who reads.</param>
public sealed class PostgresParquetExport(PostgresDatabase database, Person person)
{
    const string FileName = "runs.parquet";

    /// <summary>Rows of a group at most.</summary>
    internal int MostRowsOfGroup { get; init; } = RunParquetFile.MostRowsOfGroup;

    /// <summary>Writes the files. Those that are there are replaced, each when the new one is complete; others stay.</summary>
    /// <param name="folder">The folder of the data set; it is made if it is missing.</param>
    /// <param name="query">Which runs. Default: null, all.</param>
    /// <param name="cancellationToken">Stops it; files that are complete stay.</param>
    /// <returns>What was written: one state of the database, however long it takes.</returns>
    /// <exception cref="LedgerUnavailableException">The database cannot be read.</exception>
    /// <exception cref="LedgerDamagedException">The lines of a run cannot be read.</exception>
    /// <exception cref="IOException">The files cannot be written.</exception>
    public async Task<ParquetExportCount> WriteAsync(
        string folder, ExportQuery? query = null, CancellationToken cancellationToken = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(folder);
        query ??= new ExportQuery();
        try
        {
            await using var connection = await database.OpenAsync(cancellationToken).ConfigureAwait(false);
            await using var transaction = await connection.BeginTransactionAsync(IsolationLevel.RepeatableRead, cancellationToken)
                .ConfigureAwait(false);
            var session = ReadSession.Begin(connection, person);
            var count = default(ParquetExportCount);
            if (FindMonths(session, query) is not var (first, last))
                return count;
            for (var month = first; month <= last; month = month.AddMonths(1))
                count = await WriteMonthAsync(session, folder, month, query.Account, count, cancellationToken).ConfigureAwait(false);
            await transaction.CommitAsync(cancellationToken).ConfigureAwait(false);
            return count;
        }
        catch (NpgsqlException error)
        {
            throw database.CreateFailure(error);
        }
    }

    /// <summary>The months of the first and the last run; null if there is none.</summary>
    static (DateOnly First, DateOnly Last)? FindMonths(ReadSession session, ExportQuery query)
    {
        var asked = new LedgerQuery
        {
            Account = query.Account,
            Since = query.Since is { } since ? ToTime(ToMonth(since)) : null,
            Until = query.Until is { } until ? ToTime(ToMonth(until)) : null,
        };
        using var bounds = session.Select(
            RunConditions.From(asked), "select min(started_ticks), max(started_ticks) from tonne.runs");
        using var reader = bounds.ExecuteReader();
        reader.Read();
        return reader.IsDBNull(0) ? null : (RunConditions.GetMonth(reader.GetInt64(0)), RunConditions.GetMonth(reader.GetInt64(1)));
    }

    async Task<ParquetExportCount> WriteMonthAsync(
        ReadSession session, string folder, DateOnly month, string? account, ParquetExportCount count, CancellationToken cancellationToken)
    {
        var period = new LedgerQuery { Since = ToTime(month), Until = ToTime(month.AddMonths(1)) };
        var asked = period with { Account = account };
        if (!HasRuns(session, asked))
            return count;
        var contributions = FindContributions(session, period);
        var outdated = ReadOutdated(session, asked);
        // Runs without an account have one folder, whether it is unknown or empty.
        await using var find = session.Select(
            RunConditions.From(asked), $"select {RunParquetRow.Columns} from tonne.runs", "order by coalesce(account, ''), id");
        find.CommandTimeout = 0;
        await using var reader = await find.ExecuteReaderAsync(cancellationToken).ConfigureAwait(false);
        RunParquetFile? file = null;
        string? current = null;
        try
        {
            while (await reader.ReadAsync(cancellationToken).ConfigureAwait(false))
            {
                var row = outdated.GetValueOrDefault(reader.GetString(0)) ?? RunParquetRow.Read(reader);
                row = row with { Contribution = contributions.GetValueOrDefault(row.Id) };
                var path = Path.Combine(folder, PartitionFolder.GetPath(month, row.Account), FileName);
                if (file is null || path != current)
                {
                    if (file is not null)
                        await file.CompleteAsync(cancellationToken).ConfigureAwait(false);
                    file = await RunParquetFile.CreateAsync(path, MostRowsOfGroup, cancellationToken).ConfigureAwait(false);
                    (current, count) = (path, count with { Files = count.Files + 1 });
                }

                await file.AddAsync(row, cancellationToken).ConfigureAwait(false);
                count = count with { Runs = count.Runs + 1, Counted = count.Counted + (row.Contribution is null ? 0 : 1) };
            }

            if (file is not null)
                await file.CompleteAsync(cancellationToken).ConfigureAwait(false);
            return count;
        }
        finally
        {
            if (file is not null)
                await file.DisposeAsync().ConfigureAwait(false);
        }
    }

    static bool HasRuns(ReadSession session, LedgerQuery query)
    {
        using var find = session.Select(RunConditions.From(query), "select 1 from tonne.runs", "limit 1");
        return find.ExecuteScalar() is not null;
    }

    /// <summary>What the runs of a period add to the total of all that the person may see.</summary>
    static IReadOnlyDictionary<string, RunContribution> FindContributions(ReadSession session, LedgerQuery period)
    {
        var all = new StoredRunContributions();
        PostgresLedger.ReadCounted(session, period, bytes => all.TryAdd(bytes), all.Add);
        return all.Build();
    }

    /// <summary>The rows that another version of tonne has written, made from the lines again.</summary>
    static Dictionary<string, RunParquetRow> ReadOutdated(ReadSession session, LedgerQuery query)
    {
        var ids = new List<string>();
        var conditions = RunConditions.From(query).Add("format <> {0}", NpgsqlDbType.Integer, StoredRun.Format);
        using (var find = session.Select(conditions, "select id from tonne.runs"))
        using (var reader = find.ExecuteReader())
        {
            while (reader.Read())
                ids.Add(reader.GetString(0));
        }

        var rows = new Dictionary<string, RunParquetRow>(StringComparer.Ordinal);
        foreach (var id in ids)
        {
            var (record, statements) = PostgresLedger.ReadLines(session, id);
            if (record is not null)
                rows[id] = RunParquetRow.From(PushedRun.Summarize(record, statements), record);
        }

        return rows;
    }

    static DateOnly ToMonth(DateOnly day) => new(day.Year, day.Month, 1);

    static DateTimeOffset ToTime(DateOnly day) => new(day, TimeOnly.MinValue, TimeSpan.Zero);
}
