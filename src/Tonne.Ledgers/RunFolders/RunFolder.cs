using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json;
using Tonne.Accounting;
using Tonne.Recording.Traces;
using Tonne.Runs;

namespace Tonne.Ledgers.RunFolders;

/// <summary>The folder of one run: its trace, record and statements. These files are the primary data of the ledger.</summary>
/// <remarks>
/// <c>trace</c> is appended to while the run is recorded; <c>record.json</c> is written once; <c>statements.jsonl</c> only grows;
/// <c>lock</c> is held by the recorder; <c>thinned.json</c> lists what was removed from an old trace; <c>origin.csv</c> replaces the trace
/// of an imported run; <c>exported.json</c> says that a database had no trace.
/// </remarks>
/// <param name="id">Id of the run.</param>
/// <param name="path">The folder.</param>
public sealed class RunFolder(string id, string path)
{
    /// <summary>How long the trace of a run of another boot or machine may be unchanged before the run counts as dead.</summary>
    public static readonly TimeSpan DeadAfterSilence = TimeSpan.FromMinutes(10);

    /// <summary>How long a run with ranks may have no recorder, while another rank takes over.</summary>
    public static readonly TimeSpan TakeoverTime = TimeSpan.FromSeconds(10);

    /// <summary>Id of the run.</summary>
    public string Id { get; } = id;

    /// <summary>The folder.</summary>
    public string Location { get; } = path;

    /// <summary>Path of the trace.</summary>
    public string TracePath => Path.Combine(Location, "trace");

    /// <summary>Path of the record.</summary>
    public string RecordPath => Path.Combine(Location, "record.json");

    /// <summary>Path of the statements.</summary>
    public string StatementsPath => Path.Combine(Location, "statements.jsonl");

    /// <summary>Path of the note about a thinned trace.</summary>
    public string ThinningNotePath => Path.Combine(Location, "thinned.json");

    /// <summary>Path of the note about a trace that was removed, because the disk was to hold no more.</summary>
    public string RemovalNotePath => Path.Combine(Location, "removed.json");

    /// <summary>Path of the row that an imported run was read from.</summary>
    public string OriginPath => Path.Combine(Location, "origin.csv");

    /// <summary>Path of the note that the run was exported from a database, which has no traces.</summary>
    public string ExportNotePath => Path.Combine(Location, "exported.json");

    /// <summary>The prediction that the network of a lab run made after it; most runs have none.</summary>
    public string PredictionPath => Path.Combine(Location, "prediction.json");

    /// <summary>Path of the lock.</summary>
    public string LockPath => Path.Combine(Location, "lock");

    /// <summary>Whether the run has a record.</summary>
    public bool IsClosed => File.Exists(RecordPath);

    /// <summary>
    /// Creates the folder of a run, takes its lock and writes the opening. All of it is on the disk when this returns, and the folder
    /// appears at once.
    /// </summary>
    /// <exception cref="LedgerUnavailableException">It cannot be written, or there is a run of that id.</exception>
    public static RunInProgress Create(LedgerHome home, RunOpening opening, TimeProvider time)
    {
        var folder = home.GetRunFolder(opening.Id);
        var year = Path.GetDirectoryName(folder.Location)!;
        var fresh = new RunFolder(folder.Id, Path.Combine(year, ".new-" + folder.Id));
        RunLock? taken = null;
        TraceFile? file = null;
        try
        {
            if (Directory.Exists(folder.Location))
                throw new LedgerUnavailableException(folder.Location, "there is a run of this id", "Start again: the next id is different.");
            home.Create();
            LedgerPermissions.CreateFolder(fresh.Location);
            taken = RunLock.TryTake(fresh.LockPath) ?? throw new LedgerUnavailableException(fresh.LockPath, "another tonne creates a run of this id", "Start again: the next id is different.");
            file = new TraceFile(fresh.TracePath, time);
            var trace = new TraceWriter(file);
            trace.Append(TraceBlock.Opening, JsonSerializer.SerializeToUtf8Bytes(opening, RunJson.Default.RunOpening));
            if (trace.Failure is { } failure)
                throw failure;
            file.Sync();
            DurableFile.SyncFolder(fresh.Location);
            Directory.Move(fresh.Location, folder.Location);
            DurableFile.SyncFolder(year);
            return new RunInProgress(folder, opening, taken, file, trace);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            file?.Dispose();
            DurableFile.TryDelete(fresh.TracePath);
            taken?.Remove(fresh.LockPath);
            try
            {
                Directory.Delete(fresh.Location);
            }
            catch (Exception left) when (left is IOException or UnauthorizedAccessException)
            {
                // Its content is not needed, and nothing reads it.
            }

            throw LedgerUnavailableException.FromException(folder.Location, error);
        }
    }

