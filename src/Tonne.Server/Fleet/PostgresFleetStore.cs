using Tonne.Ledgers;
using Tonne.Ledgers.Listing;
using Tonne.Ledgers.Budgets;
using Tonne.Ledgers.PostgreSql;
using Tonne.Ledgers.PostgreSql.Budgets;
using Tonne.Ledgers.PostgreSql.Exporting;
using Tonne.Ledgers.PostgreSql.Members;
using Tonne.Ledgers.PostgreSql.Nodes;
using Tonne.Ledgers.PostgreSql.Reading;
using Tonne.Ledgers.PostgreSql.Receipts;
using Tonne.Ledgers.PostgreSql.Receiving;
using Tonne.Ledgers.PostgreSql.Recounting;
using Tonne.Ledgers.Pushing;
using Tonne.Ledgers.Totals;
using Tonne.Server.Security;

namespace Tonne.Server.Fleet;

/// <summary>A fleet in PostgreSQL.</summary>
/// <remarks>Who has the server's token sees the runs of all accounts: to the database that is a person who owns the fleet.</remarks>
sealed class PostgresFleetStore : IFleetStore, IAsyncDisposable
{
    readonly PostgresDatabase _database;
    readonly PostgresRunList _list;
    readonly PostgresRunSum _sum;
    readonly PostgresRunLines _lines;
    readonly PostgresAudit _audit;
    readonly PostgresMembers _members;
    readonly PostgresParquetExport _parquet;
    readonly PostgresHourlyExport _hourly;
    readonly PostgresBudgets _budgets;

    /// <summary>Prepares connections; none is made yet.</summary>
    /// <param name="connectionString">As Npgsql takes it.</param>
    /// <param name="time">The clock.</param>
    /// <param name="signer">Signs what is kept of a node. Default: null, nothing is signed.</param>
    /// <exception cref="FormatException">It is no connection string.</exception>
    public PostgresFleetStore(string connectionString, TimeProvider time, ReceiptSigner? signer = null)
    {
        try
        {
            _database = new PostgresDatabase(connectionString, time);
        }
        catch (Exception error) when (error is ArgumentException or NotSupportedException)
        {
            // The message of Npgsql names the word that it does not know, and no value.
            throw new FormatException($"the address of the database: {error.Message}", error);
        }

        var holder = new Person(RequestPerson.TokenHolder);
        (_lines, _audit, _members) =
            (new PostgresRunLines(_database, holder), new PostgresAudit(_database), new PostgresMembers(_database));
        (_list, _sum) = (new PostgresRunList(_database), new PostgresRunSum(_database));
        (_parquet, _budgets) = (new PostgresParquetExport(_database, holder), new PostgresBudgets(_database));
        _hourly = new PostgresHourlyExport(_database, holder, time);
        (Receiver, Nodes) = (new PostgresPushReceiver(_database, signer), new PostgresNodeRegistry(_database));
    }

    /// <inheritdoc/>
    public string Name => _database.Place;

    /// <inheritdoc/>
    public IPushReceiver Receiver { get; }

    /// <inheritdoc/>
    public INodeRegistry Nodes { get; }

    /// <inheritdoc/>
    public ILedgerReader OpenLedger(string person) => new PostgresLedger(_database, new Person(person));

    /// <inheritdoc/>
    public RunListPage FindRuns(Person person, RunListQuery query) => _list.Find(person, query);

    /// <inheritdoc/>
    public RunValues CountValues(Person person) => _list.CountValues(person);

    /// <inheritdoc/>
    public RunSums SumUp(Person person) => _sum.SumUp(person);

    /// <inheritdoc/>
    public LedgerTotal Total(string person, TotalQuery query) => new PostgresLedger(_database, new Person(person)).Total(query);

    /// <inheritdoc/>
    public Task<IReadOnlyList<Membership>> FindMembershipsAsync(string? person, CancellationToken cancellationToken) =>
        person is null ? _members.ListAsync(cancellationToken) : _members.FindAsync(person, cancellationToken);

    /// <inheritdoc/>
    public Task GrantAsync(Membership membership, string by, CancellationToken cancellationToken) =>
        _members.SetAsync(membership, by, cancellationToken);

    /// <inheritdoc/>
    public Task<bool> UngrantAsync(string person, string account, string by, CancellationToken cancellationToken) =>
        _members.RemoveAsync(person, account, by, cancellationToken);

    /// <inheritdoc/>
    public Task<IReadOnlyList<AuditLine>> ReadAuditAsync(
        DateTimeOffset? since, string? person, int limit, CancellationToken cancellationToken) =>
        _audit.ReadAsync(since, person, limit, cancellationToken);

    /// <inheritdoc/>
    public async Task<int> MigrateAsync(string by, CancellationToken cancellationToken)
    {
        var steps = await _database.MigrateAsync(cancellationToken).ConfigureAwait(false);
        var owner = new Membership(RequestPerson.TokenHolder, Membership.AllAccounts, MemberRole.Owner);
        if (!(await _members.ListAsync(cancellationToken).ConfigureAwait(false)).Contains(owner))
            await _members.SetAsync(owner, by, cancellationToken).ConfigureAwait(false);
        // Rows of another version are made again from their lines; also those of an upgrade that was stopped meanwhile.
        var receiver = new PostgresPushReceiver(_database);
        foreach (var node in await Nodes.ListAsync(cancellationToken).ConfigureAwait(false))
            await receiver.RewriteAsync(node.Name, cancellationToken).ConfigureAwait(false);
        return steps;
    }

    /// <inheritdoc/>
    public IAsyncEnumerable<PushedLine> ReadLinesAsync(CancellationToken cancellationToken) => _lines.ReadAsync(cancellationToken);

    /// <inheritdoc/>
    public Task<ParquetExportCount> WriteParquetAsync(string folder, ExportQuery query, CancellationToken cancellationToken) =>
        _parquet.WriteAsync(folder, query, cancellationToken);

    /// <inheritdoc/>
    public Task<HourlyExportCount> WriteHourlyAsync(string path, ExportQuery query, CancellationToken cancellationToken) =>
        _hourly.WriteAsync(path, query, cancellationToken);

    /// <inheritdoc/>
    public Task AddKeyAsync(ReceiptSigner? former, ReceiptSigner next, CancellationToken cancellationToken) =>
        new PostgresReceipts(_database).AddKeyAsync(former, next, cancellationToken);

    /// <inheritdoc/>
    public Task<ChainReport> VerifyAsync(IReadOnlyList<PushReceipt> held, CancellationToken cancellationToken) =>
        new PostgresReceipts(_database).VerifyAsync(held, cancellationToken);

    /// <inheritdoc/>
    public IFleetRecount OpenRecount(StoredRunRecount recount) => new PostgresRecount(_database, recount);
    public Task<IReadOnlyList<Budget>> ListBudgetsAsync(CancellationToken cancellationToken) => _budgets.ListAsync(cancellationToken);

    /// <inheritdoc/>
    public Task SetBudgetAsync(Budget budget, string by, CancellationToken cancellationToken) => _budgets.SetAsync(budget, by,
        cancellationToken);

    /// <inheritdoc/>
    public Task<int> RemoveBudgetsAsync(string? project, string? account, string? user, string by, CancellationToken cancellationToken) =>
        _budgets.RemoveAsync(project, account, user, by, cancellationToken);

    /// <inheritdoc/>
    public Task NoteAsync(string by, string action, string subject, CancellationToken cancellationToken) =>
        _audit.AppendAsync(by, action, subject, cancellationToken);

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => _database.DisposeAsync();
}
