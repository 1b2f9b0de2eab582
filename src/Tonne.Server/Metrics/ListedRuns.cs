using Tonne.Accounting;
using Tonne.Ledgers;
using Tonne.Server.Api;

namespace Tonne.Server.Metrics;

/// <summary>The runs in memory as a ledger, so that a scrape does not read the ledger again.</summary>
/// <param name="runs">The runs.</param>
sealed class ListedRuns(IRunDirectory runs) : ILedgerReader
{
    /// <inheritdoc/>
    public IReadOnlyList<RunSummary> ListRuns(LedgerQuery? query = null) => [.. runs.Read().Where((query ?? LedgerQuery.All).Matches).Take(query?.Limit ?? int.MaxValue)];

    /// <inheritdoc/>
    public RunLookupResult Find(string text) => runs.OpenReader().Find(text);

    /// <inheritdoc/>
    public LedgerEntry Load(string id) => runs.OpenReader().Load(id);
}
