using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Tonne.Trials.Wrapping;

namespace Tonne.Trials.Surface;

/// <summary>
/// The interface for scripts and shells: answers on standard output, one JSON document each with its schema, exit codes, completion.
/// </summary>
public sealed partial class AnswerTrials : IAsyncLifetime
{
    readonly TonneCommand _tonne = new();

    public async ValueTask InitializeAsync()
    {
        (await _tonne.RunAsync("run", "-q", "--name", "first", "--zone", "FR", "--", "/bin/sh", "-c", "for i in 1 2 3; do echo Epoch $i/3 loss=0.$i; sleep 0.05; done")).Expect(0);
        (await _tonne.RunAsync("run", "-q", "--name", "second", "--zone", "FR", "--", "true")).Expect(0);
    }

    public ValueTask DisposeAsync()
    {
        _tonne.Dispose();
        return default;
    }

    [Theory]
    [InlineData("list")]
    [InlineData("show", "first")]
    [InlineData("explain", "first")]
    [InlineData("estimate", "training", "--parameters", "7e9", "--tokens", "2e12", "--hardware", "h100")]
    public async Task A_screen_is_as_wide_as_the_terminal_and_leaves_its_keypad_as_it_is(params string[] command)
    {
        var session = await Terminal.Play(
            ["/usr/bin/env", "-u", "NO_COLOR", "-u", "COLUMNS", "TERM=xterm-256color", $"TONNE_HOME={_tonne.Home}", TonneCommand.Executable, .. command]);

        Assert.Equal(0, session.Status);
        Assert.Contains("CO2e", session.Screen, StringComparison.Ordinal);
        // xterm's manual, "Functions using CSI": ESC [ ? 1 h switches the cursor keys, ESC = the keypad.
        Assert.DoesNotContain("\u001b[?1h", session.Screen, StringComparison.Ordinal);
        Assert.DoesNotContain("\u001b=", session.Screen, StringComparison.Ordinal);
        var lines = Escapes().Replace(session.Screen, "").Split("\r\n");
        Assert.All(lines, line => Assert.InRange(line.Length, 0, 101));
    }

    [Fact]
    public async Task Reports_appended_to_a_file_have_one_header()
    {
        var file = _tonne.At("all.csv");
        foreach (var (run, arrow) in new[] { ("first", ">>"), ("second", ">>"), ("first", ">>") })
            (await _tonne.RunOtherAsync("/bin/sh", "-c", $"'{TonneCommand.Executable}' report {run} --csv {arrow} '{file}'")).Expect(0);

        var lines = await File.ReadAllLinesAsync(file, TestContext.Current.CancellationToken);
        Assert.Equal(4, lines.Length);
        Assert.Single(lines, line => line.StartsWith("timestamp,", StringComparison.Ordinal));

        // A file of something else stays as it is; an unfinished last line is ended first.
        await File.WriteAllTextAsync(file, "notes\n", TestContext.Current.CancellationToken);
        var other = await _tonne.RunOtherAsync("/bin/sh", "-c", $"'{TonneCommand.Executable}' report first --csv >> '{file}'");
        Assert.Equal((2, "notes\n"), (other.Code, await File.ReadAllTextAsync(file, TestContext.Current.CancellationToken)));
        await File.WriteAllTextAsync(file, string.Join('\n', lines), TestContext.Current.CancellationToken);
        (await _tonne.RunOtherAsync("/bin/sh", "-c", $"'{TonneCommand.Executable}' report second --csv >> '{file}'")).Expect(0);
        Assert.Equal(5, (await File.ReadAllLinesAsync(file, TestContext.Current.CancellationToken)).Length);
    }

    [GeneratedRegex("\u001b\\[[0-9;]*m", RegexOptions.None, 1000)]
    private static partial Regex Escapes();

    [Fact]
    public async Task Every_answer_as_JSON_is_one_document_with_a_schema_and_nothing_else()
    {
        foreach (var (command, schema) in new[]
        {
            ("list --json", "tonne.runs/1"), ("show last --json", "tonne.run/1"), ("explain first --json", "tonne.explain/1"), ("explain first emissions --json", "tonne.explain/1"),
            ("compare first second --json", "tonne.compare/1"), ("report first --json", "tonne.run/1"), ("doctor --json", "tonne.doctor/1"), ("config --json", "tonne.config/1"),
            ("ledger verify --json", "tonne.verify/1"), ("catalog zones --json", "tonne.catalog/1"), ("catalog regions gcp --json", "tonne.catalog/1"),
            ("catalog hardware h100 --json", "tonne.catalog/1"), ("catalog facilities --json", "tonne.catalog/1"), ("catalog equivalents --json", "tonne.catalog/1"), ("catalog claims --json", "tonne.catalog/1"),
        })
        {
            var finished = (await _tonne.RunAsync(command.Split(' '))).Expect(0);
            Assert.True(finished.Error.Length == 0, $"{command}: {finished.Error}");
            Assert.Equal((command, schema), (command, (string?)JsonNode.Parse(finished.Output)!["schema"]));
        }
    }

