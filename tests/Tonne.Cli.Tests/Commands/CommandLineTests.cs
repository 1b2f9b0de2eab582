using System.Text.Json;

namespace Tonne.Cli.Tests.Commands;

public sealed class CommandLineTests : IDisposable
{
    readonly Terminal _terminal = new();

    public void Dispose() => _terminal.Dispose();

    [Fact]
    public void An_empty_ledger_says_how_to_fill_it()
    {
        var (code, output, _) = _terminal.Type("list");

        Assert.Equal(0, code);
        Assert.Contains("tonne run --", output);
    }

    [Fact]
    public void A_setting_from_a_file_cannot_control_the_terminal()
    {
        File.WriteAllText(Path.Combine(_terminal.Folder, "tonne.yaml"), "project: a\u001b]0;x\u0007\u202eb\n");

        var (code, output, _) = _terminal.Type("config");

        Assert.Equal(0, code);
        Assert.Contains("a?]0;x??b", output);
        Assert.DoesNotContain(output, c => c is '\u001b' or '\u0007' or '\u202e');
    }

    [Theory]
    [InlineData("list", "--json")]
    [InlineData("config", "--json")]
    [InlineData("catalog", "zones", "france", "--json")]
    [InlineData("catalog", "regions", "--json")]
    [InlineData("catalog", "hardware", "a100", "--json")]
    [InlineData("catalog", "facilities", "--json")]
    [InlineData("ledger", "verify", "--json")]
    public void An_answer_as_json_is_one_document_with_a_schema(params string[] words)
    {
        var (code, output, _) = _terminal.Type(words);

        Assert.Equal(0, code);
        using var document = JsonDocument.Parse(output);
        Assert.StartsWith("tonne.", document.RootElement.GetProperty("schema").GetString(), StringComparison.Ordinal);
    }

    // Commands that take several words would take an option that they do not have for one more of them.
    [Theory]
    [InlineData("--jsn", "Did you mean '--json'?", "compare", "first", "second", "--jsn")]
    [InlineData("--pdf", "tonne report --help", "report", "first", "--pdf")]
    [InlineData("--pdf", "tonne report --help", "report", "first", "second", "--pdf")]
    [InlineData("--nonsense", "tonne catalog zones --help", "catalog", "zones", "--nonsense")]
    [InlineData("--nonsense", "tonne ledger scrub --help", "ledger", "scrub", "--nonsense")]
    [InlineData("--nonsense", "tonne ledger merge --help", "ledger", "merge", "--nonsense")]
    [InlineData("--nonsense", "tonne show --help", "show", "--nonsense")]
    public void An_option_that_a_command_does_not_have_is_named(string option, string hint, params string[] words)
    {
        var (code, output, error) = _terminal.Type(words);

        Assert.Equal((2, ""), (code, output));
        Assert.Contains(option, error, StringComparison.Ordinal);
        Assert.Contains(hint, error, StringComparison.Ordinal);
        Assert.DoesNotContain("no run", error, StringComparison.Ordinal);
    }

    [Fact]
    public void A_name_after_two_hyphens_is_no_option() =>
        Assert.Contains("There is no run '--pdf'", _terminal.Type("show", "--", "--pdf").Item3, StringComparison.Ordinal);

