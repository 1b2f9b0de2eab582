using System.Collections.Immutable;
using System.Globalization;
using Npgsql;
using NpgsqlTypes;
using Tonne.Accounting;
using Tonne.Catalogs;
using Tonne.Ledgers.PostgreSql.Receiving;
using Tonne.Ledgers.Pushing;
using Tonne.Ledgers.Totals;
using Tonne.Runs;

namespace Tonne.Ledgers.PostgreSql.Reading;

/// <summary>The runs of a fleet that one person may see: those of accounts that they are a member of, and their own; all for the owner of
/// the fleet.</summary>
/// <remarks>
/// The database itself decides what is seen (row level security): every question is a transaction that only reads, as role
/// <c>tonne_reader</c>, for this
/// person. What others have is as if it were not there, so a run whose outer run belongs to somebody else counts by itself. Safe for use
/// from several threads.
/// </remarks>
/// <param name="database">The database.</param>
/// <param name="person">Who reads.</param>
public sealed class PostgresLedger(PostgresDatabase database, Person person) : ILedgerReader
{
    const string NewestFirst = "order by started_ticks desc, id desc";

    // Longer than what totals need of most runs.
    const int UsualBytes = 4096;

    // Names that a wrong one is compared with.
    const int MostCandidates = 10_000;

    /// <inheritdoc/>
    public IReadOnlyList<RunSummary> ListRuns(LedgerQuery? query = null) => Read(session =>
    {
        query ??= LedgerQuery.All;
        var limit = query.Limit is { } most ? string.Create(CultureInfo.InvariantCulture, $"limit {Math.Max(0, most)}") : "";
        return ReadSummaries(session, RunConditions.From(query), limit);
    });

    /// <inheritdoc/>
    /// <remarks>A name that no run has is compared with those of the newest 10,000.</remarks>
    public RunLookupResult Find(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        return Read(session =>
        {
            if (text == "last")
                return FindNewestEnded(session);
            foreach (var rule in GetRules(text))
            {
                var found = ReadSummaries(session, rule);
                if (found.Count == 1)
                    return new RunLookupResult.One(found[0]);
                if (found.Count > 1)
                    return new RunLookupResult.Ambiguous(text, [.. found]);
            }

            return new RunLookupResult.None(text, FindNearest(session, text));
        });
    }

    /// <inheritdoc/>
    public LedgerEntry Load(string id)
    {
        if (!LedgerHome.IsRunId(id))
            throw new ArgumentException($"'{id}' is not the id of a run, such as 20261122-054210-4f2a9c.", nameof(id));
        return Read(session =>
        {
            var (record, statements) = ReadLines(session, id);
            if (record is null)
                throw new LedgerUnavailableException(database.Place, $"there is no run {id}", "`tonne list` shows all.");
            return statements.IsEmpty
                ? throw new LedgerDamagedException(PushedRun.Summarize(record, []).Trouble!)
                : new LedgerEntry(record, [.. statements.OrderBy(statement => statement.AccountedAt)]);
        });
    }

    /// <summary>Adds up the runs, each joule once, as a ledger of folders does.</summary>
    /// <remarks>
    /// Where the query has a period, the runs that overlap it are read, and those that overlap these: what a run counts depends on the
    /// runs at the same time on its machine.
    /// </remarks>
    /// <param name="query">What is counted, and the groups. Default: null, all as one group.</param>
    /// <exception cref="LedgerUnavailableException">The ledger cannot be read.</exception>
    public LedgerTotal Total(TotalQuery? query = null) => Read(session =>
    {
        query ??= new TotalQuery();
        using var total = new StoredRunTotal(query);
        ReadCounted(session, query.Runs, total.TryAdd, total.Add);
        return total.Build();
    });

