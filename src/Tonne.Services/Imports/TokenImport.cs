using Tonne.Ledgers;
using Tonne.Ledgers.Calls;
using Tonne.Quantities;

namespace Tonne.Services.Imports;

/// <summary>Reads logs of agents or exports of providers and adds the replies that are not counted yet to a ledger.</summary>
/// <remarks>
/// Kept of a reply are time, model, tokens, figures, the name of the project, and keyed hashes of the ids; no text. A second import adds
/// nothing; one of files that have grown adds what is new. A reply whose later line has more tokens gets the difference.
/// </remarks>
/// <param name="home">The ledger.</param>
/// <param name="options">The options. Default: null, the defaults of <see cref="TokenImportOptions"/>.</param>
/// <param name="time">The clock. Default: null, the system's.</param>
public sealed class TokenImport(LedgerHome home, TokenImportOptions? options = null, TimeProvider? time = null)
{
    const int MostSkippedKept = 1_000;
    const int BufferSize = 1 << 16;

    readonly TokenImportOptions _options = options ?? new TokenImportOptions();
    readonly TimeProvider _time = time ?? TimeProvider.System;
    readonly ReplyEstimator _estimator = new((options ?? new TokenImportOptions()).Place);

    /// <summary>Imports files. Waits for another import of the same ledger.</summary>
    /// <param name="log">How they are read.</param>
    /// <param name="files">The files.</param>
    /// <param name="progress">Called with the number of files that are done. Default: null, nothing.</param>
    /// <exception cref="LedgerUnavailableException">The ledger cannot be read or written; what was written counts, and a second import adds
    /// the rest.</exception>
    public TokenImportOutcome Run(ITokenLog log, IEnumerable<string> files, Action<int>? progress = null)
    {
        using var replies = _options.IsDryRun ? ReplyLog.OpenToRead(home) : ReplyLog.Open(home);
        return Run(log, files, replies, progress);
    }

    /// <summary>Imports files into a log of replies that is open.</summary>
    internal TokenImportOutcome Run(ITokenLog log, IEnumerable<string> files, ReplyLog replies, Action<int>? progress = null)
    {
        ArgumentNullException.ThrowIfNull(log);
        ArgumentNullException.ThrowIfNull(files);
        var reading = new Reading(replies);
        var done = 0;
        foreach (var file in files)
        {
            if (reading.Bytes >= _options.MostBytes)
                reading.HasMore = true;
            else
                ReadFile(log, file, reading);
            progress?.Invoke(++done);
        }

        var now = _time.GetUtcNow();
        replies.Load(_options.ComparedDays is { } days ? now.AddDays(-days) : null);
        var outcome = Count(log, reading, now);
        if (!_options.IsDryRun && _options.Since is null)
        {
            foreach (var (file, state) in reading.Files)
                replies.SetFile(file, state);
            if (reading.Files.Count > 0)
                replies.SaveFiles();
        }

        if (!_options.IsDryRun && _options.ComparedDays is null)
            replies.RemoveBefore(GetFirstKept(now));
        return outcome;
    }

    static DateTimeOffset GetFirstKept(DateTimeOffset now) => new(now.UtcDateTime.Date.AddDays(-ReplyLog.KeptDays), TimeSpan.Zero);

    void ReadFile(ITokenLog log, string path, Reading reading)
    {
        var name = Path.GetFileName(path);
        try
        {
            var changed = new DateTimeOffset(File.GetLastWriteTimeUtc(path), TimeSpan.Zero);
            using var stream = new FileStream(
                path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, BufferSize, FileOptions.SequentialScan);
            var length = stream.Length;
            var file = reading.Replies.Hash("file\n" + Path.GetFullPath(path));
            var before = _options.Since is null ? reading.Replies.FindFile(file) : null;
            if (before is { } same && same.Bytes == length && same.Changed == changed)
            {
                reading.Unchanged++;
                return;
            }

            // Of a file that is no longer than it was, the beginning has changed.
            var from = before is { } known && log.CanContinue && known.Bytes < length ? known : default;
            stream.Position = from.Bytes;
            var lines = new TokenLogStream(
                stream, name, from.Lines, reading.Skip, log.CanContinue ? _options.MostBytes - reading.Bytes : null);
            log.Read(lines, reading.Add);
            reading.Bytes += lines.BytesRead;
            reading.FilesRead++;
            var end = log.CanContinue ? from.Bytes + lines.BytesRead : length;
            reading.HasMore |= lines.HasMore;
            reading.Files[file] = new ReadFile(end, lines.Line, changed);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or NotSupportedException or ArgumentException)
        {
            reading.Skip(new SkippedLine(name, 0, SkipReason.Unreadable));
        }
    }