    [Theory]
    [InlineData("--scope", "--basis", "grid", "import", "--scope", "--basis", "week.csv")]
    [InlineData("--name", "--project", "run", "--name", "--project", "mnist", "--", "true")]
    [InlineData("--limit", "--json", "list", "--limit", "--json")]
    public void An_option_does_not_take_the_next_one_for_its_value(string option, string next, params string[] words)
    {
        var (code, _, error) = _terminal.Type(words);

        Assert.Equal(2, code);
        Assert.Contains($"{option} needs a value, and '{next}' after it is another option", error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("ledger", "merge", "")]
    [InlineData("ledger", "import", "codecarbon", " ")]
    [InlineData("show", "")]
    [InlineData("footprint", "")]
    public void An_empty_argument_is_refused_by_its_name(params string[] words)
    {
        var (code, _, error) = _terminal.Type(words);

        Assert.Equal(2, code);
        Assert.Matches("the [a-z]+ is empty", error);
    }

    [Fact]
    public void An_import_counts_the_rows_whose_parts_do_not_add_up()
    {
        var file = Path.Combine(_terminal.Folder, "emissions.csv");
        File.WriteAllText(file, "timestamp,run_id,duration,emissions,energy_consumed,cpu_energy,ram_energy,gpu_energy\n2026-05-10T23:47:11,1,100,0.0133,0.035,0.0174,0.00563,\n");

        var (code, output, error) = _terminal.Type("ledger", "import", "codecarbon", file);

        Assert.Equal(0, code);
        Assert.Contains("1 runs added", output);
        Assert.Contains("in 1 of the rows added, cpu_energy, gpu_energy and ram_energy do not add up to energy_consumed", error);
    }

    [Theory]
    [InlineData("lsit", "list")]
    [InlineData("catalogue", "catalog")]
    public void A_mistyped_verb_is_wrong_use_and_the_nearest_is_suggested(string verb, string meant)
    {
        var (code, _, error) = _terminal.Type(verb);

        Assert.Equal(2, code);
        Assert.Contains(meant, error);
    }

    [Fact]
    public void A_run_that_is_not_there_is_wrong_input_with_a_way_on()
    {
        var (code, _, error) = _terminal.Type("show", "nothing");

        Assert.Equal(2, code);
        Assert.Contains("tonne list", error);
    }

    [Fact]
    public void An_incomplete_command_prints_its_help_to_standard_error_and_is_wrong_use()
    {
        foreach (var words in new[] { Array.Empty<string>(), ["ledger"], ["ledger", "import"], ["catalog"] })
        {
            var (code, output, error) = _terminal.Type(words);

            Assert.Equal(2, code);
            Assert.Empty(output);
            Assert.Matches("^Usage:( |\n  )tonne ", error);
        }
    }

    [Theory]
    [InlineData("mark", "epoch", "three")]
    [InlineData("list", "--status", "done")]
    [InlineData("list", "--limit", "many")]
    public void A_value_of_the_wrong_kind_is_reported_without_the_names_of_our_types(params string[] words)
    {
        var (code, _, error) = _terminal.Type(words);

        Assert.Equal(2, code);
        Assert.Contains(words[^1], error);
        Assert.DoesNotContain("System.", error);
        Assert.DoesNotContain("Tonne.", error);
    }

    [Fact]
    public void A_name_with_escapes_reaches_the_terminal_without_them()
    {
        var (_, _, error) = _terminal.Type("show", "a\u001b[31mb\nc");

        Assert.DoesNotContain('\u001b', error);
        Assert.Single(error.TrimEnd().Split('\n'));
    }

    [Fact]
    public void A_sysroot_that_is_not_there_starts_nothing()
    {
        var (code, _, error) = _terminal.Type("run", "--sysroot", "/nonexistent", "--", "true");

        Assert.Equal(2, code);
        Assert.Contains("/nonexistent", error);
    }

    [Fact]
    public void A_mark_outside_a_run_is_wrong_input()
    {
        var (code, _, error) = _terminal.Type("mark", "stage", "clean");

        Assert.Equal(2, code);
        Assert.Contains("TONNE_RUN", error);
    }

    [Fact]
    public void Run_without_a_command_shows_how()
    {
        var (code, _, error) = _terminal.Type("run", "--zone", "FR");

        Assert.Equal(2, code);
        Assert.Contains("tonne run -- python", error);
    }

    [Fact]
    public void The_catalogs_validate()
    {
        foreach (var catalog in new[] { "zones", "regions", "hardware", "facilities" })
            Assert.Equal(0, _terminal.Type("catalog", catalog, "--validate").Code);
    }

    [Fact]
    public void Version_names_method_and_factors()
    {
        var lines = _terminal.Type("--version").Out.Split('\n');

        Assert.Equal(["tonne", "method", "factors"], lines.Take(3).Select(line => line.Split(' ')[0]));
    }

    [Theory]
    [InlineData("bash")]
    [InlineData("zsh")]
    [InlineData("fish")]
    [InlineData("pwsh")]
    public void Each_shell_has_a_completion_script(string shell) => Assert.Contains("tonne", _terminal.Type("completion", shell).Out);

    [Fact]
    public void The_shell_gets_what_can_follow()
    {
        var (_, output, _) = _terminal.Type("[suggest:8]", "tonne re");

        Assert.Contains("report", output.Split('\n'));
    }
}
