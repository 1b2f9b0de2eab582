using System.IO.Enumeration;
using Tonne.Ledgers.RunFolders;

namespace Tonne.Ledgers;

/// <summary>
/// The folder of a ledger: <c>runs/yyyy/ID/</c> has the primary data, <c>index.sqlite</c> a cache that can be deleted. See
/// docs/formats/ledger.md.
/// </summary>
/// <remarks>It has names only and opens nothing. Unknown files and folders are not touched.</remarks>
/// <param name="root">The folder; it need not exist yet.</param>
public sealed class LedgerHome(string root)
{
    /// <summary>Finds the ledger that the command <c>tonne</c> uses without a configuration file.</summary>
    /// <remarks><c>TONNE_HOME</c>, else <c>XDG_DATA_HOME/tonne</c>, else <c>.local/share/tonne</c> in the user's folder.</remarks>
    /// <param name="getVariable">Reads a variable of the environment, for example <see cref="Environment.GetEnvironmentVariable(string)"/>.</param>
    public static LedgerHome FromEnvironment(Func<string, string?> getVariable)
    {
        ArgumentNullException.ThrowIfNull(getVariable);
        if (getVariable("TONNE_HOME") is { Length: > 0 } home)
            return new LedgerHome(home);
        var data = getVariable("XDG_DATA_HOME") is { Length: > 0 } folder && Path.IsPathRooted(folder)
            ? folder
            : Path.Combine(GetUserFolder(getVariable), ".local/share");
        return new LedgerHome(Path.Combine(data, "tonne"));
    }

    /// <summary>The user's own folder: <c>HOME</c>; where that is not set, the one in the system's list of users.</summary>
    /// <param name="getVariable">Reads a variable of the environment.</param>
    public static string GetUserFolder(Func<string, string?> getVariable)
    {
        ArgumentNullException.ThrowIfNull(getVariable);
        return getVariable("HOME") is { Length: > 0 } home ? home
            : Environment.GetFolderPath(Environment.SpecialFolder.UserProfile) is { Length: > 0 } listed ? listed : "/";
    }

    /// <summary>The folder, absolute.</summary>
    public string Root { get; } = Path.GetFullPath(root);

    /// <summary>The folder of all runs.</summary>
    public string Runs => Path.Combine(Root, "runs");

    /// <summary>The index.</summary>
    public string Index => Path.Combine(Root, "index.sqlite");

    /// <summary>Creates the folder, for its owner only, if it does not exist.</summary>
    /// <exception cref="IOException">It cannot be created.</exception>
    /// <exception cref="UnauthorizedAccessException">It may not be created.</exception>
    internal void Create()
    {
        if (Directory.Exists(Root))
            return;
        if (OperatingSystem.IsWindows())
            Directory.CreateDirectory(Root);
        else
            Directory.CreateDirectory(Root, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
    }

    /// <summary>The folder of a run, whether it exists or not.</summary>
    /// <exception cref="ArgumentException">The text is not the id of a run.</exception>
    public RunFolder GetRunFolder(string id) => IsRunId(id)
        ? new RunFolder(id, Path.Combine(Runs, id[..4], id))
        : throw new ArgumentException($"'{id}' is not the id of a run, such as 20261122-054210-4f2a9c.", nameof(id));

    /// <summary>The folders of all runs, oldest first. Empty if there is no ledger yet.</summary>
    /// <exception cref="LedgerUnavailableException">The folder cannot be read.</exception>
    public IReadOnlyList<RunFolder> GetRunFolders() => [.. GetRunIds().Select(GetRunFolder)];

    /// <summary>The ids of all runs, oldest first. Empty if there is no ledger yet.</summary>
    /// <exception cref="LedgerUnavailableException">The folder cannot be read.</exception>
    internal List<string> GetRunIds()
    {
        List<string> found = [.. GetUnsortedRunIds()];
        found.Sort(StringComparer.Ordinal);
        return found;
    }

    /// <summary>The ids of all runs. Empty if there is no ledger yet.</summary>
    /// <exception cref="LedgerUnavailableException">The folder cannot be read.</exception>
    internal HashSet<string> GetUnsortedRunIds()
    {
        var found = new HashSet<string>(StringComparer.Ordinal);
        try
        {
            if (!Directory.Exists(Runs))
                return found;
            foreach (var year in Directory.EnumerateDirectories(Runs))
            {
                if (Path.GetFileName(year) is { Length: 4 } name && name.All(char.IsAsciiDigit))
                    found.UnionWith(EnumerateIds(year, name));
            }
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw LedgerUnavailableException.FromException(Runs, error);
        }

        return found;
    }

    /// <summary>The ids in the folder of a year. No path is built for each: there may be tens of thousands.</summary>
    static FileSystemEnumerable<string> EnumerateIds(string folder, string year) =>
        new(folder, static (ref FileSystemEntry entry) => entry.FileName.ToString())
        {
            ShouldIncludePredicate = (ref FileSystemEntry entry) => entry.IsDirectory && entry.FileName.StartsWith(year) && IsRunId(entry.FileName),
        };

    /// <summary>Whether a text is the id of a run: UTC date, time, and a suffix of letters and digits.</summary>
    public static bool IsRunId(string? text) => text is not null && IsRunId(text.AsSpan());

    static bool IsRunId(ReadOnlySpan<char> text) =>
        text.Length is > 16 and <= 64 && text[8] == '-' && text[15] == '-'
        && TryReadNumber(text[..4], 1, 9999, out var year) && TryReadNumber(text[4..6], 1, 12, out var month)
        && TryReadNumber(text[6..8], 1, DateTime.DaysInMonth(year, month), out _)
        && TryReadNumber(text[9..11], 0, 23, out _) && TryReadNumber(text[11..13], 0, 59, out _) && TryReadNumber(text[13..15], 0, 59, out _)
        && text[16..].IndexOfAnyExcept(Suffix) < 0;

    /// <summary>Reads digits. Parsing a date takes ten times as long, and there may be 100,000 names.</summary>
    static bool TryReadNumber(ReadOnlySpan<char> digits, int least, int most, out int number)
    {
        number = 0;
        foreach (var digit in digits)
        {
            if (!char.IsAsciiDigit(digit))
                return false;
            number = (number * 10) + (digit - '0');
        }

        return number >= least && number <= most;
    }

    static readonly System.Buffers.SearchValues<char> Suffix = System.Buffers.SearchValues.Create("abcdefghijklmnopqrstuvwxyz0123456789-");
}
