using System.Text;
using System.Text.RegularExpressions;

namespace Tonne.Tests.Architecture;

/// <summary>Words that a reader has to guess (tests/forbidden-words.txt) appear nowhere but where they are still to be replaced.</summary>
/// <remarks>
/// tests/forbidden-words-remaining.txt lists what is left, as <c>PATH-PREFIX: WORD</c>. It only shrinks: an entry that is no longer needed is an error.
/// <c>TONNE_UPDATE_GOLDEN=1</c> removes such entries; it never adds one.
/// </remarks>
public partial class ForbiddenWordsTests
{
    const string Words = "tests/forbidden-words.txt", Remaining = "tests/forbidden-words-remaining.txt";

    static readonly string[] _places =
    [
        "src", "tests", "trials", "bench", "docs", "examples", "clients", "data", ".ci", "README.md", "CONTRIBUTING.md", "CHANGELOG.md", "NOTICE", "tonne", "test",
        "Directory.Build.props", "Directory.Build.targets", "Directory.Packages.props",
    ];

    // Keys of JSON formats that readers depend on: allowed where they stand alone between quotes or backticks.
    static readonly string[] _jsonKeys = ["outgrows"];

    static readonly string[] _kinds = [".cs", ".md", ".txt", ".py", ".sh", ".yaml", ".json", ".csproj", ".props", ".targets", ".c", ""];

    [Fact]
    public void Nothing_is_written_in_words_that_a_reader_has_to_guess()
    {
        var words = ReadList(Words).Select(word => (Word: word, Pattern: CreatePattern(word))).ToList();
        var allowed = ReadList(Remaining).Select(ParseEntry).ToList();
        var needed = new HashSet<(string, string)>();
        var problems = new List<string>();

        foreach (var (path, text) in ReadFiles())
        {
            // Most words are absent from most files, and a plain search finds that out much faster than the pattern.
            foreach (var (word, pattern) in words.Where(word => text.Contains(word.Word.Split(' ')[0], StringComparison.OrdinalIgnoreCase)))
            {
                foreach (var match in pattern.Matches(text).Where(match => !IsJsonKey(text, match)))
                {
                    var entries = allowed.Where(entry => entry.Word == word && path.StartsWith(entry.Prefix, StringComparison.Ordinal)).ToList();
                    needed.UnionWith(entries);
                    if (entries.Count == 0)
                        problems.Add($"{path}:{text.AsSpan(0, match.Index).Count('\n') + 1}: '{word}'");
                }
            }
        }

        if (Environment.GetEnvironmentVariable("TONNE_UPDATE_GOLDEN") == "1")
            Shrink(needed);
        Assert.True(
            problems.Count == 0, $"Use the plain word that {Words} names instead:\n" + string.Join('\n', problems.Distinct().Take(200)));
        var unneeded = allowed.Where(entry => !needed.Contains(entry)).Select(entry => $"{entry.Prefix}: {entry.Word}").ToList();
        Assert.True(unneeded.Count == 0, $"No longer needed, remove from {Remaining}:\n" + string.Join('\n', unneeded));
    }

    [Theory]
    [InlineData("foretold", "Every_model_is_foretold_within_its_bounds", true)]
    [InlineData("with its building", "energy with\n    /// its building", true)]
    [InlineData("river", "the driver", false)]
    [InlineData("Doubt", "doubts of older documents", false)]
    [InlineData("issue 5", "codecarbon issue 54", false)]
    public void A_word_is_found_across_underscores_and_line_breaks_and_not_inside_another(string word, string text, bool found) =>
        Assert.Equal(found, CreatePattern(word).IsMatch(text));

    /// <summary>An identifier is matched exactly, anything else as whole words with any blanks, comment marks or underscores between them.</summary>
    static Regex CreatePattern(string word)
    {
        if (word.Any(char.IsUpper))
            return new Regex($"(?-i:{Regex.Escape(word)})", RegexOptions.CultureInvariant, TimeSpan.FromSeconds(20));
        var parts = word.Split(' ').Select(Regex.Escape);
        return new Regex($@"(?<![A-Za-z0-9])(?i:{string.Join(@"(?:_|\s+(?:(?:///?|#|\*)\s*)?)", parts)})(?![A-Za-z0-9])", RegexOptions.CultureInvariant, TimeSpan.FromSeconds(20));
    }

    static bool IsJsonKey(string text, Match match) =>
        _jsonKeys.Contains(match.Value, StringComparer.Ordinal) && match.Index > 0 && match.Index + match.Length < text.Length
        && text[match.Index - 1] is '"' or '`'
        && text[match.Index + match.Length] == text[match.Index - 1];

    static IEnumerable<string> ReadList(string path) =>
        File.ReadLines(Path.Combine(Repository.Root, path)).Select(line => line.Trim()).Where(line => line.Length > 0 && !line.StartsWith('#'));

    static (string Prefix, string Word) ParseEntry(string line)
    {
        var colon = line.IndexOf(": ", StringComparison.Ordinal);
        Assert.True(colon > 0, $"{Remaining}: '{line}' is not PATH-PREFIX: WORD");
        return (line[..colon], line[(colon + 2)..]);
    }

    static IEnumerable<(string Path, string Text)> ReadFiles() =>
        from place in _places
        let full = Path.Combine(Repository.Root, place)
        from file in File.Exists(full) ? [full] : Directory.Exists(full) ? Directory.GetFiles(full, "*", SearchOption.AllDirectories) : []
        let path = Path.GetRelativePath(Repository.Root, file).Replace('\\', '/')
        where _kinds.Contains(Path.GetExtension(path), StringComparer.Ordinal)
            && path is not (Words or Remaining) && !BuildOutput().IsMatch(path)
        select (path, File.ReadAllText(file, Encoding.UTF8));

    static void Shrink(HashSet<(string, string)> needed)
    {
        var path = Path.Combine(Repository.Root, Remaining);
        var lines = File.ReadAllLines(path).Where(line => line.StartsWith('#') || line.Trim().Length == 0 || needed.Contains(ParseEntry(line.Trim()))).ToList();
        File.WriteAllText(path, string.Join('\n', lines) + "\n");
    }

    [GeneratedRegex(@"(^|/)(bin|obj|artifacts|__pycache__|node_modules)/|(^|/)ForbiddenWordsTests\.cs$", RegexOptions.None, 5000)]
    private static partial Regex BuildOutput();
}
