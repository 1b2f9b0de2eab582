using System.Diagnostics.CodeAnalysis;
using Tonne.Services.Requests;

namespace Tonne.Services.Spans;

/// <summary>What is read of one span: identity, times, and attributes of calls of models.</summary>
/// <remarks>
/// Attributes of the OpenTelemetry conventions for generative AI (opentelemetry.io/docs/specs/semconv/gen-ai, 2026), the names they had
/// before (<c>gen_ai.usage.prompt_tokens</c>), and those of vLLM's span <c>llm_request</c> (<c>gen_ai.latency.…</c>, vLLM docs, tracing).
/// </remarks>
sealed class SpanFields
{
    const int MostNameLength = 200;
    const long MostTokens = 100_000_000;
    // Beyond a day, a duration is not believed; 1990 and 5000 bound the clock.
    const ulong MostNanoseconds = 86_400_000_000_000;
    const ulong FirstNanosecond = 631_152_000_000_000_000;
    const ulong LastNanosecond = ulong.MaxValue / 2;
    // Status code of OTLP for a failed span.
    const int ErrorStatus = 2;

    long? _input, _output, _cached, _reasoning;
    double? _queueSeconds, _firstTokenSeconds;
    string? _operation, _requestModel, _responseModel, _id;
    bool _hasErrorType;

    public SpanKey Key { get; set; }

    public ulong ParentSpan { get; set; }

    public ulong StartNanoseconds { get; set; }

    public ulong EndNanoseconds { get; set; }

    public int Status { get; set; }

    /// <summary>Whether the span is one call of a model: operations around it (agents, tools) repeat its tokens.</summary>
    public bool IsModelCall => _operation is "chat" or "text_completion" or "generate_content" or "embeddings"
        || (_operation is null && (_input is not null || _output is not null));

    /// <summary>Whether an attribute is used, so that the others (prompts among them) are not even decoded.</summary>
    public static bool IsUsed(ReadOnlySpan<byte> key) => key.StartsWith("gen_ai."u8) ? !key.EndsWith("messages"u8)
        : key.SequenceEqual("error.type"u8);

    /// <summary>Sets an attribute; of the values, the one that it has is not null.</summary>
    public void Set(string key, string? text, long? integer, double? number)
    {
        number ??= integer;
        switch (key)
        {
            case "gen_ai.operation.name":
                _operation = text ?? _operation;
                break;
            case "gen_ai.request.model":
                _requestModel = text ?? _requestModel;
                break;
            case "gen_ai.response.model":
                _responseModel = text ?? _responseModel;
                break;
            case "gen_ai.response.id" or "gen_ai.request.id":
                _id = text ?? _id;
                break;
            case "gen_ai.usage.input_tokens" or "gen_ai.usage.prompt_tokens":
                _input = ToTokens(number) ?? _input;
                break;
            case "gen_ai.usage.output_tokens" or "gen_ai.usage.completion_tokens":
                _output = ToTokens(number) ?? _output;
                break;
            case "gen_ai.usage.cache_read.input_tokens" or "gen_ai.usage.cache_read_input_tokens":
                _cached = ToTokens(number) ?? _cached;
                break;
            case "gen_ai.usage.reasoning.output_tokens":
                _reasoning = ToTokens(number) ?? _reasoning;
                break;
            case "gen_ai.server.time_to_first_token" or "gen_ai.latency.time_to_first_token" or "gen_ai.response.time_to_first_chunk":
                _firstTokenSeconds = number ?? _firstTokenSeconds;
                break;
            case "gen_ai.latency.time_in_queue":
                _queueSeconds = number ?? _queueSeconds;
                break;
            case "error.type":
                _hasErrorType = true;
                break;
        }
    }

    /// <summary>The call that the span describes.</summary>
    /// <returns>False if its ids or times cannot be right.</returns>
    public bool TryCreateCall([NotNullWhen(true)] out ModelCall? call)
    {
        call = null;
        if (!Key.IsValid || StartNanoseconds is < FirstNanosecond or > LastNanosecond || EndNanoseconds < StartNanoseconds
            || EndNanoseconds - StartNanoseconds > MostNanoseconds)
            return false;
        var (arrival, end) = (ToTime(StartNanoseconds), ToTime(EndNanoseconds));
        var (prompt, output) = (_input ?? 0, _output ?? 0);
        call = new ModelCall(
            Key, new SpanKey(Key.Trace, ParentSpan),
            new ServedRequest
            {
                Id = ToName(_id),
                Model = ToName(_responseModel is { Length: > 0 } ? _responseModel : _requestModel),
                Arrival = arrival,
                Start = Add(arrival, _queueSeconds, end),
                FirstToken = Add(arrival, _firstTokenSeconds, end),
                End = end,
                PromptTokens = prompt,
                CachedTokens = Math.Min(_cached ?? 0, prompt),
                OutputTokens = output,
            },
            Math.Min(_reasoning ?? 0, output), Status == ErrorStatus || _hasErrorType);
        return true;
    }

    static long? ToTokens(double? number) => number is >= 0 and <= MostTokens ? (long)number : null;

    // 100 ns is the resolution of the clock here.
    static DateTimeOffset ToTime(ulong nanoseconds) => DateTimeOffset.UnixEpoch.AddTicks((long)(nanoseconds / 100));

    static DateTimeOffset? Add(DateTimeOffset arrival, double? seconds, DateTimeOffset end) =>
        seconds is > 0 and < 86_400 && arrival.AddSeconds(seconds.Value) is var time && time <= end ? time : null;

    static string ToName(string? text)
    {
        if (text is null)
            return "";
        var kept = text.Length > MostNameLength ? text[..MostNameLength] : text;
        return kept.Any(static letter => char.IsControl(letter) || char.IsSurrogate(letter))
            ? string.Concat(kept.Where(static letter => !char.IsControl(letter) && !char.IsSurrogate(letter))) : kept;
    }
}
