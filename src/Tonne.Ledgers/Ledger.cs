using Tonne.Accounting;
using Tonne.Ledgers.Auditing;
using Tonne.Ledgers.Exchanging;
using Tonne.Ledgers.Folders;
using Tonne.Ledgers.Indexing;
using Tonne.Recording;
using Tonne.Runs;

namespace Tonne.Ledgers;

/// <summary>All runs of one home: begin one, find, list and load them, close what was left open, check, recount, thin, merge.</summary>
/// <remarks>
/// The run folders are the truth. The index is a copy that only reading touches: a run that begins or ends writes its folder and nothing else.
/// Several processes may use one home at a time; an instance is for one thread.
/// </remarks>
/// <param name="home">The folder.</param>
/// <param name="time">The clock.</param>
/// <param name="log">Takes what the user should know, a sentence at a time; null to be silent.</param>
/// <param name="processes">Processes of this machine; null for the running kernel's.</param>
public sealed class Ledger(LedgerHome home, TimeProvider time, Action<string>? log = null, HolderProcessChecker? processes = null) : IRunSink
{
    readonly Action<string> _log = log ?? (static _ => { });
    readonly HolderProcessChecker _processes = processes ?? new HolderProcessChecker();
    readonly RunIndex _index = new(home.Index, log ?? (static _ => { }));

    /// <summary>The folder.</summary>
    public LedgerHome Home { get; } = home;

    /// <summary>Begins a run: folder, lock and opening are on the disk when this returns.</summary>
    /// <exception cref="LedgerUnavailableException">They cannot be written; the command can still run without a ledger.</exception>
    public RunInProgress Begin(RunOpening opening) => RunFolder.Create(Home, opening, time);

    /// <inheritdoc/>
    /// <exception cref="LedgerUnavailableException">The folder cannot be written.</exception>
    ValueTask<IRunWriter> IRunSink.BeginAsync(RunOpening opening, CancellationToken cancellationToken) => new(Begin(opening));

    /// <summary>The runs, newest first. The index is brought up to date on the way.</summary>
    /// <exception cref="LedgerUnavailableException">The home cannot be read.</exception>
    public IReadOnlyList<RunSummary> ListRuns(RunFilter? filter = null)
    {
        filter ??= RunFilter.All;
        var runs = ReadSummaries().Where(filter.Matches);
        return [.. filter.Limit is { } limit ? runs.Take(limit) : runs];
    }

    /// <summary>The run a text stands for: <c>last</c> (the newest that has ended), an id, a name, a unique beginning of an id or of its suffix, in this order.</summary>
    /// <exception cref="LedgerUnavailableException">The home cannot be read.</exception>
    public RunLookupResult Find(string text) => RunSearch.Find(text, ReadSummaries());

    /// <summary>A run's record and statements.</summary>
    /// <exception cref="LedgerDamagedException">The record is not what was written, or no statement can be read.</exception>
    /// <exception cref="LedgerUnavailableException">There is no such run, it still lives, or it cannot be read.</exception>
    public LedgerEntry Load(string id) => Home.GetRunFolder(id).ReadEntry();

