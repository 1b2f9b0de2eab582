using System.Globalization;
using System.IO.Compression;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Sockets;
using System.Text;
using Tonne.Services.Recording;
using Tonne.Services.Tests.Recording;

namespace Tonne.Services.Tests.Spans;

/// <summary>A receiver of spans as a source of requests, with the exporter of the OpenTelemetry SDK and with damaged exports.</summary>
public sealed class OtlpUseSourceTests : IDisposable
{
    static readonly DateTimeOffset _noon = new(2026, 11, 30, 12, 0, 0, TimeSpan.Zero);

    readonly RunAheadTime _time = new(_noon);
    readonly HttpClient _client = new() { Timeout = TimeSpan.FromSeconds(30) };
    readonly IPEndPoint _address = new(IPAddress.Loopback, FindPort());
    readonly OtlpUseSource _source;

    public OtlpUseSourceTests() => _source = new OtlpUseSource(_address, "given", _time);

    static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    Uri Traces => new($"http://{_address}/v1/traces");

    public void Dispose()
    {
        _source.Dispose();
        _client.Dispose();
    }

    static int FindPort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    static string Span(int id, string attributes, int parent = 0, int seconds = 1) => string.Create(CultureInfo.InvariantCulture,
        $$"""
        {"traceId":"5b8efff798038103d269b633813fc60c","spanId":"{{id:x16}}","parentSpanId":"{{parent:x16}}",
        "startTimeUnixNano":"1764504000000000000",
        "endTimeUnixNano":"{{1764504000 + seconds}}000000000","attributes":[{{attributes}}]}
        """);

    static string Text(string key, string value) => $$$"""{"key":"{{{key}}}","value":{"stringValue":"{{{value}}}"}}""";

    static string Number(string key, int value) => string.Create(
        CultureInfo.InvariantCulture, $$$"""{"key":"{{{key}}}","value":{"intValue":"{{{value}}}"}}""");

    static string Chat(int prompt, int output) => string.Join(
        ',', Text("gen_ai.operation.name", "chat"), Number("gen_ai.usage.input_tokens", prompt),
            Number("gen_ai.usage.output_tokens", output));

    async Task<HttpStatusCode> PostAsync(
        byte[] content, string type = "application/json", string? encoding = null, string path = "/v1/traces")
    {
        using var body = new ByteArrayContent(content);
        body.Headers.ContentType = new MediaTypeHeaderValue(type);
        if (encoding is not null)
            body.Headers.ContentEncoding.Add(encoding);
        using var answer = await _client.PostAsync(new Uri(Traces, path), body, Cancellation);
        return answer.StatusCode;
    }

    Task<HttpStatusCode> PostSpansAsync(params string[] spans) =>
        PostAsync(Encoding.UTF8.GetBytes($$"""{"resourceSpans":[{"scopeSpans":[{"spans":[{{string.Join(',', spans)}}]}]}]}"""));

    static byte[] Pack(byte[] content)
    {
        using var packed = new MemoryStream();
        using (var gzip = new GZipStream(packed, CompressionLevel.Fastest))
            gzip.Write(content);
        return packed.ToArray();
    }

    [Fact]
    public async Task What_the_SDK_sends_is_counted_to_the_token()
    {
        ExportedSpans.Send(Traces, source =>
        {
            // An agent with two calls; the second one has a span of the client's library around that of the provider's.
            ExportedSpans.Add(source, 0, 9, () =>
            {
                ExportedSpans.Add(source, 0, 4, null,
                    ("gen_ai.operation.name", "chat"), ("gen_ai.request.model", "m"), ("gen_ai.usage.input_tokens", 100L),
                        ("gen_ai.usage.output_tokens", 20L));
                ExportedSpans.Add(source, 4, 8, () => ExportedSpans.Add(source, 5, 7, null,
                    ("gen_ai.operation.name", "chat"), ("gen_ai.request.model", "m"), ("gen_ai.usage.input_tokens", 3L),
                        ("gen_ai.usage.output_tokens", 4L)),
                    ("gen_ai.operation.name", "chat"), ("gen_ai.request.model", "m"), ("gen_ai.usage.input_tokens", 3L),
                        ("gen_ai.usage.output_tokens", 4L));
            }, ("gen_ai.operation.name", "invoke_agent"), ("gen_ai.usage.input_tokens", 103L));
        });
        _time.Advance(TimeSpan.FromSeconds(10));

        var reading = await _source.ReadAsync(Cancellation);

        // 4 s and 2 s of 10 s.
        Assert.Equal([new ServiceUse { Model = "m", Requests = 2, PromptTokens = 103, OutputTokens = 24, Running = 0.6, Waiting = 0 }],
            reading.Uses);
        Assert.Equal([(_noon, _noon.AddSeconds(4)), (_noon.AddSeconds(5), _noon.AddSeconds(7))],
            reading.Requests.Select(request => (request.Arrival, request.End)));
        Assert.Null(reading.Note);
    }

