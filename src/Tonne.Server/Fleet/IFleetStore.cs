using Tonne.Ledgers;
using Tonne.Ledgers.Listing;
using Tonne.Ledgers.Budgets;
using Tonne.Ledgers.PostgreSql.Exporting;
using Tonne.Ledgers.PostgreSql.Reading;
using Tonne.Ledgers.PostgreSql.Recounting;
using Tonne.Ledgers.PostgreSql.Receipts;
using Tonne.Ledgers.PostgreSql.Members;
using Tonne.Ledgers.PostgreSql.Nodes;
using Tonne.Ledgers.Pushing;
using Tonne.Ledgers.Totals;

namespace Tonne.Server.Fleet;

/// <summary>
/// What the server needs of a fleet's database. Thread-safe; it has no state of its own, so several servers may use one database.
/// </summary>
interface IFleetStore
{
    /// <summary>Which database it is, for people: without a password.</summary>
    string Name { get; }

    /// <summary>Keeps what nodes push.</summary>
    IPushReceiver Receiver { get; }

    /// <summary>The nodes, their codes and keys.</summary>
    INodeRegistry Nodes { get; }

    /// <summary>The runs that a person may see.</summary>
    /// <param name="person">Name of the person.</param>
    ILedgerReader OpenLedger(string person);

    /// <summary>A part of the list of the runs that a person may see.</summary>
    /// <exception cref="LedgerUnavailableException">The database cannot be read.</exception>
    RunListPage FindRuns(Person person, RunListQuery query);

    /// <summary>The values by which the runs that a person may see can be filtered.</summary>
    /// <exception cref="LedgerUnavailableException">The database cannot be read.</exception>
    RunValues CountValues(Person person);

    /// <summary>The sum of all runs that a person may see, each joule once.</summary>
    /// <exception cref="LedgerUnavailableException">The database cannot be read.</exception>
    RunSums SumUp(Person person);

    /// <summary>Sums over the runs that a person may see, each joule once.</summary>
    /// <param name="person">Name of the person.</param>
    /// <param name="query">What is counted, and the groups.</param>
    /// <exception cref="LedgerUnavailableException">The database cannot be read.</exception>
    LedgerTotal Total(string person, TotalQuery query);

    /// <summary>Who has which role in which account.</summary>
    /// <param name="person">Name of a person; null for all.</param>
    /// <param name="cancellationToken">Stops it.</param>
    /// <exception cref="LedgerUnavailableException">The database cannot be read.</exception>
    Task<IReadOnlyList<Membership>> FindMembershipsAsync(string? person, CancellationToken cancellationToken);

    /// <summary>Gives a person a role in an account, in place of the one they had.</summary>
    /// <param name="membership">The membership.</param>
    /// <param name="by">Who does it, for the audit log.</param>
    /// <param name="cancellationToken">Stops it.</param>
    /// <exception cref="LedgerUnavailableException">The database cannot be used.</exception>
    Task GrantAsync(Membership membership, string by, CancellationToken cancellationToken);

    /// <summary>Ends a membership.</summary>
    /// <param name="person">Name of the person.</param>
    /// <param name="account">The account.</param>
    /// <param name="by">Who does it, for the audit log.</param>
    /// <param name="cancellationToken">Stops it.</param>
    /// <returns>False if there was none.</returns>
    /// <exception cref="LedgerUnavailableException">The database cannot be used.</exception>
    Task<bool> UngrantAsync(string person, string account, string by, CancellationToken cancellationToken);

    /// <summary>The newest lines of the audit log, oldest first.</summary>
    /// <param name="since">Lines at this time or later; null for all.</param>
    /// <param name="person">What this person did, and what was done to their memberships; null for everybody.</param>
    /// <param name="limit">Most lines, at least 1.</param>
    /// <param name="cancellationToken">Stops it.</param>
    /// <exception cref="LedgerUnavailableException">The database cannot be read.</exception>
    Task<IReadOnlyList<AuditLine>> ReadAuditAsync(DateTimeOffset? since, string? person, int limit, CancellationToken cancellationToken);

    /// <summary>Brings the database up to date, however many servers do so at the same time.</summary>
    /// <param name="by">Who does it, for the audit log.</param>
    /// <param name="cancellationToken">Stops it.</param>
    /// <returns>Number of steps that were applied; 0 if there was nothing to do.</returns>
    /// <exception cref="LedgerUnavailableException">It cannot be reached or changed.</exception>
    Task<int> MigrateAsync(string by, CancellationToken cancellationToken);

