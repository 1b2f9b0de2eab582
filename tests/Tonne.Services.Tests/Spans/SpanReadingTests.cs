using System.Globalization;
using System.Text;
using Tonne.Services.Spans;

namespace Tonne.Services.Tests.Spans;

/// <summary>Calls of models from exports of spans, in both encodings.</summary>
public class SpanReadingTests
{
    // The mapping of opentelemetry.io/docs/specs/otlp#json-protobuf-encoding, with attributes of
    // github.com/open-telemetry/semantic-conventions-genai, gen-ai-spans.md; 1764504000 is 2025-11-30 12:00:00 UTC.
    const string Json = """
        {"resourceSpans":[{"resource":{"attributes":[{"key":"service.name","value":{"stringValue":"chat"}}]},
         "scopeSpans":[{"scope":{"name":"x"},"spans":[
          {"traceId":"5B8EFFF798038103D269B633813FC60C","spanId":"EEE19B7EC3C1B174","parentSpanId":"EEE19B7EC3C1B173",
           "name":"chat m","kind":3,"flags":256,
           "startTimeUnixNano":"1764504000000000000","endTimeUnixNano":1764504002500000000,
           "droppedAttributesCount":0,"unknownField":[{"a":1}],
           "attributes":[{"key":"gen_ai.operation.name","value":{"stringValue":"chat"}},
             {"key":"gen_ai.request.model","value":{"stringValue":"m"}},{"key":"gen_ai.response.model","value":{"stringValue":"m-2026"}},
             {"key":"gen_ai.usage.input_tokens","value":{"intValue":"100"}},{"key":"gen_ai.usage.output_tokens","value":{"intValue":20}},
             {"key":"gen_ai.usage.cache_read.input_tokens","value":{"intValue":"60"}},
             {"key":"gen_ai.usage.reasoning.output_tokens","value":{"intValue":"5"}},
             {"key":"gen_ai.server.time_to_first_token","value":{"doubleValue":0.5}},
             {"key":"gen_ai.input.messages","value":{"arrayValue":{"values":[]}}}],
           "status":{"code":2}}]}]}]}
        """;

    static ModelCallBatch ReadJson(string json) => JsonSpans.Read(Encoding.UTF8.GetBytes(json));

    [Fact]
    public void A_span_in_JSON_has_model_times_and_tokens()
    {
        var call = Assert.Single(ReadJson(Json).Calls);

        var start = new DateTimeOffset(2025, 11, 30, 12, 0, 0, TimeSpan.Zero);
        Assert.Equal("5b8efff798038103d269b633813fc60c", call.Key.Trace.ToString("x32", CultureInfo.InvariantCulture));
        Assert.Equal((0xEEE19B7EC3C1B174, 0xEEE19B7EC3C1B173), (call.Key.Span, call.Parent.Span));
        Assert.Equal(("m-2026", start, start.AddSeconds(2.5)), (call.Request.Model, call.Request.Arrival, call.Request.End));
        Assert.Equal((null, start.AddSeconds(0.5)), (call.Request.Start, call.Request.FirstToken));
        Assert.Equal((100, 60, 20), (call.Request.PromptTokens, call.Request.CachedTokens, call.Request.OutputTokens));
        Assert.Equal((5, true), (call.ReasoningTokens, call.IsFailed));
    }

    [Fact]
    public void What_the_SDK_exports_in_Protocol_Buffers_is_read_alike()
    {
        var batch = ProtobufSpans.Read(ExportedSpans.Export(source =>
        {
            // vLLM's span: no operation, its own names of tokens and latencies.
            ExportedSpans.Add(source, 0, 2, null,
                ("gen_ai.response.model", "m"), ("gen_ai.request.id", "cmpl-1"), ("gen_ai.usage.prompt_tokens", 7L),
                    ("gen_ai.usage.completion_tokens", 9L),
                ("gen_ai.latency.time_in_queue", 0.25), ("gen_ai.latency.time_to_first_token", 0.75), ("gen_ai.request.temperature", 0.5));
            ExportedSpans.Add(source, 1, 2, null, ("gen_ai.operation.name", "embeddings"), ("gen_ai.request.model", "e"),
                ("gen_ai.usage.input_tokens", 3L), ("error.type", "timeout"));
            // Agents and tools repeat the tokens of the calls in them; other spans are no calls.
            ExportedSpans.Add(source, 0, 9, null, ("gen_ai.operation.name", "invoke_agent"), ("gen_ai.usage.input_tokens", 100L));
            ExportedSpans.Add(source, 0, 9, null, ("http.request.method", "POST"));
        }));

        Assert.Equal((2, 0), (batch.Calls.Count, batch.Unusable));
        var (chat, embedding) = (batch.Calls[0].Request, batch.Calls[1].Request);
        var start = new DateTimeOffset(2026, 11, 30, 12, 0, 0, TimeSpan.Zero);
        Assert.Equal(("cmpl-1", "m", start, start.AddSeconds(0.25)), (chat.Id, chat.Model, chat.Arrival, chat.Start));
        Assert.Equal(
            (start.AddSeconds(0.75), start.AddSeconds(2), 7, 9), (chat.FirstToken, chat.End, chat.PromptTokens, chat.OutputTokens));
        Assert.Equal(("e", start.AddSeconds(1), start.AddSeconds(2), 3, 0),
            (embedding.Model, embedding.Arrival, embedding.End, embedding.PromptTokens, embedding.OutputTokens));
        Assert.Equal([false, true], batch.Calls.Select(call => call.IsFailed));
        Assert.All(batch.Calls, call => Assert.True(call.Key.IsValid));
    }