    [Fact]
    public async Task What_a_run_writes_is_what_show_says_later()
    {
        var (finished, run) = await _tonne.MeasureAsync(["-q", "--zone", "DE", "--tag", "team=vision"], "/bin/sh", "-c", "echo Epoch 1/1 loss=0.5; exit 4");
        finished.Expect(4);

        var shown = new RunJson((await _tonne.RunAsync("show", run.Id, "--json")).Expect(0).Output);

        Assert.Equal(run.ToString(), shown.ToString());
    }

    [Fact]
    public async Task Every_document_of_a_run_goes_to_standard_output()
    {
        foreach (var (form, begins) in new[] { ("--md", "#"), ("--csv", "timestamp,"), ("--model-card", ""), ("--hugging-face", "---\nco2_eq_emissions:"), ("--text", "") })
        {
            var finished = (await _tonne.RunAsync("report", "first", form)).Expect(0);
            Assert.StartsWith(begins, finished.Output.TrimStart(), StringComparison.Ordinal);
            Assert.True(finished.Output.Length > 40 && finished.Error.Length == 0, $"{form}: {finished}");
        }
    }

    [Fact]
    public async Task Wrong_use_is_2_and_names_what_to_do()
    {
        foreach (var (command, hint) in new[]
        {
            ("shwo last", "show"), ("show no-such-run", "tonne list"), ("run --zone Frnace -- true", "France"), ("run --period 1ms -- true", "100ms"), ("run", "--"), ("run --tag novalue -- true", "team=vision"),
            ("report first --pdf", "--help"), ("catalog zones --nonsense", "nonsense"), ("explain first no.such.figure", "energy_kwh"), ("run --region moon-1 -- true", "region"), ("compare first", "--help"),
        })
        {
            var finished = await _tonne.RunAsync(command.Split(' '));
            Assert.True(finished.Code == 2, $"{command}: {finished}");
            Assert.Contains(hint, finished.Error, StringComparison.Ordinal);
            Assert.True(finished.Output.Length == 0, $"{command}: {finished.Output}");
        }
    }

    [Fact]
    public async Task Bash_completes_commands_and_options()
    {
        Needs.Program("/bin/bash", "bash");
        var script = (await _tonne.RunAsync("completion", "bash")).Expect(0).Output;
        await File.WriteAllTextAsync(_tonne.At("completion.bash"), script, TestContext.Current.CancellationToken);
        Directory.CreateDirectory(_tonne.At("bin"));
        File.CreateSymbolicLink(_tonne.At("bin/tonne"), TonneCommand.Executable);
        _tonne.Environment["PATH"] = $"{_tonne.At("bin")}:/usr/bin:/bin";

        Assert.Contains("explain", await CompleteAsync("tonne", "ex"));
        Assert.Contains("--policy", await CompleteAsync("tonne", "run", "--po"));
        Assert.Contains("verify", await CompleteAsync("tonne", "ledger", "v"));
    }

    [Fact]
    public async Task A_reader_that_goes_away_is_no_error()
    {
        Needs.Program("/bin/bash", "bash");

        var finished = await _tonne.RunOtherAsync("/bin/bash", "-c", "set -o pipefail; \"$1\" catalog zones | head -n 1", "bash", TonneCommand.Executable);

        Assert.True(finished.Code is 0 or 141 && finished.Error.Length == 0, $"{finished}");
    }

    /// <summary>The completions of the last word.</summary>
    async Task<string[]> CompleteAsync(params string[] words)
    {
        const string ask = """
            source "$1"; shift
            COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); COMP_LINE="$*"; COMP_POINT=${#COMP_LINE}; COMPREPLY=()
            function=$(complete -p tonne | sed -n 's/.*-F \([^ ]*\).*/\1/p')
            "$function" tonne "${@: -1}" "${@: -2:1}"
            printf '%s\n' "${COMPREPLY[@]}"
            """;
        var finished = (await _tonne.RunOtherAsync(["/bin/bash", "-c", ask, "bash", _tonne.At("completion.bash"), .. words])).Expect(0);
        return [.. finished.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => line.Trim())];
    }
}
