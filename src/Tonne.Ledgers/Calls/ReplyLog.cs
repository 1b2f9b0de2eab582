using System.Buffers.Text;
using System.Collections.Immutable;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Tonne.Ledgers.RunFolders;

namespace Tonne.Ledgers.Calls;

/// <summary>
/// The replies that imports have counted, so that none counts twice: <c>replies/2026/2026-11-30.jsonl</c>, a file for each day (UTC) of
/// the last <see cref="KeptDays"/> days.
/// </summary>
/// <remarks>
/// A reply is known by a keyed hash of its ids; the key (<c>replies/key</c>) is made at random and stays in the ledger. A later line of the
/// same hash replaces an earlier one. One process at a time has it open. See docs/formats/calls.md.
/// </remarks>
public sealed class ReplyLog : IDisposable
{
    /// <summary>Days for which replies are kept. Older ones are neither kept nor counted.</summary>
    public const int KeptDays = 400;

    const int KeyBytes = 32;
    const int HashBytes = 16;
    const int MostFiles = 100_000;
    const string DayFormat = "yyyy-MM-dd";
    const string Suffix = ".jsonl";

    readonly LedgerHome _home;
    readonly RunLock? _lock;
    readonly byte[] _key;
    readonly Dictionary<string, CountedReply> _replies = new(StringComparer.Ordinal);
    readonly HashSet<DateTime> _loaded = [];
    readonly Dictionary<string, ReadFile> _files = new(StringComparer.Ordinal);
    readonly List<LedgerProblem> _problems = [];
    bool _filesLoaded;

    ReplyLog(LedgerHome home, RunLock? held, byte[] key) => (_home, _lock, _key) = (home, held, key);

    /// <summary>Lines that could not be read. The replies of such lines count again.</summary>
    public IReadOnlyList<LedgerProblem> Problems => _problems;

    string Folder => GetFolder(_home);

    string FilesPath => Path.Combine(Folder, "files.tsv");

    /// <summary>Opens the log to write; waits up to ten seconds for another process that has it.</summary>
    /// <param name="home">The ledger.</param>
    /// <exception cref="LedgerUnavailableException">It cannot be opened, or another process keeps it.</exception>
    public static ReplyLog Open(LedgerHome home) => Open(home, static path => RunLock.Wait(path))!;

    /// <summary>Opens the log to write, as <see cref="Open(LedgerHome)"/>.</summary>
    /// <param name="home">The ledger.</param>
    /// <param name="firstKey">The key of the hashes if there is none yet.</param>
    internal static ReplyLog Open(LedgerHome home, byte[] firstKey) => Open(home, static path => RunLock.Wait(path), firstKey)!;

    /// <summary>The key of a ledger; null if there is none.</summary>
    internal static byte[]? ReadKey(LedgerHome home) => ReadKey(GetKeyPath(home));

    /// <summary>The folder.</summary>
    internal string Location => Folder;

    /// <summary>Whether the hashes have this key.</summary>
    internal bool HasKey(byte[] key) => _key.AsSpan().SequenceEqual(key);

    /// <summary>What is wrong with the replies of a ledger.</summary>
    internal static IEnumerable<LedgerProblem> Check(LedgerHome home)
    {
        try
        {
            using var log = OpenToRead(home);
            log.Load();
            return log._replies.Count == 0 || File.Exists(GetKeyPath(home)) ? log.Problems
                : [.. log.Problems, new(null, GetKeyPath(home), "is missing",
                    "Restore it from a backup. Without it, replies that were counted would count again with the next import.")];
        }
        catch (LedgerUnavailableException error)
        {
            return [new(null, error.Place, error.Reason, error.Advice)];
        }
    }

    /// <summary>Opens the log to write, unless another process has it.</summary>
    /// <param name="home">The ledger.</param>
    /// <returns>Null if another process has it.</returns>
    /// <exception cref="LedgerUnavailableException">It cannot be opened.</exception>
    public static ReplyLog? TryOpen(LedgerHome home) => Open(home, static path => RunLock.TryTake(path));

    /// <summary>Opens the log to read: nothing is created or locked.</summary>
    /// <param name="home">The ledger.</param>
    /// <exception cref="LedgerUnavailableException">It cannot be read.</exception>
    public static ReplyLog OpenToRead(LedgerHome home)
    {
        ArgumentNullException.ThrowIfNull(home);
        return new ReplyLog(home, null, ReadKey(GetKeyPath(home)) ?? RandomNumberGenerator.GetBytes(KeyBytes));
    }

