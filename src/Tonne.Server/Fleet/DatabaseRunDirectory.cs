using Tonne.Instruments.Feeds;
using Tonne.Ledgers;
using Tonne.Ledgers.Budgets;
using Tonne.Ledgers.Listing;
using Tonne.Ledgers.RunFolders;
using Tonne.Ledgers.Totals;
using Tonne.Server.Api;

namespace Tonne.Server.Fleet;

/// <summary>The runs of a fleet's database. What people read of them goes to the audit log first.</summary>
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
        return store.FindRuns(store.Reader, query);
    }

    /// <inheritdoc/>
    public RunValues CountValues()
    {
        Note("list", null);
        return store.CountValues(store.Reader);
    }

    /// <inheritdoc/>
    public LedgerSum SumUp() => store.SumUp(store.Reader);

    /// <inheritdoc/>
    public void TryRead()
    {
        try
        {
            // It opens the connection, and says so if it cannot.
            store.FindRuns(store.Reader, new RunListQuery());
            store.CountValues(store.Reader);
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
