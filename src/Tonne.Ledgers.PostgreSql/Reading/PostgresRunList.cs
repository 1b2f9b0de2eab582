using System.Collections.Immutable;
using System.Globalization;
using Npgsql;
using NpgsqlTypes;
using Tonne.Ledgers.Listing;
using Tonne.Ledgers.PostgreSql.Receiving;

namespace Tonne.Ledgers.PostgreSql.Reading;

/// <summary>Lists of the runs that a person may see: searched, sorted, paged and counted by the database. The answers are those of
/// <see cref="RunList"/>. Safe for use from several threads.</summary>
/// <remarks>
/// In memory are the runs of a page, the numbers of runs of the newest 1000 questions, and the values to filter by of the newest 100
/// persons. A number is kept for 2 s, or 20 times as long as counting took; the values are counted again beside the answers, a twentieth of
/// the time at most.
/// </remarks>
/// <param name="database">The database.</param>
public sealed class PostgresRunList(PostgresDatabase database)
{
    const int MostCounts = 1000;
    const int MostPersons = 100;

    // Words are looked for in so many of the newest runs first; whoever searches mostly wants these.
    const int FirstSearched = 20_000;

    const int FewRuns = 50_000;

    readonly KnownAnswers<int> _counts = new(database.Time, MostCounts);
    readonly KnownAnswers<RunValues> _values = new(database.Time, MostPersons);

    /// <summary>Finds a part of a list.</summary>
    /// <param name="person">Who asks.</param>
    /// <param name="query">What is wanted.</param>
    /// <exception cref="LedgerUnavailableException">The database cannot be read.</exception>
    public RunListPage Find(Person person, RunListQuery query)
    {
        ArgumentNullException.ThrowIfNull(person);
        ArgumentNullException.ThrowIfNull(query);
        return database.Read(person, session =>
        {
            var (found, total) = FindRuns(session, query);
            var runs = ReadSummaries(session, found);
            var isEnd = query.After is null && found.Count < query.Limit && (found.Count > 0 || query.Offset == 0);
            total ??= isEnd ? query.Offset + found.Count : Count(session, query);
            // A number that was counted some seconds ago may be smaller than where this page ends.
            var least = found.Count == 0 || query.After is not null ? found.Count : query.Offset + found.Count;
            return new RunListPage(Math.Max(total.Value, least), runs);
        });
    }

    /// <summary>Counts the values by which the runs can be filtered.</summary>
    /// <remarks>They may be some seconds old; with millions of runs as old as counting takes 20 times.</remarks>
    /// <param name="person">Who asks.</param>
    /// <exception cref="LedgerUnavailableException">The database cannot be read.</exception>
    public RunValues CountValues(Person person)
    {
        ArgumentNullException.ThrowIfNull(person);
        return _values.Get(database.Read(person, Describe), () => database.Read(person, ReadValues), isOldOneTaken: true);
    }

    (List<string> Found, int? Total) FindRuns(ReadSession session, RunListQuery query)
    {
        var (offset, limit) = (query.After is null ? query.Offset : 0, query.Limit);
        var column = GetColumn(query.Sort);
        if (column is null)
        {
            var order = query.IsDescending ? "order by started_ticks desc, id desc" : "order by started_ticks, id";
            return FindInOrder(session, query, () => AddStart(CreateConditions(query), query), order, offset, limit);
        }

        const string newest = "started_ticks desc, id desc";
        var direction = query.IsDescending ? "desc" : "asc";
        if (IsSearched(query))
        {
            return FindInOrder(session, query, () => AddAfter(CreateConditions(query), query, column),
                $"order by {column} is null, {column} {direction}, {newest}", offset, limit);
        }

        if (query.After is { Text: null, Number: null })
            return FindInOrder(session, query, () => AddStart(CreateUnknown(), query), $"order by {newest}", offset, limit);
        // Backwards the index has what is unknown first, which is not among these.
        var (found, total) = FindInOrder(session, query, () => AddKey(CreateKnown(), query, column),
            $"order by {(SeesFew(session) ? HideFromIndex(column) : column)} {direction}, {newest}", offset, limit);
        if (found.Count == limit || query.Sort == RunSort.Name)
            return (found, total);
        if (found.Count == 0 && offset > 0)
            offset -= Math.Min(offset, Count(session, CreateKnown()));
        else
            offset = 0;
        var rest = FindInOrder(session, query, CreateUnknown, $"order by {newest}", offset, limit - found.Count).Found;
        return ([.. found, .. rest], null);

        RunConditions CreateKnown() => CreateConditions(query).Add($"{column} is not null");
        RunConditions CreateUnknown() => CreateConditions(query).Add($"{column} is null");
    }

