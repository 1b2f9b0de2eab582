using System.IO.Enumeration;
using Tonne.Ledgers.Auditing;
using Tonne.Ledgers.RunFolders;

namespace Tonne.Ledgers.Pushing;

/// <summary>Keeps the runs of a node's ledger within a bound on the disk; what the server has goes first.</summary>
/// <remarks>
/// In this order, oldest runs first, and only as far as needed: (1) traces of acknowledged runs are thinned; (2) those of acknowledged runs
/// that began more
/// than 48 hours ago are removed; (3) acknowledged runs are removed; (4) traces of the other runs are thinned, then (5) removed, which is
/// counted. A record that
/// the server does not have is never removed, nor anything of a run that is still recorded.
/// </remarks>
/// <param name="ledger">The ledger.</param>
/// <param name="queue">Knows what the server has. Null: there is no server, so nothing is acknowledged.</param>
/// <param name="time">The clock.</param>
public sealed class DiskBound(Ledger ledger, PushQueue? queue, TimeProvider time)
{
    const string Reason = "disk-bound";
    const string RemovingPrefix = ".remove-";

    static readonly TimeSpan _tracesKept = TimeSpan.FromHours(48);

    /// <summary>Removes what is above the bound.</summary>
    /// <param name="maxBytes">Most bytes of all run folders together.</param>
    /// <exception cref="LedgerUnavailableException">The ledger cannot be read.</exception>
    public DiskBoundOutcome Apply(long maxBytes)
    {
        try
        {
            RemoveLeftOvers();
            var before = Measure(ledger.Home.Runs);
            var state = new Removal(before, maxBytes);
            if (before > maxBytes)
                Shrink(state);
            return new DiskBoundOutcome
            {
                BytesBefore = before,
                BytesAfter = before > maxBytes ? Measure(ledger.Home.Runs) : before,
                Thinned = state.Thinned,
                TracesRemoved = state.TracesRemoved,
                RunsRemoved = state.RunsRemoved,
                Dropped = state.Dropped,
                Problem = state.Problem,
            };
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw LedgerUnavailableException.FromException(ledger.Home.Runs, error);
        }
    }

    void Shrink(Removal state)
    {
        var acknowledged = new List<RunFolder>();
        var others = new List<RunFolder>();
        foreach (var folder in ledger.Home.GetRunFolders().Where(static folder => folder.IsClosed && !RunLock.IsHeld(folder.LockPath)))
            (queue?.IsAcknowledged(folder.Id) == true ? acknowledged : others).Add(folder);
        var old = time.GetUtcNow() - _tracesKept;
        Each(state, acknowledged, folder => Thin(state, folder));
        Each(state, acknowledged.Where(folder => folder.ReadOpening()?.StartedAt < old), folder =>
        {
            state.Bytes -= RemovalNote.Remove(folder, Reason, time.GetUtcNow());
            state.TracesRemoved++;
        });
        Each(state, acknowledged, folder =>
        {
            state.Bytes -= RemoveRun(folder);
            state.RunsRemoved++;
        });
        Each(state, others, folder => Thin(state, folder));
        Each(state, others.Where(static folder => File.Exists(folder.TracePath)), folder =>
        {
            // Counted before, so that a kill in between does not hide it.
            queue?.CountDropped(folder.Id);
            state.Bytes -= RemovalNote.Remove(folder, Reason, time.GetUtcNow());
            state.Dropped++;
        });
    }

    static void Each(Removal state, IEnumerable<RunFolder> folders, Action<RunFolder> step)
    {
        foreach (var folder in folders)
        {
            if (state.Bytes <= state.MaxBytes)
                return;
            try
            {
                step(folder);
            }
            catch (LedgerUnavailableException error)
            {
                state.Problem ??= error.Message;
            }
        }
    }

    void Thin(Removal state, RunFolder folder)
    {
        // An undamaged note is beside a trace that was thinned, or one that a crash left whole.
        if (!File.Exists(folder.TracePath) || File.Exists(folder.ThinningNotePath))
            return;
        var run = ledger.Thin(folder.Id);
        if (run.Problem is not null)
            return;
        state.Bytes -= run.BytesBefore - run.BytesAfter;
        state.Thinned++;
    }

    static long RemoveRun(RunFolder folder)
    {
        try
        {
            var bytes = Measure(folder.Location);
            // It disappears at once; what a kill leaves has no name of a run.
            var gone = Path.Combine(Path.GetDirectoryName(folder.Location)!, RemovingPrefix + folder.Id);
            Directory.Move(folder.Location, gone);
            Directory.Delete(gone, recursive: true);
            return bytes;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw LedgerUnavailableException.FromException(folder.Location, error);
        }
    }

    void RemoveLeftOvers()
    {
        if (!Directory.Exists(ledger.Home.Runs))
            return;
        foreach (var year in Directory.EnumerateDirectories(ledger.Home.Runs))
        {
            foreach (var left in Directory.GetDirectories(year, RemovingPrefix + "*"))
                Directory.Delete(left, recursive: true);
        }
    }

    static long Measure(string folder) => !Directory.Exists(folder) ? 0
        : new FileSystemEnumerable<long>(
            folder, static (ref FileSystemEntry entry) => entry.Length,
                new EnumerationOptions { RecurseSubdirectories = true, AttributesToSkip = default, IgnoreInaccessible = true })
        {
            ShouldIncludePredicate = static (ref FileSystemEntry entry) => !entry.IsDirectory,
        }.Sum();

    sealed class Removal(long bytes, long maxBytes)
    {
        public long Bytes { get; set; } = bytes;

        public long MaxBytes { get; } = maxBytes;

        public int Thinned { get; set; }

        public int TracesRemoved { get; set; }

        public int RunsRemoved { get; set; }

        public int Dropped { get; set; }

        public string? Problem { get; set; }
    }
}
