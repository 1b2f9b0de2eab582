using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Tonne.Trials.Serving;

/// <summary>A real <c>tonne proxy</c> before a model server in this process: bytes, tokens, hang-ups, failures, measured energy.</summary>
public class ProxyTrials
{
    const string Chat = "/v1/chat/completions";
    const string Reply = """{"id":"chatcmpl-7","model":"llama-3.1-8b","choices":[{"message":{"content":"hi"}}],"usage":{"prompt_tokens":300,"completion_tokens":200}}""";
    const string Usage = "data: {\"choices\":[],\"usage\":{\"prompt_tokens\":300,\"completion_tokens\":200,\"completion_tokens_details\":{\"reasoning_tokens\":50}}}\n\n";
    const int Parts = 20;

    static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Replies_and_streams_are_the_same_bytes_as_without_the_proxy()
    {
        using var tonne = new TonneCommand();
        await using var server = new StandInServer(AnswerAsync);
        await using var proxy = await PassedRequests.StartAsync(tonne, "--to", server.Address, "--name", "chat", "--model", "llama-3.1-8b", "--zone", "FR");
        using var direct = new HttpClient { BaseAddress = new Uri(server.Address) };

        foreach (var path in new[] { Chat, Chat + "?stream", Chat + "?stream&usage" })
        {
            var (expected, _) = await AskAsync(direct, path);
            var (bytes, _) = await AskAsync(proxy.Client, path);
            Assert.Equal(expected, bytes);
        }

        var (_, whole) = await AskAsync(proxy.Client, Chat);
        Assert.Equal("estimate", whole("tonne-basis"));
        Assert.True(double.Parse(whole("tonne-energy-wh"), CultureInfo.InvariantCulture) > 0);
        var (_, counted) = await AskAsync(proxy.Client, Chat + "?stream");
        var modelled = (await proxy.WaitForAsync(counted("tonne-request"), "estimated"))["tokens"]!;
        Assert.Equal(("modelled", 0, Parts), ((string?)modelled["basis"], (int)modelled["prompt"]!, (int)modelled["output"]!));
        var (_, reported) = await AskAsync(proxy.Client, Chat + "?stream&usage");
        var known = (await proxy.WaitForAsync(reported("tonne-request"), "estimated"))["tokens"]!;
        Assert.Equal(("reported", 300, 200, 50), ((string?)known["basis"], (int)known["prompt"]!, (int)known["output"]!, (int)known["reasoning"]!));
        Assert.Equal(0, await proxy.StopAsync());
    }

    [Fact]
    public async Task Failures_and_hang_ups_are_counted()
    {
        using var tonne = new TonneCommand();
        var server = new StandInServer(AnswerAsync);
        await using var proxy = await PassedRequests.StartAsync(tonne, "--to", server.Address, "--name", "chat");
        using (var request = new HttpRequestMessage(HttpMethod.Post, Chat + "?stream&endless"))
        {
            using var reply = await proxy.Client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, Cancelled);
            await using var body = await reply.Content.ReadAsStreamAsync(Cancelled);
            await body.ReadExactlyAsync(new byte[1], Cancelled);
        }

        await WaitAsync(proxy, requests: 1);
        await server.DisposeAsync();
        using (var reply = await proxy.Client.PostAsync(new Uri(Chat, UriKind.Relative), null, Cancelled))
            Assert.Equal(HttpStatusCode.BadGateway, reply.StatusCode);

