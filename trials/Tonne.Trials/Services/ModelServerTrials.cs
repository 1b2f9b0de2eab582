using System.Text.Json.Nodes;

namespace Tonne.Trials.Services;

/// <summary>Real models under load as services: nothing is lost between requests, idle and the energy of the process.</summary>
public class ModelServerTrials
{
    static readonly string[] _look = ["--look", "1s", "--zone", "FR", "--period", "200ms"];

    [Fact]
    public async Task Every_request_and_token_of_an_embedding_model_under_load_is_counted_and_all_energy_divided()
    {
        using var tonne = new TonneCommand();
        using var server = new ModelServer();
        var recorder = tonne.Start(
        [
            "service", "run", "--name", "search", "--metrics", server.Metrics, "--metric", "requests=embedding_requests_total",
            "--metric", "prompt-tokens=embedding_prompt_tokens_total", "--metric", "request-seconds=embedding_request_seconds", .. _look, "--",
            .. server.GetCommand(),
        ]);
        await server.WaitUntilUpAsync();
        await server.WaitForLookAsync();
        // Four clients at once; request i of a client has i mod 3 + 1 texts of 16 + 8 × (i mod 5) tokens.
        var address = new Uri(server.Address);
        var tokens = await Task.WhenAll(Enumerable.Range(0, 4).Select(async _ =>
        {
            var sum = 0L;
            for (var i = 0; i < 30; i++)
                sum += (await server.EmbedAsync(address, [.. Enumerable.Repeat(ModelServer.WriteText(16 + (8 * (i % 5))), (i % 3) + 1)])).Tokens;
            return sum;
        }));
        await server.WaitForLookAsync();
        (await ServiceTrials.EndAsync(tonne, recorder, "TERM")).Expect(0);

        // 15 pairs of (i mod 3, i mod 5) twice: 2 × (1 + 2 + 3) × (16 + 24 + 32 + 40 + 48) = 1,920 for each client.
        Assert.Equal([1_920L, 1_920, 1_920, 1_920], tokens);
        var report = await ServiceTrials.ShowAsync(tonne, "search");
        Assert.Equal([120L, 7_680, 0], ServiceTrials.Counts(report["all"]!));
        Assert.Equal(ModelServer.Model, (string?)Assert.Single(report["models"]!.AsArray())!["model"]);
        AssertOnlyStartAndEnd(report);
        AssertDivided(report, await ServiceTrials.ReadRunsAsync(tonne, report));
    }

    [Fact]
    public async Task Every_request_of_a_classifier_under_load_is_counted_and_all_energy_divided_without_any_token()
    {
        using var tonne = new TonneCommand();
        using var server = new ModelServer();
        var recorder = tonne.Start(
        [
            "service", "run", "--name", "classify", "--metrics", server.Metrics, "--metric", "requests=classifier_requests_total",
            "--metric", "request-seconds=classifier_request_seconds", .. _look, "--", .. server.GetCommand(),
        ]);
        await server.WaitUntilUpAsync();
        await server.WaitForLookAsync();
        // Sums of −24, 0 and 24: the classes are below −1.5, between, and above 1.5.
        float[][] rows =
        [
            .. Enumerable.Repeat((float[][])[.. new[] { -0.5f, 0, 0.5f }.Select(static value => Enumerable.Repeat(value, ModelServer.Inputs).ToArray())], 40)
                .SelectMany(static each => each),
        ];
        await Task.WhenAll(Enumerable.Range(0, 4).Select(async _ =>
        {
            for (var i = 0; i < 100; i++)
                Assert.Equal(["low", "middle", "high"], (await server.ClassifyAsync(rows))[..3]);
        }));
        await server.WaitForLookAsync();
        (await ServiceTrials.EndAsync(tonne, recorder, "TERM")).Expect(0);

        var report = await ServiceTrials.ShowAsync(tonne, "classify");
        Assert.Equal([400L, 0, 0], ServiceTrials.Counts(report["all"]!));
        AssertOnlyStartAndEnd(report);
        AssertDivided(report, await ServiceTrials.ReadRunsAsync(tonne, report));
    }

    /// <summary>No gap but those of the server's start and end: no metric is missed that was not named.</summary>
    static void AssertOnlyStartAndEnd(JsonNode report) =>
        Assert.All(report["gaps"]!.AsArray(), static gap => Assert.Matches("refused|^the server ended", (string)gap!["reason"]!));

    static void AssertDivided(JsonNode report, IReadOnlyList<RunJson> runs)
    {
        ServiceTrials.AssertEnergy(report, runs);
        var (all, idle) = ((long)report["all"]!["energy_uj"]!, (long)report["all"]!["idle_uj"]!);
        TestContext.Current.TestOutputHelper!.WriteLine(
            $"{runs.Sum(static run => run.DurationSeconds):0.0} s: {all} uJ = {all - idle} uJ of requests + {idle} uJ idle; "
            + $"CPU {runs.Sum(static run => run.JobCpuSeconds):0.00} s");
        Assert.InRange(idle, 1, all - 1);
    }
}
