using System.Globalization;
using Tonne.Ledgers.RunFolders;

namespace Tonne.Ledgers.Pushing;

/// <summary>What of a ledger a server does not have yet. The ledger itself is the store: nothing is copied.</summary>
/// <remarks>
/// A run that has ended waits while its record or one of its statements is not acknowledged. What is acknowledged is in a small file for
/// each server,
/// <c>push/….jsonl</c>; if that is lost or damaged, everything is offered again, and the server knows it. One process at a time has a
/// queue. Not thread safe.
/// </remarks>
public sealed class PushQueue : IDisposable
{
    /// <summary>Most lines of a batch.</summary>
    public const int MaxBatchLines = 500;

    /// <summary>Most bytes of a batch, before compression. A longer line is a batch by itself.</summary>
    public const long MaxBatchBytes = 8 << 20;

    readonly LedgerHome _home;
    readonly PushState _state;
    readonly IDisposable _lock;

    // Runs that wait, oldest first, with the number of their lines.
    readonly SortedDictionary<string, int> _waiting = new(StringComparer.Ordinal);
    readonly Dictionary<string, string?> _damaged = new(StringComparer.Ordinal);
    readonly HashSet<string> _deferred = new(StringComparer.Ordinal);
    readonly Dictionary<string, RunLines> _read = new(StringComparer.Ordinal);
    bool _knowsAll;

    PushQueue(LedgerHome home, PushState state, IDisposable taken) => (_home, _state, _lock) = (home, state, taken);

    /// <summary>What waits; see <see cref="Refresh"/>.</summary>
    public PushBacklog Backlog => new(
        _waiting.Count,
        _waiting.Sum(run => (long)run.Value - (_state.Runs.GetValueOrDefault(run.Key)?.Lines ?? 0)),
        _waiting.Count > 0 ? ParseStart(_waiting.First().Key) : null,
        _damaged.Count,
        _state.Runs.Values.Sum(static note => (long)note.Refused.Length));

    /// <summary>Runs whose traces were removed before the server had their record.</summary>
    public long Dropped => _state.Dropped;

    /// <summary>Opens the queue of a server.</summary>
    /// <param name="home">The ledger.</param>
    /// <param name="server">Address of the server.</param>
    /// <returns>Null if another process has it.</returns>
    /// <exception cref="LedgerUnavailableException">Its state cannot be read, or its lock not created.</exception>
    public static PushQueue? TryOpen(LedgerHome home, Uri server)
    {
        ArgumentNullException.ThrowIfNull(home);
        ArgumentNullException.ThrowIfNull(server);
        var address = server.AbsoluteUri.TrimEnd('/');
        if (CheckedFile.TryLock(PushState.GetPath(home, address) + ".lock") is not { } taken)
            return null;
        try
        {
            return new PushQueue(home, PushState.Read(home, address), taken);
        }
        catch
        {
            taken.Dispose();
            throw;
        }
    }

    /// <summary>Finds what waits.</summary>
    /// <param name="all">Whether runs that were acknowledged are looked at for new statements, a look at a file each. The first time they
    /// always are.</param>
    /// <exception cref="LedgerUnavailableException">The ledger cannot be read.</exception>
    public void Refresh(bool all = true)
    {
        all |= !_knowsAll;
        var ids = _home.GetUnsortedRunIds();
        foreach (var gone in _waiting.Keys.Where(id => !ids.Contains(id)).ToList())
            _waiting.Remove(gone);
        foreach (var gone in _damaged.Keys.Where(id => !ids.Contains(id)).ToList())
            _damaged.Remove(gone);
        foreach (var id in ids)
        {
            if (all || _waiting.ContainsKey(id) || !_state.Runs.ContainsKey(id))
                Examine(_home.GetRunFolder(id));
        }

        if (all)
        {
            _state.Forget(_state.Runs.Keys.Where(id => !ids.Contains(id)).ToList());
            _deferred.Clear();
        }

        _knowsAll = true;
    }

    void Examine(RunFolder folder)
    {
        if (!folder.IsClosed || (_damaged.TryGetValue(folder.Id, out var stamp) && stamp == folder.GetVersionStamp()))
            return;
        _damaged.Remove(folder.Id);
        var file = new FileInfo(folder.StatementsPath);
        var length = file.Exists ? file.Length : 0;
        var known = _state.Runs.GetValueOrDefault(folder.Id);
        // A ledger that was restored from an older copy: its next statements are not those that were acknowledged.
        if (known?.Bytes > length)
        {
            _state.Forget([folder.Id]);
            known = null;
        }

        if (known is { Lines: > 0 } && known.Bytes == length)
        {
            _waiting.Remove(folder.Id);
            return;
        }

        var lines = 1 + CountLines(folder);
        if (known?.Lines >= lines)
            _waiting.Remove(folder.Id);
        else
            _waiting[folder.Id] = lines;
    }

