using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using Tonne.Accounting;
using CsvHelper;
using CsvHelper.Configuration;

namespace Tonne.Ledgers.ImportExport;

/// <summary>Reads and writes CodeCarbon's emissions.csv.</summary>
public static class CodeCarbonCsv
{
    static readonly string[] RequiredColumns = [CodeCarbonColumn.Timestamp, CodeCarbonColumn.Duration, CodeCarbonColumn.Emissions, CodeCarbonColumn.EnergyConsumed];

    static CsvConfiguration CsvSettings => new(CultureInfo.InvariantCulture) { BadDataFound = null, NewLine = "\n", HasHeaderRecord = false };

    // Without NewLine, lines may end in LF, CR LF or CR, as old spreadsheets write.
    static CsvConfiguration ReadSettings => new(CultureInfo.InvariantCulture) { BadDataFound = null, HasHeaderRecord = false, MaxFieldSize = LongestField };

    /// <summary>Longest field, in characters: a longer one is a file of another kind or a quotation mark without its pair.</summary>
    const int LongestField = 1 << 20;

    /// <summary>
    /// Reads a file. A row that is not valid is reported with its line and skipped. Of a run that was written several times as it went on,
    /// the last row counts.
    /// </summary>
    /// <param name="path">The file.</param>
    /// <param name="at">Time of accounting, UTC.</param>
    /// <param name="order">
    /// The order of day and month in dates of numbers such as 10/03/2024. Null: a row whose date can be read in two ways is not valid.
    /// </param>
    /// <exception cref="IOException">The file cannot be read.</exception>
    public static ImportedRuns Import(string path, DateTimeOffset at, DateOrder? order = null)
    {
        using var reader = new StreamReader(path, Encoding.UTF8);
        return Import(reader, path, at, order);
    }

    /// <summary>Reads the rows of a file as they are, for a comparison with recorded runs. Nothing is added to a ledger.</summary>
    /// <param name="path">The file.</param>
    /// <param name="order">The order of day and month in dates of numbers; null: such a row is not valid.</param>
    /// <exception cref="IOException">The file cannot be read.</exception>
    public static CodeCarbonRuns ReadRuns(string path, DateOrder? order = null)
    {
        using var reader = new StreamReader(path, Encoding.UTF8);
        var problems = ImmutableArray.CreateBuilder<LedgerProblem>();
        var rows = ReadRows(reader, path, order, problems);
        return new CodeCarbonRuns([.. KeepLastStates(rows, path, problems).Select(row => CodeCarbonRun.From(row.Row, row.Line))], problems.ToImmutable());
    }

    /// <summary>Writes entries, with a header, in CodeCarbon's columns and then tonne's own.</summary>
    /// <returns>The number of rows.</returns>
    public static int Export(IEnumerable<LedgerEntry> entries, TextWriter writer)
    {
        using var csv = new CsvWriter(writer, CsvSettings, leaveOpen: true);
        WriteFields(csv, CodeCarbonExport.Header);
        return WriteRows(csv, entries);
    }

