using System.Globalization;
using CsvHelper;
using CsvHelper.Configuration;
using Tonne.Cli.Commands;
using Tonne.Formatting;
using YamlDotNet.Core;
using YamlDotNet.RepresentationModel;

namespace Tonne.Cli.Planning;

/// <summary>Reads rows of named values from a file: CSV with a header, or YAML with a list of mappings.</summary>
static class TableFile
{
    const long MostBytes = 64 * 1024 * 1024;

    /// <summary>
    /// The rows of a file, each with its line and its values by the lower-case name of their column; empty values are left out.
    /// </summary>
    /// <param name="path">The file; YAML if its name ends in <c>.yaml</c> or <c>.yml</c>, else CSV with comma, semicolon or tab.</param>
    /// <param name="option">The option that named it, for messages.</param>
    /// <exception cref="InvalidInputException">It cannot be read, or has no rows; the message says what is wrong.</exception>
    public static List<TableRow> Read(string path, string option)
    {
        var name = TextSanitizer.ToOneLine(path);
        if (Directory.Exists(path))
            throw new InvalidInputException($"{option} {name} is a folder: name a file in it.");
        string text;
        try
        {
            if (new FileInfo(path) is { Exists: true, Length: > MostBytes })
                throw new InvalidInputException($"{option} {name} is larger than 64 MiB: it is no table of this kind.");
            text = File.ReadAllText(path);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new InvalidInputException(error is FileNotFoundException or DirectoryNotFoundException ? $"{option} {name} is not there."
                : $"{option} {name}: {error.Message}");
        }

        var rows = path.EndsWith(".yaml", StringComparison.OrdinalIgnoreCase) || path.EndsWith(".yml", StringComparison.OrdinalIgnoreCase)
            ? ReadYaml(text, name) : ReadCsv(text, name);
        return rows.Count > 0 ? rows
            : throw new InvalidInputException(
                $"{option} {name} has no rows: a line with the names of the columns, then a line for each row.");
    }

    static List<TableRow> ReadCsv(string text, string name)
    {
        var header = text.TrimStart('\uFEFF', '\r', '\n', ' ').Split('\n', 2)[0];
        var rows = new List<TableRow>();
        using var parser = new CsvParser(new StringReader(text.TrimStart('\uFEFF')), new CsvConfiguration(CultureInfo.InvariantCulture)
        {
            BadDataFound = null, HasHeaderRecord = false, Delimiter = header.Contains(';') ? ";" : header.Contains('\t') ? "\t" : ",",
                TrimOptions = TrimOptions.Trim, MaxFieldSize = 1 << 16,
        });
        string[]? columns = null;
        try
        {
            while (parser.Read())
            {
                if (parser.Record is not { } fields || Array.TrueForAll(fields, string.IsNullOrWhiteSpace) || fields[0].StartsWith('#'))
                    continue;
                if (columns is null)
                {
                    columns = [.. fields.Select(Normalise)];
                    continue;
                }

                rows.Add(new TableRow(name, parser.RawRow, fields.Take(columns.Length).Index().Where(pair => pair.Item.Length > 0)
                    .GroupBy(pair => columns[pair.Index], StringComparer.Ordinal)
                    .ToDictionary(group => group.Key, group => group.First().Item, StringComparer.Ordinal)));
            }
        }
        catch (CsvHelperException)
        {
            throw new InvalidInputException(
                string.Create(CultureInfo.InvariantCulture, $"{name}: the table cannot be read after line {parser.RawRow}."));
        }

        return rows;
    }

    static List<TableRow> ReadYaml(string text, string name)
    {
        try
        {
            var stream = new YamlStream();
            stream.Load(new StringReader(text));
            var root = stream.Documents is [var document, ..] ? document.RootNode : null;
            if (root is YamlMappingNode mapping && mapping.Children.Values.OfType<YamlSequenceNode>().FirstOrDefault() is { } inner)
                root = inner;
            if (root is not YamlSequenceNode list)
                throw new InvalidInputException($"{name} must be a list, each item with its values: '- name: train'.");
            return [.. list.Children.Select(item => ReadItem(item, name))];
        }
        catch (YamlException error)
        {
            throw new InvalidInputException(
                string.Create(CultureInfo.InvariantCulture, $"{name}:{error.Start.Line}: is not YAML: {error.Message}"));
        }
    }

    static TableRow ReadItem(YamlNode item, string name)
    {
        if (item is not YamlMappingNode mapping)
            throw new InvalidInputException(
                string.Create(CultureInfo.InvariantCulture, $"{name}:{item.Start.Line}: an item must have named values: '- name: train'."));
        var values = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var (key, value) in mapping.Children)
        {
            if (key is not YamlScalarNode { Value: { } column } || value is not YamlScalarNode { Value: { } cell })
                throw new InvalidInputException(
                    string.Create(CultureInfo.InvariantCulture, $"{name}:{key.Start.Line}: {key} must have one plain value."));
            if (cell.Trim() is { Length: > 0 } filled)
                values[Normalise(column)] = filled;
        }

        return new TableRow(name, (int)item.Start.Line, values);
    }

    static string Normalise(string column) => column.Trim().ToLowerInvariant().Replace('-', '_').Replace(' ', '_');
}
