using System.Text.RegularExpressions;

namespace Tonne.Tests.Architecture;

/// <summary>docs/security-api.md names a test for each risk: the tests must be there.</summary>
public partial class SecurityPageTests
{
    [Fact]
    public void Every_test_that_the_page_on_the_security_of_the_API_names_exists()
    {
        var root = Repository.Root;
        var files = new[] { "tests", "trials" }.SelectMany(
            folder => Directory.EnumerateFiles(Path.Combine(root, folder), "*.cs", SearchOption.AllDirectories)).ToList();
        var classes = files.ToLookup(
            Path.GetFileNameWithoutExtension, file => Method().Matches(File.ReadAllText(file))
            .Select(match => match.Groups[1].Value), StringComparer.Ordinal);
        var sections = File.ReadAllText(Path.Combine(root, "docs", "security-api.md")).Split("\n## ").Skip(1).ToList();

        Assert.Equal(Enumerable.Range(1, 10).Select(number => $"API{number}"), sections.Select(section => section.Split(':')[0]));
        foreach (var section in sections)
        {
            var named = Named().Matches(section).Select(match => match.Value.Trim('`').Split('.')).ToList();
            Assert.True(named.Count > 0, section);
            var current = "";
            foreach (var name in named)
            {
                // A method without a class is of the class that was named before.
                current = char.IsUpper(name[0][0]) && name[0].EndsWith('s') && !name[0].Contains('_') ? name[0]
                    : current;
                Assert.True(classes.Contains(current), $"there is no class {current}");
                if (name[^1].Contains('_'))
                    Assert.Contains(name[^1], classes[current].SelectMany(methods => methods));
            }
        }
    }

    [GeneratedRegex(@"public (?:async Task|void) (\w+)\(", RegexOptions.None, matchTimeoutMilliseconds: 2000)]
    private static partial Regex Method();

    [GeneratedRegex(@"`(?:[A-Z]\w+(?:Tests|Trials)(?:\.\w+)?|[A-Z]\w*_\w+)`", RegexOptions.None, matchTimeoutMilliseconds: 2000)]
    private static partial Regex Named();
}