    /// <summary>Whether no index has what is asked for, so that run after run is looked at.</summary>
    static bool IsSearched(RunListQuery query) => !query.Words.IsEmpty || query.Runs.Name is { Length: > 0 }
        || query.Runs.Tags.Any(static tag => tag.Key != "model" || tag.Value.Length == 0);

    /// <summary>Finds runs in an order; where all have to be looked at, they are counted too.</summary>
    static (List<string> Found, int? Total) FindInOrder(
        ReadSession session, RunListQuery query, Func<RunConditions> create, string order, int offset, int limit)
    {
        // The month is in the id: without its column an index alone answers, however many entries are passed.
        const string select = "select id from tonne.run_list";
        var range = string.Create(CultureInfo.InvariantCulture, $"{order} offset {offset} limit {limit}");
        if (!IsSearched(query))
            return (Read(session.Select(create(), select, range), out _), null);
        if (query.Sort == RunSort.Started && FindBound(session, query, order) is { } bound)
        {
            var first = create().Add(query.IsDescending ? "started_ticks >= {0}" : "started_ticks <= {0}", NpgsqlDbType.Bigint, bound);
            var some = Read(session.Select(first, select, range), out _);
            if (some.Count == limit)
                return (some, null);
        }

        // Counting all lets several processes read the table, where an index would be followed run by run.
        var found = Read(session.Select(create(), "select id, count(*) over () from tonne.run_list", range), out var total);
        return (found, query.After is null ? total : null);
    }

    /// <summary>The start of the run that ends the first ones in which words are looked for; null if there are no more.</summary>
    static long? FindBound(ReadSession session, RunListQuery query, string order)
    {
        using var find = session.Select(AddStart(new RunConditions(), query), "select started_ticks from tonne.run_list",
            string.Create(CultureInfo.InvariantCulture, $"{order} offset {FirstSearched} limit 1"));
        return find.ExecuteScalar() as long?;
    }

    /// <summary>The conditions of a query but its place.</summary>
    static RunConditions CreateConditions(RunListQuery query)
    {
        var conditions = RunConditions.From(query.Runs);
        // The indexes are by keys, which are equal where the texts are.
        AddKeyOf("project_key", query.Runs.Project);
        AddKeyOf("user_key", query.Runs.User);
        AddKeyOf("node_key", query.Machine);
        if (query.Machine is { } machine)
            conditions.Add("node = {0}", NpgsqlDbType.Text, RunRow.Clean(machine));
        if (query.Runs.Status is { } status)
            conditions.Add("status_rank = {0}", NpgsqlDbType.Smallint, (short)status);
        foreach (var word in query.Words)
            conditions.Add("strpos(search, {0}) > 0", NpgsqlDbType.Text, RunListText.Fold(word));
        return conditions;

        void AddKeyOf(string column, string? text)
        {
            if (text is not null)
                conditions.Add(column + " = {0}", NpgsqlDbType.Text, RunListText.ToKey(text));
        }
    }

    /// <summary>Only runs that come after a place, in an order by start; without a place all.</summary>
    static RunConditions AddStart(RunConditions conditions, RunListQuery query) => query.After is not { } after ? conditions
        : conditions.Add($"(started_ticks, id) {(query is { Sort: RunSort.Started, IsDescending: false } ? ">" : "<")} ({{0}}, {{1}})",
            (NpgsqlDbType.Bigint, after.StartedTicks), (NpgsqlDbType.Text, after.Id));

    /// <summary>Only runs that come after a place, in an order by a column, among those that have a value; without a place all.</summary>
    static RunConditions AddKey(RunConditions conditions, RunListQuery query, string column)
    {
        if (query.After is not { } after)
            return conditions;
        var sign = query.IsDescending ? "<" : ">";
        // The first comparison is where the index begins.
        return conditions.Add($"{column} {sign}= {{0}} and ({column} {sign} {{0}} or (started_ticks, id) < ({{1}}, {{2}}))",
            GetKey(query.Sort, after), (NpgsqlDbType.Bigint, after.StartedTicks), (NpgsqlDbType.Text, after.Id));
    }

    /// <summary>Only runs that come after a place, in an order by a column, with or without a value.</summary>
    static RunConditions AddAfter(RunConditions conditions, RunListQuery query, string column) => query.After switch
    {
        null => conditions,
        { Text: null, Number: null } => AddStart(conditions.Add($"{column} is null"), query),
        { } after => conditions.Add(
            $"({column} is null or {column} {(query.IsDescending ? "<" : ">")} {{0}} or ({column} = {{0}} and (started_ticks, id) < ({{1}}, {{2}})))",
            GetKey(query.Sort, after), (NpgsqlDbType.Bigint, after.StartedTicks), (NpgsqlDbType.Text, after.Id)),
    };

