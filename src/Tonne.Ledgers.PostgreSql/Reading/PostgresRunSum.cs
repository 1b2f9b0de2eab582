using Tonne.Ledgers.Pushing;

namespace Tonne.Ledgers.PostgreSql.Reading;

/// <summary>The sums of all runs that a person may see, in all and by machine and account, each joule once, made month by month. Safe for use from several threads.</summary>
/// <remarks>
/// In memory is what totals need of the runs of one month and of those that overlap them. The sum of a month is kept while its runs and
/// those of the months beside it do not change, for a day at most: what a run counts may also depend on one that began long before.
/// </remarks>
/// <param name="database">The database.</param>
public sealed class PostgresRunSum(PostgresDatabase database)
{
    const int MostPersons = 100;
    const int MostMonths = 2400;
    static readonly TimeSpan _longest = TimeSpan.FromDays(1);

    readonly Lock _lock = new();
    readonly Dictionary<(string Whose, DateOnly Month), Known> _months = [];
    readonly KnownAnswers<RunSums> _sums = new(database.Time, MostPersons);

    /// <summary>Adds up the runs.</summary>
    /// <remarks>The sum may be some seconds old; where most months have changed, as old as adding them up takes 20 times.</remarks>
    /// <param name="person">Who asks.</param>
    /// <exception cref="LedgerUnavailableException">The database cannot be read.</exception>
    public RunSums SumUp(Person person)
    {
        ArgumentNullException.ThrowIfNull(person);
        return _sums.Get(database.Read(person, Describe), () => database.Read(person, Compute), isOldOneTaken: true);
    }

    RunSums Compute(ReadSession session)
    {
        var whose = Describe(session);
        var changes = ReadChanges(session);
        return RunSums.From(changes.Keys.Order().Select(month => Find(
            session, whose, month,
            string.Join(' ', Enumerable.Range(-1, 3).Select(beside => changes.GetValueOrDefault(month.AddMonths(beside)))))));
    }

    RunSums Find(ReadSession session, string whose, DateOnly month, string state)
    {
        lock (_lock)
        {
            if (_months.TryGetValue((whose, month), out var known) && known.State == state
                && database.Time.GetElapsedTime(known.At) < _longest)
                return known.Sums;
        }

        var sums = Compute(session, month);
        lock (_lock)
        {
            if (_months.Count >= MostMonths)
                _months.Clear();
            _months[(whose, month)] = new Known(state, sums, database.Time.GetTimestamp());
        }

        return sums;
    }

    static RunSums Compute(ReadSession session, DateOnly month)
    {
        var (since, until) = (ToTime(month), ToTime(month.AddMonths(1)));
        var all = new StoredRunContributions();
        PostgresLedger.ReadCounted(session, new LedgerQuery { Since = since, Until = until }, bytes => all.TryAdd(bytes), all.Add);
        return RunSums.From(all.Build().Values.Where(run => run.StartedAt >= since && run.StartedAt < until));
    }

    static Dictionary<DateOnly, long> ReadChanges(ReadSession session)
    {
        var changes = new Dictionary<DateOnly, long>();
        using var find = new RunConditions().Create(
            session.Connection, "select month, sum(changes)::bigint from tonne.month_changes", "group by month");
        using var reader = find.ExecuteReader();
        while (reader.Read())
            changes[reader.GetFieldValue<DateOnly>(0)] = reader.GetInt64(1);
        // The start of a run may be a day from the one in its id.
        foreach (var month in changes.Keys.SelectMany(static month => new[] { month.AddMonths(-1), month.AddMonths(1) }).ToList())
            changes.TryAdd(month, 0);
        return changes;
    }

    static string Describe(ReadSession session) => session.SeesAll ? "*" : string.Join('\0', session.Accounts.Prepend(session.Person));

    static DateTimeOffset ToTime(DateOnly day) => new(day, TimeOnly.MinValue, TimeSpan.Zero);

    sealed record Known(string State, RunSums Sums, long At);
}
