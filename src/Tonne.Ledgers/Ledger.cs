using Tonne.Accounting;
using Tonne.Ledgers.Auditing;
using Tonne.Ledgers.Budgets;
using Tonne.Ledgers.Calls;
using Tonne.Ledgers.ImportExport;
using Tonne.Ledgers.RunFolders;
using Tonne.Ledgers.Indexing;
using Tonne.Ledgers.Totals;
using Tonne.Recording;
using Tonne.Runs;

namespace Tonne.Ledgers;

/// <summary>
/// Keeps all runs of one folder: begins, finds, lists and loads them, closes interrupted ones, checks, recounts, thins and merges.
/// </summary>
/// <remarks>
/// The run folders are the primary data. The index is a cache that is updated only by reading: a run that begins or ends writes its folder
/// and nothing else. Several processes may use one ledger at the same time. Runs may be begun on any thread; all other members are for one
/// thread at a time.
/// </remarks>
/// <param name="home">The folder.</param>
/// <param name="time">The clock. If runs are recorded, pass the same clock as the recorder uses.</param>
/// <param name="log">Receives messages for the user, one sentence each. Default: null, none.</param>
/// <param name="processes">Processes of this machine. Default: null, the running kernel's.</param>
public sealed class Ledger(LedgerHome home, TimeProvider time, Action<string>? log = null, HolderProcessChecker? processes = null) : IRunSink, ILedgerReader
{
    // A list usually shows the newest few runs; the others are read in larger parts.
    const int FirstChunk = 64;
    const int LaterChunks = 512;

    // Runs checked between two reports of progress.
    const int VerifiedTogether = 64;

    // Memory for what a total needs of a run, and for reading it.
    const long BytesForRun = 2_000;

    // An id begins with date and time to the second.
    const int SecondLength = 15;

    readonly Action<string> _log = log ?? (static _ => { });
    readonly HolderProcessChecker _processes = processes ?? new HolderProcessChecker();
    int _readSinceCollection;

    readonly RunIndex _index = new(home.Index, log ?? (static _ => { }));

    /// <summary>Opens the ledger that the command <c>tonne</c> uses without a configuration file, on the system's clock. Nothing is written until a run begins.</summary>
    /// <remarks>The folder is that of <see cref="LedgerHome.FromEnvironment"/>.</remarks>
    public static Ledger OpenDefault() => new(LedgerHome.FromEnvironment(Environment.GetEnvironmentVariable), TimeProvider.System);

    /// <summary>The folder.</summary>
    public LedgerHome Home { get; } = home;

    /// <summary>Begins a run: folder, lock and opening are on the disk when this returns.</summary>
    /// <param name="opening">What is known at the start.</param>
    /// <exception cref="LedgerUnavailableException">They cannot be written; the run can still be recorded without a ledger.</exception>
    public RunInProgress Begin(RunOpening opening) => RunFolder.Create(Home, opening, time);

    /// <inheritdoc/>
    /// <exception cref="LedgerUnavailableException">The folder cannot be written.</exception>
    ValueTask<IRunWriter> IRunSink.BeginAsync(RunOpening opening, CancellationToken cancellationToken) => new(Begin(opening));

    /// <inheritdoc/>
    /// <remarks>The index is brought up to date on the way.</remarks>
    public IReadOnlyList<RunSummary> ListRuns(LedgerQuery? query = null)
    {
        query ??= LedgerQuery.All;
        var runs = ReadSummaries().Where(query.Matches);
        return [.. query.Limit is { } limit ? runs.Take(limit) : runs];
    }

    /// <inheritdoc/>
    public RunLookupResult Find(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        if (text == "last")
            return RunSearch.FindNewestEnded(ReadSummaries());
        if (LedgerHome.IsRunId(text) && Home.GetRunFolder(text) is var folder && Directory.Exists(folder.Location))
            return new RunLookupResult.One(SummaryReader.Read(folder, _processes, time.GetUtcNow()));
        return RunSearch.Find(text, [.. ReadSummaries()]);
    }

    /// <inheritdoc/>
    public LedgerEntry Load(string id)
    {
        CountRead();
        return Home.GetRunFolder(id).ReadEntry();
    }

