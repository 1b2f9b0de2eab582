using YamlDotNet.Core;
using YamlDotNet.RepresentationModel;

namespace Tonne.Cli.Configuration;

/// <summary>Reads a tonne.yaml: one mapping of keys to plain values; meter may be a list of them, and what belongs to grid a mapping of its own.</summary>
static class SettingsFile
{
    /// <summary>The keys and values of a file, with file and line; none if there is no file.</summary>
    public static IReadOnlyList<(string Key, string Value, string Where)> Read(string path, List<string> problems)
    {
        if (!File.Exists(path))
            return [];
        try
        {
            return Parse(path, File.ReadAllText(path), problems);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            problems.Add($"{path}: cannot be read: {error.Message}");
            return [];
        }
    }

    /// <summary>Sets one key of a file, and leaves all other lines as they are. A key may hold a secret: the file is the user's alone.</summary>
    /// <exception cref="IOException">It cannot be written.</exception>
    internal static void Write(string path, string key, string value)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        var lines = File.Exists(path) ? File.ReadAllLines(path).ToList() : [];
        var line = $"{key}: '{value.Replace("'", "''", StringComparison.Ordinal)}'";
        var at = lines.FindIndex(old => old.StartsWith(key + ":", StringComparison.Ordinal));
        if (at >= 0)
            lines[at] = line;
        else
            lines.Add(line);
        var part = path + ".part";
        File.WriteAllLines(part, lines);
        if (!OperatingSystem.IsWindows())
            File.SetUnixFileMode(part, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        File.Move(part, path, overwrite: true);
    }

    /// <summary>The keys and values of a file's text.</summary>
    internal static List<(string Key, string Value, string Where)> Parse(string path, string text, List<string> problems)
    {
        var found = new List<(string, string, string)>();
        try
        {
            var stream = new YamlStream();
            stream.Load(new StringReader(text));
            if (stream.Documents.Count == 0)
                return found;
            if (stream.Documents[0].RootNode is not YamlMappingNode root)
            {
                problems.Add($"{path}: must be lines like 'zone: FR'.");
                return found;
            }

            AddAll(root, "");
        }
        catch (YamlException error)
        {
            problems.Add($"{path}:{error.Start.Line}: is not YAML: {error.Message}");
        }

        return found;

        void AddAll(YamlMappingNode mapping, string prefix)
        {
            foreach (var (key, value) in mapping.Children)
            {
                var where = $"{path}:{key.Start.Line}";
                if (key is YamlScalarNode { Value: { } group } && value is YamlMappingNode inner && (prefix.Length > 0 || group == FeedSettings.Group))
                    AddAll(inner, $"{prefix}{group}.");
                else if (key is YamlScalarNode { Value: { } name } && value is YamlScalarNode { Value: { } word })
                    found.Add((prefix + name, word, where));
                else if (key is YamlScalarNode { Value: "meter" } && value is YamlSequenceNode list && list.Children.All(item => item is YamlScalarNode { Value: not null }))
                    found.Add(("meter", string.Join(' ', list.Children.Select(item => ((YamlScalarNode)item).Value)), where));
                else
                    problems.Add($"{where}: {key} must have one plain value, as in 'zone: FR'.");
            }
        }
    }
}
