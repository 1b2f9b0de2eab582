using System.Collections.Immutable;
using System.Globalization;
using System.Text;

namespace Tonne.Lab.Collecting;

/// <summary>
/// Reads a table from a file: CSV, TSV or JSON Lines, in UTF-8, whose first line or object names the columns. Rows are read one by one, so
/// the file may be larger than memory.
/// </summary>
/// <remarks>
/// The model uses the text column if one is named, otherwise all columns of numbers, otherwise the only other column. A file that grows
/// while it is read is read up to its length at opening; <see cref="RejectionLog.Notes"/> then has a note.
/// </remarks>
public abstract class TableFile : RowSource
{
    /// <summary>Number of records read to recognise columns of numbers.</summary>
    public const int SampleSize = 1000;

    /// <summary>Replacement for undecodable bytes: a character that does not occur in texts.</summary>
    internal const char Undecodable = '\uFFFF';

    readonly string _path;
    ImmutableArray<string> _columns = [];
    int _label;
    int _text = -1;
    int _family = -1;
    int[] _numbers = [];
    ImmutableArray<string> _unused = [];

    private protected TableFile(string path) => _path = path;

    /// <summary>Opens a table and reads its first rows.</summary>
    /// <param name="path"><c>.jsonl</c>, <c>.ndjson</c> or <c>.json</c>: JSON Lines; <c>.tsv</c> or <c>.tab</c>: tabs; any other: commas, or semicolons or tabs where the header has those only.</param>
    /// <param name="label">Column of the classes.</param>
    /// <param name="text">Column of the text; null to use the columns of numbers.</param>
    /// <param name="family">Column of groups that are not divided by a split, for example patients; null for none.</param>
    /// <exception cref="UnusableDataException">
    /// The file does not exist, is empty, has no rows or no such column, or is not UTF-8 by its first bytes.
    /// </exception>
    public static TableFile OpenTable(string path, string label, string? text = null, string? family = null)
    {
        TableFile table = Path.GetExtension(path).ToLowerInvariant() is ".jsonl" or ".ndjson" or ".json" ? new JsonLinesFile(path) : new DelimitedFile(path);
        table.DetectColumns(label, text, family);
        return table;
    }

    /// <inheritdoc/>
    public override string Name => _path;

    /// <inheritdoc/>
    public override ImmutableArray<string> Columns => _columns;

    /// <summary>The columns of numbers that the model uses; none if it uses a text.</summary>
    public ImmutableArray<string> NumberColumns => [.. _numbers.Select(column => _columns[column])];

    /// <summary>The column of the text that the model uses; null if it uses numbers.</summary>
    public string? TextColumn => _text < 0 ? null : _columns[_text];

    /// <inheritdoc/>
    public override IEnumerable<Row> ReadRows(RejectionLog rejections)
    {
        using var stream = FixedLengthStream.Open(_path);
        using var reader = CreateReader(stream);
        var (accepted, rejectedBefore) = (0L, rejections.Total);
        TableRecord? held = null;
        foreach (var record in ReadRecords(reader, Columns))
        {
            if (held is { } whole && ParseRow(whole, rejections) is { } row)
            {
                accepted++;
                yield return row;
            }
            held = record;
        }
        // Only the last record can be incomplete, and only if the file had no line end there.
        var grew = stream.HasGrown;
        if (held is { } last)
        {
            if (grew && !stream.EndsWithNewline)
                rejections.Add(RejectionReason.CutOff, _path, last.Line, "the file grew while it was read");
            else if (ParseRow(last, rejections) is { } row)
            {
                accepted++;
                yield return row;
            }
        }
        if (grew)
            rejections.AddNote($"{_path} grew while it was read: read up to its {stream.Length:N0} bytes at opening.");
        else if (stream.HasShrunk)
            rejections.AddNote($"{_path} became shorter than its {stream.Length:N0} bytes at opening while it was read: rows are missing.");
        if (_unused.Length > 0)
            rejections.AddNote($"{_path}: not used, because they are not numbers: {string.Join(", ", _unused)}.");
        if (accepted == 0)
        {
            var first = rejections.Examples.FirstOrDefault(rejection => rejection.File == _path);
            throw new UnusableDataException(_path, first?.Line ?? 0, rejections.Total == rejectedBefore
                ? "has no rows."
                : $"none of {rejections.Total - rejectedBefore:N0} rows can be used: {string.Join(", ", rejections.Counts.Select(pair => $"{pair.Value:N0} × {pair.Key}"))}; the first: {first?.Reason}, {first?.Detail}.");
        }
    }

    /// <summary>The columns' names, from the first line or object.</summary>
    /// <exception cref="UnusableDataException">There are none.</exception>
    private protected abstract ImmutableArray<string> ReadHeader(TextReader reader);

    /// <summary>The records after the header.</summary>
    private protected abstract IEnumerable<TableRecord> ReadRecords(TextReader reader, ImmutableArray<string> columns);

