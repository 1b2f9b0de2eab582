using System.Text.Json.Nodes;

namespace Tonne.Trials.Faults;

/// <summary>
/// Files of the ledger are damaged at seeded places: the damage is reported with its place, and every other run is unchanged.
/// </summary>
public class DamageTrials
{
    const int Seed = 4711;

    static async Task<string> RunAsync(TonneCommand tonne, string name)
    {
        // The folders of runs that began in the same second have no defined order.
        var before = tonne.RunFolders();
        (await tonne.RunAsync("run", "-q", "--name", name, "--period", "20ms", "--", "sleep", "0.2")).Expect(0);
        return tonne.RunFolders().Except(before).Single();
    }

    /// <summary>A run whose recorder was killed, with some samples.</summary>
    static async Task<string> KilledAsync(TonneCommand tonne, string name)
    {
        var before = tonne.RunFolders();
        using var process = tonne.Start("run", "-q", "--name", name, "--period", "20ms", "--", "sleep", "300");
        string? folder = null;
        for (var i = 0; i < 3000 && (folder is null || TraceCount.Of(Path.Combine(folder, "trace")).Samples < 10); i++)
        {
            await Task.Delay(10, TestContext.Current.CancellationToken);
            folder = tonne.RunFolders().Except(before).SingleOrDefault();
        }

        process.Kill(entireProcessTree: true);
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        return folder!;
    }

    static void Flip(string file, int at)
    {
        var bytes = File.ReadAllBytes(file);
        bytes[at] ^= 0x10;
        File.WriteAllBytes(file, bytes);
    }

    static async Task<Dictionary<string, string>> StatusesAsync(TonneCommand tonne) =>
        JsonNode.Parse((await tonne.RunAsync("list", "--json")).Expect(0).Output)!["runs"]!.AsArray()
            .ToDictionary(run => (string)run!["name"]!, run => (string)run!["status"]!, StringComparer.Ordinal);

    [Fact]
    public async Task A_damaged_trace_of_a_killed_run_is_closed_as_far_as_it_can_be_read_and_the_damage_is_said()
    {
        using var tonne = new TonneCommand();
        await RunAsync(tonne, "earlier");
        var trace = Path.Combine(await KilledAsync(tonne, "damaged"), "trace");
        Flip(trace, (int)new FileInfo(trace).Length - 150);
        var readable = TraceCount.Of(trace).Samples;

        var statuses = await StatusesAsync(tonne);

        Assert.Equal(("completed", "interrupted"), (statuses["earlier"], statuses["damaged"]));
        var shown = new RunJson((await tonne.RunAsync("show", "damaged", "--json")).Expect(0).Output);
        Assert.Contains("trace-damaged", shown.Warnings);
        Assert.InRange(shown.Samples, 1, readable - 1);
        Measuring.ChargeTrials.Conserved(shown);
    }

    [Fact]
    public async Task A_killed_run_whose_opening_is_damaged_is_named_and_left_as_it_is()
    {
        using var tonne = new TonneCommand();
        await RunAsync(tonne, "earlier");
        var folder = await KilledAsync(tonne, "damaged");
        var trace = Path.Combine(folder, "trace");
        Flip(trace, 300);
        var bytes = await File.ReadAllBytesAsync(trace, TestContext.Current.CancellationToken);

        var listed = (await tonne.RunAsync("list")).Expect(0);

        Assert.Contains("earlier", listed.Output, StringComparison.Ordinal);
        Assert.Contains(Path.GetFileName(folder), listed.Error, StringComparison.Ordinal);
        Assert.Equal(bytes, await File.ReadAllBytesAsync(trace, TestContext.Current.CancellationToken));
        Assert.Equal("completed", (await StatusesAsync(tonne))["earlier"]);
        (await tonne.RunAsync("run", "-q", "--name", "later", "--", "true")).Expect(0);
        Assert.Equal("completed", (await StatusesAsync(tonne))["later"]);
    }

