using System.Text.Json.Nodes;

namespace Tonne.Trials.Benching;

/// <summary><c>tonne bench</c> with real processes that differ in CPU time, because the model sees CPU time only.</summary>
[Collection(nameof(Alone))]
public class BenchTrials
{
    /// <summary>Burns a given CPU time, whatever the current speed of the machine.</summary>
    const string Burn = "import sys, time\nwhile time.process_time() < float(sys.argv[1]): pass";

    [Fact]
    public async Task Two_commands_of_which_one_burns_half_as_much_again_are_distinguished_early()
    {
        using var tonne = new TonneCommand();

        var bench = await BenchAsync(tonne, ["--runs", "40"], [Needs.Python(), "-c", Burn, "0.10"], [Needs.Python(), "-c", Burn, "0.15"]);

        var pair = bench["pairs"]![0]!;
        Assert.Equal("difference", (string)pair["verdict"]!);
        Assert.Equal("decided", (string)bench["stopped"]!);
        Assert.InRange((int)bench["rounds"]!, 9, 40);
        // The end of the Python process adds a little to both: the ratio is slightly below 1.5.
        Assert.InRange((double)pair["energy_ratio"]!["value"]!, 1.3, 1.55);
        Assert.InRange((double)pair["energy_ratio"]!["low"]!, 1.001, (double)pair["energy_ratio"]!["value"]!);
        Assert.Contains("B uses", (string)pair["sentence"]!);
    }

    [Fact]
    public async Task One_command_against_itself_is_no_difference()
    {
        using var tonne = new TonneCommand();
        string[] command = [Needs.Python(), "-c", Burn, "0.05"];

        var bench = await BenchAsync(tonne, ["--runs", "15"], command, command);

        Assert.NotEqual("difference", (string)bench["pairs"]![0]!["verdict"]!);
        Assert.StartsWith("No difference seen", (string)bench["pairs"]![0]!["sentence"]!);
    }

    [Fact]
    public async Task Every_run_is_in_the_ledger_with_the_id_of_the_bench_its_variant_and_its_round_unless_it_is_not_wanted_there()
    {
        using var tonne = new TonneCommand();

        var kept = await BenchAsync(tonne, ["--runs", "2", "--seed", "7"], ["true"], ["sh", "-c", ":"], ["sleep", "0"]);
        var runs = JsonNode.Parse((await tonne.RunAsync("list", "--json")).Expect(0).Output)!["runs"]!.AsArray();
        await BenchAsync(tonne, ["--runs", "1", "--no-ledger"], ["true"], ["true"]);

        // Three commands, two rounds and a warm-up.
        Assert.Equal(9, runs.Count);
        Assert.All(runs, run => Assert.Equal((string)kept["id"]!, (string)run!["tags"]!["bench"]!));
        Assert.Equal(["1", "1", "1", "2", "2", "2", "warm-up", "warm-up", "warm-up"], runs.Select(run => (string)run!["tags"]!["round"]!).Order(StringComparer.Ordinal));
        Assert.Equal(9, tonne.RunFolders().Length);
        Assert.All(kept["orders"]!.AsArray(), order => Assert.Equal("ABC", string.Concat(((string)order!).Order())));
        Assert.Equal(3, kept["pairs"]!.AsArray().Count);
        Assert.Equal(7, (int)kept["seed"]!);
    }

    [Fact]
    public async Task A_command_that_fails_ends_the_bench_and_is_named()
    {
        using var tonne = new TonneCommand();

        var failed = (await tonne.RunAsync("bench", "--", "true", ":::", "sh", "-c", "exit 7")).Expect(1);
        var missing = (await tonne.RunAsync("bench", "--", "true", ":::", "no-such-command")).Expect(1);
        var quoted = (await tonne.RunAsync("bench", "--", "sleep 1", ":::", "true")).Expect(1);

        Assert.Contains("B (sh -c 'exit 7') ended with exit code 7", failed.Error);
        Assert.Contains("B (no-such-command) could not be started", missing.Error);
        Assert.Contains("sh -c 'sleep 1'", quoted.Error);
    }

    [Theory]
    [InlineData("bench")]
    [InlineData("bench", "--", "true")]
    [InlineData("bench", "--", "true", ":::")]
    [InlineData("bench", "--", ":::", "true")]
    [InlineData("bench", "--runs", "0", "--", "true", ":::", "true")]
    [InlineData("bench", "--risk", "60", "--", "true", ":::", "true")]
    [InlineData("bench", "--rusn", "3", "--", "true", ":::", "true")]
    public async Task Wrong_use_is_2_with_an_example(params string[] words)
    {
        using var tonne = new TonneCommand();

        Assert.Contains("tonne bench", (await tonne.RunAsync(words)).Expect(2).Error);
    }

    [Fact]
    public async Task What_the_commands_write_is_dropped_or_shown_on_standard_error_and_they_read_nothing()
    {
        using var tonne = new TonneCommand();
        string[] command = ["sh", "-c", "cat; echo to-output; echo to-error >&2"];

        var quiet = (await tonne.RunAsync(["bench", "--runs", "1", "--json", "--", .. command, ":::", .. command])).Expect(0);
        var shown = (await tonne.RunAsync(["bench", "--runs", "1", "--show", "--json", "--", .. command, ":::", .. command])).Expect(0);

        Assert.DoesNotContain("to-", quiet.Error);
        Assert.Equal((4, 4), (shown.Error.Split("to-output").Length - 1, shown.Error.Split("to-error").Length - 1));
        Assert.Equal("tonne.bench/1", (string)JsonNode.Parse(shown.Output)!["schema"]!);
    }

    [Fact]
    public async Task Interrupted_it_gives_the_verdict_so_far()
    {
        using var tonne = new TonneCommand();
        var process = tonne.Start("bench", "--runs", "500", "--json", "--", "sleep", "0.02", ":::", "sh", "-c", "echo >> rounds; sleep 0.02");
        while (!File.Exists(tonne.At("rounds")) || File.ReadAllLines(tonne.At("rounds")).Length < 4)
            await Task.Delay(20, TestContext.Current.CancellationToken);
        await tonne.RunOtherAsync("kill", "-INT", process.Id.ToString());

        var finished = await Finished.OfAsync(process);

        Assert.Equal(130, finished.Code);
        var bench = JsonNode.Parse(finished.Output)!;
        Assert.Equal("interrupted", (string)bench["stopped"]!);
        Assert.InRange((int)bench["rounds"]!, 2, 400);
    }

    static async Task<JsonNode> BenchAsync(TonneCommand tonne, string[] options, params string[][] commands)
    {
        var words = commands.Skip(1).Aggregate(commands[0].AsEnumerable(), (all, command) => [.. all, ":::", .. command]);
        return JsonNode.Parse((await tonne.RunAsync(["bench", "--json", .. options, "--", .. words])).Expect(0).Output)!;
    }
}