    /// <summary>Reads what a total over the period of a query needs: the runs that overlap it, and those that overlap these.</summary>
    /// <param name="session">The transaction.</param>
    /// <param name="query">The query, of which only the period is used.</param>
    /// <param name="tryAdd">Takes what totals need of a run; false if the bytes were changed.</param>
    /// <param name="add">Takes the summary of a run whose bytes cannot be used.</param>
    internal static void ReadCounted(ReadSession session, LedgerQuery query, Func<ReadOnlySpan<byte>, bool> tryAdd, Action<RunSummary> add)
    {
        var outdated = new List<string>();
        var buffer = new byte[UsualBytes];
        // The quarter hours of a run reach over its ends by less than one of them.
        var asked = new TickPeriod(query.Since?.UtcTicks, query.Until?.UtcTicks).Widen(TimeSpan.TicksPerHour);
        var (first, last) = AddRuns(asked.Overlap());
        if (asked != default)
        {
            // From the first to the last of a run that overlaps the period; clocks of two tools differ by seconds.
            var period = first > last ? asked : asked.Include(first, last).Widen(TimeSpan.TicksPerMinute);
            AddRuns(asked.Outside(period.Overlap()));
            // Times of an imported row may be those of another time zone, so the run that it was exported from may lie outside.
            if (ReadExported(session, period) is { Length: > 0 } exported)
                AddRuns(period.Outside(new RunConditions()).Add("id = any ({0})", NpgsqlDbType.Array | NpgsqlDbType.Text, exported));
        }

        foreach (var id in outdated)
            add(Summarize(session, id));

        (long First, long Last) AddRuns(RunConditions conditions)
        {
            var (earliest, latest) = (long.MaxValue, long.MinValue);
            using var find = session.Select(conditions, "select started_ticks, ended_ticks, format, counted, id from tonne.runs");
            using var reader = find.ExecuteReader();
            while (reader.Read())
            {
                earliest = Math.Min(earliest, reader.GetInt64(0));
                latest = Math.Max(latest, reader.GetInt64(1));
                if (reader.GetInt32(2) != StoredRun.Format || !tryAdd(ReadBytes(reader, 3)))
                    outdated.Add(reader.GetString(4));
            }

            return (earliest, latest);
        }

        ReadOnlySpan<byte> ReadBytes(NpgsqlDataReader reader, int column)
        {
            var length = (int)reader.GetBytes(column, 0, null, 0, 0);
            if (length > buffer.Length)
                buffer = new byte[2 * length];
            reader.GetBytes(column, 0, buffer, 0, length);
            return buffer.AsSpan(0, length);
        }
    }

    static string[] ReadExported(ReadSession session, TickPeriod period)
    {
        var ids = new List<string>();
        using var find = session.Select(period.Overlap(), "select distinct exported_from from tonne.runs", "and exported_from is not null");
        using var reader = find.ExecuteReader();
        while (reader.Read())
            ids.Add(reader.GetString(0));
        return [.. ids];
    }

    static RunLookupResult FindNewestEnded(ReadSession session)
    {
        var ended = new RunConditions().Add("status is distinct from {0}", NpgsqlDbType.Text, "running");
        return (ReadSummaries(session, ended, "limit 1") is [var newest] ? newest
            : ReadSummaries(session, new RunConditions(), "limit 1") is [var any] ? any : null) is { } run
            ? new RunLookupResult.One(run)
            : new RunLookupResult.None("last", []);
    }

    /// <summary>In this order: the id, the name, the beginning of an id, the beginning of its suffix.</summary>
    static IEnumerable<RunConditions> GetRules(string text)
    {
        var clean = RunRow.Clean(text);
        if (LedgerHome.IsRunId(text))
            yield return new RunConditions().Add("id = {0}", NpgsqlDbType.Text, text)
                .Add("month = {0}", NpgsqlDbType.Date, CheckedLine.GetMonth(text));
        yield return new RunConditions().Add("name = {0}", NpgsqlDbType.Text, clean);
        // Ids have no character after z.
        if (text.Length > 0)
            {
            yield return new RunConditions().Add("starts_with(id, {0})", NpgsqlDbType.Text, clean)
                .Add("id >= {0}", NpgsqlDbType.Text, clean).Add("id < {0}", NpgsqlDbType.Text, clean + '~');
        }

        if (text.Length > 2)
        {
            yield return new RunConditions().Add("starts_with(suffix, {0})", NpgsqlDbType.Text, clean)
                .Add("suffix >= {0}", NpgsqlDbType.Text, clean).Add("suffix < {0}", NpgsqlDbType.Text, clean + '~');
        }
    }

