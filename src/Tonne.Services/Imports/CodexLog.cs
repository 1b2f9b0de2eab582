using System.Globalization;
using System.Text.Json;
using Tonne.Ledgers.Calls;

namespace Tonne.Services.Imports;

/// <summary>Sessions of the OpenAI Codex CLI: <c>~/.codex/sessions/YYYY/MM/DD/rollout-….jsonl</c>.</summary>
/// <remarks>
/// An event <c>token_count</c> has the tokens of the session so far (<c>total_token_usage</c>) and of the last reply
/// (<c>last_token_usage</c>); an event with the same sum as the one before repeats it. Input includes cached tokens, output those of
/// reasoning. The model is that of the <c>turn_context</c> before it. A session that continues another (<c>forked_from_id</c>) begins with
/// a copy of its events, which count once.
/// </remarks>
public sealed class CodexLog : ITokenLog
{
    /// <inheritdoc/>
    public string Service => "codex";

    /// <inheritdoc/>
    public string Provider => "openai";

    /// <inheritdoc/>
    public bool CanContinue => false;

    /// <inheritdoc/>
    public void Read(TokenLogStream stream, Action<TokenReply> add)
    {
        ArgumentNullException.ThrowIfNull(stream);
        ArgumentNullException.ThrowIfNull(add);
        var state = new SessionState();
        while (stream.TryRead(out var line))
        {
            if (line.IsEmpty)
                continue;
            SkipReason? reason;
            TokenReply? reply = null;
            try
            {
                reason = ReadLine(line, state, out reply);
            }
            catch (Exception error) when (error is JsonException or InvalidOperationException or FormatException)
            {
                reason = SkipReason.NotJson;
            }

            if (reason is { } why)
                stream.Skip(why);
            else if (reply is not null)
                add(reply);
        }
    }

    static SkipReason? ReadLine(ReadOnlySpan<byte> line, SessionState state, out TokenReply? reply)
    {
        reply = null;
        var reader = new Utf8JsonReader(line, JsonFields.Options);
        if (!reader.Read() || reader.TokenType != JsonTokenType.StartObject)
            return SkipReason.NotJson;
        string? type = null;
        DateTimeOffset? time = null;
        var payload = new Payload();
        while (JsonFields.NextField(ref reader))
        {
            if (reader.ValueTextEquals("type"u8))
                type = JsonFields.ReadId(ref reader);
            else if (reader.ValueTextEquals("timestamp"u8))
                time = JsonFields.ReadTime(ref reader);
            else if (reader.ValueTextEquals("payload"u8))
                ReadPayload(ref reader, payload);
            else
                JsonFields.SkipValue(ref reader);
        }

        if (reader.TokenType != JsonTokenType.EndObject || reader.Read())
            return SkipReason.NotJson;
        switch (type)
        {
            case "session_meta":
                // A copied beginning has the meta of the session that it was copied from.
                state.Session ??= payload.Id;
                state.Origin ??= payload.ForkedFrom ?? payload.Id;
                state.Folder = payload.Folder ?? state.Folder;
                return null;
            case "turn_context":
                (state.Model, state.Folder) = (payload.Model ?? state.Model, payload.Folder ?? state.Folder);
                return null;
            case "event_msg" when payload is { Type: "token_count", HasUsage: true }:
                return ReadCount(payload, time, state, out reply);
            default:
                return null;
        }
    }

    static SkipReason? ReadCount(Payload payload, DateTimeOffset? time, SessionState state, out TokenReply? reply)
    {
        reply = null;
        if (payload.IsWrong || payload.Total is { IsValid: false } || payload.Last is { IsValid: false })
            return SkipReason.WrongValue;
        if (time is not { } at || state.Session is null)
            return SkipReason.MissingField;
        if (payload.Total is { } sum && sum == state.Total)
            return null;
        var before = state.Total ?? default;
        var tokens = payload.Last ?? (payload.Total is { } total ? Subtract(total, before) : default);
        var mark = payload.Total ?? (before + tokens);
        state.Total = mark;
        if (!tokens.IsValid)
            return SkipReason.WrongValue;
        if (tokens is not { Input: 0, Output: 0 })
        {
            reply = new TokenReply
            {
                Id = string.Create(
                    CultureInfo.InvariantCulture, $"{state.Origin}\n{mark.Input}/{mark.CachedInput}/{mark.Output}/{mark.Reasoning}"),
                Time = at, Model = state.Model ?? "", Session = state.Session, Folder = state.Folder ?? "", Tokens = tokens,
            };
        }

        return null;
    }

