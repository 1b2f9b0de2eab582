using Tonne.Accounting;
using Tonne.Recording;
using Tonne.Recording.Traces;
using Tonne.Runs;

namespace Tonne.Ledgers.RunFolders;

/// <summary>A run in its folder while this process records it: the trace to append to, and the lock.</summary>
/// <remarks>
/// Disposing without <see cref="Finish"/> releases the lock; the next process that opens the ledger closes the run from its trace.
/// </remarks>
public sealed class RunInProgress : IRunWriter
{
    readonly RunLock _lock;
    readonly TraceFile _file;
    bool _ended;

    internal RunInProgress(RunFolder folder, RunOpening opening, RunLock taken, TraceFile file, TraceWriter trace)
    {
        (Folder, Opening, Trace) = (folder, opening, trace);
        (_lock, _file) = (taken, file);
    }

    /// <summary>The folder.</summary>
    public RunFolder Folder { get; }

    /// <summary>The opening of the run.</summary>
    public RunOpening Opening { get; }

    /// <summary>The trace, after the opening. It is synchronised to the disk within five seconds of each write.</summary>
    public TraceWriter Trace { get; }

    /// <inheritdoc/>
    string? IRunWriter.Location => Folder.Location;

    /// <inheritdoc/>
    Stream IRunWriter.OpenTrace() => Folder.OpenTrace();

    /// <inheritdoc/>
    ValueTask IRunWriter.FinishAsync(RunRecord record, FootprintStatement statement, CancellationToken cancellationToken)
    {
        Finish(record, statement);
        return default;
    }

    /// <summary>Writes record and statement and releases the lock. The trace must have its ending before.</summary>
    /// <exception cref="LedgerUnavailableException">They cannot be written; the trace stays, and the run is closed from it later.</exception>
    public void Finish(RunRecord record, FootprintStatement statement)
    {
        try
        {
            _file.Sync();
            Folder.Close(record, statement);
        }
        catch (IOException error)
        {
            throw LedgerUnavailableException.FromException(Folder.Location, error);
        }

        End(removeLock: true);
    }

    /// <inheritdoc/>
    public void Dispose() => End(removeLock: false);

    void End(bool removeLock)
    {
        if (_ended)
            return;
        _ended = true;
        _file.Dispose();
        if (removeLock)
            _lock.Remove(Folder.LockPath);
        _lock.Dispose();
    }
}
