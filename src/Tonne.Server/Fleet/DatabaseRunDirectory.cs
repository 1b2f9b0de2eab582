using Tonne.Instruments.Feeds;
using Tonne.Ledgers;
using Tonne.Ledgers.Budgets;
using Tonne.Ledgers.PostgreSql.Members;
using Tonne.Ledgers.RunFolders;
using Tonne.Ledgers.Totals;
using Tonne.Server.Api;
using Tonne.Server.Security;

namespace Tonne.Server.Fleet;

/// <summary>The runs of a fleet's database. What people read of them goes to the audit log first.</summary>
/// <remarks>
/// Everything is read for the person of the request, whose rows the database chooses; what is kept of it is kept for this person alone.
/// A list is kept for 2 s, or 4 times as long as reading it took, so that however often it is asked for, the database is read a fifth of
/// the time at most. Another server may have another list for so long.
/// </remarks>
/// <param name="store">The database.</param>
/// <param name="home">The server's folder, for budgets and known intensities.</param>
/// <param name="time">The clock.</param>
/// <param name="requests">The request that is being answered.</param>
/// <param name="log">Receives messages for the user.</param>
sealed class DatabaseRunDirectory(IFleetStore store, LedgerHome home, TimeProvider time, IHttpContextAccessor requests,
    ILogger<DatabaseRunDirectory> log) : IRunDirectory
{
    const int CostShare = 4;
    const int MostLists = 64;
    static readonly TimeSpan LeastFresh = TimeSpan.FromSeconds(2);

    readonly Lock _lock = new();
    readonly Dictionary<string, KnownList> _lists = new(StringComparer.Ordinal);

    /// <inheritdoc/>
    public TimeProvider Time => time;

    /// <inheritdoc/>
    public KnownIntensities Intensities { get; } = new(KnownIntensities.OpenHistory(home.Root));

    /// <inheritdoc/>
    public IReadOnlyList<RunSummary> Read()
    {
        Note("list", null);
        return ReadKnown(Person, ReaderKey);
    }

    /// <inheritdoc/>
    public void TryRead()
    {
        try
        {
            // It opens the connection, and says so if it cannot; a list that is kept from now on would miss what is pushed next.
            store.OpenLedger(RequestPerson.TokenHolder).ListRuns(new LedgerQuery { Limit = 1 });
        }
        catch (LedgerUnavailableException error)
        {
            log.Warn(error.Message);
        }
    }

    /// <inheritdoc/>
    public ILedgerReader OpenReader() => new AuditedReader(store.OpenLedger(Person), Note);

    /// <inheritdoc/>
    public LedgerTotal Total(TotalQuery query)
    {
        Note("total", null);
        return store.Total(Person, query);
    }

    /// <inheritdoc/>
    public IReadOnlyList<BudgetState> CheckBudgets()
    {
        var (person, now) = (Person, time.GetUtcNow());
        var memberships = store.FindMembershipsAsync(person, CancellationToken.None).GetAwaiter().GetResult();
        return
        [
            .. new BudgetFile(home).Read().Where(budget => MaySee(budget, person, memberships)).Select(budget =>
            {
                var period = budget.FindPeriod(now);
                var runs = new LedgerQuery { Project = budget.Project, Account = budget.Account, User = budget.User };
                runs = runs with { Since = period?.Start, Until = period?.End };
                return new BudgetState(budget, period?.Start, period?.End, store.Total(person, new TotalQuery { Runs = runs }), now);
            }),
        ];
    }

    /// <inheritdoc/>
    public RunFolder? FindFolder(string id) => null;

    /// <inheritdoc/>
    /// <remarks>The person and their roles: when a role ends, what was kept for it is not answered any more.</remarks>
    public string ReaderKey
    {
        get
        {
            var person = Person;
            var roles = store.FindMembershipsAsync(person, CancellationToken.None).GetAwaiter().GetResult();
            return string.Join('\n', roles.Select(membership => $"{membership.Account}\t{membership.Role}").Prepend(person));
        }
    }

    /// <summary>Whose request it is. Without a request nothing is read.</summary>
    string Person => RequestPerson.Of(FindRequest()).Name;

    HttpContext FindRequest() => requests.HttpContext
        ?? throw new InvalidOperationException("The runs of a database are read for the person of a request, and there is no request.");

    IReadOnlyList<RunSummary> ReadKnown(string person, string key)
    {
        KnownList list;
        lock (_lock)
        {
            if (!_lists.TryGetValue(key, out list!))
            {
                if (_lists.Count >= MostLists)
                    _lists.Remove(_lists.MinBy(known => known.Value.Read).Key);
                _lists[key] = list = new KnownList();
            }
        }

        // Who reads the same list waits for it; others do not.
        lock (list)
        {
            if (list.Runs is { } known && time.GetElapsedTime(list.Read) < list.FreshFor)
                return known;
            var began = time.GetTimestamp();
            list.Runs = store.OpenLedger(person).ListRuns();
            list.Read = time.GetTimestamp();
            var cost = CostShare * time.GetElapsedTime(began, list.Read);
            list.FreshFor = cost > LeastFresh ? cost : LeastFresh;
            return list.Runs;
        }
    }

    /// <summary>Whether a person sees all runs of a budget: that of one of their accounts, or their own. The owner of the fleet sees
    /// all.</summary>
    static bool MaySee(Budget budget, string person, IReadOnlyList<Membership> memberships) =>
        FleetOwnerFilter.OwnsFleet(memberships) || budget.User == person
        || (budget.Account is { } account && memberships.Any(membership => membership.Account == account));

    /// <summary>Notes that somebody reads. Prometheus, which gets sums only, is nobody.</summary>
    void Note(string action, string? subject)
    {
        var context = FindRequest();
        if (context.Request.Path == "/metrics")
            return;
        var asked = $"{context.Request.Path}{context.Request.QueryString}";
        store.NoteAsync(RequestPerson.Describe(context), action, subject ?? Formatting.TextSanitizer.ToOneLine(asked),
            context.RequestAborted).GetAwaiter().GetResult();
    }

    /// <summary>The list of one person.</summary>
    sealed class KnownList
    {
        public IReadOnlyList<RunSummary>? Runs { get; set; }

        public TimeSpan FreshFor { get; set; }

        public long Read { get; set; }
    }
}
