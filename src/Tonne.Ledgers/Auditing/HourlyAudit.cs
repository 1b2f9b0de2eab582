using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Tonne.Accounting;
using Tonne.Ledgers.ImportExport;
using Tonne.Ledgers.RunFolders;
using Tonne.Ledgers.Totals;
using Tonne.Quantities;
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
        var added = 0;
        var groups = new SortedDictionary<string, Row>(StringComparer.Ordinal);
        foreach (var id in FindNew(ledger))
        {
            AddRun(ledger.Load(id), groups);
            added++;
        }

        if (added == 0)
            return (0, 0);
        var text = new StringBuilder();
        if (Lines == 0 && !File.Exists(_path))
        {
            text.Append(Header).Append('\n');
            LastHash = ComputeHash("", Header);
        }

        foreach (var row in groups.Values)
        {
            var fields = row.Format(now);
            LastHash = ComputeHash(LastHash, fields);
            text.Append(fields).Append(',').Append(LastHash).Append('\n');
        }

        DurableFile.Append(_path, Encoding.UTF8.GetBytes(text.ToString()));
        Lines += groups.Count;
        return (added, groups.Count);
    }

    static string Header => string.Join(',', Columns);

    static string ComputeHash(string previous, string fields) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(previous + "\n" + fields)));

    /// <summary>Ids of the runs that count and are not in the file, oldest first. A run inside one that still runs waits for it.</summary>
    IEnumerable<string> FindNew(Ledger ledger)
    {
        var runs = ledger.ListRuns();
        var running = runs.Where(run => !run.HasFigures).Select(run => run.Id).ToHashSet(StringComparer.Ordinal);
        var withFigures = runs.Where(run => run.HasFigures).ToList();
        var included = IncludedRuns.Find([.. withFigures.Select(CountedRun.From)]);
        return withFigures.Where(run => !_runs.Contains(run.Id) && !included.ContainsKey(run.Id) && (run.Parent is null || !running.Contains(run.Parent)))
            .Select(run => run.Id).Order(StringComparer.Ordinal);
    }

    static void AddRun(LedgerEntry entry, SortedDictionary<string, Row> groups)
    {
        const double MicrojoulesPerKilowattHour = 3.6e12;
        var (record, statement) = (entry.Record, entry.Statements[^1]);
        var facility = statement.Figures.FirstOrDefault(figure => figure.Name == "facility_energy_kwh");
        if (facility is null)
            return;
        // By quarter hours where there are any; otherwise, as for many imports, all of it in the hour of the start.
        var grid = statement.Factors.Grid;
        var hours = record.QuarterHours.GroupBy(quarter => TruncateToHour(quarter.Start)).Select(hour => Combine(hour.Key, hour, grid)).ToList();
        var sum = hours.Sum(hour => hour.Energy);
        if (sum <= 0)
        {
            var start = TruncateToHour(record.Opening.StartedAt);
            (hours, sum) = ([(start, MicrojoulesPerKilowattHour, grid.FindIntensity(start))], MicrojoulesPerKilowattHour);
        }

        foreach (var (hour, energy, intensity) in hours)
        {
            var row = new Row(hour, record.Opening.Job?.Account ?? "", grid.Zone ?? "", intensity, EnumWords.Format(grid.Basis), EnumWords.Format(grid.Scope),
                statement.Method, EnumWords.Format(facility.Quality), grid.Intensity.Source.Id);
            if (!groups.TryGetValue(row.Key, out var known))
                groups[row.Key] = known = row;
            known.Add(record.Opening.Id, facility.Bounds.Best * (energy / sum));
        }
    }

    /// <summary>Energy of an hour in µJ, and its intensity in g CO2e/kWh weighted by the energy of its quarter hours, so that the lines of a run sum to its emissions.</summary>
    static (DateTimeOffset Hour, double Energy, double Intensity) Combine(DateTimeOffset hour, IEnumerable<QuarterHour> quarters, GridFactor grid)
    {
        List<(double Energy, double Grams)> parts =
            [.. quarters.Select(quarter => (quarter.Energy.Sum(use => (double)use.Microjoules), grid.FindQuarterHourIntensity(quarter.Start)))];
        var (energy, first) = (parts.Sum(part => part.Energy), parts[0].Grams);
        // Differences from the first, so that equal quarter hours give exactly their value.
        return (hour, energy, energy > 0 ? Math.Max(0, first + (parts.Sum(part => part.Energy * (part.Grams - first)) / energy)) : grid.FindIntensity(hour));
    }

    static DateTimeOffset TruncateToHour(DateTimeOffset time) => new(time.UtcDateTime.Date.AddHours(time.UtcDateTime.Hour), TimeSpan.Zero);

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

    sealed class Row(DateTimeOffset hour, string account, string zone, double intensity, string basis, string scope, string method, string quality, string source)
    {
        readonly List<string> _runs = [];
        double _kilowattHours;

        public string Key => string.Create(CultureInfo.InvariantCulture, $"{hour:yyyy-MM-dd'T'HH}\n{account}\n{zone}\n{intensity:R}\n{basis}\n{scope}\n{method}\n{quality}\n{source}");

        public void Add(string run, double kilowattHours)
        {
            _runs.Add(run);
            _kilowattHours = Math.Min(double.MaxValue, _kilowattHours + kilowattHours);
        }

        /// <summary>The fields without the hash, as CSV.</summary>
        public string Format(DateTimeOffset now) => CarbonCsvRow.Line(
        [
            hour.ToString("yyyy-MM-dd'T'HH':00Z'", CultureInfo.InvariantCulture), OnOneLine(account), OnOneLine(zone),
            _kilowattHours.ToString("R", CultureInfo.InvariantCulture), intensity.ToString("R", CultureInfo.InvariantCulture),
            Math.Min(double.MaxValue, _kilowattHours * intensity / 1000).ToString("R", CultureInfo.InvariantCulture),
            basis, scope, method, quality, source, now.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture), string.Join(' ', _runs),
        ]).TrimEnd('\n');

        static string OnOneLine(string text) => SpreadsheetText.Escape(text.ReplaceLineEndings(" "));
    }
}