    /// <summary>Adds up the runs, each joule once.</summary>
    /// <remarks>
    /// Runs that the index has are taken from it without looking at their files: half a second for 100,000. A file that was changed by hand is noticed
    /// when its run is listed. What the index lacks is read from the folders and added to it.
    /// </remarks>
    /// <param name="query">What is counted, and the groups. Default: null, all as one group.</param>
    /// <param name="account">Computes the footprint of a record; then runs that were left open are closed first. Default: null, they are not.</param>
    /// <param name="reportRead">Called with the number of runs that had to be read from their folders so far. Default: null, nothing.</param>
    /// <exception cref="LedgerUnavailableException">The ledger cannot be read.</exception>
    public LedgerTotal Total(TotalQuery? query = null, Func<RunRecord, FootprintStatement>? account = null, Action<int>? reportRead = null) =>
        new TotalBuilder(query ?? new TotalQuery()).Build(ReadCounted(query?.NeedsTags == true, account, reportRead));

    /// <summary>Looks how much of each budget is used in the current period.</summary>
    /// <param name="budgets">The budgets.</param>
    /// <exception cref="LedgerUnavailableException">The ledger cannot be read.</exception>
    public IReadOnlyList<BudgetState> CheckBudgets(IEnumerable<Budget> budgets) => CheckBudgets(budgets, null);

    /// <summary>Looks how much of each budget was used at a time, in the period that it is in.</summary>
    /// <param name="budgets">The budgets.</param>
    /// <param name="until">The time, not included; null for now. Runs that started later are not counted.</param>
    /// <exception cref="LedgerUnavailableException">The ledger cannot be read.</exception>
    public IReadOnlyList<BudgetState> CheckBudgets(IEnumerable<Budget> budgets, DateTimeOffset? until)
    {
        ArgumentNullException.ThrowIfNull(budgets);
        var runs = new Lazy<List<CountedRun>>(() => ReadCounted(withTags: false));
        return BudgetState.Check(budgets, until, time.GetUtcNow(), query => new TotalBuilder(query).Build(runs.Value));
    }

    /// <summary>Reads what totals need of every run.</summary>
    List<CountedRun> ReadCounted(bool withTags, Func<RunRecord, FootprintStatement>? account = null, Action<int>? reportRead = null)
    {
        var missing = Home.GetUnsortedRunIds();
        // All that is read here is kept, so collecting meanwhile only moves it about: a third of the time with 100,000 runs.
        using var pause = CollectionPause.Start(missing.Count * BytesForRun);
        var runs = new List<CountedRun>(missing.Count);
        foreach (var run in _index.ReadCounted(missing, withTags) ?? [])
        {
            if (missing.Remove(run.Id))
                runs.Add(run);
        }

        var read = new List<KeyValuePair<string, IndexedRun>>();
        var done = 0;
        foreach (var id in missing)
        {
            reportRead?.Invoke(++done);
            var folder = Home.GetRunFolder(id);
            if (account is not null && !folder.IsClosed)
                TryClose(folder, account);
            var stamp = folder.GetVersionStamp();
            var summary = SummaryReader.Read(folder, _processes, time.GetUtcNow());
            runs.Add(CountedRun.From(summary));
            if (stamp is not null)
                read.Add(new(id, new IndexedRun(stamp, summary)));
            if (read.Count >= LaterChunks)
                WriteRead();
            CountRead();
        }

        WriteRead();
        return runs;

        void WriteRead()
        {
            _index.Write(read, []);
            read.Clear();
        }
    }

    void TryClose(RunFolder folder, Func<RunRecord, FootprintStatement> account)
    {
        try
        {
            if (RunCloser.Close(folder, _processes, time.GetUtcNow(), account) is { } closed)
                _log($"{closed.Id} had been left open and is closed from its trace.");
        }
        catch (LedgerUnavailableException error)
        {
            _log(error.Message);
        }
    }

    /// <summary>
    /// For each run whose recording process ended without closing it, builds the record and the footprint from its trace. Runs that are
    /// still recorded, or that another process is closing, are
    /// skipped.
    /// </summary>
    /// <param name="account">Computes the footprint of a record.</param>
    public IReadOnlyList<ClosedRun> CloseInterrupted(Func<RunRecord, FootprintStatement> account)
    {
        var closed = new List<ClosedRun>();
        foreach (var folder in FindUnindexed())
        {
            try
            {
                if (RunCloser.Close(folder, _processes, time.GetUtcNow(), account) is { } run)
                    closed.Add(run);
            }
            catch (LedgerUnavailableException error)
            {
                closed.Add(new ClosedRun(folder.Id, null, new(folder.Id, error.Place, error.Reason, error.Advice)));
            }
        }

        return closed;
    }

