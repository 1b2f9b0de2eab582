using Tonne.Ledgers;
using Tonne.Ledgers.PostgreSql;
using Tonne.Ledgers.PostgreSql.Exporting;
using Tonne.Ledgers.PostgreSql.Members;
using Tonne.Ledgers.PostgreSql.Nodes;
using Tonne.Ledgers.PostgreSql.Reading;
using Tonne.Ledgers.PostgreSql.Receiving;
using Tonne.Ledgers.Pushing;
using Tonne.Ledgers.Totals;
using Tonne.Server.Security;

namespace Tonne.Server.Fleet;

/// <summary>A fleet in PostgreSQL.</summary>
/// <remarks>Who has the server's token sees the runs of all accounts: to the database that is a person who owns the fleet.</remarks>
sealed class PostgresFleetStore : IFleetStore, IAsyncDisposable
{
    readonly PostgresDatabase _database;
    readonly PostgresRunLines _lines;
    readonly PostgresAudit _audit;
    readonly PostgresMembers _members;
    readonly PostgresParquetExport _parquet;

    /// <summary>Prepares connections; none is made yet.</summary>
    /// <param name="connectionString">As Npgsql takes it.</param>
    /// <param name="time">The clock.</param>
    /// <exception cref="FormatException">It is no connection string.</exception>
    public PostgresFleetStore(string connectionString, TimeProvider time)
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

        var person = new Person(RequestPerson.TokenHolder);
        (_lines, _audit, _members) =
            (new PostgresRunLines(_database, person), new PostgresAudit(_database), new PostgresMembers(_database));
        _parquet = new PostgresParquetExport(_database, person);
        (Receiver, Nodes) = (new PostgresPushReceiver(_database), new PostgresNodeRegistry(_database));
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
        return steps;
    }

    /// <inheritdoc/>
    public IAsyncEnumerable<PushedLine> ReadLinesAsync(CancellationToken cancellationToken) => _lines.ReadAsync(cancellationToken);

    /// <inheritdoc/>
    public Task<ParquetExportCount> WriteParquetAsync(string folder, ParquetExportQuery query, CancellationToken cancellationToken) =>
        _parquet.WriteAsync(folder, query, cancellationToken);

    /// <inheritdoc/>
    public Task NoteAsync(string by, string action, string subject, CancellationToken cancellationToken) =>
        _audit.AppendAsync(by, action, subject, cancellationToken);

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => _database.DisposeAsync();
}
