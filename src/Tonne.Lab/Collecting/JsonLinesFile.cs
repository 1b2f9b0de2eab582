using System.Collections.Immutable;
using System.Text.Json;

namespace Tonne.Lab.Collecting;

/// <summary>Reads an object from each line. The first one names the columns; later ones may have them in another order.</summary>
sealed class JsonLinesFile(string path) : TableFile(path)
{
    readonly string _path = path;

    private protected override ImmutableArray<string> ReadHeader(TextReader reader)
    {
        for (var line = 1L; reader.ReadLine() is { } text; line++)
        {
            if (string.IsNullOrWhiteSpace(text.TrimStart('\uFEFF')))
                continue;
            try
            {
                using var document = JsonDocument.Parse(text.TrimStart('\uFEFF'));
                if (document.RootElement.ValueKind == JsonValueKind.Object && document.RootElement.EnumerateObject().Any())
                    return [.. document.RootElement.EnumerateObject().Select(property => property.Name)];
            }
            catch (Exception e) when (e is JsonException or InvalidOperationException)
            {
                throw new UnusableDataException(_path, line, "is not a JSON object; JSON Lines has one object in each line, of which the first names the columns.");
            }
            throw new UnusableDataException(_path, line, "is not an object with columns; JSON Lines has one object in each line, of which the first names the columns.");
        }
        throw new UnusableDataException(_path, 1, "has no rows.");
    }

    private protected override IEnumerable<TableRecord> ReadRecords(TextReader reader, ImmutableArray<string> columns)
    {
        for (var line = 1L; reader.ReadLine() is { } text; line++)
        {
            if (line == 1)
                text = text.TrimStart('\uFEFF');
            if (!string.IsNullOrWhiteSpace(text))
                yield return ParseRecord(line, text, columns);
        }
    }

    static TableRecord ParseRecord(long line, string text, ImmutableArray<string> columns)
    {
        // The whole line is shown if its bytes are not text.
        if (text.Contains(Undecodable, StringComparison.Ordinal))
            return new(line, [text], RejectionReason.NotUtf8);
        try
        {
            using var document = JsonDocument.Parse(text);
            if (document.RootElement.ValueKind != JsonValueKind.Object)
                return new(line, [], RejectionReason.Malformed, "no object");
            var cells = new string[columns.Length];
            Array.Fill(cells, "");
            foreach (var property in document.RootElement.EnumerateObject())
            {
                if (columns.IndexOf(property.Name) is not (>= 0 and var at))
                    return new(line, [], RejectionReason.WrongCellCount, $"the column \"{property.Name}\" is not in the first line");
                if (property.Value.ValueKind is JsonValueKind.Object or JsonValueKind.Array)
                    return new(line, [], RejectionReason.Malformed, $"{property.Name} is not a single value");
                cells[at] = property.Value.ValueKind switch
                {
                    JsonValueKind.String => property.Value.GetString() ?? "",
                    JsonValueKind.Null => "",
                    _ => property.Value.GetRawText(),
                };
            }
            return new(line, cells);
        }
        // A lone surrogate escape can be parsed but is not a valid string.
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            return new(line, [], RejectionReason.Malformed, "no JSON");
        }
    }
}