    /// <summary>Hashes a text with the key of this ledger (HMAC-SHA-256, its first 16 bytes).</summary>
    /// <param name="text">The text; it is kept nowhere.</param>
    public string Hash(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        Span<byte> hash = stackalloc byte[HMACSHA256.HashSizeInBytes];
        HMACSHA256.HashData(_key, Encoding.UTF8.GetBytes(text), hash);
        return Base64Url.EncodeToString(hash[..HashBytes]);
    }

    /// <summary>Reads the replies of a period. Days that are known already are not read again.</summary>
    /// <param name="since">Start of the period. Default: null, all that are kept.</param>
    /// <exception cref="LedgerUnavailableException">A file cannot be read.</exception>
    public void Load(DateTimeOffset? since = null)
    {
        foreach (var (day, path) in FindFiles())
        {
            if (day.AddDays(1) <= since || !_loaded.Add(day.UtcDateTime.Date))
                continue;
            var number = 0;
            foreach (var line in SplitLines(Read(path)))
            {
                number++;
                if (line.IsEmpty)
                    continue;
                if (ReplyLine.Read(line, out var reply) is { } wrong)
                    _problems.Add(new LedgerProblem(null, path, string.Create(CultureInfo.InvariantCulture, $"line {number} {wrong}"),
                        "All other lines count. Restore the file from a backup, or remove the line."));
                else
                    _replies[reply!.Key] = reply;
            }
        }
    }

    /// <summary>The replies that were loaded or added, by time.</summary>
    public IEnumerable<CountedReply> Replies =>
        _replies.Values.OrderBy(reply => reply.Time).ThenBy(reply => reply.Key, StringComparer.Ordinal);

    /// <summary>The reply of a hash among those that were loaded; null if there is none.</summary>
    /// <param name="key">The hash.</param>
    public CountedReply? Find(string key) => _replies.GetValueOrDefault(key);

    /// <summary>Writes replies of one day, each as one line.</summary>
    /// <param name="replies">The replies; their times are on one day, UTC.</param>
    /// <exception cref="LedgerUnavailableException">They cannot be written.</exception>
    public void Append(IReadOnlyCollection<CountedReply> replies)
    {
        ArgumentNullException.ThrowIfNull(replies);
        if (replies.Count == 0)
            return;
        var path = GetPath(replies.First().Time.UtcDateTime.Date);
        using var lines = new MemoryStream();
        foreach (var reply in replies)
            lines.Write(ReplyLine.Write(reply));
        try
        {
            LedgerPermissions.CreateFolder(Path.GetDirectoryName(path)!);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw LedgerUnavailableException.FromException(path, error);
        }

        DurableFile.Append(path, lines.GetBuffer().AsSpan(0, (int)lines.Length));
        foreach (var reply in replies)
            _replies[reply.Key] = reply;
    }

    /// <summary>Removes the files of days before one.</summary>
    /// <param name="first">The first time that is kept.</param>
    /// <exception cref="LedgerUnavailableException">They cannot be listed.</exception>
    public void RemoveBefore(DateTimeOffset first)
    {
        foreach (var (day, path) in FindFiles().Where(file => file.Day.AddDays(1) <= first).ToList())
            DurableFile.TryDelete(path);
    }

    /// <summary>How far a file has been read; null if it has not.</summary>
    /// <param name="file">Its hash.</param>
    /// <exception cref="LedgerUnavailableException">That cannot be read.</exception>
    public ReadFile? FindFile(string file)
    {
        LoadFiles();
        return _files.TryGetValue(file, out var state) ? state : null;
    }

    /// <summary>Sets how far a file has been read; kept by <see cref="SaveFiles"/>.</summary>
    /// <param name="file">Its hash.</param>
    /// <param name="state">How far.</param>
    public void SetFile(string file, ReadFile state)
    {
        LoadFiles();
        _files[file] = state;
    }

