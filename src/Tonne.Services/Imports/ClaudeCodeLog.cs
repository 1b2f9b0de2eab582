using System.Text.Json;
using Tonne.Ledgers.Calls;

namespace Tonne.Services.Imports;

/// <summary>Transcripts of Claude Code: <c>~/.claude/projects/PROJECT/SESSION.jsonl</c>, and those of its sub-agents.</summary>
/// <remarks>
/// A reply is a line of type <c>assistant</c> with <c>message.usage</c>. It is written once for each part of its content, and copied into
/// the file of a session that is resumed: <c>message.id</c> and <c>requestId</c> identify it. <c>input_tokens</c>,
/// <c>cache_creation_input_tokens</c> and <c>cache_read_input_tokens</c> do not overlap. Lines of the model <c>&lt;synthetic&gt;</c> are
/// messages of the program itself, behind which there is no call. See docs/coding-agents.md.
/// </remarks>
public sealed class ClaudeCodeLog : ITokenLog
{
    /// <inheritdoc/>
    public string Service => "claude-code";

    /// <inheritdoc/>
    public string Provider => "anthropic";

    /// <inheritdoc/>
    public bool CanContinue => true;

    /// <inheritdoc/>
    public void Read(TokenLogStream stream, Action<TokenReply> add)
    {
        ArgumentNullException.ThrowIfNull(stream);
        ArgumentNullException.ThrowIfNull(add);
        while (stream.TryRead(out var line))
        {
            if (line.IsEmpty)
                continue;
            SkipReason? reason;
            TokenReply? reply = null;
            try
            {
                reason = ReadLine(line, out reply);
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

    static SkipReason? ReadLine(ReadOnlySpan<byte> line, out TokenReply? reply)
    {
        reply = null;
        var reader = new Utf8JsonReader(line, JsonFields.Options);
        if (!reader.Read() || reader.TokenType != JsonTokenType.StartObject)
            return SkipReason.NotJson;
        var (isReply, isError) = (false, false);
        string? session = null, folder = null, request = null, uuid = null;
        DateTimeOffset? time = null;
        var message = default(Message);
        while (JsonFields.NextField(ref reader))
        {
            if (reader.ValueTextEquals("type"u8))
                isReply = JsonFields.ReadId(ref reader) == "assistant";
            else if (reader.ValueTextEquals("timestamp"u8))
                time = JsonFields.ReadTime(ref reader);
            else if (reader.ValueTextEquals("sessionId"u8))
                session = JsonFields.ReadId(ref reader);
            else if (reader.ValueTextEquals("cwd"u8))
                folder = JsonFields.ReadFolder(ref reader);
            else if (reader.ValueTextEquals("requestId"u8))
                request = JsonFields.ReadId(ref reader);
            else if (reader.ValueTextEquals("uuid"u8))
                uuid = JsonFields.ReadId(ref reader);
            else if (reader.ValueTextEquals("isApiErrorMessage"u8))
                isError = reader.Read() && reader.TokenType == JsonTokenType.True || SkipRest(ref reader);
            else if (reader.ValueTextEquals("message"u8))
                message = ReadMessage(ref reader);
            else
                JsonFields.SkipValue(ref reader);
        }

        if (reader.TokenType != JsonTokenType.EndObject || reader.Read())
            return SkipReason.NotJson;
        if (!isReply || isError || message.IsSynthetic || !message.HasUsage)
            return isReply && !isError && !message.IsSynthetic && !message.HasUsage ? SkipReason.MissingField : null;
        if (message.IsWrong)
            return SkipReason.WrongValue;
        var id = message.Id is { } known ? $"{known}\n{request}" : request ?? uuid;
        if (id is null || time is not { } at || !message.HasCounts)
            return SkipReason.MissingField;
        var tokens = new CallTokens(message.Input + message.CacheWrite + message.CacheRead, message.CacheRead, message.Output);
        if (tokens is not { Input: 0, Output: 0 })
        {
            reply = new TokenReply
            {
                Id = id, Time = at, Model = message.Model ?? "", Session = session ?? "", Folder = folder ?? "", Tokens = tokens,
            };
        }

        return null;
    }

    static bool SkipRest(ref Utf8JsonReader reader)
    {
        reader.Skip();
        return false;
    }

    static Message ReadMessage(ref Utf8JsonReader reader)
    {
        var message = default(Message);
        if (!JsonFields.Enter(ref reader))
            return message;
        while (JsonFields.NextField(ref reader))
        {
            if (reader.ValueTextEquals("id"u8))
            {
                message.Id = JsonFields.ReadId(ref reader);
            }
            else if (reader.ValueTextEquals("model"u8))
            {
                message.Model = JsonFields.ReadModel(ref reader);
                // Null: any text may be there, or none.
                message.IsSynthetic = message.Model == "<synthetic>";
            }
            else if (reader.ValueTextEquals("usage"u8))
            {
                ReadUsage(ref reader, ref message);
            }
            else
            {
                JsonFields.SkipValue(ref reader);
            }
        }

        return message;
    }

    static void ReadUsage(ref Utf8JsonReader reader, ref Message message)
    {
        message.HasUsage = true;
        if (!JsonFields.Enter(ref reader))
        {
            message.IsWrong = true;
            return;
        }

        var (hasInput, hasOutput) = (false, false);
        while (JsonFields.NextField(ref reader))
        {
            if (reader.ValueTextEquals("input_tokens"u8))
                (message.Input, hasInput) = (JsonFields.ReadTokens(ref reader), true);
            else if (reader.ValueTextEquals("output_tokens"u8))
                (message.Output, hasOutput) = (JsonFields.ReadTokens(ref reader), true);
            else if (reader.ValueTextEquals("cache_creation_input_tokens"u8))
                message.CacheWrite = JsonFields.ReadTokens(ref reader);
            else if (reader.ValueTextEquals("cache_read_input_tokens"u8))
                message.CacheRead = JsonFields.ReadTokens(ref reader);
            else
                JsonFields.SkipValue(ref reader);
        }

        message.HasCounts = hasInput && hasOutput;
        message.IsWrong = message.Input < 0 || message.Output < 0 || message.CacheWrite < 0 || message.CacheRead < 0;
    }

    struct Message
    {
        public string? Id;
        public string? Model;
        public bool IsSynthetic;
        public bool HasUsage;
        public bool HasCounts;
        public bool IsWrong;
        public long Input;
        public long Output;
        public long CacheWrite;
        public long CacheRead;
    }
}