    [Theory]
    [InlineData("\"1764504002500000000\"", "\"-1\"")]
    [InlineData("1764504002500000000", "1764503999000000000")]
    [InlineData("1764504002500000000", "1764600000000000000")]
    [InlineData("\"1764504000000000000\"", "\"17645040000\"")]
    [InlineData("\"5B8EFFF798038103D269B633813FC60C\"", "\"00000000000000000000000000000000\"")]
    [InlineData("\"EEE19B7EC3C1B174\"", "\"EEE19B7EC3C1B17\"")]
    [InlineData("\"EEE19B7EC3C1B174\"", "12")]
    public void A_span_whose_ids_or_times_cannot_be_right_is_not_counted(string right, string wrong)
    {
        Assert.Contains(right.Trim('"'), Json, StringComparison.Ordinal);
        var batch = ReadJson(
            Json.Replace(right, wrong, StringComparison.Ordinal).Replace(right.Trim('"'), wrong, StringComparison.Ordinal));

        Assert.Equal((0, 1), (batch.Calls.Count, batch.Unusable));
    }

    [Theory]
    [InlineData("")]
    [InlineData("[]")]
    [InlineData("null")]
    [InlineData("{\"resourceSpans\":[")]
    [InlineData("not json")]
    [InlineData("{\"resourceSpans\":[{\"scopeSpans\":[{\"spans\":[{\"attributes\":[{\"key\":\"\\ud800\"}]}]}]}]}")]
    public void What_is_no_export_is_refused(string text)
    {
        Assert.Throws<FormatException>(() => ReadJson(text));
    }

    [Fact]
    public void Fields_of_another_type_are_left_out()
    {
        Assert.Empty(ReadJson("""{"resourceSpans":{"scopeSpans":7}}""").Calls);
        Assert.Empty(ReadJson(
            """{"resourceSpans":[7,{"scopeSpans":[null,{"spans":[[],{"attributes":[1,{"key":2}],"status":"x"}]}]}]}""").Calls);
        var call = Assert.Single(
            ReadJson(Json.Replace("\"100\"", "-5", StringComparison.Ordinal).Replace("20}", "1e300}", StringComparison.Ordinal)).Calls);
        Assert.Equal((0, 0, 0), (call.Request.PromptTokens, call.Request.CachedTokens, call.Request.OutputTokens));
    }

    [Fact]
    public void Whatever_the_bytes_are_an_export_is_read_or_refused()
    {
        var random = new Random(20261130);
        var whole = ExportedSpans.Export(source =>
        {
            for (var i = 0; i < 3; i++)
                ExportedSpans.Add(source, i, i + 1, null, ("gen_ai.operation.name", "chat"), ("gen_ai.usage.input_tokens", 7L),
                    ("gen_ai.usage.output_tokens", 9L));
        });
        Assert.Equal(3, ProtobufSpans.Read(whole).Calls.Count);
        var json = Encoding.UTF8.GetBytes(Json);
        var (read, refused) = (0, 0);
        for (var round = 0; round < 40_000; round++)
        {
            var isJson = round % 2 == 1;
            var bytes = (isJson ? json : whole).ToArray();
            for (var change = random.Next(1, 6); change > 0; change--)
                bytes[random.Next(bytes.Length)] = (byte)random.Next(256);
            var cut = random.Next(3) == 0 ? bytes.AsMemory(0, random.Next(bytes.Length)) : bytes;
            try
            {
                var batch = isJson ? JsonSpans.Read(cut) : ProtobufSpans.Read(cut.Span);
                Assert.InRange(batch.Calls.Count, 0, 3);
                Assert.All(batch.Calls, call =>
                    Assert.True(call.Request.End >= call.Request.Arrival && call.Request.CachedTokens <= call.Request.PromptTokens));
                read++;
            }
            catch (FormatException)
            {
                refused++;
            }
        }

        Assert.True(read > 1_000 && refused > 1_000, $"{read} read, {refused} refused");
    }

    // A span of nothing is two bytes; 16 MiB of them must not become hundreds of megabytes.
    [Fact]
    public void Many_empty_spans_take_no_more_memory_than_their_bytes()
    {
        var spans = new byte[2 * 500_000];
        for (var i = 0; i < spans.Length; i += 2)
            spans[i] = 0x12;
        byte[] export = [.. Field(1, Field(2, spans))];
        Assert.Empty(ProtobufSpans.Read(export).Calls);

        static byte[] Field(int number, byte[] content)
        {
            List<byte> bytes = [(byte)((number << 3) | 2)];
            for (var length = content.Length; ; length >>= 7)
            {
                bytes.Add((byte)(length > 0x7F ? (length & 0x7F) | 0x80 : length));
                if (length <= 0x7F)
                    return [.. bytes, .. content];
            }
        }
    }
}
