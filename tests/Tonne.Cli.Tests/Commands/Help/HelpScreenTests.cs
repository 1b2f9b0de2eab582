using System.CommandLine;
using System.CommandLine.Help;
using Tonne.Cli.Commands;
using Tonne.Cli.Commands.Help;
using Tonne.Formatting;

namespace Tonne.Cli.Tests.Commands.Help;

public sealed class HelpScreenTests : IDisposable
{
    readonly Terminal _terminal = new();

    public static TheoryData<string> Paths => [.. EnumeratePaths(CommandLine.Build(new Terminal().CreateContext(), null), "")];

    public void Dispose() => _terminal.Dispose();

    [Theory]
    [MemberData(nameof(Paths))]
    public void Help_of_each_command_fits_a_screen_and_ends_in_its_own_examples(string path)
    {
        var (code, output, _) = _terminal.Type([.. path.Split(' ', StringSplitOptions.RemoveEmptyEntries), "--help"]);
        var lines = output.TrimEnd('\n').Split('\n');

        Assert.Equal(0, code);
        Assert.True(lines.Length <= HelpScreen.MaxLines, $"{lines.Length} lines:\n{output}");
        Assert.All(lines, line => Assert.True(TextSanitizer.CountColumns(line) <= HelpScreen.MaxColumns, $"{TextSanitizer.CountColumns(line)} columns: {line}"));
        // The list of all commands has no line to spare.
        Assert.StartsWith(path.Length == 0 ? "Usage: tonne COMMAND" : $"Usage:\n  tonne {path}", output, StringComparison.Ordinal);
        Assert.Contains(path.Length == 0 ? "Example: tonne " : $"Examples:\n  tonne {path}", output, StringComparison.Ordinal);
        Assert.DoesNotContain("…\n", output.Replace("ARG…\n", "", StringComparison.Ordinal).Replace("RUN…\n", "", StringComparison.Ordinal), StringComparison.Ordinal);
    }

    /// <summary>Options that share a line are named all the same.</summary>
    [Theory]
    [InlineData("plan")]
    [InlineData("run")]
    public void Help_names_every_option(string name)
    {
        var output = _terminal.Type(name, "--help").Out;

        foreach (var option in CommandLine.Build(_terminal.CreateContext(), null).Subcommands.First(command => command.Name == name)
            .Options.Where(option => !option.Hidden && option is not HelpOption))
            Assert.Contains(option.Aliases.Append(option.Name), alias => output.Contains($" {alias} ", StringComparison.Ordinal)
                || output.Contains($" {alias},", StringComparison.Ordinal));
    }

    [Fact]
    public void The_help_of_the_program_names_every_command_once()
    {
        var output = _terminal.Type("--help").Out;

        foreach (var command in CommandLine.Build(_terminal.CreateContext(), null).Subcommands)
            Assert.Single(output.Split('\n'), line => line.Length > 10 && line[10..].Split("  ")[0].Split(", ").Contains(command.Name, StringComparer.Ordinal));
    }

    [Fact]
    public void Help_can_be_asked_for_as_a_command() =>
        Assert.Equal(_terminal.Type("lab", "run", "--help").Out, _terminal.Type("help", "lab", "run").Out);

    [Theory]
    [InlineData("export", "tonne ledger export codecarbon")]
    [InlineData("report-card", "tonne report")]
    [InlineData("summary", "tonne show last")]
    [InlineData("measure", "tonne run -- COMMAND")]
    [InlineData("stats", "tonne list")]
    [InlineData("emissions", "tonne explain last")]
    [InlineData("carbon", "tonne show last")]
    [InlineData("log", "tonne list")]
    [InlineData("ps", "tonne list")]
    [InlineData("status", "tonne list")]
    [InlineData("history", "tonne list")]
    [InlineData("delete", "tonne ledger thin")]
    [InlineData("diff", "tonne compare RUN RUN")]
    [InlineData("recount", "tonne ledger recount")]
    [InlineData("reprot", "tonne report")]
    [InlineData("Export", "tonne ledger export codecarbon")]
    public void A_word_that_means_a_command_suggests_it(string word, string suggestion)
    {
        var (code, output, error) = _terminal.Type(word, "last");

        Assert.Equal(2, code);
        Assert.Empty(output);
        Assert.Contains($"'{suggestion}'", error, StringComparison.Ordinal);
    }

    [Fact]
    public void A_mistyped_option_suggests_the_nearest()
    {
        Assert.Contains("'--json'", _terminal.Type("show", "last", "--jsn").Error, StringComparison.Ordinal);
    }

    [Fact]
    public void Each_suggested_command_exists()
    {
        var paths = EnumeratePaths(CommandLine.Build(_terminal.CreateContext(), null), "").ToHashSet(StringComparer.Ordinal);

        Assert.All(VerbSuggestions.All, suggestion =>
            Assert.Contains(string.Join(' ', suggestion.Split(' ').Skip(1).TakeWhile(word => word.All(char.IsLower) && word != "last")), paths));
    }

    static IEnumerable<string> EnumeratePaths(Command command, string path) =>
        command.Subcommands.Where(sub => !sub.Hidden).SelectMany(sub => EnumeratePaths(sub, $"{path} {sub.Name}".Trim())).Prepend(path);
}