    /// <summary>Closes every run whose holder is dead, from its trace. Runs that live, or that another process is closing, are passed over.</summary>
    /// <param name="account">Accounts a record.</param>
    public IReadOnlyList<ClosedRun> CloseInterrupted(Func<RunRecord, FootprintStatement> account)
    {
        var closed = new List<ClosedRun>();
        foreach (var folder in Home.GetRunFolders())
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

    /// <summary>Makes the index again from the folders.</summary>
    /// <returns>The number of runs.</returns>
    public int Reindex()
    {
        _index.Drop();
        return ReadSummaries().Count;
    }

    /// <summary>Checks every trace, record and statement that is not of a living run. Changes nothing.</summary>
    public IReadOnlyList<LedgerProblem> Verify()
    {
        var problems = new List<LedgerProblem>();
        foreach (var folder in Home.GetRunFolders())
        {
            try
            {
                if (!folder.IsAlive(_processes, time.GetUtcNow()))
                    problems.AddRange(RunAudit.Check(folder));
            }
            catch (LedgerUnavailableException error)
            {
                problems.Add(new(folder.Id, error.Place, error.Reason, error.Advice));
            }
        }

        return problems;
    }

    /// <summary>States runs again, beside what was stated before. What would say the same is not added. A run that another tool stated is passed over: our factors do not make its words better.</summary>
    /// <param name="ids">Ids.</param>
    /// <param name="account">Accounts an entry, whose statements may be none.</param>
    /// <exception cref="LedgerDamagedException">A record is not what was written.</exception>
    /// <exception cref="LedgerUnavailableException">A run is not there or cannot be written.</exception>
    public IReadOnlyList<RecountedRun> Recount(IEnumerable<string> ids, Func<LedgerEntry, FootprintStatement> account)
    {
        var recounted = new List<RecountedRun>();
        foreach (var id in ids)
        {
            var folder = Home.GetRunFolder(id);
            var entry = new LedgerEntry(folder.ReadRecord(), folder.ReadStatements().Statements);
            if (CodeCarbonConverter.IsCodeCarbonRun(entry.Record))
                continue;
            var before = entry.Statements.LastOrDefault();
            var after = account(entry);
            var same = before is not null && StatementJson.AreSame(before, after);
            if (!same)
                folder.Append(after);
            recounted.Add(new(id, before, same ? before! : after, !same));
        }

        return recounted;
    }

    /// <summary>Thins old traces; see docs/formats/ledger.md. Records and statements are never touched.</summary>
    /// <param name="rule">Which are old; null for the default.</param>
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
            try
            {
                if (RunAudit.IsThinned(folder))
                    continue;
                var run = TraceThinner.Thin(folder, now);
                bytes -= run.BytesBefore - run.BytesAfter;
                thinned.Add(run);
            }
            catch (LedgerUnavailableException error)
            {
                thinned.Add(new(folder.Id, 0, 0, 0, 0, 0, new(folder.Id, error.Place, error.Reason, error.Advice)));
            }
            catch (LedgerDamagedException error)
            {
                thinned.Add(new(folder.Id, 0, 0, 0, 0, 0, error.Problem));
            }
        }

        return thinned;
    }

    /// <summary>Takes over the closed runs of another ledger. Runs of one id that differ are told, and left as they are in both.</summary>
    /// <param name="other">The other ledger; it is not changed.</param>
    /// <exception cref="LedgerUnavailableException">One of the two cannot be read, or this one not written.</exception>
    public MergeOutcome Merge(LedgerHome other) => LedgerMerge.Merge(other, Home);

    /// <summary>Adds imported runs. A run that is there already, in this or an earlier state, is not added again.</summary>
    /// <exception cref="LedgerUnavailableException">The home cannot be written.</exception>
    public ImportOutcome Import(ImportedRuns runs) => RunImporter.Add(runs, Home, ReadSummaries());

    List<RunSummary> ReadSummaries()
    {
        var folders = Home.GetRunFolders();
        if (folders.Count == 0 && !Directory.Exists(Home.Root))
            return [];
        var known = _index.Read();
        var runs = new List<RunSummary>(folders.Count);
        var changed = new List<KeyValuePair<string, IndexedRun>>();
        foreach (var folder in folders)
        {
            var closed = folder.IsClosed;
            var stamp = closed ? folder.GetVersionStamp() : "";
            if (closed && known is not null && known.Remove(folder.Id, out var row) && row.Stamp == stamp)
            {
                runs.Add(row.Summary);
                continue;
            }

            var summary = SummaryReader.Read(folder, _processes, time.GetUtcNow());
            runs.Add(summary);
            if (closed)
                changed.Add(new(folder.Id, new IndexedRun(stamp, summary)));
        }

        if (known is not null)
            _index.Write(changed, known.Keys);
        runs.Sort(static (a, b) => a.StartedAt != b.StartedAt ? b.StartedAt.CompareTo(a.StartedAt) : string.CompareOrdinal(b.Id, a.Id));
        return runs;
    }
}