    TokenImportOutcome Count(ITokenLog log, Reading reading, DateTimeOffset now)
    {
        var names = new ProjectNames(reading.Replies, _options.HashesProjects);
        var firstKept = GetFirstKept(now);
        var (added, completed, known, before, tooOld) = (0, 0, 0, 0, 0);
        var changes = new List<(CallRow Row, CountedReply Reply)>();
        foreach (var (key, reply) in reading.Found.OrderBy(pair => pair.Value.Time).ThenBy(pair => pair.Key, StringComparer.Ordinal))
        {
            if (reply.Time < _options.Since)
            {
                before++;
                continue;
            }

            if (reply.Time < firstKept)
            {
                tooOld++;
                continue;
            }

            var counted = reading.Replies.Find(key);
            if (counted is null)
            {
                added++;
                changes.Add(CountNew(log, key, reply, names, reading.Replies));
            }
            else if (Exceeds(reply, counted))
            {
                completed++;
                changes.Add(CountMore(log, reply, counted));
            }
            else
            {
                known++;
            }
        }

        var rows = changes.GroupBy(change => change.Row.Key)
            .Select(group => (Row: new CallRow(group.Key, group.Aggregate(new CallSum(), (sum, change) => sum.Plus(change.Row.Sum))),
                Replies: group.Select(change => change.Reply).ToList()))
            .OrderBy(group => group.Row.Key.Hour).ThenBy(group => group.Row.Key.ToString(), StringComparer.Ordinal).ToList();
        if (!_options.IsDryRun)
            Write(rows, reading.Replies);
        return new TokenImportOutcome
        {
            Service = log.Service,
            FilesRead = reading.FilesRead,
            FilesUnchanged = reading.Unchanged,
            Added = added,
            Completed = completed,
            Known = known,
            Repeated = reading.Repeated,
            Before = before,
            TooOld = tooOld,
            Rows = [.. rows.Select(group => group.Row)],
            Skipped = [.. reading.Skipped],
            SkippedCount = reading.SkippedCount,
            FamilyNames = [.. _estimator.FamilyNames],
            Problems = [.. reading.Replies.Problems],
            HasMore = reading.HasMore,
        };
    }

    (CallRow Row, CountedReply Reply) CountNew(ITokenLog log, string key, TokenReply reply, ProjectNames names, ReplyLog replies)
    {
        var figures = Estimate(reply.Model, reply.Tokens, reply.Requests, reply.HasUnknownRequests);
        var counted = new CountedReply
        {
            Key = key,
            Time = reply.Time,
            Service = log.Service,
            Model = reply.Model,
            Project = names.Find(reply.Folder),
            Session = reply.Session.Length > 0 ? HashSession(replies, reply.Session) : "",
            Requests = reply.Requests,
            Tokens = reply.Tokens,
            EnergyKwh = figures?.EnergyKwh,
            OperationalKg = figures?.OperationalKg,
            EmissionsKg = figures?.EmissionsKg,
        };
        return (new CallRow(CreateKey(log, counted, figures), counted.ToSum()), counted);
    }

    (CallRow Row, CountedReply Reply) CountMore(ITokenLog log, TokenReply reply, CountedReply before)
    {
        var tokens = new CallTokens(
            Math.Max(reply.Tokens.Input, before.Tokens.Input), Math.Max(reply.Tokens.CachedInput, before.Tokens.CachedInput),
            Math.Max(reply.Tokens.Output, before.Tokens.Output), Math.Max(reply.Tokens.Reasoning, before.Tokens.Reasoning));
        var requests = Math.Max(reply.Requests, before.Requests);
        var figures = Estimate(before.Model, tokens, requests, reply.HasUnknownRequests);
        var after = before with
        {
            Tokens = tokens,
            Requests = requests,
            EnergyKwh = figures?.EnergyKwh,
            OperationalKg = figures?.OperationalKg,
            EmissionsKg = figures?.EmissionsKg,
        };
        // A model that is known since the first line counts as one of unknown energy once, and then with a figure.
        var sum = new CallSum
        {
            Requests = requests - before.Requests,
            Tokens = new CallTokens(
                tokens.Input - before.Tokens.Input,
                Math.Min(tokens.CachedInput - before.Tokens.CachedInput, tokens.Input - before.Tokens.Input),
                tokens.Output - before.Tokens.Output,
                Math.Min(tokens.Reasoning - before.Tokens.Reasoning, tokens.Output - before.Tokens.Output)),
            EnergyKwh = Subtract(after.EnergyKwh, before.EnergyKwh),
            OperationalKg = Subtract(after.OperationalKg, before.OperationalKg),
            EmissionsKg = Subtract(after.EmissionsKg, before.EmissionsKg),
        };
        return (new CallRow(CreateKey(log, after, figures), sum), after);
    }

