using System.Data;
using System.Text;
using Npgsql;
using Tonne.Ledgers.Auditing;
using Tonne.Ledgers.PostgreSql.Reading;
using Tonne.Ledgers.Pushing;

namespace Tonne.Ledgers.PostgreSql.Exporting;

/// <summary>
/// Writes the facility energy that one person may see by hour (UTC), account and zone, with intensity, method, quality and source, as CSV
/// whose lines are chained by hashes: evidence for a Scope 2 account by the hour. docs/formats/audit.md describes it. Safe for use from
/// several threads.
/// </summary>
/// <remarks>
/// Each joule is in one line, as in <see cref="PostgresLedger.Total"/>; what a node used outside of its jobs is in the lines without an
/// account. In memory are the rows of one month and the hours of its nodes; the lines of each run are read one by one.
/// </remarks>
/// <param name="database">The database.</param>
/// <param name="person">Who reads.</param>
/// <param name="time">The clock.</param>
public sealed class PostgresHourlyExport(PostgresDatabase database, Person person, TimeProvider time)
{
    /// <summary>Writes the file. One that is there is replaced when the new one is complete.</summary>
    /// <param name="path">The file.</param>
    /// <param name="query">Which hours and account. Default: null, all.</param>
    /// <param name="cancellationToken">Stops it; a file that was there stays.</param>
    /// <returns>What was written: one state of the database, however long it takes. Without lines no file is written.</returns>
    /// <exception cref="LedgerUnavailableException">The database cannot be read.</exception>
    /// <exception cref="LedgerDamagedException">The lines of a run cannot be read.</exception>
    /// <exception cref="IOException">The file cannot be written.</exception>
    public async Task<HourlyExportCount> WriteAsync(
        string path, ExportQuery? query = null, CancellationToken cancellationToken = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        query ??= new ExportQuery();
        var unfinished = path + ".part";
        try
        {
            await using var connection = await database.OpenAsync(cancellationToken).ConfigureAwait(false);
            await using var transaction = await connection.BeginTransactionAsync(IsolationLevel.RepeatableRead, cancellationToken)
                .ConfigureAwait(false);
            var session = ReadSession.Begin(connection, person);
            if (FindMonths(session, query) is not var (first, last))
                return default;
            Directory.CreateDirectory(Path.GetDirectoryName(Path.GetFullPath(path))!);
            HourlyEnergyWriter hours;
            await using (var text = new StreamWriter(unfinished, append: false, new UTF8Encoding(false)))
            {
                hours = new HourlyEnergyWriter(text);
                for (var month = first; month <= last; month = month.AddMonths(1))
                {
                    hours.Write(ReadMonth(session, month, query.Account, cancellationToken), time.GetUtcNow());
                    await text.FlushAsync(cancellationToken).ConfigureAwait(false);
                }
            }

            await transaction.CommitAsync(cancellationToken).ConfigureAwait(false);
            if (hours.Lines > 0)
                File.Move(unfinished, path, overwrite: true);
            return new HourlyExportCount(hours.Lines, hours.KilowattHours, hours.Kilograms, hours.LastHash);
        }
        catch (NpgsqlException error)
        {
            throw database.CreateFailure(error);
        }
        finally
        {
            File.Delete(unfinished);
        }
    }

    /// <summary>The months of the first and the last hour; null if there is none.</summary>
    static (DateOnly First, DateOnly Last)? FindMonths(ReadSession session, ExportQuery query)
    {
        using var bounds = session.Select(new RunConditions(), "select min(started_ticks), max(ended_ticks) from tonne.runs");
        using var reader = bounds.ExecuteReader();
        reader.Read();
        if (reader.IsDBNull(0) || reader.IsDBNull(1))
            return null;
        var (first, last) = (RunConditions.GetMonth(reader.GetInt64(0)), RunConditions.GetMonth(reader.GetInt64(1)));
        if (query.Since is { } since && ToMonth(since) > first)
            first = ToMonth(since);
        if (query.Until is { } until && ToMonth(until).AddMonths(-1) < last)
            last = ToMonth(until).AddMonths(-1);
        return first <= last ? (first, last) : null;
    }

    static IEnumerable<HourlyEnergyRow> ReadMonth(ReadSession session, DateOnly month, string? account, CancellationToken cancellationToken)
    {
        var (since, until) = (ToTime(month), ToTime(month.AddMonths(1)));
        var contributions = new StoredRunContributions();
        PostgresLedger.ReadCounted(
            session, new LedgerQuery { Since = since, Until = until }, bytes => contributions.TryAdd(bytes), contributions.Add);
        var hours = new HourlyEnergy();
        foreach (var (id, contribution) in contributions.Build().OrderBy(static run => run.Key, StringComparer.Ordinal))
        {
            cancellationToken.ThrowIfCancellationRequested();
            var (record, statements) = PostgresLedger.ReadLines(session, id);
            if (record is not null && statements.OrderBy(static each => each.AccountedAt).LastOrDefault() is { } statement)
                hours.Add(record, statement, contribution);
        }

        return hours.Build(since, until).Where(row => account is null || row.Account == account);
    }

    static DateOnly ToMonth(DateOnly day) => new(day.Year, day.Month, 1);

    static DateTimeOffset ToTime(DateOnly day) => new(day, TimeOnly.MinValue, TimeSpan.Zero);
}
