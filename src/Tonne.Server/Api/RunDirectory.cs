using Tonne.Accounting;
using Tonne.Instruments.Feeds;
using Tonne.Ledgers;
using Tonne.Ledgers.Budgets;
using Tonne.Ledgers.Listing;
using Tonne.Ledgers.RunFolders;
using Tonne.Ledgers.Totals;

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
sealed class RunDirectory(LedgerHome home, TimeProvider time, bool isReadOnly, ILogger<RunDirectory> log) : IRunDirectory
{
    static readonly TimeSpan FreshFor = TimeSpan.FromMilliseconds(250);
    static readonly TimeSpan WholeEvery = TimeSpan.FromSeconds(30);

    // The time of a folder has the resolution of the kernel's clock: a change that follows at once may leave it as it is.
    static readonly TimeSpan FolderTimeSettled = TimeSpan.FromMilliseconds(200);

    readonly Lock _lock = new();
    readonly Accountant _accountant = new();
    Dictionary<string, RunSummary> _runs = new(StringComparer.Ordinal);
    IReadOnlyList<RunSummary>? _sorted;
    Task _whole = Task.CompletedTask;
    (long Ticks, long Length) _index;
    string? _folders;
    long _checked;
    long _read;

    /// <summary>The folder.</summary>
    public LedgerHome Home => home;

    /// <inheritdoc/>
    public TimeProvider Time => time;

    /// <inheritdoc/>
    public KnownIntensities Intensities { get; } = new(KnownIntensities.OpenHistory(home.Root));

    /// <inheritdoc/>
    /// <remarks>Who may ask at all sees the whole folder.</remarks>
    public string ReaderKey => "";

    /// <summary>A ledger for one request: a ledger is for one thread at a time.</summary>
    public Ledger OpenLedger() => new(home, time, log.Warn);

    /// <inheritdoc/>
    public ILedgerReader OpenReader() => OpenLedger();

    /// <inheritdoc/>
    public LedgerTotal Total(TotalQuery query) => OpenLedger().Total(query);

    /// <inheritdoc/>
    public IReadOnlyList<BudgetState> CheckBudgets(DateTimeOffset? until = null) => OpenLedger().CheckBudgets(new BudgetFile(home).Read(),
        until);

    /// <inheritdoc/>
    public RunFolder? FindFolder(string id) => home.GetRunFolder(id);

    /// <inheritdoc/>
    public RunListPage Find(RunListQuery query) => RunList.Find(Read(), query);

    /// <inheritdoc/>
    public RunValues CountValues() => RunValues.Count(Read());

    /// <inheritdoc/>
    public LedgerSum SumUp() => LedgerSum.From(LedgerTotal.Of(Read()).Sum);

    IReadOnlyList<RunSummary> Read()
    {
        lock (_lock)
        {
            if (_sorted is { } known && time.GetElapsedTime(_checked) < FreshFor)
                return known;
            if (_sorted is null || GetIndexStamp() != _index)
                ReadWhole();
            else
                ReadChanges();
            if (time.GetElapsedTime(_read) > WholeEvery && _whole.IsCompleted)
                _whole = Task.Run(ReadWholeBeside);
            _checked = time.GetTimestamp();
            return _sorted!;
        }
    }

    /// <inheritdoc/>
    public void TryRead()
    {
        try
        {
            Read();
        }
        catch (Exception error) when (error is LedgerUnavailableException or IOException or UnauthorizedAccessException)
        {
            log.Warn(error.Message);
        }
    }

    /// <summary>Reads all while lists are answered from what is known.</summary>
    void ReadWholeBeside()
    {
        try
        {
            var runs = List();
            lock (_lock)
                Take(runs);
        }
        catch (Exception error) when (error is LedgerUnavailableException or IOException or UnauthorizedAccessException)
        {
            // The next list finds that too, and says so.
            log.Warn(error.Message);
        }
    }

    void ReadWhole() => Take(List());

    IReadOnlyList<RunSummary> List()
    {
        var ledger = OpenLedger();
        if (!isReadOnly)
            Close(ledger);
        return ledger.ListRuns();
    }

    void Take(IReadOnlyList<RunSummary> runs)
    {
        _runs = runs.ToDictionary(run => run.Id, StringComparer.Ordinal);
        _sorted = runs;
        _index = GetIndexStamp();
        _folders = null;
        _read = time.GetTimestamp();
    }

    void ReadChanges()
    {
        var ledger = OpenLedger();
        var hasChanged = false;
        if (GetFolderStamp() is not { } stamp || stamp != _folders)
        {
            _folders = GetFolderStamp();
            var ids = home.GetRunFolders().Select(folder => folder.Id).ToHashSet(StringComparer.Ordinal);
            foreach (var id in _runs.Keys.Where(id => !ids.Contains(id)).ToList())
                hasChanged |= _runs.Remove(id);
            foreach (var id in ids.Where(id => !_runs.ContainsKey(id)))
                hasChanged |= ReadRun(ledger, id);
        }

        foreach (var id in _runs.Values.Where(run => !run.HasFigures).Select(run => run.Id).ToList())
            hasChanged |= ReadRun(ledger, id);
        if (hasChanged)
            _sorted = [.. _runs.Values.OrderByDescending(run => run.StartedAt).ThenByDescending(run => run.Id, StringComparer.Ordinal)];
    }

    bool ReadRun(Ledger ledger, string id)
    {
        if (ledger.Find(id) is not RunLookupResult.One one || (_runs.TryGetValue(id, out var known) && known == one.Run))
            return false;
        _runs[id] = one.Run;
        return true;
    }

    /// <summary>The times of the folders that runs are made in; null if one has just changed, so that its time may not show the next change.</summary>
    string? GetFolderStamp()
    {
        if (!Directory.Exists(home.Runs))
            return "";
        var times = Directory.EnumerateDirectories(home.Runs).Append(home.Runs).Select(Directory.GetLastWriteTimeUtc).ToList();
        return time.GetUtcNow().UtcDateTime - times.Max() < FolderTimeSettled ? null : string.Join(' ', times.Select(each => each.Ticks));
    }

    void Close(Ledger ledger)
    {
        var closed = ledger.CloseInterrupted(record =>
            _accountant.Account(record, FactorSelector.SelectFactors(record, Intensities)).CreateStatement(time.GetUtcNow()));
        foreach (var run in closed)
            log.Warn(run.Problem?.ToString() ?? $"{run.Id} had been left open and is closed from its trace.");
    }

    (long Ticks, long Length) GetIndexStamp()
    {
        var file = new FileInfo(home.Index);
        return file.Exists ? (file.LastWriteTimeUtc.Ticks, file.Length) : default;
    }
}