    [Fact]
    public async Task A_span_that_comes_again_counts_once_and_a_late_one_at_the_next_look()
    {
        Assert.Equal(HttpStatusCode.OK, await PostSpansAsync(Span(1, Chat(10, 1)), Span(2, Chat(20, 2)), Span(1, Chat(10, 1))));
        _time.Advance(TimeSpan.FromSeconds(10));
        Assert.Equal((2L, 30L), (await _source.ReadAsync(Cancellation)).Uses.Select(use => (use.Requests, use.PromptTokens)).Single());

        Assert.Equal(HttpStatusCode.OK, await PostSpansAsync(Span(2, Chat(20, 2)), Span(3, Chat(40, 4))));

        var late = await _source.ReadAsync(Cancellation);
        Assert.Equal([(1L, 40L, "given")], late.Uses.Select(use => (use.Requests, use.PromptTokens, use.Model)));
        Assert.Empty((await _source.ReadAsync(Cancellation)).Uses);
    }

    [Fact]
    public async Task Of_a_call_in_a_call_one_counts_whichever_comes_first()
    {
        await PostSpansAsync(Span(2, Chat(10, 1), parent: 1));
        await PostSpansAsync(Span(1, Chat(10, 1)));
        await PostSpansAsync(Span(11, Chat(20, 1)), Span(12, Chat(20, 1), parent: 11), Span(13, Chat(20, 1), parent: 12));

        Assert.Equal([(2L, 30L)], (await _source.ReadAsync(Cancellation)).Uses.Select(use => (use.Requests, use.PromptTokens)));
    }

    [Fact]
    public async Task Gzip_and_the_name_localhost_are_taken()
    {
        var export = Encoding.UTF8.GetBytes($$"""{"resourceSpans":[{"scopeSpans":[{"spans":[{{Span(1, Chat(10, 1))}}]}]}]}""");
        Assert.Equal(HttpStatusCode.OK, await PostAsync(Pack(export), encoding: "gzip"));
        using var request = new HttpRequestMessage(HttpMethod.Post, Traces) { Content = new ByteArrayContent(export) };
        request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        request.Headers.Host = "localhost:" + _address.Port.ToString(CultureInfo.InvariantCulture);
        using var answer = await _client.SendAsync(request, Cancellation);
        Assert.Equal((HttpStatusCode.OK, "{}"), (answer.StatusCode, await answer.Content.ReadAsStringAsync(Cancellation)));

        Assert.Equal(1, (await _source.ReadAsync(Cancellation)).Uses.Single().Requests);
    }

    [Fact]
    public async Task What_cannot_be_read_is_refused_and_harms_nothing()
    {
        await PostSpansAsync(Span(1, Chat(10, 1)));
        Assert.Equal(HttpStatusCode.BadRequest, await PostAsync("nonsense"u8.ToArray()));
        Assert.Equal(HttpStatusCode.BadRequest, await PostAsync("nonsense"u8.ToArray(), "application/x-protobuf"));
        Assert.Equal(HttpStatusCode.BadRequest, await PostAsync("nonsense"u8.ToArray(), encoding: "gzip"));
        Assert.Equal(HttpStatusCode.UnsupportedMediaType, await PostAsync("{}"u8.ToArray(), "text/plain"));
        Assert.Equal(HttpStatusCode.UnsupportedMediaType, await PostAsync("{}"u8.ToArray(), encoding: "br"));
        Assert.Equal(HttpStatusCode.NotFound, await PostAsync("{}"u8.ToArray(), path: "/v1/metrics"));
        Assert.Equal(HttpStatusCode.MethodNotAllowed, (await _client.GetAsync(Traces, Cancellation)).StatusCode);
        // 16 MiB and one byte, as it is sent and as it is unpacked.
        Assert.Equal(HttpStatusCode.RequestEntityTooLarge,
            await PostAsync(Pack(new byte[(16 * 1024 * 1024) + 1]), "application/x-protobuf", "gzip"));
        try
        {
            Assert.Equal(HttpStatusCode.RequestEntityTooLarge, await PostAsync(new byte[(16 * 1024 * 1024) + 1], "application/x-protobuf"));
        }
        catch (HttpRequestException)
        {
            // The answer may come, and the connection end, before all is sent.
        }

        // A page of a browser cannot reach it under a name of its own.
        using var request = new HttpRequestMessage(HttpMethod.Post, Traces);
        request.Headers.Host = "example.org";
        Assert.NotEqual(HttpStatusCode.OK, (await _client.SendAsync(request, Cancellation)).StatusCode);
        await PostSpansAsync(Span(2, Chat(20, 2)), Span(0, Chat(1, 1)));

        var reading = await _source.ReadAsync(Cancellation);

        Assert.Equal([(2L, 30L)], reading.Uses.Select(use => (use.Requests, use.PromptTokens)));
        Assert.Contains("exports of spans could not be read", reading.Note, StringComparison.Ordinal);
        await PostSpansAsync(Span(0, Chat(1, 1)));
        Assert.Equal("1 spans of calls have ids or times that cannot be right", (await _source.ReadAsync(Cancellation)).Note);
    }

    [Fact]
    public void A_port_that_another_program_has_is_refused()
    {
        Assert.Contains(
            "cannot be opened", Assert.Throws<IOException>(() => new OtlpUseSource(_address)).Message, StringComparison.Ordinal);
    }
}
