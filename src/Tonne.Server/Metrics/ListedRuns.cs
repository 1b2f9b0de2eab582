using Tonne.Accounting;
using Tonne.Ledgers;
using Tonne.Ledgers.Listing;
using Tonne.Server.Api;

namespace Tonne.Server.Metrics;

/// <summary>The runs in memory as a ledger, so that a scrape does not read the ledger again.</summary>
/// <param name="runs">The runs.</param>
sealed class ListedRuns(IRunDirectory runs) : ILedgerReader
{
    const int MostRuns = 10_000;

    /// <inheritdoc/>
    public IReadOnlyList<RunSummary> ListRuns(LedgerQuery? query = null) =>
        runs.Find(new RunListQuery { Runs = query ?? LedgerQuery.All, Limit = query?.Limit ?? MostRuns }).Runs;

    /// <inheritdoc/>
    public RunLookupResult Find(string text) => runs.OpenReader().Find(text);

    /// <inheritdoc/>
    public LedgerEntry Load(string id) => runs.OpenReader().Load(id);
}
