using Tonne.Accounting;
using Tonne.Ledgers;

namespace Tonne.Server.Api;

/// <summary>The summaries of all runs, kept in memory so that a list of 10,000 runs can be searched, sorted and paged at once.</summary>
/// <remarks>
/// A list is at most <see cref="FreshFor"/> old. New, removed and running runs are looked at each time. Runs that were recounted are noticed by the index,
/// from which they are removed; a file that was changed by hand within <see cref="WholeEvery"/>. Thread-safe.
/// </remarks>
/// <param name="home">The ledger.</param>
/// <param name="time">The clock.</param>
/// <param name="isReadOnly">Whether runs of recorders that were killed stay open.</param>
/// <param name="log">Receives messages for the user.</param>
sealed class RunDirectory(LedgerHome home, TimeProvider time, bool isReadOnly, ILogger<RunDirectory> log)
{
    static readonly TimeSpan FreshFor = TimeSpan.FromMilliseconds(250);
    static readonly TimeSpan WholeEvery = TimeSpan.FromSeconds(30);

    readonly Lock _lock = new();
    readonly Accountant _accountant = new();
    Dictionary<string, RunSummary> _runs = new(StringComparer.Ordinal);
    IReadOnlyList<RunSummary>? _sorted;
    (long Ticks, long Length) _index;
    long _checked;
    long _read;

    /// <summary>The folder.</summary>
    public LedgerHome Home => home;

    /// <summary>A ledger for one request: a ledger is for one thread at a time.</summary>
    public Ledger OpenLedger() => new(home, time, text => log.Warn(text));

    /// <summary>All runs, newest first.</summary>
    /// <exception cref="LedgerUnavailableException">The ledger cannot be read.</exception>
    public IReadOnlyList<RunSummary> Read()
    {
        lock (_lock)
        {
            if (_sorted is { } known && time.GetElapsedTime(_checked) < FreshFor)
                return known;
            var index = GetIndexStamp();
            if (_sorted is null || index != _index || time.GetElapsedTime(_read) > WholeEvery)
                ReadWhole();
            else
                ReadChanges();
            _checked = time.GetTimestamp();
            return _sorted!;
        }
    }

    void ReadWhole()
    {
        var ledger = OpenLedger();
        if (!isReadOnly)
            Close(ledger);
        var runs = ledger.ListRuns();
        _runs = runs.ToDictionary(run => run.Id, StringComparer.Ordinal);
        _sorted = runs;
        _index = GetIndexStamp();
        _read = time.GetTimestamp();
    }

    void ReadChanges()
    {
        var ledger = OpenLedger();
        var ids = home.GetRunFolders().Select(folder => folder.Id).ToHashSet(StringComparer.Ordinal);
        var changed = _runs.Keys.Where(id => !ids.Contains(id)).ToList();
        var hasChanged = changed.Count > 0;
        foreach (var id in changed)
            _runs.Remove(id);
        foreach (var id in ids.Where(id => !_runs.TryGetValue(id, out var run) || !run.HasFigures))
        {
            if (ledger.Find(id) is not RunLookupResult.One one || (_runs.TryGetValue(id, out var known) && known == one.Run))
                continue;
            _runs[id] = one.Run;
            hasChanged = true;
        }

        if (hasChanged)
            _sorted = [.. _runs.Values.OrderByDescending(run => run.StartedAt).ThenByDescending(run => run.Id, StringComparer.Ordinal)];
    }

    void Close(Ledger ledger)
    {
        var closed = ledger.CloseInterrupted(record =>
            _accountant.Account(record, FactorSelector.SelectFactors(record.Opening.Place, record.Opening.Machine)).CreateStatement(time.GetUtcNow()));
        foreach (var run in closed)
            log.Warn(run.Problem?.ToString() ?? $"{run.Id} had been left open and is closed from its trace.");
    }

    (long Ticks, long Length) GetIndexStamp()
    {
        var file = new FileInfo(home.Index);
        return file.Exists ? (file.LastWriteTimeUtc.Ticks, file.Length) : default;
    }
}
