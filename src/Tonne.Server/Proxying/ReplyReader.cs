using System.Text;
using System.Text.Json;

namespace Tonne.Server.Proxying;

/// <summary>Reads tokens, id and model from the JSON of a reply, or of one part of a streamed one. Texts are skipped, never kept.</summary>
/// <remarks>
/// It knows the fields of OpenAI's chat completions, completions, embeddings and responses, as vLLM, SGLang, TGI and llama.cpp write them
/// too, and those of Ollama. What is no JSON, or no number from 0 to 100 million, is ignored.
/// </remarks>
sealed class ReplyReader
{
    // What a server may report at most; beyond, the number is not believed.
    const long MostTokens = 100_000_000;
    const int MostNameBytes = 200;

    /// <summary>Id that the server gave; null if none.</summary>
    public string? Id { get; private set; }

    /// <summary>Model that the server names; null if none.</summary>
    public string? Model { get; private set; }

    /// <summary>Tokens of the prompt as reported, cached ones included.</summary>
    public long? PromptTokens { get; private set; }

    /// <summary>Of these, cached ones.</summary>
    public long? CachedTokens { get; private set; }

    /// <summary>Tokens of the answer as reported, those of reasoning included.</summary>
    public long? OutputTokens { get; private set; }

    /// <summary>Of these, tokens of reasoning.</summary>
    public long? ReasoningTokens { get; private set; }

    /// <summary>Parts of a streamed answer that had text, or a piece of a tool call.</summary>
    public long Deltas { get; private set; }

    /// <summary>Of these, parts of the reasoning.</summary>
    public long ReasoningDeltas { get; private set; }

    /// <summary>Whether the server reported an error.</summary>
    public bool IsFailed { get; private set; }

    /// <summary>Whether tokens were reported.</summary>
    public bool HasUsage => PromptTokens is not null || OutputTokens is not null;

    /// <summary>Reads a JSON object.</summary>
    /// <param name="json">Its text in UTF-8.</param>
    /// <returns>Whether it was one.</returns>
    public bool Read(ReadOnlySpan<byte> json)
    {
        var reader = new Utf8JsonReader(json, new JsonReaderOptions { CommentHandling = JsonCommentHandling.Skip, AllowTrailingCommas = true, MaxDepth = 256 });
        try
        {
            if (!reader.Read() || reader.TokenType != JsonTokenType.StartObject)
                return false;
            ReadReply(ref reader);
            return true;
        }
        catch (JsonException)
        {
            return false;
        }
        catch (InvalidOperationException)
        {
            // A string that is no UTF-8.
            return false;
        }
    }

    /// <summary>Reads the usage from the last bytes of a reply that is too long to be kept.</summary>
    /// <param name="tail">The last bytes.</param>
    /// <returns>Whether there was one.</returns>
    public bool ReadTail(ReadOnlySpan<byte> tail)
    {
        // Inside a string its quotation marks would be escaped, so this is a key.
        var at = tail.LastIndexOf("\"usage\""u8);
        if (at <= 0 || tail[at - 1] == (byte)'\\')
            return false;
        var rest = tail[(at + "\"usage\""u8.Length)..].TrimStart(" \t\r\n:"u8);
        // What follows the object is not read.
        var reader = new Utf8JsonReader(rest);
        try
        {
            if (!reader.Read() || reader.TokenType != JsonTokenType.StartObject)
                return false;
            ReadUsage(ref reader);
            return HasUsage;
        }
        catch (Exception error) when (error is JsonException or InvalidOperationException)
        {
            return false;
        }
    }

