using System.Globalization;
using System.Text;
using Tonne.Ledgers.Pushing;
using Tonne.Ledgers.RunFolders;
using Tonne.Runs;

namespace Tonne.Ledgers.Auditing;

/// <summary>The hourly audit file of a ledger, <c>audit.csv</c>: energy and intensity for each hour (UTC), account and zone, only appended to.</summary>
/// <remarks>
/// The last field of each line is SHA-256 of the hash of the line before, a line feed, and the fields of this line as written; the first line continues
/// the hash of the header. So no line can be changed, removed, inserted or moved without all later hashes changing. What the chain does not show: lines
/// removed from the end, and a file that was written anew as a whole. For these the last hash is kept elsewhere, for example in the mail of the bill.
/// A run is in the file once. A run that ends later than others of its hours is appended later, as lines of its own.
/// </remarks>
public sealed class HourlyAudit
{
    const int HashLength = 64;

    static readonly TimeSpan _hour = TimeSpan.FromHours(1);

    /// <summary>The columns.</summary>
    public static IReadOnlyList<string> Columns { get; } =
        ["hour_utc", "account", "zone", "kwh", "g_per_kwh", "kg", "basis", "scope", "method", "quality", "source", "recorded_at", "runs", "hash"];

    readonly string _path;
    readonly HashSet<string> _runs = new(StringComparer.Ordinal);

    HourlyAudit(string path) => _path = path;

    /// <summary>Lines of the file, without its header.</summary>
    public int Lines { get; private set; }

    /// <summary>Hash of the last line.</summary>
    public string LastHash { get; private set; } = "";

    /// <summary>The first thing that is wrong; null if the file is as it was written, or not there.</summary>
    public LedgerProblem? Problem { get; private set; }

    /// <summary>Reads the file and checks its chain.</summary>
    /// <param name="home">The ledger.</param>
    /// <exception cref="LedgerUnavailableException">It exists and cannot be read.</exception>
    public static HourlyAudit Read(LedgerHome home)
    {
        ArgumentNullException.ThrowIfNull(home);
        var audit = new HourlyAudit(Path.Combine(home.Root, "audit.csv"));
        audit.Check();
        return audit;
    }

    /// <summary>Appends the runs that are not in the file yet.</summary>
    /// <param name="ledger">The ledger.</param>
    /// <param name="now">The time, UTC.</param>
    /// <returns>The number of runs and of lines that were added.</returns>
    /// <exception cref="LedgerDamagedException">The file was changed: nothing is added.</exception>
    /// <exception cref="LedgerUnavailableException">It cannot be written.</exception>
    public (int Runs, int Lines) Append(Ledger ledger, DateTimeOffset now)
    {
        ArgumentNullException.ThrowIfNull(ledger);
        // Another process may have appended since this one has read.
        using var gate = File.Exists(_path) || ledger.ListRuns(new LedgerQuery { Limit = 1 }).Count > 0 ? RunLock.Wait(_path + ".lock") : null;
        Check();
        if (Problem is { } problem)
            throw new LedgerDamagedException(problem);
        var (rows, added) = FindRows(ledger);
        if (added == 0)
            return (0, 0);
        var text = new StringBuilder();
        if (Lines == 0 && !File.Exists(_path))
        {
            text.Append(Header).Append('\n');
            LastHash = ComputeHash("", Header);
        }

        foreach (var row in rows)
        {
            var fields = row.Format(now, string.Join(' ', row.Runs));
            LastHash = ComputeHash(LastHash, fields);
            text.Append(fields).Append(',').Append(LastHash).Append('\n');
        }

        DurableFile.Append(_path, Encoding.UTF8.GetBytes(text.ToString()));
        Lines += rows.Count;
        return (added, rows.Count);
    }

    static string Header => string.Join(',', Columns);

    static string ComputeHash(string previous, string fields) => HourlyEnergyWriter.ComputeHash(previous, fields);

