using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.Json.Nodes;

namespace Tonne.Trials.Services;

/// <summary><c>tonne service observe --otlp</c> beside a real server whose caller exports a span for each request.</summary>
public class SpanTrials
{
    [Fact]
    public async Task Spans_are_counted_to_the_token_and_each_request_has_an_energy_of_its_own()
    {
        var cancellation = TestContext.Current.CancellationToken;
        using var tonne = new TonneCommand();
        using var server = new SmallServer();
        using var client = new HttpClient();
        using var process = tonne.StartOther(server.GetCommand());
        var pid = (string)(await server.WaitUntilUpAsync())["pid"]!.ToJsonString();
        var port = FindPort();
        var address = new Uri(string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{port}/v1/traces"));
        var recorder = tonne.Start(
            "service", "observe", "--name", "chat", "--pid", pid, "--otlp", port.ToString(CultureInfo.InvariantCulture),
            "--look", "1s", "--zone", "FR", "--period", "200ms");
        await SmallServer.WaitUntilAsync(async () =>
        {
            try
            {
                return (await PostAsync(client, address, "{}")) == HttpStatusCode.OK;
            }
            catch (HttpRequestException)
            {
                return false;
            }
        }, "the receiver does not answer");
        // What comes before the first look has no energy; that look is always written.
        var looks = Path.Combine(tonne.Home, "services", "chat", "looks");
        await SmallServer.WaitUntilAsync(
            () => Task.FromResult(Directory.Exists(looks) && Directory.GetFiles(looks).Any(static file => new FileInfo(file).Length > 0)),
                "there was no look");
        for (var i = 1; i <= 10; i++)
        {
            var begin = TimeProvider.System.GetUtcNow();
            await server.WorkAsync("m", 10, i, milliseconds: 100);
            var span = Span(i, begin, TimeProvider.System.GetUtcNow(), 10, i);
            Assert.Equal(HttpStatusCode.OK, await PostAsync(client, address, span));
            // An exporter that had no answer sends it again.
            Assert.Equal(HttpStatusCode.OK, await PostAsync(client, address, span));
            Assert.Equal(HttpStatusCode.BadRequest, await PostAsync(client, address, span[..^2]));
        }

        await Task.Delay(TimeSpan.FromSeconds(3), TimeProvider.System, cancellation);
        (await tonne.RunOtherAsync("/bin/kill", "-INT", recorder.Id.ToString(CultureInfo.InvariantCulture))).Expect(0);
        (await Finished.OfAsync(recorder)).Expect(0);
        await server.StopAsync(0);

        var report = JsonNode.Parse((await tonne.RunAsync("service", "show", "chat", "--json")).Expect(0).Output)!;
        var all = report["all"]!;
        Assert.Equal((10L, 100L, 55L), ((long)all["requests"]!, (long)all["prompt_tokens"]!, (long)all["output_tokens"]!));
        Assert.Equal((long)all["energy_uj"]!, (long)all["idle_uj"]! + report["models"]!.AsArray()
            .Sum(model => (long)model!["amounts"]!["energy_uj"]!));
        var percentiles = report["percentiles_wh"]!;
        Assert.Equal(10, (long)percentiles["n"]!);
        Assert.True((double)percentiles["p50"]! > 0);
        Assert.True((double)percentiles["p99"]! >= (double)percentiles["p50"]!);
        Assert.Null(report["percentiles_reason"]);
        Assert.Contains(
            report["gaps"]!.AsArray(), gap => ((string)gap!["reason"]!).Contains("could not be read", StringComparison.Ordinal));
        Assert.Contains("own energy of 10 of 10 requests", (await tonne.RunAsync("service", "show")).Expect(0)
            .Output.ReplaceLineEndings(" "), StringComparison.Ordinal);
    }

    static async Task<HttpStatusCode> PostAsync(HttpClient client, Uri address, string json)
    {
        using var content = new StringContent(json, Encoding.UTF8, "application/json");
        using var answer = await client.PostAsync(address, content, TestContext.Current.CancellationToken);
        return answer.StatusCode;
    }

    static string Span(int id, DateTimeOffset begin, DateTimeOffset end, int prompt, int output) => new JsonObject
    {
        ["resourceSpans"] = new JsonArray(new JsonObject
        {
            ["scopeSpans"] = new JsonArray(new JsonObject
            {
                ["spans"] = new JsonArray(new JsonObject
                {
                    ["traceId"] = "5b8efff798038103d269b633813fc60c",
                    ["spanId"] = id.ToString("x16", CultureInfo.InvariantCulture),
                    ["startTimeUnixNano"] = Nanoseconds(begin),
                    ["endTimeUnixNano"] = Nanoseconds(end),
                    ["attributes"] = new JsonArray(
                        Attribute("gen_ai.operation.name", "stringValue", "chat"), Attribute("gen_ai.request.model", "stringValue", "m"),
                        Attribute("gen_ai.usage.input_tokens", "intValue", prompt),
                            Attribute("gen_ai.usage.output_tokens", "intValue", output)),
                }),
            }),
        }),
    }.ToJsonString();

    static JsonObject Attribute(string key, string kind, JsonNode value) =>
        new() { ["key"] = key, ["value"] = new JsonObject { [kind] = value } };

    static string Nanoseconds(DateTimeOffset time) => ((time - DateTimeOffset.UnixEpoch).Ticks * 100)
        .ToString(CultureInfo.InvariantCulture);

    static int FindPort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
