using System.Text.Json;
using Tonne.Accounting;
using Tonne.Ledgers;
using Tonne.Ledgers.Folders;
using Tonne.Recording.Traces;
using Tonne.Runs;

namespace Tonne.Cli.Running;

/// <summary>Where a run's trace goes: the ledger, or memory where the ledger cannot be written. Either way the child runs.</summary>
sealed class RunTraceSink : IDisposable
{
    readonly RunInProgress? _stored;
    readonly MemoryStream? _memory;

    RunTraceSink(RunOpening opening, RunInProgress stored) => (Opening, _stored, Trace) = (opening, stored, stored.Trace);

    RunTraceSink(RunOpening opening, MemoryStream kept, TraceWriter trace) => (Opening, _memory, Trace) = (opening, kept, trace);

    /// <summary>What the trace begins with.</summary>
    public RunOpening Opening { get; }

    /// <summary>The trace, opening written.</summary>
    public TraceWriter Trace { get; }

    /// <summary>The run's folder; null if it is only in memory.</summary>
    public string? Folder => _stored?.Folder.Location;

    /// <summary>Opens the trace before the child starts.</summary>
    /// <param name="home">The ledger; null to keep the run in memory only.</param>
    /// <param name="opening">What the trace begins with.</param>
    /// <param name="time">The clock.</param>
    /// <param name="warn">Told what goes wrong.</param>
    public static RunTraceSink Open(LedgerHome? home, RunOpening opening, TimeProvider time, Action<string> warn)
    {
        try
        {
            if (home is not null)
                return new RunTraceSink(opening, RunFolder.Create(home, opening, time));
        }
        catch (LedgerUnavailableException error)
        {
            warn($"{error.Message} The command runs all the same and is summed up at the end, but the run will not be in the ledger.");
        }

        var kept = new MemoryStream();
        var trace = new TraceWriter(kept);
        trace.Append(TraceBlock.Opening, JsonSerializer.SerializeToUtf8Bytes(opening, RunJson.Default.RunOpening));
        return new RunTraceSink(opening, kept, trace);
    }

    /// <summary>Opens the trace from its start.</summary>
    public Stream Read()
    {
        if (_stored is null)
            return new MemoryStream(_memory!.GetBuffer(), 0, (int)_memory.Length, writable: false);
        var stored = _stored.Folder.OpenTrace();
        return Trace.Unwritten.IsEmpty ? stored : new ConcatenatedStream(stored, Trace.Length, Trace.Unwritten);
    }

    /// <summary>Writes record and statement beside the trace.</summary>
    public void Finish(RunRecord record, FootprintStatement statement, Action<string> warn)
    {
        try
        {
            _stored?.Finish(record, statement);
        }
        catch (LedgerUnavailableException error)
        {
            warn($"{error.Message} The trace is kept; the run is closed from it as soon as the ledger can be written.");
        }
    }

    public void Dispose()
    {
        _stored?.Dispose();
        _memory?.Dispose();
    }
}
