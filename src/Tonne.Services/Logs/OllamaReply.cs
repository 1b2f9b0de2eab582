using System.Text.Json;
using Tonne.Services.Requests;

namespace Tonne.Services.Logs;

/// <summary>Reads requests from replies of Ollama.</summary>
/// <remarks>
/// The last object of a reply has the counts and durations in ns (ollama/ollama, docs/api.md: <c>/api/generate</c>, <c>/api/chat</c>,
/// <c>/api/embed</c>). From its end backwards: <c>eval_duration</c> is the answer, <c>prompt_eval_duration</c> the prompt; the rest of
/// <c>total_duration</c> is waiting and loading the model. Ollama reports no cached tokens; a prompt that was cached whole may have no
/// count.
/// </remarks>
public static class OllamaReply
{
    const long MaxNanoseconds = 86_400_000_000_000;

    /// <summary>Reads a reply, or a line of a streamed one.</summary>
    /// <param name="json">The JSON object.</param>
    /// <param name="received">When it was received; null if unknown, then <c>created_at</c> counts.</param>
    /// <param name="request">The request; null if there is none.</param>
    /// <param name="reason">Why there is none, or what is missing in it; null if nothing is.</param>
    /// <returns>Whether there is one.</returns>
    public static bool TryRead(ReadOnlyMemory<byte> json, DateTimeOffset? received, out ServedRequest? request, out string? reason)
    {
        request = null;
        try
        {
            using var document = JsonDocument.Parse(json);
            return TryRead(document.RootElement, received, out request, out reason);
        }
        catch (JsonException error)
        {
            reason = $"It is not JSON: {error.Message}";
            return false;
        }
    }

    static bool TryRead(JsonElement reply, DateTimeOffset? received, out ServedRequest? request, out string? reason)
    {
        request = null;
        if (reply.ValueKind != JsonValueKind.Object || ReadNumber(reply, "total_duration", MaxNanoseconds) is not { } total)
        {
            reason = "It is not the end of a reply: it has no total_duration.";
            return false;
        }

        if (reply.TryGetProperty("done", out var done) && done.ValueKind == JsonValueKind.False)
        {
            reason = "The reply is not done.";
            return false;
        }

        var end = received;
        if (end is null && reply.TryGetProperty("created_at", out var created) && created.ValueKind == JsonValueKind.String
            && created.TryGetDateTimeOffset(out var written))
            end = written;
        if (end is not { } at || at.Year is < 1990 or > 5_000)
        {
            reason = "It has no time: no created_at.";
            return false;
        }

        var arrival = at.AddTicks(-total / 100);
        var answer = Math.Min(total, ReadNumber(reply, "eval_duration", MaxNanoseconds) ?? 0);
        var prompt = Math.Min(total - answer, ReadNumber(reply, "prompt_eval_duration", MaxNanoseconds) ?? 0);
        var loading = Math.Min(total - answer - prompt, ReadNumber(reply, "load_duration", MaxNanoseconds) ?? 0);
        var count = ReadNumber(reply, "prompt_eval_count", 100_000_000);
        // An embedding has no durations but its total and the loading.
        var isWhole = answer == 0 && prompt == 0;
        request = new ServedRequest
        {
            Id = "",
            Model = reply.TryGetProperty("model", out var model) && model.ValueKind == JsonValueKind.String ? model.GetString()! : "",
            Arrival = arrival,
            Start = isWhole ? arrival.AddTicks(loading / 100) : at.AddTicks(-(answer + prompt) / 100),
            FirstToken = isWhole ? null : at.AddTicks(-answer / 100),
            End = at,
            PromptTokens = count ?? 0,
            OutputTokens = ReadNumber(reply, "eval_count", 100_000_000) ?? 0,
        };
        reason = count is null ? "It has no prompt_eval_count: the tokens of its prompt are unknown." : null;
        return true;
    }

    static long? ReadNumber(JsonElement reply, string name, long most) =>
        reply.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.Number && value.TryGetInt64(out var number)
        && number >= 0 && number <= most ? number : null;
}
