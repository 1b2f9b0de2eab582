using System.IO.Compression;
using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;

namespace Tonne.Server.Tests.Proxying;

public class ProxyTests
{
    const string Reply = """{ "id": "chatcmpl-7", "model": "llama-3.1-8b", "choices": [{"message": {"content": "hi"}}], "usage": {"prompt_tokens": 300, "completion_tokens": 200, "prompt_tokens_details": {"cached_tokens": 100}}}""";

    static readonly string[] _parts =
    [
        "data: {\"choices\":[{\"delta\":{\"content\":\"a\"}}]}\n\n", "data: {\"choices\":[{\"delta\":{\"content\":\"b\"}}]}\n\n", "data: [DONE]\n\n",
    ];

    [Fact]
    public async Task A_whole_reply_has_the_same_bytes_and_an_estimate_in_its_headers()
    {
        await using var server = await StandInModelServer.StartAsync(static context => WriteAsync(context, "application/json", Encoding.UTF8.GetBytes(Reply)));

        using var direct = await PostAsync(server.Direct);
        using var through = await PostAsync(server.Through);

        Assert.Equal(Reply, await ReadAsync(direct));
        Assert.Equal(Reply, await ReadAsync(through));
        Assert.Equal("estimate", Header(through, "tonne-basis"));
        Assert.Equal("kept", Header(through, "x-upstream"));
        var request = await GetAsync(server.Through, "/tonne/requests/" + Header(through, "tonne-request"));
        Assert.Equal("estimated", (string?)request["state"]);
        Assert.Equal("reported", (string?)request["tokens"]!["basis"]);
        Assert.Equal((300, 100, 200), ((int)request["tokens"]!["prompt"]!, (int)request["tokens"]!["cached"]!, (int)request["tokens"]!["output"]!));
        // The header has four digits of the same estimate.
        Assert.Equal((double)request["energy_wh"]!, double.Parse(Header(through, "tonne-energy-wh"), System.Globalization.CultureInfo.InvariantCulture), (double)request["energy_wh"]! * 1e-3);
        Assert.Equal((double)request["co2e_mg"]!, double.Parse(Header(through, "tonne-co2e-mg"), System.Globalization.CultureInfo.InvariantCulture), (double)request["co2e_mg"]! * 1e-3);
        // The id of the reply finds it too.
        Assert.Equal((string?)request["id"], (string?)(await GetAsync(server.Through, "/tonne/requests/chatcmpl-7"))["id"]);
    }

    [Fact]
    public async Task A_part_of_a_stream_arrives_before_the_next_one_is_sent()
    {
        var next = new SemaphoreSlim(0);
        await using var server = await StandInModelServer.StartAsync(async context =>
        {
            context.Response.ContentType = "text/event-stream";
            await context.Response.Body.FlushAsync(context.RequestAborted);
            await next.WaitAsync(context.RequestAborted);
            foreach (var part in _parts)
            {
                await context.Response.WriteAsync(part, context.RequestAborted);
                await context.Response.Body.FlushAsync(context.RequestAborted);
                await next.WaitAsync(context.RequestAborted);
            }
        });

        // The headers come before the first part is sent.
        using var reply = await PostAsync(server.Through, HttpCompletionOption.ResponseHeadersRead);
        next.Release();
        await using var body = await reply.Content.ReadAsStreamAsync(TestContext.Current.CancellationToken);
        foreach (var part in _parts)
        {
            var bytes = new byte[Encoding.UTF8.GetByteCount(part)];
            await body.ReadExactlyAsync(bytes, TestContext.Current.CancellationToken);
            Assert.Equal(part, Encoding.UTF8.GetString(bytes));
            next.Release();
        }

        Assert.Equal(0, await body.ReadAsync(new byte[1], TestContext.Current.CancellationToken));
        Assert.False(reply.Headers.Contains("tonne-energy-wh"));
        var request = await FinishedAsync(server, Header(reply, "tonne-request"));
        Assert.Equal(("modelled", 2), ((string?)request["tokens"]!["basis"], (int)request["tokens"]!["output"]!));
        Assert.Null(request["failure"]);
    }

    [Fact]
    public async Task A_client_that_hangs_up_is_counted_with_the_tokens_so_far()
    {
        await using var server = await StandInModelServer.StartAsync(static async context =>
        {
            context.Response.ContentType = "text/event-stream";
            await context.Response.WriteAsync(_parts[0], context.RequestAborted);
            await context.Response.Body.FlushAsync(context.RequestAborted);
            await Task.Delay(Timeout.Infinite, context.RequestAborted);
        });
        string id;
        using (var reply = await PostAsync(server.Through, HttpCompletionOption.ResponseHeadersRead))
        {
            await using var body = await reply.Content.ReadAsStreamAsync(TestContext.Current.CancellationToken);
            await body.ReadExactlyAsync(new byte[_parts[0].Length], TestContext.Current.CancellationToken);
            id = Header(reply, "tonne-request");
        }

        var request = await FinishedAsync(server, id);

        Assert.Equal(("the client hung up", 1), ((string?)request["failure"], (int)request["tokens"]!["output"]!));
        var all = await GetAsync(server.Through, "/tonne/requests");
        Assert.Equal((1, 1, 0), ((int)all["requests"]!, (int)all["failed"]!, (int)all["running"]!));
    }