    ReplyFigures? Estimate(string model, CallTokens tokens, long requests, bool areUnknown) => _estimator.Estimate(
        model, tokens, areUnknown ? Math.Max(1, (double)tokens.Output / UsageExport.AssumedOutputTokens) : Math.Max(1, requests));

    static bool Exceeds(TokenReply reply, CountedReply counted) => reply.Tokens.Input > counted.Tokens.Input
        || reply.Tokens.CachedInput > counted.Tokens.CachedInput || reply.Tokens.Output > counted.Tokens.Output
        || reply.Tokens.Reasoning > counted.Tokens.Reasoning || reply.Requests > counted.Requests;

    static Bounds Subtract(Bounds? after, Bounds? before)
    {
        if (after is not { } whole)
            return default;
        var part = before ?? default;
        // The bounds of a sum of tokens are not exactly the sum of bounds.
        var best = Math.Max(0, whole.Best - part.Best);
        return new Bounds(Math.Clamp(whole.Low - part.Low, 0, best), best, Math.Max(best, whole.High - part.High));
    }

    static CallKey CreateKey(ITokenLog log, CountedReply reply, ReplyFigures? figures) => new()
    {
        Hour = reply.Time,
        Service = log.Service,
        Provider = log.Provider,
        Operation = "chat",
        Model = reply.Model,
        AnsweredModel = reply.Model,
        Project = reply.Project,
        Method = figures?.Method ?? "",
        Boundary = figures?.Boundary ?? "",
        IntensityGramsPerKwh = figures?.IntensityGramsPerKwh,
        Pue = figures?.Pue,
    };

    /// <summary>Writes day by day, first rows and then the replies of these rows: an error leaves nothing to be counted twice.</summary>
    void Write(List<(CallRow Row, List<CountedReply> Replies)> groups, ReplyLog replies)
    {
        var calls = new CallLog(home);
        foreach (var day in groups.GroupBy(group => group.Row.Key.Hour.UtcDateTime.Date))
        {
            var byKey = day.ToDictionary(group => group.Row.Key, group => group.Replies);
            var written = new List<CountedReply>();
            try
            {
                calls.Append(day.Select(group => group.Row), row => written.AddRange(byKey[row.Key]));
            }
            finally
            {
                replies.Append(written);
            }
        }
    }

    /// <summary>The hash of a session's id.</summary>
    internal static string HashSession(ReplyLog replies, string session) => replies.Hash("session\n" + session);

    /// <summary>What the files have so far.</summary>
    sealed class Reading(ReplyLog replies)
    {
        public ReplyLog Replies => replies;

        public Dictionary<string, TokenReply> Found { get; } = new(StringComparer.Ordinal);

        public Dictionary<string, ReadFile> Files { get; } = new(StringComparer.Ordinal);

        public List<SkippedLine> Skipped { get; } = [];

        public long SkippedCount { get; private set; }

        public long Repeated { get; private set; }

        public int FilesRead { get; set; }

        public int Unchanged { get; set; }

        public long Bytes { get; set; }

        public bool HasMore { get; set; }

        public void Add(TokenReply reply)
        {
            var key = replies.Hash("reply\n" + reply.Id);
            if (Found.TryGetValue(key, out var before))
            {
                Repeated++;
                Found[key] = before.Join(reply);
            }
            else
            {
                Found[key] = reply;
            }
        }

        public void Skip(SkippedLine line)
        {
            SkippedCount++;
            if (Skipped.Count < MostSkippedKept)
                Skipped.Add(line);
        }
    }
}