    /// <summary>Forgets what the server has, and offers everything again.</summary>
    /// <exception cref="LedgerUnavailableException">The state cannot be written.</exception>
    public void OfferAll()
    {
        _state.Clear();
        Refresh();
    }

    /// <summary>Reads the lines that wait longest: of each run its record first, then its statements in order.</summary>
    /// <param name="maxLines">Most lines. Default: <see cref="MaxBatchLines"/>.</param>
    /// <param name="maxBytes">Most bytes together; one line is read even if it is longer. Default: <see cref="MaxBatchBytes"/>.</param>
    /// <returns>The lines; none if nothing waits.</returns>
    /// <exception cref="LedgerUnavailableException">A file cannot be read.</exception>
    public IReadOnlyList<PushedLine> ReadBatch(int maxLines = MaxBatchLines, long maxBytes = MaxBatchBytes)
    {
        var (batch, bytes) = (new List<PushedLine>(), 0L);
        _read.Clear();
        foreach (var id in _waiting.Keys.Where(id => !_deferred.Contains(id)).ToList())
        {
            if (ReadRun(id) is not { } run)
                continue;
            _read[id] = run;
            foreach (var line in run.Lines)
            {
                if (batch.Count > 0 && (batch.Count >= maxLines || bytes + line.Line.Length > maxBytes))
                    return batch;
                batch.Add(line);
                bytes += line.Line.Length;
            }

            // Nothing of it can be sent: what is left is damaged.
            if (run.Lines.Count == 0)
                Keep([Advance(id, run, _state.Runs.GetValueOrDefault(id)?.Lines ?? 0, [])]);
        }

        return batch;
    }

    /// <summary>Notes what a server has answered. It counts from now on even if it cannot be written.</summary>
    /// <param name="lines">The lines of the last batch, or the first of them, that were sent.</param>
    /// <param name="answer">What it has answered.</param>
    /// <exception cref="LedgerUnavailableException">The state cannot be written; after a restart the lines are offered again.</exception>
    public void Acknowledge(IReadOnlyList<PushedLine> lines, PushAnswer answer)
    {
        ArgumentNullException.ThrowIfNull(lines);
        ArgumentNullException.ThrowIfNull(answer);
        var refused = answer.Refused.IsDefault ? [] : answer.Refused.Select(static line => (line.Run, line.Sequence)).ToHashSet();
        var notes = new List<PushNote>();
        foreach (var run in lines.GroupBy(static line => line.Run, StringComparer.Ordinal))
        {
            if (_read.TryGetValue(run.Key, out var read))
                notes.Add(Advance(run.Key, read, run.Max(static line => line.Sequence) + 1, run.Select(static line => line.Sequence).Where(
                    sequence => refused.Contains((run.Key, sequence)))));
        }

        Keep(notes);
    }

    /// <summary>Keeps what a server has signed of a push, for <c>tonne ledger verify</c>.</summary>
    /// <param name="lines">The lines that were sent.</param>
    /// <param name="receipt">What it has signed.</param>
    /// <exception cref="LedgerUnavailableException">It cannot be written; the lines are offered again, and the server knows them.</exception>
    public void Keep(IReadOnlyList<PushedLine> lines, PushReceipt receipt)
    {
        ArgumentNullException.ThrowIfNull(lines);
        ArgumentNullException.ThrowIfNull(receipt);
        ReceiptFile.Keep(_home, _state.Server, lines, receipt);
    }

    /// <summary>Leaves a run aside until the next look at all runs, because the server takes no push of its size.</summary>
    /// <param name="run">Id of the run.</param>
    public void Defer(string run) => _deferred.Add(run);

    /// <summary>Whether a server keeps all that the ledger has of a run now.</summary>
    /// <param name="run">Id of the run.</param>
    public bool IsAcknowledged(string run)
    {
        if (_state.Runs.GetValueOrDefault(run) is not { Lines: > 0, Refused: [] } note)
            return false;
        var folder = _home.GetRunFolder(run);
        return folder.IsClosed && new FileInfo(folder.StatementsPath) is var file && note.Bytes == (file.Exists ? file.Length : 0);
    }

