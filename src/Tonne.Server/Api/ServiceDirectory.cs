using Tonne.Accounting;
using Tonne.Formatting;
using Tonne.Ledgers;
using Tonne.Ledgers.Calls;
using Tonne.Reporting.Services;
using Tonne.Services.Accounts;
using Tonne.Services.Recording;
using Tonne.Services.Requests;

namespace Tonne.Server.Api;

/// <summary>The services of the ledger with their figures, as <c>tonne service show</c> computes them.</summary>
/// <remarks>
/// A service that is recorded now is read with the day's trace, so its figures are kept for 5 s, or 20 times as long as computing them
/// took: they take a twentieth of a core at most, however often they are asked for. Thread-safe.
/// </remarks>
/// <param name="runs">The runs of a folder; null where a database has them, which knows no services.</param>
/// <param name="isReadOnly">Whether hours that a recorder which was killed has left stay uncomputed.</param>
/// <param name="log">Receives messages for the user.</param>
sealed class ServiceDirectory(RunDirectory? runs, bool isReadOnly, ILogger<ServiceDirectory> log)
{
    const int CostShare = 20;
    static readonly TimeSpan FreshFor = TimeSpan.FromSeconds(5);

    readonly Lock _lock = new();
    readonly Accountant _accountant = new();
    readonly Dictionary<string, Known> _known = new(StringComparer.Ordinal);

    /// <summary>All services, by name.</summary>
    public IReadOnlyList<ServiceDocument> ReadAll() =>
        runs is null ? [] : [.. ServiceFolder.ListNames(runs.Home).Select(name => ReadKnown(runs, ServiceFolder.Open(runs.Home, name)))];

    /// <summary>One service.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="since">Hours that begin before it are left out. Default: null, none.</param>
    /// <exception cref="RequestProblemException">There is none of that name.</exception>
    public ServiceDocument Read(string name, DateTimeOffset? since = null)
    {
        if (runs is null)
        {
            throw new RequestProblemException(
                StatusCodes.Status404NotFound, "a database has runs only, no services", "path", "On the node that records the service: tonne service show, or tonne serve.");
        }

        var names = ServiceFolder.ListNames(runs.Home);
        if (!names.Contains(name, StringComparer.Ordinal))
        {
            throw new RequestProblemException(
                StatusCodes.Status404NotFound, $"there is no service '{TextSanitizer.ToOneLine(name)}'", "path",
                names.Count > 0 ? $"There are {string.Join(", ", names)}."
                    : "No service is recorded yet: tonne service run --name chat -- COMMAND.");
        }

        var folder = ServiceFolder.Open(runs.Home, name);
        if (since is null)
            return ReadKnown(runs, folder);
        lock (_lock)
            return Compute(runs, folder, since);
    }

    ServiceDocument ReadKnown(RunDirectory runs, ServiceFolder folder)
    {
        lock (_lock)
        {
            // A service that has just been begun or ended is read anew.
            if (_known.TryGetValue(folder.Name, out var known) && runs.Time.GetElapsedTime(known.At) < known.FreshFor
                && known.Document.IsRecorded == folder.IsRecorded)
            {
                return known.Document;
            }

            var began = runs.Time.GetTimestamp();
            var document = Compute(runs, folder, since: null);
            var cost = CostShare * runs.Time.GetElapsedTime(began);
            _known[folder.Name] = new Known(document, runs.Time.GetTimestamp(), cost > FreshFor ? cost : FreshFor);
            return document;
        }
    }

    ServiceDocument Compute(RunDirectory runs, ServiceFolder folder, DateTimeOffset? since)
    {
        var ledger = runs.OpenLedger();
        if (!isReadOnly && !folder.IsRecorded)
            TrySettle(folder, ledger);
        var account = ServiceAccount.Read(
            ledger, folder, record => _accountant.Account(record, FactorSelector.SelectFactors(record, runs.Intensities)), since);
        return ServiceDocument.From(ServiceReport.From(account, runs.Time.GetUtcNow(), calls: ReadCalls(runs, since)));
    }

    CallReading? ReadCalls(RunDirectory runs, DateTimeOffset? since)
    {
        try
        {
            return new CallLog(runs.Home).Read(since);
        }
        catch (LedgerUnavailableException error)
        {
            log.Warn($"the calls of the ledger could not be read: {error.Message}");
            return null;
        }
    }

    void TrySettle(ServiceFolder folder, Ledger ledger)
    {
        try
        {
            folder.SettleLeft(ledger, ServedModelWork.Find);
        }
        catch (Exception error) when (error is LedgerUnavailableException or LedgerDamagedException or IOException
            or UnauthorizedAccessException)
        {
            log.Warn($"the hours that are left of the service {folder.Name} could not be computed: {error.Message}");
        }
    }

    sealed record Known(ServiceDocument Document, long At, TimeSpan FreshFor);
}
