using Tonne.Instruments.Feeds;
using Tonne.Ledgers;
using Tonne.Ledgers.Budgets;
using Tonne.Ledgers.Listing;
using Tonne.Ledgers.RunFolders;
using Tonne.Ledgers.Totals;

namespace Tonne.Server.Api;

/// <summary>The runs that the server answers about: those of a folder, or those of a fleet's database. Thread-safe.</summary>
interface IRunDirectory
{
    /// <summary>The clock.</summary>
    TimeProvider Time { get; }

    /// <summary>Intensities by the hour, for runs that are accounted here.</summary>
    KnownIntensities Intensities { get; }

    /// <summary>For whom runs are read now: what is kept of them is kept for this key alone. It changes with what the person may
    /// see.</summary>
    /// <exception cref="LedgerUnavailableException">The ledger cannot be read.</exception>
    string ReaderKey { get; }

    /// <summary>A part of the list of runs.</summary>
    /// <exception cref="LedgerUnavailableException">The ledger cannot be read.</exception>
    RunListPage Find(RunListQuery query);

    /// <summary>The values by which runs can be filtered; a few seconds old, or with very many runs some time.</summary>
    /// <exception cref="LedgerUnavailableException">The ledger cannot be read.</exception>
    RunValues CountValues();

    /// <summary>The sum of all runs, as <see cref="Total"/> has it, at most a few seconds old, or with very many runs some time.</summary>
    /// <exception cref="LedgerUnavailableException">The ledger cannot be read.</exception>
    LedgerSum SumUp();

    /// <summary>Reads the list ahead, whether that succeeds or not.</summary>
    void TryRead();

    /// <summary>A reader for one request: a reader is for one thread at a time.</summary>
    ILedgerReader OpenReader();

    /// <summary>Sums over runs, each joule once.</summary>
    /// <exception cref="LedgerUnavailableException">The ledger cannot be read.</exception>
    LedgerTotal Total(TotalQuery query);

    /// <summary>The budgets, and what the runs used of them at a time.</summary>
    /// <param name="until">The time, not included. Default: null, now.</param>
    /// <exception cref="LedgerUnavailableException">The ledger cannot be read.</exception>
    IReadOnlyList<BudgetState> CheckBudgets(DateTimeOffset? until = null);

    /// <summary>The folder of a run with its trace; null where there are no folders.</summary>
    RunFolder? FindFolder(string id);
}