    /// <summary>Rebuilds the index from the folders.</summary>
    /// <param name="reportDone">Called with the number of runs done so far; null for none.</param>
    /// <returns>The number of runs.</returns>
    /// <exception cref="LedgerUnavailableException">The index cannot be written.</exception>
    public int Reindex(Action<int>? reportDone = null)
    {
        _index.Drop();
        var done = 0;
        foreach (var _ in ReadSummaries())
        {
            done++;
            reportDone?.Invoke(done);
        }

        return _index.Failure is { } failure
            ? throw new LedgerUnavailableException(Home.Index, failure, "The run folders are complete; lists read them until the index can be written.")
            : done;
    }

    /// <summary>Checks every trace, record and statement of runs that have ended, the chain of the hourly audit file, the calls,
    /// the counted replies, the files of services, and what servers have signed of pushes. Changes nothing.</summary>
    /// <param name="reportDone">Called with the number of runs done so far; null for none.</param>
    public IReadOnlyList<LedgerProblem> Verify(Action<int>? reportDone = null)
    {
        var done = 0;
        // One accountant for all runs: it keeps the draws of the factors that runs share.
        var accountant = new Accountant();
        var problems = new List<LedgerProblem>();
        if (HourlyAudit.Read(Home).Problem is { } brokenChain)
            problems.Add(brokenChain);
        problems.AddRange(new CallLog(Home).Read().Problems);
        problems.AddRange(ReplyLog.Check(Home));
        problems.AddRange(ServiceFiles.Check(Home));
        problems.AddRange(Pushing.ReceiptFile.Check(Home));
        foreach (var ids in Home.GetRunIds().Chunk(VerifiedTogether))
        {
            var found = new List<LedgerProblem>[ids.Length];
            Parallel.For(0, ids.Length, i => found[i] = Verify(Home.GetRunFolder(ids[i]), accountant));
            problems.AddRange(found.SelectMany(each => each));
            done += ids.Length;
            reportDone?.Invoke(done);
            CountRead(ids.Length);
        }

        return problems;
    }

    List<LedgerProblem> Verify(RunFolder folder, Accountant accountant)
    {
        try
        {
            return folder.IsAlive(_processes, time.GetUtcNow()) ? [] : [.. RunAudit.Check(folder, accountant)];
        }
        catch (LedgerUnavailableException error)
        {
            return [new(folder.Id, error.Place, error.Reason, error.Advice)];
        }
    }

    /// <summary>Accounts a run again and appends the new statement to the earlier ones, unless it is the same as the newest.</summary>
    /// <param name="id">Id of the run.</param>
    /// <param name="account">Accounts an entry, which may have no statement.</param>
    /// <returns>Null for an imported run: its figures are another tool's, which our factors cannot improve.</returns>
    /// <exception cref="LedgerDamagedException">A record was changed or damaged after it was written.</exception>
    /// <exception cref="LedgerUnavailableException">The run does not exist or cannot be written.</exception>
    public RecountedRun? Recount(string id, Func<LedgerEntry, FootprintStatement> account)
    {
        ArgumentNullException.ThrowIfNull(account);
        CountRead();
        var folder = Home.GetRunFolder(id);
        var entry = new LedgerEntry(folder.ReadRecord(), folder.ReadStatements().Statements);
        if (CodeCarbonConverter.IsCodeCarbonRun(entry.Record))
            return null;
        var before = entry.Statements.LastOrDefault();
        var after = account(entry);
        var same = before is not null && StatementJson.AreSame(before, after);
        if (!same)
        {
            // Before, in case this process is killed after it has written; after, in case another one has read it in between.
            _index.Forget(id);
            folder.Append(after);
            _index.Forget(id);
        }

        return new RecountedRun(id, before, same ? before! : after, !same);
    }