    static (NpgsqlDbType Type, object Value) GetKey(RunSort sort, RunPosition after) => after.Text is { } text ? (NpgsqlDbType.Text, text)
        : sort == RunSort.Status ? (NpgsqlDbType.Smallint, (short)Math.Clamp(after.Number!.Value, 0, short.MaxValue))
        : (NpgsqlDbType.Double, after.Number!.Value);

    static string? GetColumn(RunSort sort) => sort switch
    {
        RunSort.Name => "name_key",
        RunSort.Project => "project_key",
        RunSort.User => "user_key",
        RunSort.Machine => "node_key",
        RunSort.Status => "status_rank",
        RunSort.Duration => "duration_s",
        RunSort.Energy => "facility_kwh",
        RunSort.Emissions => "total_kg",
        _ => null,
    };

    static List<string> Read(NpgsqlCommand command, out int? total)
    {
        total = null;
        var found = new List<string>();
        using (command)
        {
            using var reader = command.ExecuteReader();
            while (reader.Read())
            {
                found.Add(reader.GetString(0));
                if (reader.FieldCount > 1)
                    total = (int)reader.GetInt64(1);
            }
        }

        return found;
    }

    static ImmutableArray<RunSummary> ReadSummaries(ReadSession session, List<string> found)
    {
        if (found.Count == 0)
            return [];
        var conditions = new RunConditions()
            .Add("id = any ({0})", NpgsqlDbType.Array | NpgsqlDbType.Text, found.ToArray())
            .Add("month = any ({0})", NpgsqlDbType.Array | NpgsqlDbType.Date, found.Select(CheckedLine.GetMonth).Distinct().ToArray());
        var runs = PostgresLedger.ReadSummaries(session, conditions).ToDictionary(static run => run.Id, StringComparer.Ordinal);
        return [.. found.Where(runs.ContainsKey).Select(id => runs[id])];
    }

    /// <summary>Whether somebody sees so few runs that all of them are sorted sooner than they are found in an index of all runs.</summary>
    bool SeesFew(ReadSession session) => !session.SeesAll && Count(session, new RunConditions()) <= FewRuns;

    /// <summary>The same value as an expression, which no index has.</summary>
    static string HideFromIndex(string column) => column.EndsWith("_key", StringComparison.Ordinal) ? $"({column} || '')" : $"({column} + 0)";

    int Count(ReadSession session, RunListQuery query) => Count(session, CreateConditions(query));

    int Count(ReadSession session, RunConditions conditions) => _counts.Get($"{Describe(session)}\0{conditions}", () =>
    {
        using var count = session.Select(conditions, "select count(*) from tonne.run_list");
        return (int)Math.Min(int.MaxValue, (long)count.ExecuteScalar()!);
    });

    /// <summary>Whose runs are seen: what an answer is kept for.</summary>
    static string Describe(ReadSession session) => session.SeesAll ? "*" : string.Join('\0', session.Accounts.Prepend(session.Person));

    static RunValues ReadValues(ReadSession session)
    {
        var months = ReadCounts(session,
            "select (started_ticks / 864000000000)::text, count(*) from tonne.run_list", "group by started_ticks / 864000000000")
            .GroupBy(static day => RunValues.FormatMonth(new DateTime(int.Parse(day.Value, CultureInfo.InvariantCulture) * TimeSpan.TicksPerDay)),
                static (month, days) => new RunValue(month, days.Sum(static day => day.Runs))).ToList();
        return new RunValues
        {
            Runs = months.Sum(static month => month.Runs),
            Projects = ReadColumn("project"),
            Users = ReadColumn("user_name"),
            Machines = ReadColumn("node"),
            Accounts = ReadColumn("account"),
            Tags = RunValues.Sort(ReadCounts(session, """
                select tag, count(*) from (
                    select t.key || '=' || t.value as tag from tonne.run_list cross join lateral jsonb_each_text(tags) t
                """, $") tags group by tag {Most("tag")}")),
            Months = RunValues.SortMonths(months),
        };

        IReadOnlyList<RunValue> ReadColumn(string column) => RunValues.Sort(ReadCounts(session,
            $"select {column}, count(*) from tonne.run_list", $"group by {column} having {column} is not null {Most(column)}"));

        static string Most(string column) => string.Create(
            CultureInfo.InvariantCulture, $"order by count(*) desc, {column} collate \"C\" limit {RunValues.MaxValues}");
    }

    static List<RunValue> ReadCounts(ReadSession session, string select, string after)
    {
        var values = new List<RunValue>();
        using var count = session.Select(new RunConditions(), select, after);
        count.CommandTimeout = 0;
        using var reader = count.ExecuteReader();
        while (reader.Read())
            values.Add(new RunValue(reader.GetString(0), (int)reader.GetInt64(1)));
        return values;
    }
}