    static StreamReader CreateReader(FixedLengthStream stream)
    {
        var utf8 = Encoding.GetEncoding("utf-8", EncoderFallback.ExceptionFallback, new DecoderReplacementFallback(Undecodable.ToString()));
        return new(stream, utf8, detectEncodingFromByteOrderMarks: false, 1 << 16);
    }

    void DetectColumns(string label, string? text, string? family)
    {
        using (var stream = FixedLengthStream.Open(_path))
        using (var reader = CreateReader(stream))
            _columns = ReadHeader(reader);
        if (_columns.GroupBy(name => name).FirstOrDefault(group => group.Count() > 1) is { } twice)
            throw new UnusableDataException(_path, 1, $"two columns are called \"{twice.Key}\". The first line names the columns; does this file lack it?");
        _label = FindColumn(label);
        _text = text is null ? -1 : FindColumn(text);
        _family = family is null ? -1 : FindColumn(family);
        if (_text == _label)
            throw new UnusableDataException(_path, 1, $"\"{label}\" is the label and cannot be the text too.");

        if (_text < 0)
            DetectNumberColumns();
    }

    void DetectNumberColumns()
    {
        using var stream = FixedLengthStream.Open(_path);
        using var reader = CreateReader(stream);
        var (filled, numbers) = (new int[_columns.Length], new int[_columns.Length]);
        foreach (var record in ReadRecords(reader, _columns).Where(record => record.Problem is null && record.Cells.Length == _columns.Length).Take(SampleSize))
        {
            for (var i = 0; i < record.Cells.Length; i++)
            {
                if (string.IsNullOrWhiteSpace(record.Cells[i]))
                    continue;
                filled[i]++;
                if (float.TryParse(record.Cells[i], NumberStyles.Float, CultureInfo.InvariantCulture, out _))
                    numbers[i]++;
            }
        }
        // A column that is always empty was meant to have values: its rows are rejected, instead of ignoring the column.
        int[] others = [.. Enumerable.Range(0, _columns.Length).Where(i => i != _label && i != _family)];
        _numbers = [.. others.Where(i => 2 * numbers[i] > filled[i] || filled[i] == 0)];
        if (_numbers.Any(i => filled[i] > 0))
            _unused = [.. others.Except(_numbers).Select(i => _columns[i])];
        else if (others.Where(i => filled[i] > 0).ToArray() is [var only])
            (_text, _numbers) = (only, []);
        else if (_numbers.Length < others.Length || others.Length == 0)
            throw new UnusableDataException(_path, 1, $"which column is the text? Name it with --text: {string.Join(", ", others.Select(i => _columns[i]))}.");
    }

    int FindColumn(string column) => _columns.IndexOf(column) is >= 0 and var at
        ? at
        : throw new UnusableDataException(_path, 1, $"there is no column \"{column}\"; there are {string.Join(", ", _columns.Take(12))}{(_columns.Length > 12 ? $" and {_columns.Length - 12:N0} more" : "")}.");

    TableRow? ParseRow(TableRecord record, RejectionLog rejections)
    {
        var cells = record.Cells;
        if (cells.FirstOrDefault(cell => cell.Contains(Undecodable, StringComparison.Ordinal)) is { } broken)
            rejections.Add(RejectionReason.NotUtf8, _path, record.Line, $"\"{Truncate(broken.Replace(Undecodable, '\uFFFD'))}\"");
        else if (record.Problem is { } problem)
            rejections.Add(problem, _path, record.Line, record.Detail);
        else if (cells.Length != _columns.Length)
            rejections.Add(RejectionReason.WrongCellCount, _path, record.Line, $"{cells.Length} cells instead of {_columns.Length}");
        else if (string.IsNullOrWhiteSpace(cells[_label]))
            rejections.Add(RejectionReason.MissingLabel, _path, record.Line, _columns[_label]);
        else if (_text >= 0 && string.IsNullOrWhiteSpace(cells[_text]))
            rejections.Add(RejectionReason.EmptyText, _path, record.Line, _columns[_text]);
        else if (ParseNumbers(cells, out var bad) is { } numbers)
            return new(cells, _label, _text, numbers, _family < 0 ? 0 : SplitMix64.HashText(cells[_family]));
        else
            rejections.Add(RejectionReason.NotANumber, _path, record.Line, $"{_columns[bad]} is \"{Truncate(cells[bad])}\"");
        return null;
    }

    float[]? ParseNumbers(string[] cells, out int bad)
    {
        bad = -1;
        if (_numbers.Length == 0)
            return [];
        var numbers = new float[_numbers.Length];
        for (var i = 0; i < numbers.Length; i++)
        {
            if (!float.TryParse(cells[_numbers[i]], NumberStyles.Float, CultureInfo.InvariantCulture, out numbers[i]) || !float.IsFinite(numbers[i]))
            {
                bad = _numbers[i];
                return null;
            }
        }
        return numbers;
    }

    static string Truncate(string cell) => cell.Length <= 40 ? cell : cell[..40] + "…";
}