    /// <summary>Writes how far files have been read, of the 100,000 that changed last.</summary>
    /// <exception cref="LedgerUnavailableException">It cannot be written.</exception>
    public void SaveFiles()
    {
        LoadFiles();
        var text = new StringBuilder();
        foreach (var (file, state) in _files.OrderByDescending(pair => pair.Value.Changed).ThenBy(pair => pair.Key, StringComparer.Ordinal)
            .Take(MostFiles))
            text.Append(CultureInfo.InvariantCulture, $"{file}\t{state.Bytes}\t{state.Lines}\t{state.Changed.UtcTicks}\n");
        DurableFile.Replace(FilesPath, Encoding.ASCII.GetBytes(text.ToString()));
    }

    /// <inheritdoc/>
    public void Dispose() => _lock?.Dispose();

    static ReplyLog? Open(LedgerHome home, Func<string, RunLock?> take, byte[]? firstKey = null)
    {
        ArgumentNullException.ThrowIfNull(home);
        var folder = GetFolder(home);
        try
        {
            home.Create();
            LedgerPermissions.CreateFolder(folder);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw LedgerUnavailableException.FromException(folder, error);
        }

        if (take(Path.Combine(folder, "lock")) is not { } held)
            return null;
        try
        {
            var path = GetKeyPath(home);
            if (ReadKey(path) is not { } key)
            {
                key = firstKey ?? RandomNumberGenerator.GetBytes(KeyBytes);
                DurableFile.Replace(path, key);
            }

            return new ReplyLog(home, held, key);
        }
        catch
        {
            held.Dispose();
            throw;
        }
    }

    static byte[]? ReadKey(string path)
    {
        if (!File.Exists(path))
            return null;
        var key = Read(path).ToArray();
        return key.Length == KeyBytes ? key
            : throw new LedgerUnavailableException(
                path, "is not a key of 32 bytes", "Restore it from a backup. Without it, replies that were counted would count again.");
    }

    void LoadFiles()
    {
        if (_filesLoaded)
            return;
        _filesLoaded = true;
        if (!File.Exists(FilesPath))
            return;
        // A file without a line here is read again, and its replies are known.
        foreach (var line in Encoding.ASCII.GetString(Read(FilesPath).Span).Split('\n'))
        {
            if (line.Split('\t') is [var file, var bytes, var lines, var changed] && TryParse(bytes, out var length)
                && TryParse(lines, out var count) && TryParse(changed, out var ticks) && ticks <= DateTimeOffset.MaxValue.UtcTicks)
                _files[file] = new ReadFile(length, count, new DateTimeOffset(ticks, TimeSpan.Zero));
        }
    }

    static bool TryParse(string text, out long number) =>
        long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out number);

    static ReadOnlyMemory<byte> Read(string path)
    {
        try
        {
            using var stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
            var content = new byte[stream.Length];
            return content.AsMemory(0, stream.ReadAtLeast(content, content.Length, throwOnEndOfStream: false));
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw LedgerUnavailableException.FromException(path, error);
        }
    }

    static ImmutableArray<ReadOnlyMemory<byte>> SplitLines(ReadOnlyMemory<byte> content)
    {
        var lines = ImmutableArray.CreateBuilder<ReadOnlyMemory<byte>>();
        while (!content.IsEmpty)
        {
            var end = content.Span.IndexOf((byte)'\n');
            lines.Add(end < 0 ? content : content[..end]);
            content = end < 0 ? default : content[(end + 1)..];
        }

        return lines.ToImmutable();
    }

    static string GetFolder(LedgerHome home) => Path.Combine(home.Root, "replies");

    static string GetKeyPath(LedgerHome home) => Path.Combine(GetFolder(home), "key");

    string GetPath(DateTime day) => Path.Combine(
        Folder, day.ToString("yyyy", CultureInfo.InvariantCulture), day.ToString(DayFormat, CultureInfo.InvariantCulture) + Suffix);

    IEnumerable<(DateTimeOffset Day, string Path)> FindFiles()
    {
        string[] files;
        try
        {
            files = Directory.Exists(Folder) ? Directory.GetFiles(Folder, "*" + Suffix, SearchOption.AllDirectories) : [];
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw LedgerUnavailableException.FromException(Folder, error);
        }

        Array.Sort(files, StringComparer.Ordinal);
        foreach (var file in files)
        {
            if (DateTimeOffset.TryParseExact(Path.GetFileNameWithoutExtension(file), DayFormat, CultureInfo.InvariantCulture,
                DateTimeStyles.AssumeUniversal, out var day))
                yield return (day, file);
        }
    }
}
