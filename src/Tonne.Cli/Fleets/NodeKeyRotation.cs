using System.Net;
using System.Net.Http.Headers;
using System.Net.Sockets;
using System.Text.Json;
using System.Text.Json.Nodes;
using Tonne.Cli.Commands;
using Tonne.Formatting;
using Tonne.Ledgers.Pushing;

namespace Tonne.Cli.Fleets;

/// <summary>Asks the server of a fleet for a new key of this node.</summary>
static class NodeKeyRotation
{
    const int MaxAnswerBytes = 64 * 1024;
    static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    /// <summary>Asks with the key that the node has.</summary>
    /// <returns>The new key.</returns>
    /// <exception cref="InvalidInputException">The server refuses.</exception>
    /// <exception cref="IOException">It cannot be reached.</exception>
    public static async Task<string> RequestAsync(FleetSettings settings)
    {
        using var client = PushConnection.Create(settings);
        client.Timeout = Patience;
        client.MaxResponseContentBufferSize = MaxAnswerBytes;
        using var request = new HttpRequestMessage(
            HttpMethod.Post, new Uri(settings.Server.AbsoluteUri.TrimEnd('/') + "/api/v1/fleet/key"));
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", settings.Key);
        try
        {
            using var response = await client.SendAsync(request).ConfigureAwait(false);
            var answer = Parse(await response.Content.ReadAsStringAsync().ConfigureAwait(false));
            if (response.StatusCode == HttpStatusCode.OK && (string?)answer["key"] is { Length: > 0 } key
                && key.All(letter => letter is > ' ' and <= '~'))
                return key;
            var reason = (string?)answer["detail"] ?? $"status {(int)response.StatusCode}";
            throw new InvalidInputException(response.StatusCode == HttpStatusCode.NotFound
                ? $"{settings.Server} cannot change keys: it is an older version, or not the server of a fleet."
                : $"{settings.Server} refuses: {TextSanitizer.ToOneLine(reason)}");
        }
        catch (Exception error) when (error is HttpRequestException or TaskCanceledException or SocketException)
        {
            var reason = error is TaskCanceledException ? $"no answer in {Patience.TotalSeconds} s" : error.Message.TrimEnd('.');
            throw new IOException($"{settings.Server} cannot be reached: {reason}. The key is as it was.", error);
        }
    }

    static JsonObject Parse(string text)
    {
        try
        {
            return JsonNode.Parse(text) as JsonObject ?? [];
        }
        catch (JsonException)
        {
            return [];
        }
    }
}