    /// <summary>
    /// Replaces secrets among the arguments of a run by <c>***</c>, in its record and in its trace; see <see cref="SecretMask"/>. Figures
    /// are not changed.
    /// </summary>
    /// <param name="id">Id of a run that has ended.</param>
    /// <returns>Whether there was something to replace.</returns>
    /// <exception cref="LedgerDamagedException">Record or trace are damaged; nothing is changed.</exception>
    /// <exception cref="LedgerUnavailableException">The run does not exist or cannot be written.</exception>
    public bool Scrub(string id)
    {
        CountRead();
        var changed = RunScrubber.Scrub(Home.GetRunFolder(id));
        if (changed)
            _index.Forget(id);
        return changed;
    }

    /// <summary>Thins old traces; see docs/formats/ledger.md. Records and statements are never changed.</summary>
    /// <param name="rule">Which traces are old; null for the default rule.</param>
    public IReadOnlyList<ThinnedRun> Thin(ThinningRule? rule = null)
    {
        rule ??= new ThinningRule();
        var now = time.GetUtcNow();
        var folders = Home.GetRunFolders().Where(folder => File.Exists(folder.TracePath)).ToList();
        var bytes = folders.Sum(folder => new FileInfo(folder.TracePath).Length);
        var thinned = new List<ThinnedRun>();
        foreach (var folder in folders)
        {
            if (!folder.IsClosed || (bytes <= rule.Bytes && (folder.ReadOpening() is not { } opening || now - opening.StartedAt < rule.After)))
                continue;
            if (IsThinned(folder))
                continue;
            var run = Thin(folder, now);
            bytes -= run.BytesBefore - run.BytesAfter;
            thinned.Add(run);
        }

        return thinned;
    }

    /// <summary>Thins the trace of one run that has ended, and was not thinned before.</summary>
    /// <param name="id">Id of the run.</param>
    /// <returns>What was left out, or why nothing was.</returns>
    public ThinnedRun Thin(string id) => Thin(Home.GetRunFolder(id), time.GetUtcNow());

    static ThinnedRun Thin(RunFolder folder, DateTimeOffset now)
    {
        try
        {
            return TraceThinner.Thin(folder, now);
        }
        catch (LedgerUnavailableException error)
        {
            return new(folder.Id, 0, 0, 0, 0, 0, new(folder.Id, error.Place, error.Reason, error.Advice));
        }
        catch (LedgerDamagedException error)
        {
            return new(folder.Id, 0, 0, 0, 0, 0, error.Problem);
        }
    }

    // One whose note cannot be read is tried, and its problem said.
    static bool IsThinned(RunFolder folder)
    {
        try
        {
            return RunAudit.IsThinned(folder);
        }
        catch (Exception error) when (error is LedgerUnavailableException or LedgerDamagedException)
        {
            return false;
        }
    }

    /// <summary>
    /// Copies the closed runs of another ledger into this one, with their hours of services, and the replies that imports counted, with
    /// their calls. Runs with the same id and different content are reported and not changed in either.
    /// </summary>
    /// <param name="other">The other ledger; it is not changed.</param>
    /// <exception cref="LedgerUnavailableException">One of the two cannot be read, or this one not written.</exception>
    public MergeOutcome Merge(LedgerHome other)
    {
        var runs = LedgerMerge.Merge(other, Home);
        var (skipped, conflicts) = (runs.Skipped.ToBuilder(), runs.Conflicts.ToBuilder());
        string[] common = [.. runs.Added, .. runs.Extended, .. runs.Same];
        var services = ServiceFiles.Merge(other, Home, common.ToHashSet(StringComparer.Ordinal), skipped, conflicts);
        var replies = ReplyMerge.Merge(other, Home, skipped);
        return runs with { Skipped = skipped.ToImmutable(), Conflicts = conflicts.ToImmutable(), ServiceRuns = services,
            Replies = replies };
    }

    /// <summary>Adds imported runs. A run that the ledger already has, in this or an earlier state, is not added again.</summary>
    /// <param name="runs">The runs.</param>
    /// <param name="reportDone">Called with the number of runs done so far; null for none.</param>
    /// <exception cref="LedgerUnavailableException">The folder cannot be written.</exception>
    public ImportOutcome Import(ImportedRuns runs, Action<int>? reportDone = null) => RunImporter.Add(runs, Home, ReadSummaries(), reportDone);