    /// <summary>Continues a run whose recorder has ended without closing it: takes its lock, and cuts what a kill left incomplete.</summary>
    /// <param name="time">The clock.</param>
    /// <returns>The run, and what its trace has; null if it has ended, or another process records or closes it.</returns>
    /// <exception cref="LedgerUnavailableException">It cannot be read or written.</exception>
    public (RunInProgress Run, TraceState State)? Resume(TimeProvider time)
    {
        if (IsClosed || !Directory.Exists(Location) || RunLock.TryTake(LockPath) is not { } taken)
            return null;
        try
        {
            TraceState? state;
            using (var stream = OpenTrace())
                state = TraceState.Read(stream);
            // It may have been closed before the lock was taken, which a lock that is made anew does not show.
            if (state is null or { HasEnded: true } || IsClosed)
            {
                taken.Remove(LockPath);
                return null;
            }

            var file = new TraceFile(TracePath, time, state.Length);
            return (new RunInProgress(this, state.Opening, taken, file, TraceWriter.Resume(file, state.Length, state.Reasons)), state);
        }
        catch (Exception error)
        {
            taken.Dispose();
            if (error is IOException or UnauthorizedAccessException)
                throw LedgerUnavailableException.FromException(TracePath, error);
            throw;
        }
    }

    /// <summary>
    /// Whether a living process holds the run: by its lock, or by boot, process and start time if the file system has no locks.
    /// </summary>
    /// <remarks>
    /// A holder of another boot or machine cannot be checked: it counts as alive if its trace was written within <see
    /// cref="DeadAfterSilence"/>.
    /// </remarks>
    /// <param name="processes">Processes of this machine.</param>
    /// <param name="now">The time, UTC.</param>
    public bool IsAlive(HolderProcessChecker processes, DateTimeOffset now)
    {
        if (RunLock.IsHeld(LockPath))
            return true;
        if (IsClosed || !File.Exists(LockPath) || ReadOpening() is not { } opening)
            return false;
        // Between two recorders of a run with ranks nobody holds the lock.
        if (opening.Ranks is not null && opening.Holder.BootId == processes.BootId)
            return now.UtcDateTime - File.GetLastWriteTimeUtc(TracePath) < TakeoverTime + TimeSpan.FromSeconds(3 * opening.PeriodSeconds);
        return processes.IsAlive(opening.Holder) ?? (now.UtcDateTime - File.GetLastWriteTimeUtc(TracePath) < DeadAfterSilence);
    }

    /// <summary>The opening of the trace; null if there is none.</summary>
    public RunOpening? ReadOpening()
    {
        try
        {
            using var stream = OpenTrace();
            return TraceOverview.ReadOpening(stream).Opening;
        }
        catch (LedgerUnavailableException)
        {
            return null;
        }
    }

    /// <summary>Opens the trace for reading; it may still grow.</summary>
    /// <exception cref="LedgerUnavailableException">It does not exist or cannot be read.</exception>
    public Stream OpenTrace()
    {
        try
        {
            return new FileStream(TracePath, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, 64 * 1024, FileOptions.SequentialScan);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw LedgerUnavailableException.FromException(TracePath, error);
        }
    }

    /// <summary>Reads the record.</summary>
    /// <exception cref="LedgerDamagedException">It differs from what was written.</exception>
    /// <exception cref="LedgerUnavailableException">It cannot be read.</exception>
    public RunRecord ReadRecord()
    {
        const string remedy = "`tonne ledger verify` lists all damage; restore the folder from a backup, or remove record.json so that the run is closed again from its trace.";
        var bytes = Bytes(RecordPath);
        if (ChecksummedLine.Read("record", bytes, out var json) is { } wrong)
            throw new LedgerDamagedException(new LedgerProblem(Id, RecordPath, wrong, remedy));
        try
        {
            var record = JsonSerializer.Deserialize(json.Span, RunJson.Default.RunRecord);
            return record is not null && record.Opening.Id == Id ? record
                : throw new LedgerDamagedException(new LedgerProblem(Id, RecordPath, $"is the record of {record?.Opening.Id ?? "nothing"}", "Rename the folder to the id of its record."));
        }
        catch (Exception error) when (error is JsonException or NotSupportedException or ArgumentException)
        {
            throw new LedgerDamagedException(new LedgerProblem(Id, RecordPath, $"is undamaged but cannot be parsed ({error.Message})", "It may be from a newer version of tonne: use that one."), error);
        }
    }

