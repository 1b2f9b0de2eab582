using System.Text.RegularExpressions;

namespace Tonne.Tests.Architecture;

/// <summary>docs/trust.md promises a test for each complaint: the tests must be there.</summary>
public partial class TrustTests
{
    [Fact]
    public void Every_test_that_the_page_on_trust_names_exists()
    {
        var root = Repository.Root;
        var written = new[] { "tests", "trials" }.SelectMany(folder => Directory.EnumerateFiles(Path.Combine(root, folder), "*.cs", SearchOption.AllDirectories))
            .SelectMany(file => Method().Matches(File.ReadAllText(file)).Select(match => match.Groups[1].Value)).ToHashSet(StringComparer.Ordinal);
        var rows = File.ReadLines(Path.Combine(root, "docs", "trust.md")).Where(line => line.StartsWith("| ", StringComparison.Ordinal) && !line.StartsWith("| complaint", StringComparison.Ordinal) && !line.StartsWith("| trap", StringComparison.Ordinal)).ToList();

        Assert.True(rows.Count > 25, "the tables have gone");
        foreach (var row in rows)
        {
            var named = Named().Matches(row[row.TrimEnd(' ', '|').LastIndexOf('|')..]).Select(match => match.Groups[1].Value).ToList();
            Assert.True(named.Count > 0, "no test is named: " + row);
            Assert.All(named, name => Assert.Contains(name, written));
        }
    }

    [GeneratedRegex(@"public (?:async Task|void) (\w+)\(", RegexOptions.None, matchTimeoutMilliseconds: 2000)]
    private static partial Regex Method();

    [GeneratedRegex(@"`(\w+)`", RegexOptions.None, matchTimeoutMilliseconds: 2000)]
    private static partial Regex Named();
}
