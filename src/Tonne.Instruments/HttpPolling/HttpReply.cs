using System.Globalization;
using System.Text.Json;

namespace Tonne.Instruments.HttpPolling;

/// <summary>An answer over HTTP, or why there is none.</summary>
/// <param name="Status">HTTP status; 0 if there was no answer.</param>
/// <param name="Body">Body of the response.</param>
/// <param name="Reason">Why there is no good answer; null if there is one (status 200).</param>
readonly record struct HttpReply(int Status, ReadOnlyMemory<byte> Body, string? Reason)
{
    internal static HttpReply Failed(string reason) => new(0, default, reason);

    internal static HttpReply FromStatus(int status, ReadOnlyMemory<byte> body) => new(status, body, status switch
    {
        200 => null,
        >= 300 and < 400 => $"answers {Text(status)}, a redirect, which is not followed",
        401 or 403 => $"answers {Text(status)}: the user or the password is missing or wrong",
        404 => "answers 404: nothing exists at that path",
        _ => $"answers {Text(status)}",
    });

    /// <summary>Parses the body as JSON.</summary>
    internal PollResult ParseJson(Func<JsonElement, PollResult> parse)
    {
        if (Reason is not null)
            return PollResult.Failed(Reason);
        try
        {
            using var document = JsonDocument.Parse(Body);
            return parse(document.RootElement);
        }
        catch (JsonException)
        {
            return PollResult.Failed(Body.Span.TrimStart(" \t\r\n"u8).StartsWith("<"u8) ? "answers with a page (HTML), not with JSON" : "answers with something that is not JSON, or not all of it");
        }
    }

    static string Text(int status) => status.ToString(CultureInfo.InvariantCulture);
}
