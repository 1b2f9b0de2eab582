using Tonne.Accounting;
using Tonne.Ledgers;

namespace Tonne.Server.Fleet;

/// <summary>A ledger whose every reading is noted before anything of it is answered.</summary>
/// <param name="ledger">The ledger.</param>
/// <param name="note">Notes an action and its subject; null for the address that is asked for.</param>
sealed class AuditedReader(ILedgerReader ledger, Action<string, string?> note) : ILedgerReader
{
    /// <inheritdoc/>
    public IReadOnlyList<RunSummary> ListRuns(LedgerQuery? query = null)
    {
        note("list", null);
        return ledger.ListRuns(query);
    }

    /// <inheritdoc/>
    public RunLookupResult Find(string text) => ledger.Find(text);

    /// <inheritdoc/>
    public LedgerEntry Load(string id)
    {
        var entry = ledger.Load(id);
        note("read", entry.Record.Opening.Job?.Account is { } account ? $"run {id}, account {account}" : $"run {id}");
        return entry;
    }
}
