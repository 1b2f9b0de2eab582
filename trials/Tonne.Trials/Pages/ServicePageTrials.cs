using System.Globalization;
using System.Text.Json.Nodes;
using Tonne.Trials.Polling;

namespace Tonne.Trials.Pages;

/// <summary>A service on the dashboard and as a file, in a real browser.</summary>
/// <remarks>The browser is driven by <c>web/trial/service.mjs</c>, which says what it checks.</remarks>
public class ServicePageTrials
{
    // A name that would be markup, and that reorders what follows it.
    const string HostileModel = "<script>alert(1)</script>\u202Eevil";

    [Fact]
    public async Task A_service_has_the_figures_of_the_command_line_and_can_be_read_by_everybody()
    {
        Needs.Program("/usr/bin/chromium", "chromium");
        var driver = Path.Combine(TonneCommand.Repository, "web", "node_modules", "playwright-core");
        Assert.SkipUnless(Directory.Exists(driver), "the modules of web/ are missing (npm ci in web/)");
        var node = Needs.Program("/usr/bin/node", "nodejs");
        using var tonne = new TonneCommand();
        var looks = 0;
        using var server = new HttpStandIn((_, _) => (200, WriteMetrics(Interlocked.Increment(ref looks))));
        string[] record =
            ["service", "run", "--name", "chat", "--metrics", $"http://{server.Host}/metrics", "--look", "1s", "--zone", "FR", "--"];
        (await tonne.RunAsync([.. record, "sleep", "5"])).Expect(0);
        using var now = tonne.Start([.. record, "sleep", "300"]);
        try
        {
            var file = tonne.At("chat.html");
            (await tonne.RunAsync("service", "report", "chat", "-o", file)).Expect(0);

            var script = Path.Combine(TonneCommand.Repository, "web", "trial", "service.mjs");
            var result = JsonNode.Parse((await tonne.RunOtherAsync(
                node, script, "--tonne", TonneCommand.Executable, "--name", "chat", "--file", file,
                "--shots", Environment.GetEnvironmentVariable("TONNE_TRIAL_SHOTS") ?? tonne.At("shots"))).Expect(0).Output)!;

            foreach (var list in new[] { "errors", "failed", "axe", "overflow" })
                Assert.True(result[list]!.AsArray().Count == 0, $"{list}: {result[list]!.ToJsonString()}");
            var expected = result["expected"]!.AsArray();
            Assert.True((int)expected[0]!["days"]![0]!["requests"]! > 0, expected.ToJsonString());
            foreach (var place in new[] { "page", "file", "api" })
            {
                Assert.True(
                    expected.Any(one => JsonNode.DeepEquals(one, result[place])),
                    $"{place}: {result[place]!.ToJsonString()}\nexpected: {expected.ToJsonString()}");
            }

            Assert.Equal("/services/chat", (string)result["tile"]!["address"]!);
            Assert.Equal((string)result["tile"]!["requests"]!, ((long)expected[0]!["today"]!).ToString("N0", CultureInfo.InvariantCulture));
            Assert.Contains((string)result["tile"]!["request"]!, (string)result["headline"]!, StringComparison.Ordinal);
            // Markup in a name is text, and its right-to-left override is shown as a question mark.
            Assert.Contains(HostileModel.Replace('\u202E', '?'), result["models"]!.AsArray().Select(model => (string)model!));
        }
        finally
        {
            now.Kill(entireProcessTree: true);
            await now.WaitForExitAsync(TestContext.Current.CancellationToken);
        }
    }

    // As vLLM counts: at each look 3 requests of one model and 1 of another have ended since the one before.
    static string WriteMetrics(int looks)
    {
        var page = new System.Text.StringBuilder("# HELP vllm:request_success_total Requests\n# TYPE vllm:request_success_total counter\n");
        foreach (var (model, requests) in new[] { ("meta-llama/Llama-3.1-8B-Instruct", 3), (HostileModel, 1) })
        {
            var label = $"{{model_name=\"{model}\"}}";
            page.Append(CultureInfo.InvariantCulture, $"vllm:request_success_total{label} {looks * requests}\n");
            page.Append(CultureInfo.InvariantCulture, $"vllm:prompt_tokens_total{label} {looks * requests * 300}\n");
            page.Append(CultureInfo.InvariantCulture, $"vllm:generation_tokens_total{label} {looks * requests * 120}\n");
            page.Append(CultureInfo.InvariantCulture, $"vllm:num_requests_running{label} {requests}\n");
            page.Append(CultureInfo.InvariantCulture, $"vllm:num_requests_waiting{label} {requests - 1}\n");
        }

        return page.ToString();
    }
}