    /// <summary>
    /// Reads the summaries of all runs, newest first, as far as the caller asks for them. Closed runs come from the index unless their
    /// files changed since; what the index lacks is added to it on the way.
    /// </summary>
    IEnumerable<RunSummary> ReadSummaries()
    {
        foreach (var chunk in SplitIntoChunks(Home.GetRunIds()))
        {
            foreach (var run in ReadChunk(chunk))
                yield return run;
            CountRead(chunk.Ids.Count);
        }
    }

    /// <summary>
    /// The folders that may belong to runs that are not closed: the newest, and those of parts of the ledger of which the index does not
    /// have as many runs. The index has closed runs only.
    /// </summary>
    /// <remarks>
    /// If a folder was deleted by hand and another run of the same part was killed, the numbers are equal; that run is found when the part
    /// has been listed once, because a list removes deleted runs from the index.
    /// </remarks>
    IEnumerable<RunFolder> FindUnindexed()
    {
        var chunks = SplitIntoChunks(Home.GetRunIds()).ToList();
        var indexed = chunks.Count > 1 ? _index.Count(chunks.Select(chunk => (chunk.From, chunk.Below))) : null;
        for (var i = 0; i < chunks.Count; i++)
        {
            if (i > 0 && indexed is not null && indexed[i] == chunks[i].Ids.Count)
                continue;
            foreach (var id in chunks[i].Ids)
                yield return Home.GetRunFolder(id);
        }
    }

    /// <summary>
    /// Frees memory after some hundred runs were read. The collector by itself waits until the garbage fills the cache of the processor, of
    /// hundreds of megabytes on a server.
    /// </summary>
    void CountRead(int runs = 1)
    {
        _readSinceCollection += runs;
        if (_readSinceCollection < LaterChunks)
            return;
        _readSinceCollection = 0;
#pragma warning disable S1215, MA0110 // The reason is given above.
        GC.Collect(1, GCCollectionMode.Forced);
#pragma warning restore S1215, MA0110
    }

    /// <summary>Neighbouring runs, newest first; chunks too begin with the newest. Runs of one second are in one chunk.</summary>
    static IEnumerable<RunChunk> SplitIntoChunks(List<string> oldestFirst)
    {
        string? below = null;
        for (var (end, size) = (oldestFirst.Count, FirstChunk); end > 0; size = LaterChunks)
        {
            var start = Math.Max(0, end - size);
            while (start > 0 && oldestFirst[start - 1].AsSpan(0, SecondLength).SequenceEqual(oldestFirst[start].AsSpan(0, SecondLength)))
                start--;
            var ids = oldestFirst.GetRange(start, end - start);
            ids.Reverse();
            yield return new RunChunk(ids, start == 0 ? "" : oldestFirst[start], below);
            below = oldestFirst[start];
            end = start;
        }
    }

    /// <summary>Ids of neighbouring runs, newest first, and the ids in the index that belong to this part of the ledger.</summary>
    /// <param name="Ids">The ids.</param>
    /// <param name="From">The smallest id of the part.</param>
    /// <param name="Below">The id above the largest; null for no limit.</param>
    readonly record struct RunChunk(IReadOnlyList<string> Ids, string From, string? Below);

    /// <summary>Reads the summaries of a chunk, newest first, and brings its part of the index up to date.</summary>
    List<RunSummary> ReadChunk(RunChunk chunk)
    {
        var known = _index.Read(chunk.From, chunk.Below);
        var runs = new List<RunSummary>(chunk.Ids.Count);
        var changed = new List<KeyValuePair<string, IndexedRun>>();
        foreach (var id in chunk.Ids)
        {
            var folder = Home.GetRunFolder(id);
            var stamp = folder.GetVersionStamp();
            if (stamp is not null && known is not null && known.Remove(folder.Id, out var row) && row.Stamp == stamp)
            {
                runs.Add(row.Summary);
                continue;
            }

            var summary = SummaryReader.Read(folder, _processes, time.GetUtcNow());
            runs.Add(summary);
            if (stamp is not null)
                changed.Add(new(folder.Id, new IndexedRun(stamp, summary)));
        }

        if (known is not null)
            _index.Write(changed, known.Keys);
        runs.Sort(static (a, b) => a.StartedAt != b.StartedAt ? b.StartedAt.CompareTo(a.StartedAt) : string.CompareOrdinal(b.Id, a.Id));
        return runs;
    }
}
