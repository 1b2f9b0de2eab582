using System.Globalization;

namespace Tonne.Catalogs;

/// <summary>Reads a table row by row without allocating for rows that are skipped.</summary>
/// <remarks>
/// Comma-separated, one header line, fields may be in double quotes (a quote inside is doubled), no line break inside a field, every row as wide as the header.
/// Hand-written because every start of <c>tonne run</c> reads embedded tables, and a general reader takes longer than the whole table.
/// </remarks>
public ref struct CsvReader
{
    const int MaxColumns = 32;

    readonly string _table;
    readonly int _columns;
    readonly int[] _starts = new int[MaxColumns];
    readonly int[] _ends = new int[MaxColumns];
    ReadOnlySpan<char> _rest;
    ReadOnlySpan<char> _row;
    int _line;

    /// <summary>Starts before the first row; the header must be exactly <paramref name="header"/>.</summary>
    /// <exception cref="TableFormatException">The header differs.</exception>
    public CsvReader(string table, ReadOnlySpan<char> text, ReadOnlySpan<char> header)
    {
        _table = table;
        _rest = text;
        _columns = header.Count(',') + 1;
        if (!NextLine(out var first) || !first.SequenceEqual(header))
            throw CreateFormatException($"the header must be \"{header}\"");
    }

    /// <summary>Line of the current row, counted from 1.</summary>
    public readonly int Line => _line;

    /// <summary>The raw text of a field, without its outer quotes; doubled quotes stay doubled (see <see cref="GetText"/>).</summary>
    public readonly ReadOnlySpan<char> this[int column] => _row[_starts[column].._ends[column]];

    /// <summary>Goes to the next row; false at the end.</summary>
    /// <exception cref="TableFormatException">The row is malformed.</exception>
    public bool Read()
    {
        if (!NextLine(out _row))
            return false;
        if (_row.IsEmpty)
            throw CreateFormatException("the line is empty");
        var at = 0;
        for (var column = 0; column < _columns; column++)
        {
            if (at > _row.Length)
                throw CreateFormatException($"{column} fields where {_columns} are expected");
            if (at < _row.Length && _row[at] == '"')
            {
                var end = at + 1;
                while (true)
                {
                    var quote = _row[end..].IndexOf('"');
                    if (quote < 0)
                        throw CreateFormatException($"field {column + 1} has an opening quote without a closing one");
                    end += quote;
                    if (end + 1 < _row.Length && _row[end + 1] == '"')
                        end += 2;
                    else
                        break;
                }
                (_starts[column], _ends[column]) = (at + 1, end);
                at = end + 1;
                if (at < _row.Length && _row[at] != ',')
                    throw CreateFormatException($"field {column + 1} continues after its closing quote");
                at++;
            }
            else
            {
                var length = _row[at..].IndexOf(',');
                if (length < 0)
                    length = _row.Length - at;
                (_starts[column], _ends[column]) = (at, at + length);
                if (this[column].Contains('"'))
                    throw CreateFormatException($"field {column + 1} has a quote in the middle");
                at += length + 1;
            }
        }
        if (at <= _row.Length)
            throw CreateFormatException($"more fields than the {_columns} of the header");
        return true;
    }

    /// <summary>A field as text; empty if empty.</summary>
    public readonly string GetText(int column)
    {
        var field = this[column];
        return field.Contains('"') ? field.ToString().Replace("\"\"", "\"", StringComparison.Ordinal) : field.ToString();
    }

    /// <summary>A field as a finite number.</summary>
    /// <exception cref="TableFormatException">The field is not such a number.</exception>
    public readonly double GetNumber(int column) =>
        double.TryParse(this[column], NumberStyles.AllowDecimalPoint | NumberStyles.AllowLeadingSign | NumberStyles.AllowExponent, CultureInfo.InvariantCulture, out var value) && double.IsFinite(value)
            ? value : throw CreateFormatException($"field {column + 1} must be a number, but is \"{this[column]}\"");

    /// <summary>A field as a finite number; null if empty.</summary>
    /// <exception cref="TableFormatException">The field is neither.</exception>
    public readonly double? GetNumberOrNull(int column) => this[column].IsEmpty ? null : GetNumber(column);

    /// <summary>A field as a whole number.</summary>
    /// <exception cref="TableFormatException">The field is not such a number.</exception>
    public readonly int GetInteger(int column) =>
        int.TryParse(this[column], NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var value)
            ? value : throw CreateFormatException($"field {column + 1} must be a whole number, but is \"{this[column]}\"");

    /// <summary>A field as a whole number; null if empty.</summary>
    /// <exception cref="TableFormatException">The field is neither.</exception>
    public readonly int? GetIntegerOrNull(int column) => this[column].IsEmpty ? null : GetInteger(column);

    /// <summary>The exception for a value of the current row that cannot be used.</summary>
    public readonly TableFormatException CreateFormatException(string problem) => new(_table, _line, problem);

    bool NextLine(out ReadOnlySpan<char> line)
    {
        _line++;
        if (_rest.IsEmpty)
        {
            line = default;
            return false;
        }
        var end = _rest.IndexOf('\n');
        line = end < 0 ? _rest : _rest[..end];
        _rest = end < 0 ? default : _rest[(end + 1)..];
        if (!line.IsEmpty && line[^1] == '\r')
            line = line[..^1];
        return true;
    }
}