    /// <summary>The lines of all runs, those of each together, in the order of their sequence.</summary>
    /// <param name="cancellationToken">Stops it.</param>
    /// <exception cref="LedgerUnavailableException">The database cannot be read.</exception>
    IAsyncEnumerable<PushedLine> ReadLinesAsync(CancellationToken cancellationToken);

    /// <summary>Writes the runs as Parquet files; those that are there are replaced, others stay.</summary>
    /// <param name="folder">The folder of the data set.</param>
    /// <param name="query">Which runs.</param>
    /// <param name="cancellationToken">Stops it; files that are complete stay.</param>
    /// <exception cref="LedgerUnavailableException">The database cannot be read.</exception>
    /// <exception cref="IOException">The files cannot be written.</exception>
    Task<ParquetExportCount> WriteParquetAsync(string folder, ExportQuery query, CancellationToken cancellationToken);

    /// <summary>Writes energy by hour, account and zone as CSV; a file that is there is replaced when the new one is complete.</summary>
    /// <param name="path">The file.</param>
    /// <param name="query">Which hours and account.</param>
    /// <param name="cancellationToken">Stops it; a file that was there stays.</param>
    /// <exception cref="LedgerUnavailableException">The database cannot be read.</exception>
    /// <exception cref="IOException">The file cannot be written.</exception>
    Task<HourlyExportCount> WriteHourlyAsync(string path, ExportQuery query, CancellationToken cancellationToken);

    /// <summary>Takes a new key for receipts into use.</summary>
    /// <param name="former">The key that was used until now, which signs the new one; null if there was none.</param>
    /// <param name="next">The new key.</param>
    /// <param name="cancellationToken">Stops it.</param>
    /// <exception cref="LedgerUnavailableException">The database cannot be used.</exception>
    Task AddKeyAsync(ReceiptSigner? former, ReceiptSigner next, CancellationToken cancellationToken);

    /// <summary>Checks the lines against what was signed of them.</summary>
    /// <param name="held">Receipts that nodes have kept.</param>
    /// <param name="cancellationToken">Stops it.</param>
    /// <exception cref="LedgerUnavailableException">The database cannot be read.</exception>
    Task<ChainReport> VerifyAsync(IReadOnlyList<PushReceipt> held, CancellationToken cancellationToken);

    /// <summary>Opens the recount of its runs.</summary>
    /// <param name="recount">Accounts a run.</param>
    IFleetRecount OpenRecount(StoredRunRecount recount);
    /// <summary>The budgets of the fleet.</summary>
    /// <param name="cancellationToken">Stops it.</param>
    /// <exception cref="LedgerUnavailableException">The database cannot be read.</exception>
    Task<IReadOnlyList<Budget>> ListBudgetsAsync(CancellationToken cancellationToken);

    /// <summary>Sets a budget of the fleet; one of the same scope and period is replaced.</summary>
    /// <param name="budget">The budget.</param>
    /// <param name="by">Who does it, for the audit log.</param>
    /// <param name="cancellationToken">Stops it.</param>
    /// <exception cref="LedgerUnavailableException">The database cannot be changed.</exception>
    Task SetBudgetAsync(Budget budget, string by, CancellationToken cancellationToken);

    /// <summary>Removes the budgets of a scope, whatever their limits and periods.</summary>
    /// <param name="project">Project; null for any.</param>
    /// <param name="account">Account; null for any.</param>
    /// <param name="user">User; null for any.</param>
    /// <param name="by">Who does it, for the audit log.</param>
    /// <param name="cancellationToken">Stops it.</param>
    /// <returns>How many were removed.</returns>
    /// <exception cref="LedgerUnavailableException">The database cannot be changed.</exception>
    Task<int> RemoveBudgetsAsync(string? project, string? account, string? user, string by, CancellationToken cancellationToken);

    /// <summary>Adds a line to the audit log.</summary>
    /// <param name="by">Who.</param>
    /// <param name="action">What was done: <c>read</c>, <c>list</c> or <c>total</c>.</param>
    /// <param name="subject">To what: the id of a run with its account, or the address that was asked for.</param>
    /// <param name="cancellationToken">Stops it.</param>
    /// <exception cref="LedgerUnavailableException">It could not be written; then nothing is answered.</exception>
    Task NoteAsync(string by, string action, string subject, CancellationToken cancellationToken);
}