    void ReadReply(ref Utf8JsonReader reader)
    {
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            if (reader.ValueTextEquals("usage"u8))
                Enter(ref reader, JsonTokenType.StartObject, ReadUsage);
            else if (reader.ValueTextEquals("choices"u8))
                Enter(ref reader, JsonTokenType.StartArray, ReadChoices);
            else if (reader.ValueTextEquals("response"u8))
                ReadResponse(ref reader);
            else if (reader.ValueTextEquals("message"u8))
                Enter(ref reader, JsonTokenType.StartObject, ReadDelta);
            else if (reader.ValueTextEquals("thinking"u8))
                CountText(ref reader, isReasoning: true);
            else if (reader.ValueTextEquals("type"u8))
                ReadType(ref reader);
            else if (reader.ValueTextEquals("id"u8))
                Id = ReadName(ref reader) ?? Id;
            else if (reader.ValueTextEquals("model"u8))
                Model = ReadName(ref reader) ?? Model;
            else if (reader.ValueTextEquals("prompt_eval_count"u8))
                PromptTokens = ReadCount(ref reader) ?? PromptTokens;
            else if (reader.ValueTextEquals("eval_count"u8))
                OutputTokens = ReadCount(ref reader) ?? OutputTokens;
            else if (reader.ValueTextEquals("error"u8))
                ReadError(ref reader);
            else
                reader.Skip();
        }
    }

    delegate void ObjectReader(ref Utf8JsonReader reader);

    static void Enter(ref Utf8JsonReader reader, JsonTokenType begin, ObjectReader read)
    {
        if (!reader.Read())
            return;
        if (reader.TokenType == begin)
            read(ref reader);
        else
            reader.Skip();
    }

    // Of OpenAI's responses it is the response, of Ollama's completions a piece of the answer.
    void ReadResponse(ref Utf8JsonReader reader)
    {
        if (!reader.Read())
            return;
        if (reader.TokenType == JsonTokenType.StartObject)
            ReadReply(ref reader);
        else if (IsText(ref reader))
            Deltas++;
        else
            reader.Skip();
    }

    void ReadUsage(ref Utf8JsonReader reader)
    {
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            if (reader.ValueTextEquals("prompt_tokens"u8) || reader.ValueTextEquals("input_tokens"u8))
                PromptTokens = ReadCount(ref reader) ?? PromptTokens;
            else if (reader.ValueTextEquals("completion_tokens"u8) || reader.ValueTextEquals("output_tokens"u8))
                OutputTokens = ReadCount(ref reader) ?? OutputTokens;
            else if (reader.ValueTextEquals("prompt_tokens_details"u8) || reader.ValueTextEquals("input_tokens_details"u8)
                || reader.ValueTextEquals("completion_tokens_details"u8) || reader.ValueTextEquals("output_tokens_details"u8))
                Enter(ref reader, JsonTokenType.StartObject, ReadDetails);
            else if (reader.ValueTextEquals("reasoning_tokens"u8))
                ReasoningTokens = ReadCount(ref reader) ?? ReasoningTokens;
            else
                reader.Skip();
        }
    }

    void ReadDetails(ref Utf8JsonReader reader)
    {
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            if (reader.ValueTextEquals("cached_tokens"u8))
                CachedTokens = ReadCount(ref reader) ?? CachedTokens;
            else if (reader.ValueTextEquals("reasoning_tokens"u8))
                ReasoningTokens = ReadCount(ref reader) ?? ReasoningTokens;
            else
                reader.Skip();
        }
    }

    void ReadChoices(ref Utf8JsonReader reader)
    {
        while (reader.Read() && reader.TokenType == JsonTokenType.StartObject)
        {
            while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
            {
                if (reader.ValueTextEquals("delta"u8))
                    Enter(ref reader, JsonTokenType.StartObject, ReadDelta);
                else if (reader.ValueTextEquals("text"u8))
                    CountText(ref reader, isReasoning: false);
                else
                    reader.Skip();
            }
        }
    }

    // Text of the answer and of the reasoning in one part are one token at least, as each choice of a part is.
    void ReadDelta(ref Utf8JsonReader reader)
    {
        var (hasText, hasReasoning) = (false, false);
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var isReasoning = reader.ValueTextEquals("reasoning_content"u8) || reader.ValueTextEquals("reasoning"u8) || reader.ValueTextEquals("thinking"u8);
            var isText = reader.ValueTextEquals("content"u8) || reader.ValueTextEquals("refusal"u8);
            var isCall = reader.ValueTextEquals("tool_calls"u8) || reader.ValueTextEquals("function_call"u8);
            if (!reader.Read())
                break;
            hasReasoning |= isReasoning && IsText(ref reader);
            hasText |= (isText && IsText(ref reader)) || (isCall && reader.TokenType is JsonTokenType.StartArray or JsonTokenType.StartObject);
            reader.Skip();
        }

        if (hasText || hasReasoning)
            Deltas++;
        if (hasReasoning && !hasText)
            ReasoningDeltas++;
    }

    // Events of OpenAI's responses: response.output_text.delta, response.reasoning_text.delta, response.completed, response.failed, error.
    void ReadType(ref Utf8JsonReader reader)
    {
        if (!reader.Read() || reader.TokenType != JsonTokenType.String)
        {
            reader.Skip();
            return;
        }

        var type = reader.ValueSpan;
        if (type.StartsWith("response."u8) && type.EndsWith(".delta"u8))
        {
            Deltas++;
            if (type.IndexOf("reasoning"u8) >= 0)
                ReasoningDeltas++;
        }

        IsFailed |= type.SequenceEqual("response.failed"u8) || type.SequenceEqual("error"u8);
    }

    void ReadError(ref Utf8JsonReader reader)
    {
        if (!reader.Read())
            return;
        IsFailed |= reader.TokenType is JsonTokenType.StartObject or JsonTokenType.String;
        reader.Skip();
    }

    void CountText(ref Utf8JsonReader reader, bool isReasoning)
    {
        if (!reader.Read())
            return;
        if (IsText(ref reader))
        {
            Deltas++;
            if (isReasoning)
                ReasoningDeltas++;
        }

        reader.Skip();
    }

    static bool IsText(ref Utf8JsonReader reader) => reader.TokenType == JsonTokenType.String && reader.ValueSpan.Length > 0;

    static long? ReadCount(ref Utf8JsonReader reader)
    {
        if (!reader.Read())
            return null;
        if (reader.TokenType == JsonTokenType.Number && reader.TryGetInt64(out var count) && count is >= 0 and <= MostTokens)
            return count;
        reader.Skip();
        return null;
    }

    static string? ReadName(ref Utf8JsonReader reader)
    {
        if (!reader.Read())
            return null;
        if (reader.TokenType == JsonTokenType.String && reader.ValueSpan.Length is > 0 and <= MostNameBytes)
            return Clean(reader.GetString()!);
        reader.Skip();
        return null;
    }

    /// <summary>A name without control characters.</summary>
    internal static string Clean(string name)
    {
        if (!name.Any(char.IsControl))
            return name;
        var text = new StringBuilder(name.Length);
        foreach (var letter in name.Where(static letter => !char.IsControl(letter)))
            text.Append(letter);
        return text.ToString();
    }
}