    [Fact]
    public async Task A_server_that_is_gone_is_answered_with_502_and_counted()
    {
        await using var server = await StandInModelServer.StartAsync(static context => WriteAsync(context, "application/json", Encoding.UTF8.GetBytes(Reply)));
        await server.StopUpstreamAsync();

        using var reply = await PostAsync(server.Through);

        Assert.Equal(HttpStatusCode.BadGateway, reply.StatusCode);
        Assert.Contains("could not be reached", (string?)JsonNode.Parse(await ReadAsync(reply))!["error"]!["message"], StringComparison.Ordinal);
        var all = await GetAsync(server.Through, "/tonne/requests");
        Assert.Equal((1, 1), ((int)all["requests"]!, (int)all["failed"]!));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_server_that_breaks_off_is_a_failure(bool isStream)
    {
        var next = new SemaphoreSlim(isStream ? 0 : 1);
        await using var server = await StandInModelServer.StartAsync(async context =>
        {
            context.Response.ContentType = isStream ? "text/event-stream" : "application/json";
            await context.Response.WriteAsync(isStream ? _parts[0] : Reply[..50], context.RequestAborted);
            await context.Response.Body.FlushAsync(context.RequestAborted);
            await next.WaitAsync(context.RequestAborted);
            context.Abort();
        });

        using var reply = await PostAsync(server.Through, HttpCompletionOption.ResponseHeadersRead);
        if (isStream)
        {
            await using var body = await reply.Content.ReadAsStreamAsync(TestContext.Current.CancellationToken);
            await body.ReadExactlyAsync(new byte[_parts[0].Length], TestContext.Current.CancellationToken);
            next.Release();
            await Assert.ThrowsAnyAsync<IOException>(() => body.ReadExactlyAsync(new byte[1], TestContext.Current.CancellationToken).AsTask());
        }
        else
        {
            // Nothing has left: the client gets an error instead of half a reply.
            Assert.Equal(HttpStatusCode.BadGateway, reply.StatusCode);
        }

        JsonNode all;
        do
            all = await GetAsync(server.Through, "/tonne/requests");
        while ((int)all["running"]! > 0);
        Assert.Equal((1, 1), ((int)all["requests"]!, (int)all["failed"]!));
    }

    [Theory]
    [InlineData("gzip")]
    [InlineData("br")]
    public async Task A_compressed_reply_has_the_same_bytes_and_its_tokens_are_known(string encoding)
    {
        var bytes = Compress(encoding, Encoding.UTF8.GetBytes(Reply));
        await using var server = await StandInModelServer.StartAsync(context =>
        {
            context.Response.Headers.ContentEncoding = encoding;
            return WriteAsync(context, "application/json; charset=utf-8", bytes);
        });

        using var reply = await PostAsync(server.Through);

        Assert.Equal(bytes, await reply.Content.ReadAsByteArrayAsync(TestContext.Current.CancellationToken));
        var request = await GetAsync(server.Through, "/tonne/requests/" + Header(reply, "tonne-request"));
        Assert.Equal((300, 200), ((int)request["tokens"]!["prompt"]!, (int)request["tokens"]!["output"]!));
    }

    [Fact]
    public async Task Of_a_long_reply_the_bytes_are_the_same_and_the_usage_is_read_from_its_end()
    {
        var text = "{\"data\":[{\"embedding\":[" + string.Join(',', Enumerable.Repeat("0.123456", 400_000)) + "]}],\"model\":\"m\",\"usage\":{\"prompt_tokens\":12,\"total_tokens\":12}}";
        await using var server = await StandInModelServer.StartAsync(context => WriteAsync(context, "application/json", Encoding.UTF8.GetBytes(text)));

        using var reply = await PostAsync(server.Through, path: "/v1/embeddings");

        Assert.Equal(text, await ReadAsync(reply));
        Assert.Equal(12, (int)(await FinishedAsync(server, Header(reply, "tonne-request")))["tokens"]!["prompt"]!);
    }

    [Fact]
    public async Task Other_addresses_pass_untouched_and_are_not_counted()
    {
        await using var server = await StandInModelServer.StartAsync(static async context =>
        {
            context.Response.StatusCode = StatusCodes.Status302Found;
            context.Response.Headers.Location = "/elsewhere";
            await context.Response.WriteAsync(context.Request.Method + context.Request.Path + context.Request.QueryString + context.Request.Host, context.RequestAborted);
        });

        using var reply = await server.Through.GetAsync(new Uri("/v1/models?a=b%20c", UriKind.Relative), TestContext.Current.CancellationToken);

        Assert.Equal("GET/v1/models?a=b%20c" + server.Direct.BaseAddress!.Authority, await ReadAsync(reply));
        Assert.Equal((HttpStatusCode.Found, "/elsewhere"), (reply.StatusCode, reply.Headers.Location!.ToString()));
        Assert.Equal(0, (int)(await GetAsync(server.Through, "/tonne/requests"))["requests"]!);
    }

    [Fact]
    public async Task A_request_that_comes_back_is_refused()
    {
        StandInModelServer? server = null;
        await using var made = server = await StandInModelServer.StartAsync(async context =>
        {
            using var again = new HttpRequestMessage(HttpMethod.Post, new Uri(server!.Through.BaseAddress!, "/v1/chat/completions"));
            again.Headers.TryAddWithoutValidation("tonne-proxy", context.Request.Headers["tonne-proxy"].ToString());
            using var reply = await server.Direct.SendAsync(again, context.RequestAborted);
            context.Response.StatusCode = (int)reply.StatusCode;
        });

        using var reply = await PostAsync(server.Through);

        Assert.Equal(StatusCodes.Status508LoopDetected, (int)reply.StatusCode);
    }

    [Theory]
    [InlineData("Host", "attacker.example")]
    [InlineData("Origin", "https://attacker.example")]
    [InlineData("Sec-Fetch-Site", "cross-site")]
    public async Task Pages_of_other_sites_cannot_read_what_passes(string header, string value)
    {
        await using var server = await StandInModelServer.StartAsync(static context => WriteAsync(context, "application/json", Encoding.UTF8.GetBytes(Reply)));
        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri("/tonne/requests", UriKind.Relative));
        request.Headers.TryAddWithoutValidation(header, value);

        using var reply = await server.Through.SendAsync(request, TestContext.Current.CancellationToken);

        Assert.Equal(HttpStatusCode.Forbidden, reply.StatusCode);
    }