    static ImmutableArray<string> FindNearest(ReadSession session, string text)
    {
        var names = new List<(string, string)>();
        using var find = session
            .Select(new RunConditions(), "select name, id from tonne.runs",
                string.Create(CultureInfo.InvariantCulture, $"{NewestFirst} limit {MostCandidates}"));
        using var reader = find.ExecuteReader();
        while (reader.Read())
        {
            var (name, id) = (reader.GetString(0), reader.GetString(1));
            names.Add((NameMatching.ToKey(name), name));
            names.Add((NameMatching.ToKey(id), id));
        }

        return [.. NameMatching.FindNearest(text, names)];
    }

    internal static List<RunSummary> ReadSummaries(ReadSession session, RunConditions conditions, string limit = "")
    {
        var found = new List<(string Id, RunSummary? Run)>();
        using (var command = session.Select(conditions, "select id, format, summary from tonne.runs", $"{NewestFirst} {limit}"))
        using (var reader = command.ExecuteReader())
        {
            while (reader.Read())
                found.Add((reader.GetString(0),
                    reader.GetInt32(1) == StoredRun.Format ? StoredRun.ReadSummary(reader.GetFieldValue<byte[]>(2)) : null));
        }

        return [.. found.Select(run => run.Run ?? Summarize(session, run.Id))];
    }

    /// <summary>The summary from the lines, where the row is damaged or was written by another version.</summary>
    static RunSummary Summarize(ReadSession session, string id)
    {
        var (record, statements) = ReadLines(session, id);
        return record is null
            ? throw new LedgerDamagedException(new LedgerProblem(id, "run_lines", "has no record", "Restore the database from a backup."))
            : RunLines.Summarize(record, statements);
    }

    internal static (RunRecord? Record, ImmutableArray<FootprintStatement> Statements) ReadLines(ReadSession session, string id)
    {
        RunRecord? record = null;
        var statements = ImmutableArray.CreateBuilder<FootprintStatement>();
        // Statements of recounts come last: of two that were accounted at the same time the later one is shown.
        using var find = new RunConditions().Add("run = {0}", NpgsqlDbType.Text, id)
            .Add("month = {0}", NpgsqlDbType.Date, CheckedLine.GetMonth(id))
            .Create(session.Connection, "select sequence, line, false as recount from tonne.run_lines",
                "union all select number, line, true from tonne.server_statements where run = $1 and month = $2 order by recount, sequence");
        using var reader = find.ExecuteReader();
        while (reader.Read())
        {
            var line = new PushedLine(id, reader.GetInt32(0), reader.GetFieldValue<byte[]>(1)) { IsRecount = reader.GetBoolean(2) };
            try
            {
                if (line.Sequence == 0)
                    record = PushedRun.ReadRecord(line);
                else
                    statements.Add(PushedRun.ReadStatement(line));
            }
            catch (FormatException error)
            {
                throw new LedgerDamagedException(
                    new LedgerProblem(id, string.Create(CultureInfo.InvariantCulture,
                        $"{(line.IsRecount ? "statement of a recount" : "line")} {line.Sequence}"), error.Message,
                        "Restore the database from a backup."), error);
            }
        }

        return (record, statements.DrainToImmutable());
    }

    T Read<T>(Func<ReadSession, T> read) => database.Read(person, read);
}