    /// <summary>Reads the statements, in the order of accounting; a line that cannot be read is reported and skipped.</summary>
    /// <exception cref="LedgerUnavailableException">The file exists and cannot be read.</exception>
    public StoredStatements ReadStatements()
    {
        var found = new List<(FootprintStatement Statement, int Line)>();
        var problems = ImmutableArray.CreateBuilder<LedgerProblem>();
        ReadOnlyMemory<byte> rest = File.Exists(StatementsPath) ? Bytes(StatementsPath) : [];
        for (var line = 1; !rest.IsEmpty; line++)
        {
            var end = rest.Span.IndexOf((byte)'\n');
            var one = end < 0 ? rest : rest[..end];
            rest = end < 0 ? default : rest[(end + 1)..];
            if (ChecksummedLine.Read("statement", one, out var json) is { } wrong)
            {
                problems.Add(new(Id, StatementsPath, end < 0 ? $"line {line} was cut short" : $"line {line} {wrong}", "The other statements are valid; `tonne ledger recount` adds a new one. The line may be deleted."));
                continue;
            }

            try
            {
                if (JsonSerializer.Deserialize(json.Span, LedgerJson.Default.FootprintStatement) is { } statement)
                    found.Add((statement, line));
            }
            catch (Exception error) when (error is JsonException or NotSupportedException or ArgumentException)
            {
                problems.Add(new(Id, StatementsPath, $"line {line} is undamaged but cannot be parsed ({error.Message})", "It may be from a newer version of tonne: use that one."));
            }
        }

        var ordered = found.OrderBy(pair => pair.Statement.AccountedAt).ToList();
        return new([.. ordered.Select(pair => pair.Statement)], [.. ordered.Select(pair => pair.Line)], problems.DrainToImmutable());
    }

    /// <summary>Reads record and statements.</summary>
    /// <exception cref="LedgerDamagedException">The record differs from what was written, or no statement can be read.</exception>
    /// <exception cref="LedgerUnavailableException">A file cannot be read.</exception>
    public LedgerEntry ReadEntry()
    {
        var record = ReadRecord();
        var stored = ReadStatements();
        return stored.Statements.IsEmpty
            ? throw new LedgerDamagedException(stored.Problems.FirstOrDefault() ?? new LedgerProblem(Id, StatementsPath, "has no statement", "`tonne ledger recount` adds one."))
            : new LedgerEntry(record, stored.Statements);
    }

    /// <summary>Appends a statement; the earlier ones stay.</summary>
    /// <exception cref="LedgerUnavailableException">It cannot be written.</exception>
    public void Append(FootprintStatement statement) =>
        DurableFile.Append(StatementsPath, ChecksummedLine.Write("statement", StatementJson.ToBytes(statement)));

    /// <summary>
    /// Writes a record and its first statement. The statement is written first, so that every folder with a record has one.
    /// </summary>
    internal void Close(RunRecord record, FootprintStatement statement)
    {
        if (ReadStatements().Statements.IsEmpty)
            Append(statement);
        DurableFile.Replace(RecordPath, ChecksummedLine.Write("record", JsonSerializer.SerializeToUtf8Bytes(record, RunJson.Default.RunRecord)));
    }

    /// <summary>Identifies the state of record and statements: their times and sizes. Null if the run is not closed.</summary>
    internal string? GetVersionStamp()
    {
        var record = new FileInfo(RecordPath);
        return record.Exists ? string.Create(CultureInfo.InvariantCulture, $"{Of(record)}/{Of(new FileInfo(StatementsPath))}") : null;

        static string Of(FileInfo file) => file.Exists ? string.Create(CultureInfo.InvariantCulture, $"{file.LastWriteTimeUtc.Ticks:x}-{file.Length}") : "none";
    }

    static byte[] Bytes(string path)
    {
        try
        {
            return File.ReadAllBytes(path);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw LedgerUnavailableException.FromException(path, error);
        }
    }
}
