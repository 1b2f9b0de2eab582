using System.Buffers.Text;
using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json.Nodes;
using Tonne.Ledgers;
using Tonne.Ledgers.Pushing;
using Tonne.Trials.Serving;

namespace Tonne.Trials.Fleets;

/// <summary>Pushes lines as an agent does, without an agent.</summary>
static class DirectPush
{
    /// <summary>The lines of a node's ledger, run by run: the record, then the statements.</summary>
    internal static IReadOnlyList<PushedLine> ReadLines(LedgerHome home) =>
    [
        .. home.GetRunFolders().SelectMany(static folder => File.ReadLines(folder.StatementsPath)
            .Select((line, i) => new PushedLine(folder.Id, i + 1, Encoding.UTF8.GetBytes(line)))
            .Prepend(new PushedLine(folder.Id, 0, File.ReadAllBytes(folder.RecordPath).AsMemory().TrimEnd("\n"u8)))),
    ];

    /// <summary>Pushes lines.</summary>
    /// <param name="server">The server.</param>
    /// <param name="key">The key of the node.</param>
    /// <param name="lines">The lines.</param>
    internal static async Task<(HttpStatusCode Status, JsonNode Answer)> SendAsync(
        ServedLedger server, string key, IReadOnlyList<PushedLine> lines)
    {
        var cancelled = TestContext.Current.CancellationToken;
        using var body = new MemoryStream();
        await PushBatch.WriteAsync(body, lines, cancelled);
        using var client = new HttpClient { BaseAddress = server.Address };
        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri("/api/v1/fleet/push", UriKind.Relative))
        {
            Content = new ByteArrayContent(body.ToArray()),
        };
        request.Content.Headers.ContentType = new MediaTypeHeaderValue(PushBatch.MediaType);
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", key);
        request.Headers.Add("tonne-node-report", Base64Url.EncodeToString("""{"version":"0.1.0"}"""u8));
        using var response = await client.SendAsync(request, cancelled);
        return (response.StatusCode, JsonNode.Parse(await response.Content.ReadAsStringAsync(cancelled))!);
    }
}
