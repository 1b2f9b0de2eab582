using Tonne.Instruments.Feeds;
using Tonne.Ledgers;
using Tonne.Ledgers.Budgets;
using Tonne.Ledgers.RunFolders;
using Tonne.Ledgers.Totals;
using Tonne.Server.Api;

namespace Tonne.Server.Fleet;

/// <summary>The runs of a fleet's database. What people read of them goes to the audit log first.</summary>
/// <remarks>
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
    static readonly TimeSpan LeastFresh = TimeSpan.FromSeconds(2);

    readonly Lock _lock = new();
    IReadOnlyList<RunSummary>? _runs;
    TimeSpan _freshFor;
    long _read;

    /// <inheritdoc/>
    public TimeProvider Time => time;

    /// <inheritdoc/>
    public KnownIntensities Intensities { get; } = new(KnownIntensities.OpenHistory(home.Root));

    /// <inheritdoc/>
    public IReadOnlyList<RunSummary> Read()
    {
        Note("list", null);
        return ReadKnown();
    }

    /// <inheritdoc/>
    public void TryRead()
    {
        try
        {
            // It opens the connection, and says so if it cannot; a list that is kept from now on would miss what is pushed next.
            store.Ledger.ListRuns(new LedgerQuery { Limit = 1 });
        }
        catch (LedgerUnavailableException error)
        {
            log.Warn(error.Message);
        }
    }

    /// <inheritdoc/>
    public ILedgerReader OpenReader() => new AuditedReader(store.Ledger, Note);

    /// <inheritdoc/>
    public LedgerTotal Total(TotalQuery query)
    {
        Note("total", null);
        return store.Total(query);
    }

    /// <inheritdoc/>
    /// <remarks>Those of the database, and those of the server's folder that have another scope or period.</remarks>
    public IReadOnlyList<BudgetState> CheckBudgets(DateTimeOffset? until = null)
    {
        var budgets = store.ListBudgetsAsync(requests.HttpContext?.RequestAborted ?? CancellationToken.None).GetAwaiter().GetResult();
        return BudgetState.Check(
            [.. budgets, .. new BudgetFile(home).Read().Where(own => !budgets.Any(own.HasSameScope))], until, time.GetUtcNow(),
                store.Total);
    }

    /// <inheritdoc/>
    public RunFolder? FindFolder(string id) => null;

    IReadOnlyList<RunSummary> ReadKnown()
    {
        lock (_lock)
        {
            if (_runs is { } known && time.GetElapsedTime(_read) < _freshFor)
                return known;
            var began = time.GetTimestamp();
            _runs = store.Ledger.ListRuns();
            _read = time.GetTimestamp();
            var cost = CostShare * time.GetElapsedTime(began, _read);
            _freshFor = cost > LeastFresh ? cost : LeastFresh;
            return _runs;
        }
    }

    /// <summary>Notes that somebody reads. Prometheus, which gets sums only, is nobody.</summary>
    void Note(string action, string? subject)
    {
        if (requests.HttpContext is not { } context || context.Request.Path == "/metrics")
            return;
        var asked = $"{context.Request.Path}{context.Request.QueryString}";
        store.NoteAsync(RequestPerson.Describe(context), action, subject ?? Formatting.TextSanitizer.ToOneLine(asked),
            context.RequestAborted).GetAwaiter().GetResult();
    }
}