    /// <summary>Appends entries to a file with the same columns. If the file has other columns, a new file beside it is written.</summary>
    /// <param name="path">The file; created if it does not exist.</param>
    /// <param name="entries">The entries.</param>
    /// <exception cref="LedgerUnavailableException">The file cannot be written.</exception>
    public static ExportOutcome Append(string path, IEnumerable<LedgerEntry> entries)
    {
        try
        {
            var (file, note) = (path, (string?)null);
            for (var number = 1; !HasSameColumns(file); number++)
            {
                file = Path.Combine(Path.GetDirectoryName(path) ?? "", string.Create(CultureInfo.InvariantCulture, $"{Path.GetFileNameWithoutExtension(path)}.{number}{Path.GetExtension(path)}"));
                note = $"{path} has other columns than these; it was not changed, and the rows are in {file}.";
            }

            using var stream = new FileStream(file, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
            var fresh = stream.Length == 0;
            var ended = fresh || EndsLine(stream);
            stream.Seek(0, SeekOrigin.End);
            using var writer = new StreamWriter(stream, new UTF8Encoding(encoderShouldEmitUTF8Identifier: false));
            if (!ended)
                writer.Write('\n');
            using var csv = new CsvWriter(writer, CsvSettings, leaveOpen: true);
            if (fresh)
                WriteFields(csv, CodeCarbonExport.Header);
            return new ExportOutcome(file, WriteRows(csv, entries), note);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw LedgerUnavailableException.FromException(path, error);
        }
    }

    internal static ImportedRuns Import(TextReader text, string path, DateTimeOffset at, DateOrder? order = null)
    {
        var problems = ImmutableArray.CreateBuilder<LedgerProblem>();
        var rows = ReadRows(text, path, order, problems);
        return new(CreateEntries(rows, path, at, problems), problems.ToImmutable());
    }

    static List<RowText> ReadRows(TextReader text, string path, DateOrder? order, ImmutableArray<LedgerProblem>.Builder problems)
    {
        var rows = new List<RowText>();
        using var parser = new CsvParser(text, ReadSettings);
        var (header, headerText) = (Array.Empty<string>(), "");
        string[] before = [];
        while (ReadNext(parser, path, problems))
        {
            var fields = parser.Record ?? [];
            ShareEqualFields(fields, before);
            before = fields;
            if (header.Length == 0 || RequiredColumns.All(name => fields.Any(field => field.Trim() == name)))
            {
                header = [.. fields.Select(name => name.Trim())];
                headerText = parser.RawRecord.TrimEnd('\r', '\n');
                if (FindHeaderFault(header) is { } fault)
                {
                    problems.Add(new(null, FormatPlace(path, parser.RawRow), fault.What, rows.Count == 0 ? fault.Remedy : fault.Remedy + " The rows from this line on are not read."));
                    break;
                }

                continue;
            }

            if (CodeCarbonRow.Read(header, fields, order, out var wrong) is { } row)
                rows.Add(new(row, headerText, parser.RawRecord.TrimEnd('\r', '\n'), parser.RawRow));
            else
                problems.Add(new(null, FormatPlace(path, parser.RawRow), wrong, "The row is skipped."));
        }

        if (header.Length == 0 && problems.Count == 0)
            problems.Add(new(null, FormatPlace(path, 1), "is empty", "Give the file CodeCarbon wrote, with its header."));
        return rows;
    }

    static string FormatPlace(string path, int line) => string.Create(CultureInfo.InvariantCulture, $"{path}:{line}");

    /// <summary>A row, with its text and that of its header.</summary>
    readonly record struct RowText(CodeCarbonRow Row, string Header, string Text, int Line);

    /// <summary>Takes the texts of the row before for the fields that are the same: most fields are, in all rows of a machine.</summary>
    static void ShareEqualFields(string[] fields, string[] before)
    {
        for (var i = 0; i < Math.Min(fields.Length, before.Length); i++)
        {
            if (fields[i] == before[i])
                fields[i] = before[i];
        }
    }

    /// <summary>Reads the next row.</summary>
    /// <returns>False at the end, and at a row that is too long, which is reported; the rows before it count.</returns>
    static bool ReadNext(CsvParser parser, string path, ImmutableArray<LedgerProblem>.Builder problems)
    {
        var line = parser.RawRow;
        try
        {
            return parser.Read();
        }
        catch (Exception error) when (error is CsvHelperException or OverflowException or OutOfMemoryException)
        {
            problems.Add(new(null, FormatPlace(path, line + 1), string.Create(CultureInfo.InvariantCulture, $"has a field of more than {LongestField:N0} characters"),
                "The rows from this line on are not read: give the file CodeCarbon wrote, and look for a quotation mark without its pair."));
            return false;
        }
    }

    static (string What, string Remedy)? FindHeaderFault(string[] header)
    {
        if (RequiredColumns.Where(name => !header.Contains(name)).ToList() is { Count: > 0 } missing)
            return ("is not a header of CodeCarbon's emissions.csv: it lacks " + string.Join(", ", missing), "Give the file CodeCarbon wrote, with its header.");
        return header.Where(name => name.Length > 0).GroupBy(name => name, StringComparer.Ordinal).Where(group => group.Count() > 1).Select(group => group.Key).ToList() is { Count: > 0 } twice
            ? ("has more than one column " + string.Join(", ", twice), "Remove the columns that do not count, so that each value has one meaning.")
            : null;
    }

    /// <summary>Leaves out rows that state a run as it was before a later row, and reports them.</summary>
    static IEnumerable<RowText> KeepLastStates(List<RowText> rows, string path, ImmutableArray<LedgerProblem>.Builder problems)
    {
        var states = rows.Where(row => row.Row[CodeCarbonColumn.RunId] is not null).ToLookup(row => GetStateKey(row.Row));
        foreach (var row in rows)
        {
            var later = states[GetStateKey(row.Row)].LastOrDefault(other => other.Line > row.Line && IsLaterState(row.Row, other.Row));
            if (later.Row is null)
                yield return row;
            else
                problems.Add(new(null, FormatPlace(path, row.Line), $"states a run as it was before line {later.Line}", "The later line counts, and this one is skipped: CodeCarbon's flush() writes the whole run so far, not a part of it."));
        }
    }

    static ImmutableArray<ImportedRun> CreateEntries(List<RowText> rows, string path, DateTimeOffset at, ImmutableArray<LedgerProblem>.Builder problems)
    {
        var file = Path.GetFileName(path);
        var runs = ImmutableArray.CreateBuilder<ImportedRun>();
        var ids = new Dictionary<string, int>(StringComparer.Ordinal);
        // One accountant for all rows: it keeps the draws of the factors that rows share.
        var accountant = new Accountant();
        foreach (var (row, header, text, line) in KeepLastStates(rows, path, problems))
        {
            try
            {
                // Whether there is an entry; it is made again when it is written.
                _ = Convert(row);
                var run = new ImportedRun(row, header, text, line, Convert);
                if (ids.TryAdd(run.Id, line))
                    runs.Add(run);
                else
                    problems.Add(new(null, FormatPlace(path, line), $"has the same values as line {ids[run.Id]}", "It is counted once."));
            }
            catch (Exception error) when (error is OverflowException or ArgumentException)
            {
                problems.Add(new(null, FormatPlace(path, line), "states values that are beyond the range of numbers", "The row is skipped."));
            }
        }

        return runs.ToImmutable();

        LedgerEntry Convert(CodeCarbonRow row) => CodeCarbonConverter.ToEntry(row, file, at, accountant);
    }

    /// <summary>Rows with the same key may be states of one run.</summary>
    static (string? Run, string? Task) GetStateKey(CodeCarbonRow row) => (row[CodeCarbonColumn.RunId], row[CodeCarbonColumn.TaskName]);

    /// <summary>Whether another row of the same key states the same run later: the same start except for rounding, longer, no less energy.</summary>
    static bool IsLaterState(CodeCarbonRow row, CodeCarbonRow other) =>
        (other.Start - row.Start).Duration() <= TimeSpan.FromSeconds(2) && other.Duration > row.Duration && other.EnergyConsumed >= row.EnergyConsumed;

    static bool HasSameColumns(string path)
    {
        if (!File.Exists(path) || new FileInfo(path).Length == 0)
            return true;
        using var reader = new StreamReader(path, Encoding.UTF8);
        using var parser = new CsvParser(reader, CsvSettings);
        return parser.Read() && parser.Record is { } header && header.SequenceEqual(CodeCarbonExport.Header);
    }

    static bool EndsLine(FileStream stream)
    {
        stream.Seek(-1, SeekOrigin.End);
        return stream.ReadByte() == '\n';
    }

    static int WriteRows(CsvWriter csv, IEnumerable<LedgerEntry> entries)
    {
        var rows = 0;
        foreach (var entry in entries)
        {
            WriteFields(csv, CodeCarbonExport.CreateRow(entry));
            rows++;
        }

        return rows;
    }

    static void WriteFields(CsvWriter csv, IEnumerable<string> fields)
    {
        foreach (var field in fields)
            csv.WriteField(field);
        csv.NextRecord();
    }
}