        var all = await WaitAsync(proxy, requests: 2);
        Assert.Equal(2, (int)all["failed"]!);
    }

    [Fact]
    public async Task The_energy_of_a_server_on_this_machine_is_measured_and_divided()
    {
        using var tonne = new TonneCommand();
        await using var server = new StandInServer(AnswerAsync);
        await using (var proxy = await PassedRequests.StartAsync(
            tonne, "--to", server.Address, "--name", "chat", "--pid", Environment.ProcessId.ToString(CultureInfo.InvariantCulture), "--look", "1s", "--zone", "FR"))
        {
            // Requests before the first reading have no energy: the first that has some is the one that is looked at.
            while (true)
            {
                var (_, headers) = await AskAsync(proxy.Client, Chat);
                var request = await proxy.WaitForAsync(headers("tonne-request"), "measured");
                if (request["note"] is not null)
                    continue;
                Assert.Equal("measured", (string?)request["basis"]);
                Assert.True((double)request["energy_wh"]! > 0);
                Assert.Equal((double)request["energy_wh"]!, (double)request["work_wh"]! + (double)request["idle_wh"]! + (double)request["waiting_wh"]!, 1e-12);
                break;
            }

            var divided = (await proxy.GetAsync("/tonne/requests"))["divided"]!;
            Assert.Equal((double)divided["energy_wh"]!, (double)divided["requests_wh"]! + (double)divided["idle_wh"]!, 1e-12);
            Assert.Equal(0, await proxy.StopAsync());
        }

        var shown = (await tonne.RunAsync("service", "show", "chat", "--json")).Expect(0);
        Assert.Contains("llama-3.1-8b", shown.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_proxy_before_itself_or_without_its_process_does_not_start()
    {
        using var tonne = new TonneCommand();

        Assert.Contains("this proxy itself", (await tonne.RunAsync("proxy", "--to", "http://localhost:8123", "--name", "chat", "--listen", "127.0.0.1:8123")).Expect(1).Error, StringComparison.Ordinal);
        Assert.Contains("no process", (await tonne.RunAsync("proxy", "--to", "localhost:8000", "--name", "chat", "--pid", "2147483647")).Expect(1).Error, StringComparison.Ordinal);
        Assert.Contains("--to", (await tonne.RunAsync("proxy", "--name", "chat")).Expect(2).Error, StringComparison.Ordinal);
        Assert.Contains("not an address", (await tonne.RunAsync("proxy", "--to", "file:///etc", "--name", "chat")).Expect(2).Error, StringComparison.Ordinal);
    }

    static async Task<System.Text.Json.Nodes.JsonNode> WaitAsync(PassedRequests proxy, int requests)
    {
        while (true)
        {
            var all = await proxy.GetAsync("/tonne/requests");
            if ((int)all["requests"]! >= requests)
                return all;
            await Task.Delay(20, Cancelled);
        }
    }

    static async Task<(byte[] Bytes, Func<string, string> Header)> AskAsync(HttpClient client, string path)
    {
        using var body = new StringContent("""{"model":"llama-3.1-8b","messages":[{"role":"user","content":"hello"}]}""", Encoding.UTF8, "application/json");
        using var reply = await client.PostAsync(new Uri(path, UriKind.Relative), body, Cancelled);
        var headers = reply.Headers.ToDictionary(static header => header.Key, static header => string.Join(',', header.Value), StringComparer.OrdinalIgnoreCase);
        return (await reply.Content.ReadAsByteArrayAsync(Cancelled), name => headers[name]);
    }

    // Some work, then the reply, whole or in parts.
    static async Task AnswerAsync(HttpListenerContext context, CancellationToken stop)
    {
        var query = context.Request.Url!.Query;
        var until = Environment.TickCount64 + 20;
        while (Environment.TickCount64 < until)
            Thread.SpinWait(1000);
        if (!query.Contains("stream", StringComparison.Ordinal))
        {
            context.Response.ContentType = "application/json";
            await context.Response.OutputStream.WriteAsync(Encoding.UTF8.GetBytes(Reply), stop);
            context.Response.Close();
            return;
        }

        context.Response.ContentType = "text/event-stream";
        context.Response.SendChunked = true;
        var isEndless = query.Contains("endless", StringComparison.Ordinal);
        for (var part = 0; part < Parts || isEndless; part++)
        {
            await context.Response.OutputStream.WriteAsync(Encoding.UTF8.GetBytes($"data: {{\"choices\":[{{\"delta\":{{\"content\":\"é{part}\"}}}}]}}\n\n"), stop);
            await context.Response.OutputStream.FlushAsync(stop);
            if (isEndless)
                await Task.Delay(5, stop);
        }

        await context.Response.OutputStream.WriteAsync(Encoding.UTF8.GetBytes((query.Contains("usage", StringComparison.Ordinal) ? Usage : "") + "data: [DONE]\n\n"), stop);
        context.Response.Close();
    }

    sealed class StandInServer : IAsyncDisposable
    {
        readonly HttpListener _listener = new();
        readonly CancellationTokenSource _stop = new();
        readonly Task _running;

        public StandInServer(Func<HttpListenerContext, CancellationToken, Task> answer)
        {
            using (var free = new TcpListener(IPAddress.Loopback, 0))
            {
                free.Start();
                Address = $"http://127.0.0.1:{((IPEndPoint)free.LocalEndpoint).Port.ToString(CultureInfo.InvariantCulture)}/";
            }

            _listener.Prefixes.Add(Address);
            _listener.Start();
            _running = RunAsync(answer);
        }

        public string Address { get; }

        public async ValueTask DisposeAsync()
        {
            await _stop.CancelAsync();
            _listener.Close();
            await _running;
            _stop.Dispose();
        }

        async Task RunAsync(Func<HttpListenerContext, CancellationToken, Task> answer)
        {
            while (!_stop.IsCancellationRequested)
            {
                HttpListenerContext context;
                try
                {
                    context = await _listener.GetContextAsync();
                }
                catch (Exception error) when (error is HttpListenerException or ObjectDisposedException or InvalidOperationException)
                {
                    return;
                }

                _ = Task.Run(async () =>
                {
                    try
                    {
                        await answer(context, _stop.Token);
                    }
                    catch (Exception error) when (error is HttpListenerException or ObjectDisposedException or OperationCanceledException or IOException or InvalidOperationException)
                    {
                        context.Response.Abort();
                    }
                });
            }
        }
    }
}
