using System.Text.Json;
using Tonne.Accounting;

namespace Tonne.Ledgers.ImportExport;

/// <summary>
/// Reads and writes whole entries, one JSON document a line: records and all statements, for other programs and for backups.
/// </summary>
public static class JsonLines
{
    /// <summary>Writes entries.</summary>
    /// <returns>The number of lines.</returns>
    public static int Export(IEnumerable<LedgerEntry> entries, TextWriter writer)
    {
        var lines = 0;
        foreach (var entry in entries)
        {
            writer.Write(JsonSerializer.Serialize(entry, LedgerJson.Default.LedgerEntry));
            writer.Write('\n');
            lines++;
        }

        return lines;
    }

    /// <summary>Reads what <see cref="Export"/> wrote.</summary>
    /// <exception cref="FormatException">A line is not an entry; the message has its number.</exception>
    public static IEnumerable<LedgerEntry> Read(TextReader reader)
    {
        for (var line = 1; reader.ReadLine() is { } text; line++)
        {
            if (text.Length > 0)
                yield return Parse(text, line);
        }
    }

    static LedgerEntry Parse(string text, int line)
    {
        try
        {
            return JsonSerializer.Deserialize(text, LedgerJson.Default.LedgerEntry) ?? throw new FormatException($"Line {line} is empty.");
        }
        catch (Exception error) when (error is JsonException or NotSupportedException or ArgumentException)
        {
            throw new FormatException($"Line {line} is not an entry of a ledger: {error.Message}", error);
        }
    }
}
