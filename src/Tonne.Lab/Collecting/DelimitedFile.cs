using System.Collections.Immutable;
using System.Globalization;
using CsvHelper;
using CsvHelper.Configuration;

namespace Tonne.Lab.Collecting;

/// <summary>Reads cells between commas, semicolons or tabs, by RFC 4180: quoted cells may contain separators and line ends.</summary>
sealed class DelimitedFile(string path) : TableFile(path)
{
    /// <summary>
    /// Maximum number of characters in a cell. A longer cell is treated as an unclosed quote, so that it cannot fill the memory.
    /// </summary>
    internal const int MaxCellLength = 1 << 20;

    readonly string _path = path;
    string _delimiter = ",";

    private protected override ImmutableArray<string> ReadHeader(TextReader reader)
    {
        _delimiter = DetectDelimiter();
        var header = Records(reader, skipHeader: false).FirstOrDefault();
        if (header.Cells is not { Length: > 0 } cells || cells.All(string.IsNullOrWhiteSpace))
            throw new UnusableDataException(_path, 1, "the first line names no columns.");
        if (header.Problem is { } problem)
            throw new UnusableDataException(_path, 1, $"{problem}, {header.Detail}");
        if (cells.FirstOrDefault(cell => cell.Contains(Undecodable, StringComparison.Ordinal)) is not null)
            throw new UnusableDataException(_path, 1, "the names of the columns are not UTF-8; convert the file first, for example: iconv -f ISO-8859-1 -t UTF-8.");
        // A byte order mark is not part of a name.
        cells[0] = cells[0].TrimStart('\uFEFF');
        return [.. cells];
    }

    private protected override IEnumerable<TableRecord> ReadRecords(TextReader reader, ImmutableArray<string> columns) => Records(reader, skipHeader: true);

    /// <summary>
    /// Reads the records. After an unclosed quote, its line is rejected and the following lines are read again without it.
    /// </summary>
    IEnumerable<TableRecord> Records(TextReader reader, bool skipHeader, long linesBefore = 0)
    {
        var bad = false;
        using var parser = new CsvParser(reader, new CsvConfiguration(CultureInfo.InvariantCulture)
        {
            Delimiter = _delimiter,
            MaxFieldSize = MaxCellLength,
            BadDataFound = _ => bad = true,
        }, leaveOpen: true);
        while (true)
        {
            bad = false;
            string[]? cells;
            var before = parser.RawRow;
            try
            {
                if (!parser.Read())
                    break;
                cells = parser.Record ?? [];
            }
            catch (MaxFieldSizeException)
            {
                throw new UnusableDataException(_path, linesBefore + before + 1, $"a cell is longer than {MaxCellLength:N0} characters: a quote that opens here or later is not closed.");
            }
            if (skipHeader)
            {
                skipHeader = false;
                continue;
            }
            var ends = cells.Sum(cell => cell.AsSpan().Count('\n'));
            var line = linesBefore + parser.RawRow - ends;
            var isOpen = ends > 0 && parser.RawRecord.AsSpan().Count('"') % 2 != 0;
            if (!bad && !isOpen)
            {
                yield return new(line, cells);
                continue;
            }

            yield return new(line, cells, RejectionReason.Malformed, isOpen ? "a quote is not closed" : "there is a quote inside a cell");
            if (ends == 0)
                continue;
            var rest = parser.RawRecord[(parser.RawRecord.IndexOf('\n', StringComparison.Ordinal) + 1)..];
            foreach (var record in Records(new StringReader(rest), skipHeader: false, line))
                yield return record;
        }
    }

    string DetectDelimiter()
    {
        if (Path.GetExtension(_path).ToLowerInvariant() is ".tsv" or ".tab")
            return "\t";
        using var stream = FixedLengthStream.Open(_path);
        Span<byte> start = stackalloc byte[4096];
        start = start[..stream.ReadAtLeast(start, start.Length, throwOnEndOfStream: false)];
        if (start.IndexOf((byte)'\n') is >= 0 and var end)
            start = start[..end];
        return start.Contains((byte)',') ? "," : start.Contains((byte)'\t') ? "\t" : start.Contains((byte)';') ? ";" : ",";
    }
}
