using System.Collections.Immutable;
using System.Globalization;
using Tonne.Ledgers.RunFolders;

namespace Tonne.Ledgers.Calls;

/// <summary>
/// The calls of a ledger to language models and embeddings: <c>calls/2026/2026-11-30.jsonl</c>, a file for each day (UTC).
/// </summary>
/// <remarks>
/// A line is a sum over calls since the line before of the same key; reading adds them up. So any number of processes can write at the same
/// time. See docs/formats/calls.md.
/// </remarks>
/// <param name="home">The ledger.</param>
public sealed class CallLog(LedgerHome home)
{
    const string Suffix = ".jsonl";
    const string DayFormat = "yyyy-MM-dd";

    // Of a file that is damaged throughout, so many lines are reported one by one.
    const int MostProblemsOfFile = 10;

    /// <summary>The folder of all files.</summary>
    public string Location { get; } = Path.Combine(home.Root, "calls");

    /// <summary>Appends rows, each as one line.</summary>
    /// <param name="rows">The rows.</param>
    /// <param name="written">Called after each row that is written. Default: null, nothing.</param>
    /// <exception cref="LedgerUnavailableException">They cannot be written; rows of which <paramref name="written"/> was not called are not
    /// in the file.</exception>
    public void Append(IEnumerable<CallRow> rows, Action<CallRow>? written = null)
    {
        ArgumentNullException.ThrowIfNull(rows);
        foreach (var day in rows.GroupBy(row => row.Key.Hour.UtcDateTime.Date))
        {
            var path = GetPath(day.Key);
            try
            {
                home.Create();
                LedgerPermissions.CreateFolder(Path.GetDirectoryName(path)!);
                using var file = new AppendOnlyFile(path);
                foreach (var row in day)
                {
                    file.Append(CallLine.Write(row));
                    written?.Invoke(row);
                }

                file.Flush();
            }
            catch (Exception error) when (error is IOException or UnauthorizedAccessException)
            {
                throw LedgerUnavailableException.FromException(path, error);
            }
        }
    }

    /// <summary>Reads and adds up the lines of a period.</summary>
    /// <param name="since">Start of the period; hours that begin before it are left out. Default: null, the beginning.</param>
    /// <param name="until">End of the period, not included. Default: null, the end.</param>
    /// <exception cref="LedgerUnavailableException">A file cannot be read.</exception>
    public CallReading Read(DateTimeOffset? since = null, DateTimeOffset? until = null)
    {
        var sums = new Dictionary<CallKey, CallSum>();
        var problems = new List<LedgerProblem>();
        foreach (var (day, path) in FindFiles())
        {
            if (day.AddDays(1) <= since || day >= until)
                continue;
            byte[] content;
            try
            {
                content = ReadAll(path);
            }
            catch (Exception error) when (error is IOException or UnauthorizedAccessException)
            {
                throw LedgerUnavailableException.FromException(path, error);
            }

            Parse(content, path, problems, row =>
            {
                if (!(row.Key.Hour < since || row.Key.Hour >= until))
                    sums[row.Key] = sums.TryGetValue(row.Key, out var sum) ? sum.Plus(row.Sum) : row.Sum;
            });
        }

        return new CallReading(
            [.. sums.Select(pair => new CallRow(pair.Key, pair.Value)).OrderBy(row => row.Key.Hour)
                .ThenBy(row => row.Key.ToString(), StringComparer.Ordinal)],
            [.. problems]);
    }

    /// <summary>Reads the lines of one file. One that cannot be read costs only itself.</summary>
    /// <param name="content">The file.</param>
    /// <param name="path">Its name, for messages.</param>
    /// <param name="problems">Receives what is wrong.</param>
    /// <param name="add">Receives each row.</param>
    internal static void Parse(ReadOnlyMemory<byte> content, string path, List<LedgerProblem> problems, Action<CallRow> add)
    {
        var (number, damaged) = (0, 0);
        while (!content.IsEmpty)
        {
            number++;
            var end = content.Span.IndexOf((byte)'\n');
            var line = end < 0 ? content : content[..end];
            content = end < 0 ? default : content[(end + 1)..];
            // Two processes may each have ended a line that a third had left cut.
            if (line.IsEmpty)
                continue;
            if (CallLine.Read(line, out var row) is not { } wrong)
                add(row!);
            else if (++damaged <= MostProblemsOfFile)
                problems.Add(Describe(path, string.Create(CultureInfo.InvariantCulture, $"line {number} {wrong}")));
        }

        if (damaged > MostProblemsOfFile)
            problems.Add(Describe(path,
                string.Create(CultureInfo.InvariantCulture, $"{damaged - MostProblemsOfFile} more lines cannot be read")));
    }

    static LedgerProblem Describe(string path, string what) =>
        new(null, path, what, "All other lines count. Restore the file from a backup, or remove the line.");

    static byte[] ReadAll(string path)
    {
        // Others may append meanwhile.
        using var stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        var content = new byte[stream.Length];
        return content[..stream.ReadAtLeast(content, content.Length, throwOnEndOfStream: false)];
    }

    string GetPath(DateTime day) => Path.Combine(
        Location, day.ToString("yyyy", CultureInfo.InvariantCulture), day.ToString(DayFormat, CultureInfo.InvariantCulture) + Suffix);

    IEnumerable<(DateTimeOffset Day, string Path)> FindFiles()
    {
        string[] files;
        try
        {
            files = Directory.Exists(Location) ? Directory.GetFiles(Location, "*" + Suffix, SearchOption.AllDirectories) : [];
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw LedgerUnavailableException.FromException(Location, error);
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