    [Fact]
    public async Task Verify_finds_a_flipped_bit_wherever_it_is()
    {
        using var tonne = new TonneCommand();
        var earlier = await RunAsync(tonne, "earlier");
        var folder = await RunAsync(tonne, "damaged");
        (await tonne.RunAsync("ledger", "verify")).Expect(0);
        var random = new Random(Seed);
        foreach (var name in new[] { "trace", "trace", "trace", "record.json", "record.json", "statements.jsonl", "statements.jsonl" })
        {
            var file = Path.Combine(folder, name);
            var at = random.Next((int)new FileInfo(file).Length);
            Flip(file, at);

            var verified = (await tonne.RunAsync("ledger", "verify")).Expect(1);

            Assert.Contains(Path.GetFileName(folder), verified.Output + verified.Error, StringComparison.Ordinal);
            Assert.DoesNotContain(Path.GetFileName(earlier), verified.Output + verified.Error, StringComparison.Ordinal);
            Flip(file, at);
        }

        (await tonne.RunAsync("ledger", "verify")).Expect(0);
    }

    [Fact]
    public async Task A_damaged_record_hides_no_other_run()
    {
        using var tonne = new TonneCommand();
        await RunAsync(tonne, "earlier");
        var folder = await RunAsync(tonne, "damaged");
        Flip(Path.Combine(folder, "record.json"), 2000);

        Assert.Equal("completed", (await StatusesAsync(tonne))["earlier"]);
        Assert.Contains("damaged", (await tonne.RunAsync("list")).Expect(0).Output, StringComparison.Ordinal);
        var shown = (await tonne.RunAsync("show", Path.GetFileName(folder))).Expect(1);
        Assert.Contains("record.json", shown.Error, StringComparison.Ordinal);
        (await tonne.RunAsync("show", "earlier")).Expect(0);
    }

    [Theory, InlineData("noise"), InlineData("cut short"), InlineData("empty"), InlineData("a folder"), InlineData("a flipped page")]
    public async Task A_damaged_index_is_made_again_and_no_run_is_missing(string damage)
    {
        using var tonne = new TonneCommand();
        for (var i = 0; i < 3; i++)
            await RunAsync(tonne, $"run-{i}");
        (await tonne.RunAsync("list")).Expect(0);
        var index = Path.Combine(tonne.Home, "index.sqlite");
        var bytes = await File.ReadAllBytesAsync(index, TestContext.Current.CancellationToken);
        var random = new Random(Seed);
        switch (damage)
        {
            case "noise":
                random.NextBytes(bytes);
                await File.WriteAllBytesAsync(index, bytes, TestContext.Current.CancellationToken);
                break;
            case "cut short":
                await File.WriteAllBytesAsync(index, bytes[..(bytes.Length / 2)], TestContext.Current.CancellationToken);
                break;
            case "empty":
                await File.WriteAllBytesAsync(index, [], TestContext.Current.CancellationToken);
                break;
            case "a folder":
                File.Delete(index);
                Directory.CreateDirectory(index);
                break;
            default:
                random.NextBytes(bytes.AsSpan(4096));
                await File.WriteAllBytesAsync(index, bytes, TestContext.Current.CancellationToken);
                break;
        }

        Assert.Equal(["run-0", "run-1", "run-2"], (await StatusesAsync(tonne)).Keys.Order(StringComparer.Ordinal));
        (await tonne.RunAsync("show", "run-1")).Expect(0);
        (await tonne.RunAsync("run", "-q", "--name", "run-3", "--", "true")).Expect(0);
        Assert.Equal(4, (await StatusesAsync(tonne)).Count);
    }

    [Fact]
    public async Task Many_may_list_while_others_run_and_nobody_sees_less_than_was_there()
    {
        using var tonne = new TonneCommand();
        await RunAsync(tonne, "first");
        var runs = Enumerable.Range(0, 4).Select(i => tonne.RunAsync("run", "-q", "--name", $"run-{i}", "--", "sleep", "0.1"));
        var lists = Enumerable.Range(0, 4).Select(_ => tonne.RunAsync("list", "--json"));

        var finished = await Task.WhenAll([.. runs, .. lists]);

        foreach (var each in finished)
            each.Expect(0);
        foreach (var list in finished.Where(each => each.Output.Length > 0))
            Assert.Contains("first", JsonNode.Parse(list.Output)!["runs"]!.AsArray().Select(run => (string)run!["name"]!));
        Assert.Equal(5, (await StatusesAsync(tonne)).Count);
    }
}
