using System.Text.RegularExpressions;

namespace Tonne.Tests.Architecture;

/// <summary>The map names every folder of code, and the README is short enough to read.</summary>
public partial class DocumentationTests
{
    const int MaxWords = 25;

    [Fact]
    public void Every_folder_in_the_map_exists()
    {
        var missing = ReadMap().Where(folder => !Directory.Exists(Path.Combine(Repository.Root, folder)));

        Assert.Empty(missing);
    }

    [Fact]
    public void Every_folder_with_code_is_in_the_map()
    {
        var folders = from file in Directory.EnumerateFiles(Path.Combine(Repository.Root, "src"), "*.cs", SearchOption.AllDirectories)
                      let path = Path.GetRelativePath(Repository.Root, Path.GetDirectoryName(file)!).Replace('\\', '/')
                      where !$"{path}/".Contains("/obj/", StringComparison.Ordinal) && !$"{path}/".Contains("/bin/", StringComparison.Ordinal)
                      select path;

        Assert.Empty(folders.Distinct(StringComparer.Ordinal).Except(ReadMap(), StringComparer.Ordinal));
    }

    [Fact]
    public void No_sentence_of_the_README_has_more_than_25_words()
    {
        var text = CodeBlock().Replace(File.ReadAllText(Path.Combine(Repository.Root, "README.md")), "\n\n");
        // A blank line, a heading, a table row or a list item ends a sentence too.
        var blocks = text.Split('\n').Select(line => line.StartsWith('|') || line.StartsWith('#') || line.StartsWith("<!--", StringComparison.Ordinal) ? "" : line);
        var sentences = from block in BlockEnd().Split(string.Join('\n', blocks))
                        from sentence in SentenceEnd().Split(block)
                        where Word().Count(Link().Replace(sentence, "$1")) > MaxWords
                        select sentence.ReplaceLineEndings(" ");

        Assert.Empty(sentences);
    }

    static HashSet<string> ReadMap() =>
        [.. TableFolder().Matches(File.ReadAllText(Path.Combine(Repository.Root, "docs", "map.md"))).Select(match => match.Groups[1].Value)];

    [GeneratedRegex("^\\| `([^`]+)` \\|", RegexOptions.Multiline, 5000)]
    private static partial Regex TableFolder();

    [GeneratedRegex("^```.*?^```", RegexOptions.Multiline | RegexOptions.Singleline, 5000)]
    private static partial Regex CodeBlock();

    [GeneratedRegex(@"\n\s*\n|\n(?=\s*(?:[-*]|\d+\.)\s)", RegexOptions.None, 5000)]
    private static partial Regex BlockEnd();

    [GeneratedRegex(@"(?<=[.!?])\s+", RegexOptions.None, 5000)]
    private static partial Regex SentenceEnd();

    [GeneratedRegex(@"\[([^\]]*)\]\([^)]*\)", RegexOptions.None, 5000)]
    private static partial Regex Link();

    [GeneratedRegex(@"[\p{L}\p{N}]\S*", RegexOptions.None, 5000)]
    private static partial Regex Word();
}