    /// <summary>The rows of the runs that count and are not in the file, and the number of these runs.</summary>
    /// <remarks>A run inside one that still runs waits for it, and a node's own run for those on its machine, which are taken off it.</remarks>
    (IReadOnlyList<HourlyEnergyRow> Rows, int Runs) FindRows(Ledger ledger)
    {
        var runs = ledger.ListRuns();
        var runningIds = runs.Where(static run => !run.HasFigures).Select(static run => run.Id).ToHashSet(StringComparer.Ordinal);
        // A damaged run never ends, and takes nothing off its node.
        var running = runs.Where(static run => run is { Trouble: null, Status: RunStatus.Running }).ToList();
        var counted = new StoredRunContributions();
        foreach (var run in runs)
            counted.Add(run);
        var contributions = counted.Build();
        var added = runs.Where(run => !_runs.Contains(run.Id) && contributions.ContainsKey(run.Id)
            && (run.Parent is null || !runningIds.Contains(run.Parent)) && !(run.CoversNode && running.Exists(other => Overlap(run, other))))
            .OrderBy(static run => run.Id, StringComparer.Ordinal).ToList();
        var isAdded = added.Select(static run => run.Id).ToHashSet(StringComparer.Ordinal);
        var nodes = added.FindAll(static run => run.CoversNode);
        var hours = new HourlyEnergy();
        foreach (var run in added.Concat(runs.Where(run => !isAdded.Contains(run.Id) && contributions.ContainsKey(run.Id)
            && nodes.Exists(node => Overlap(node, run)))))
        {
            var entry = ledger.Load(run.Id);
            hours.Add(entry.Record, entry.Statements[^1], contributions[run.Id], isAdded.Contains(run.Id));
        }

        return (hours.Build(), added.Count);
    }

    /// <summary>Whether two runs of one boot of a machine have an hour in common; one that still runs has all that follow.</summary>
    static bool Overlap(RunSummary one, RunSummary other)
    {
        if (one.BootId is not { Length: > 0 } || one.BootId != other.BootId)
            return false;
        return one.StartedAt < GetEnd(other) + _hour && other.StartedAt < GetEnd(one) + _hour;

        static DateTimeOffset GetEnd(RunSummary run) => run.HasFigures ? run.StartedAt + TimeSpan.FromSeconds(run.DurationSeconds ?? 0)
            : DateTimeOffset.MaxValue - _hour;
    }

    void Check()
    {
        (Lines, LastHash, Problem) = (0, "", null);
        _runs.Clear();
        if (!File.Exists(_path))
            return;
        string[] lines;
        try
        {
            lines = File.ReadAllText(_path).Split('\n');
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw LedgerUnavailableException.FromException(_path, error);
        }

        const string Remedy = "Restore the file from a backup, or move it away: the next 'tonne ledger audit' writes a new one from the runs, with other hashes.";
        if (lines[0] != Header)
        {
            Problem = new(null, _path, "does not begin with its header", Remedy);
            return;
        }

        LastHash = ComputeHash("", Header);
        for (var i = 1; i < lines.Length; i++)
        {
            var line = lines[i];
            if (line.Length == 0 && i == lines.Length - 1)
                return;
            if (line.Length <= HashLength + 1 || line[^(HashLength + 1)] != ',' || i == lines.Length - 1 || line[..^(HashLength + 1)] is var fields && ComputeHash(LastHash, fields) != line[^HashLength..])
            {
                Problem = new(null, _path, string.Create(CultureInfo.InvariantCulture, $"was changed at line {i + 1}, or a line before it was removed: the hash does not continue that of the line before"), Remedy);
                return;
            }

            LastHash = line[^HashLength..];
            Lines++;
            // The ids are the last field before the hash, and have no commas.
            foreach (var id in fields[(fields.LastIndexOf(',') + 1)..].Split(' '))
                _runs.Add(id);
        }
    }
}