    /// <summary>Counts a run whose trace was removed before the server had its record.</summary>
    /// <param name="run">Id of the run.</param>
    /// <exception cref="LedgerUnavailableException">The state cannot be written; it is counted until a restart.</exception>
    public void CountDropped(string run) => _state.Add([new PushNote { Dropped = run }]);

    /// <inheritdoc/>
    public void Dispose() => _lock.Dispose();

    PushNote Advance(string id, RunLines run, int lines, IEnumerable<int> refused)
    {
        var kept = _state.Runs.GetValueOrDefault(id)?.Refused ?? [];
        var damaged = new List<int>();
        for (; run.Damaged.Contains(lines); lines++)
            damaged.Add(lines);
        // Those in between were passed over too.
        damaged.AddRange(run.Damaged.Where(sequence => sequence < lines));
        return new PushNote { Run = id, Lines = lines, Bytes = lines >= run.Count ? run.Bytes : 0,
            Refused = [.. kept.Concat(refused).Concat(damaged).Distinct().Order()] };
    }

    void Keep(List<PushNote> notes)
    {
        foreach (var note in notes.Where(note => note.Lines >= _read[note.Run!].Count))
            _waiting.Remove(note.Run!);
        _state.Add(notes);
    }

    /// <summary>Reads the lines of a run that are not acknowledged; null if its record is damaged, or it is gone.</summary>
    RunLines? ReadRun(string id)
    {
        var folder = _home.GetRunFolder(id);
        var start = _state.Runs.GetValueOrDefault(id)?.Lines ?? 0;
        var lines = new List<PushedLine>();
        if (start == 0)
        {
            var stamp = folder.GetVersionStamp();
            if (stamp is null || ReadFile(folder.RecordPath) is not { Length: > 0 } record || Check(
                "record", WithoutLineFeed(record)) is not { } line)
            {
                _waiting.Remove(id);
                if (stamp is not null)
                    _damaged[id] = stamp;
                return null;
            }

            lines.Add(new PushedLine(id, 0, line));
        }

        var (damaged, sequence, complete) = (new HashSet<int>(), 0, 0L);
        ReadOnlyMemory<byte> rest = ReadFile(folder.StatementsPath) ?? [];
        while (rest.Span.IndexOf((byte)'\n') is >= 0 and var end)
        {
            sequence++;
            complete += end + 1;
            if (sequence >= start)
            {
                if (Check("statement", rest[..end]) is { } line)
                    lines.Add(new PushedLine(id, sequence, line));
                else
                    damaged.Add(sequence);
            }

            rest = rest[(end + 1)..];
        }

        _waiting[id] = sequence + 1;
        return new RunLines(lines, damaged, sequence + 1, complete);
    }

    static ReadOnlyMemory<byte>? Check(string name, ReadOnlyMemory<byte> line) =>
        line.Length <= PushedLine.MaxBytes && ChecksummedLine.Read(name, line, out _) is null ? line : (ReadOnlyMemory<byte>?)null;

    static ReadOnlyMemory<byte> WithoutLineFeed(byte[] bytes) => bytes[^1] == '\n' ? bytes.AsMemory(..^1) : bytes;

    static byte[]? ReadFile(string path)
    {
        try
        {
            return File.ReadAllBytes(path);
        }
        catch (Exception error) when (error is FileNotFoundException or DirectoryNotFoundException)
        {
            return null;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw LedgerUnavailableException.FromException(path, error);
        }
    }

    static int CountLines(RunFolder folder) => ReadFile(folder.StatementsPath) is { } bytes ? bytes.AsSpan().Count((byte)'\n') : 0;

    static DateTimeOffset ParseStart(string id) =>
        DateTimeOffset.ParseExact(id.AsSpan(0, 15), "yyyyMMdd-HHmmss", CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal);

    /// <summary>What was read of a run.</summary>
    /// <param name="Lines">Lines that can be sent.</param>
    /// <param name="Damaged">Sequences of lines that do not match their checksum.</param>
    /// <param name="Count">Number of all its lines, acknowledged ones too.</param>
    /// <param name="Bytes">Bytes of its statements that end in a line feed.</param>
    sealed record RunLines(List<PushedLine> Lines, HashSet<int> Damaged, int Count, long Bytes);
}
