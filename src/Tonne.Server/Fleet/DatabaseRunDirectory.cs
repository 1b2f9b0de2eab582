using Tonne.Instruments.Feeds;
using Tonne.Ledgers;
using Tonne.Ledgers.Budgets;
using Tonne.Ledgers.Listing;
using Tonne.Ledgers.PostgreSql.Members;
using Tonne.Ledgers.PostgreSql.Reading;
using Tonne.Ledgers.RunFolders;
using Tonne.Ledgers.Totals;
using Tonne.Server.Api;
using Tonne.Server.Security;

namespace Tonne.Server.Fleet;

/// <summary>The runs of a fleet's database. What people read of them goes to the audit log first.</summary>
/// <remarks>Everything is read for the person of the request, whose rows the database chooses.</remarks>
/// <param name="store">The database.</param>
/// <param name="home">The server's folder, for budgets and known intensities.</param>
/// <param name="time">The clock.</param>
/// <param name="requests">The request that is being answered.</param>
/// <param name="log">Receives messages for the user.</param>
sealed class DatabaseRunDirectory(IFleetStore store, LedgerHome home, TimeProvider time, IHttpContextAccessor requests,
    ILogger<DatabaseRunDirectory> log) : IRunDirectory
{
    /// <inheritdoc/>
    public TimeProvider Time => time;

    /// <inheritdoc/>
    public KnownIntensities Intensities { get; } = new(KnownIntensities.OpenHistory(home.Root));

    /// <inheritdoc/>
    public RunListPage Find(RunListQuery query)
    {
        Note("list", null);
        return store.FindRuns(new Person(PersonName), query);
    }

    /// <inheritdoc/>
    public RunValues CountValues()
    {
        Note("list", null);
        return store.CountValues(new Person(PersonName));
    }

    /// <inheritdoc/>
    public LedgerSum SumUp() => store.SumUp(new Person(PersonName)).All;

    /// <inheritdoc/>
    public void TryRead()
    {
        try
        {
            // It opens the connection, and says so if it cannot.
            var holder = new Person(RequestPerson.TokenHolder);
            store.FindRuns(holder, new RunListQuery());
            store.CountValues(holder);
        }
        catch (LedgerUnavailableException error)
        {
            log.Warn(error.Message);
        }
    }

    /// <inheritdoc/>
    public ILedgerReader OpenReader() => new AuditedReader(store.OpenLedger(PersonName), Note);

    /// <inheritdoc/>
    public LedgerTotal Total(TotalQuery query)
    {
        Note("total", null);
        return store.Total(PersonName, query);
    }

    /// <inheritdoc/>
    /// <remarks>Those of the database, and those of the server's folder that have another scope or period.</remarks>
    public IReadOnlyList<BudgetState> CheckBudgets(DateTimeOffset? until = null)
    {
        var person = PersonName;
        var cancellationToken = requests.HttpContext?.RequestAborted ?? CancellationToken.None;
        var memberships = store.FindMembershipsAsync(person, cancellationToken).GetAwaiter().GetResult();
        var budgets = store.ListBudgetsAsync(cancellationToken).GetAwaiter().GetResult();
        return BudgetState.Check(
            budgets.Concat(new BudgetFile(home).Read().Where(own => !budgets.Any(own.HasSameScope)))
                .Where(budget => MaySee(budget, person, memberships)), until, time.GetUtcNow(), query => store.Total(person, query));
    }

    /// <inheritdoc/>
    public RunFolder? FindFolder(string id) => null;

    /// <inheritdoc/>
    /// <remarks>The person and their roles: when a role ends, what was kept for it is not answered any more.</remarks>
    public string ReaderKey
    {
        get
        {
            var person = PersonName;
            var roles = store.FindMembershipsAsync(person, CancellationToken.None).GetAwaiter().GetResult();
            return string.Join('\n', roles.Select(membership => $"{membership.Account}\t{membership.Role}").Prepend(person));
        }
    }

    /// <summary>Whose request it is. Without a request nothing is read.</summary>
    string PersonName => RequestPerson.Of(FindRequest()).Name;

    HttpContext FindRequest() => requests.HttpContext
        ?? throw new InvalidOperationException("The runs of a database are read for the person of a request, and there is no request.");

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
