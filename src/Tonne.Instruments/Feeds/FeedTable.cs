using System.Globalization;
using CsvHelper;
using CsvHelper.Configuration;

namespace Tonne.Instruments.Feeds;

/// <summary>A table of text with a header: any line end, quotes, empty lines left out.</summary>
sealed class FeedTable
{
    internal const int MostRows = 2_000_000;

    FeedTable(string[] header, List<(int Line, string[] Fields)> rows) => (Header, Rows) = (header, rows);

    internal string[] Header { get; }

    internal List<(int Line, string[] Fields)> Rows { get; }

    /// <summary>Line of the first row beyond the most that are read; null if all were.</summary>
    internal int? FirstLineLeftOut { get; private init; }

    /// <summary>Reads a table.</summary>
    /// <exception cref="FeedFormatException">It has no header, or a field is too long.</exception>
    internal static FeedTable Parse(string text, string delimiter = ",")
    {
        using var parser = new CsvParser(new StringReader(text.TrimStart('\uFEFF')), new CsvConfiguration(CultureInfo.InvariantCulture)
        {
            BadDataFound = null,
            HasHeaderRecord = false,
            Delimiter = delimiter,
            MaxFieldSize = 1 << 16,
            TrimOptions = TrimOptions.Trim,
        });
        string[]? header = null;
        var rows = new List<(int, string[])>();
        int? leftOut = null;
        try
        {
            while (parser.Read())
            {
                if (rows.Count >= MostRows)
                {
                    leftOut = parser.RawRow;
                    break;
                }

                if (parser.Record is not { } fields || Array.TrueForAll(fields, string.IsNullOrWhiteSpace))
                    continue;
                if (header is null)
                    header = fields;
                else
                    rows.Add((parser.RawRow, fields));
            }
        }
        catch (CsvHelperException error)
        {
            var line = parser.RawRow.ToString(CultureInfo.InvariantCulture);
            var what = error is MaxFieldSizeException ? "a field is too long" : "it is not CSV";
            throw new FeedFormatException($"the table cannot be read after line {line}: {what}");
        }

        return new FeedTable(header ?? throw new FeedFormatException("the table is empty"), rows) { FirstLineLeftOut = leftOut };
    }

    /// <summary>Column with a name, in any case.</summary>
    /// <exception cref="FeedFormatException">There is none.</exception>
    internal int Require(string name) => Find(name) is >= 0 and var at ? at
        : throw new FeedFormatException($"the column \"{name}\" is missing");

    /// <summary>Column with a name, in any case; -1 if there is none.</summary>
    internal int Find(string name) => Array.FindIndex(Header, field => string.Equals(field, name, StringComparison.OrdinalIgnoreCase));
}