    // After a compaction the sum may begin anew.
    static CallTokens Subtract(CallTokens total, CallTokens before) =>
        total.Input < before.Input || total.Output < before.Output ? total : new CallTokens(
            total.Input - before.Input, Math.Clamp(total.CachedInput - before.CachedInput, 0, total.Input - before.Input),
            total.Output - before.Output, Math.Clamp(total.Reasoning - before.Reasoning, 0, total.Output - before.Output));

    static void ReadPayload(ref Utf8JsonReader reader, Payload payload)
    {
        if (!JsonFields.Enter(ref reader))
            return;
        while (JsonFields.NextField(ref reader))
        {
            if (reader.ValueTextEquals("type"u8))
                payload.Type = JsonFields.ReadId(ref reader);
            else if (reader.ValueTextEquals("id"u8))
                payload.Id = JsonFields.ReadId(ref reader);
            else if (reader.ValueTextEquals("forked_from_id"u8))
                payload.ForkedFrom = JsonFields.ReadId(ref reader);
            else if (reader.ValueTextEquals("cwd"u8))
                payload.Folder = JsonFields.ReadFolder(ref reader);
            else if (reader.ValueTextEquals("model"u8))
                payload.Model = JsonFields.ReadModel(ref reader);
            else if (reader.ValueTextEquals("info"u8))
                ReadInfo(ref reader, payload);
            else
                JsonFields.SkipValue(ref reader);
        }
    }

    static void ReadInfo(ref Utf8JsonReader reader, Payload payload)
    {
        // Null where the event is about rate limits only.
        if (!JsonFields.Enter(ref reader))
            return;
        while (JsonFields.NextField(ref reader))
        {
            if (reader.ValueTextEquals("total_token_usage"u8))
                payload.Total = ReadUsage(ref reader, payload);
            else if (reader.ValueTextEquals("last_token_usage"u8))
                payload.Last = ReadUsage(ref reader, payload);
            else
                JsonFields.SkipValue(ref reader);
        }
    }

    static CallTokens? ReadUsage(ref Utf8JsonReader reader, Payload payload)
    {
        reader.Read();
        if (reader.TokenType == JsonTokenType.Null)
            return null;
        payload.HasUsage = true;
        if (reader.TokenType != JsonTokenType.StartObject)
        {
            payload.IsWrong = true;
            reader.Skip();
            return null;
        }

        long input = 0, cached = 0, output = 0, reasoning = 0;
        var isEmpty = true;
        while (JsonFields.NextField(ref reader))
        {
            if (reader.ValueTextEquals("input_tokens"u8))
                (input, isEmpty) = (JsonFields.ReadTokens(ref reader), false);
            else if (reader.ValueTextEquals("cached_input_tokens"u8))
                cached = JsonFields.ReadTokens(ref reader);
            else if (reader.ValueTextEquals("output_tokens"u8))
                (output, isEmpty) = (JsonFields.ReadTokens(ref reader), false);
            else if (reader.ValueTextEquals("reasoning_output_tokens"u8))
                reasoning = JsonFields.ReadTokens(ref reader);
            else
                JsonFields.SkipValue(ref reader);
        }

        return isEmpty ? null : new CallTokens(input, cached, output, reasoning);
    }

    sealed class SessionState
    {
        public string? Session { get; set; }

        public string? Origin { get; set; }

        public string? Folder { get; set; }

        public string? Model { get; set; }

        public CallTokens? Total { get; set; }
    }

    sealed class Payload
    {
        public string? Type { get; set; }

        public string? Id { get; set; }

        public string? ForkedFrom { get; set; }

        public string? Folder { get; set; }

        public string? Model { get; set; }

        public bool HasUsage { get; set; }

        public bool IsWrong { get; set; }

        public CallTokens? Total { get; set; }

        public CallTokens? Last { get; set; }
    }
}