    [Fact]
    public async Task A_request_without_a_record_is_not_found()
    {
        await using var server = await StandInModelServer.StartAsync(static context => WriteAsync(context, "application/json", Encoding.UTF8.GetBytes(Reply)));

        using var reply = await server.Through.GetAsync(new Uri("/tonne/requests/other", UriKind.Relative), TestContext.Current.CancellationToken);

        Assert.Equal(HttpStatusCode.NotFound, reply.StatusCode);
    }

    static Task WriteAsync(HttpContext context, string type, byte[] body)
    {
        context.Response.ContentType = type;
        context.Response.ContentLength = body.Length;
        context.Response.Headers["x-upstream"] = "kept";
        return context.Response.Body.WriteAsync(body, context.RequestAborted).AsTask();
    }

    static async Task<HttpResponseMessage> PostAsync(HttpClient client, HttpCompletionOption completion = HttpCompletionOption.ResponseContentRead, string path = "/v1/chat/completions")
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri(path, UriKind.Relative))
        {
            Content = new StringContent("""{"messages":[{"role":"user","content":"hello"}],"model":"llama-3.1-8b"}""", Encoding.UTF8, "application/json"),
        };
        return await client.SendAsync(request, completion, TestContext.Current.CancellationToken);
    }

    static Task<string> ReadAsync(HttpResponseMessage reply) => reply.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);

    static string Header(HttpResponseMessage reply, string name) => Assert.Single(reply.Headers.GetValues(name));

    static async Task<JsonNode> GetAsync(HttpClient client, string address) =>
        JsonNode.Parse(await client.GetStringAsync(new Uri(address, UriKind.Relative), TestContext.Current.CancellationToken))!;

    // The end of a request is counted after its last byte has left.
    static async Task<JsonNode> FinishedAsync(StandInModelServer server, string id)
    {
        while (true)
        {
            var request = await GetAsync(server.Through, "/tonne/requests/" + id);
            if ((string?)request["state"] != "running")
                return request;
            await Task.Delay(10, TestContext.Current.CancellationToken);
        }
    }

    static byte[] Compress(string encoding, byte[] bytes)
    {
        using var target = new MemoryStream();
        using (Stream compressor = encoding == "br" ? new BrotliStream(target, CompressionLevel.Fastest) : new GZipStream(target, CompressionLevel.Fastest))
            compressor.Write(bytes);
        return target.ToArray();
    }
}
