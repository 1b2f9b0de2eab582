using Tonne.Accounting;

namespace Tonne.Ledgers;

/// <summary>Reads the runs of a ledger. Lists, single runs, totals and exports use only this interface.</summary>
public interface ILedgerReader
{
    /// <summary>Lists runs, newest first.</summary>
    /// <param name="query">The conditions; null for all runs.</param>
    /// <exception cref="LedgerUnavailableException">The ledger cannot be read.</exception>
    IReadOnlyList<RunSummary> ListRuns(LedgerQuery? query = null);

    /// <summary>
    /// Finds the run that a text identifies: <c>last</c>, an id, a name, a unique prefix of an id or of its suffix, in this order.
    /// </summary>
    /// <remarks><c>last</c> is the newest run that has ended.</remarks>
    /// <param name="text">The text as a person writes it.</param>
    /// <exception cref="LedgerUnavailableException">The ledger cannot be read.</exception>
    RunLookupResult Find(string text);

    /// <summary>Loads the record and the statements of one run.</summary>
    /// <param name="id">Its whole id.</param>
    /// <exception cref="LedgerDamagedException">The record differs from what was written, or no statement can be read.</exception>
    /// <exception cref="LedgerUnavailableException">There is no such run, it has not ended, or it cannot be read.</exception>
    LedgerEntry Load(string id);

    /// <summary>Loads the runs with figures that match a query, oldest first, one at a time.</summary>
    /// <param name="query">The conditions; null for all runs. Its limit counts from the newest.</param>
    /// <exception cref="LedgerDamagedException">A record differs from what was written.</exception>
    /// <exception cref="LedgerUnavailableException">The ledger cannot be read.</exception>
    IEnumerable<LedgerEntry> LoadRuns(LedgerQuery? query = null) =>
        ListRuns((query ?? LedgerQuery.All) with { WithFigures = true }).Reverse().Select(run => Load(run.Id));
}
