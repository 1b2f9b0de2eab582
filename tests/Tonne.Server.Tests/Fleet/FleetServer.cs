using System.Buffers.Text;
using System.IO.Compression;
using System.Net.Http.Headers;
using System.Text.Json;
using System.Text.Json.Nodes;
using Tonne.Ledgers.Pushing;
using Tonne.Ledgers.Tests;
using Tonne.Server.Fleet;
using Tonne.Tests;

namespace Tonne.Server.Tests.Fleet;

/// <summary>A server with a store in memory, and nodes that enrol and push.</summary>
sealed class FleetServer : IAsyncDisposable
{
    FleetServer(RunningServer server, HeldStore store, HandTime time) => (Server, Store, Time) = (server, store, time);

    public RunningServer Server { get; }

    public HeldStore Store { get; }

    public HandTime Time { get; }

    /// <summary>A client without token and key.</summary>
    public HttpClient Client { get; } = new(new SocketsHttpHandler { UseCookies = false, AllowAutoRedirect = false });

    public static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    public static async Task<FleetServer> StartAsync(
        PushLimits? limits = null, HeldStore? store = null, HandTime? time = null, Func<ServerOptions, ServerOptions>? configure = null)
    {
        time ??= new HandTime(new DateTimeOffset(2026, 11, 30, 12, 0, 0, TimeSpan.Zero));
        store ??= new HeldStore(time);
        var server = await RunningServer.StartAsync(configure: options =>
        {
            var changed = options with { Fleet = store, PushLimits = limits ?? new PushLimits(), Time = time };
            return configure?.Invoke(changed) ?? changed;
        });
        var fleet = new FleetServer(server, store, time);
        fleet.Client.BaseAddress = server.Address;
        return fleet;
    }

    /// <summary>Lines of runs as a node's ledger has them.</summary>
    public static IReadOnlyList<PushedLine> ReadLines(TemporaryHome home) =>
    [
        .. home.Home.GetRunFolders()
            .SelectMany(folder =>
            File.ReadLines(folder.StatementsPath)
            .Select((line, i) => new PushedLine(folder.Id, i + 1, System.Text.Encoding.UTF8.GetBytes(line)))
            .Prepend(new PushedLine(folder.Id, 0, File.ReadAllBytes(folder.RecordPath).AsMemory().TrimEnd("\n"u8)))),
    ];

    /// <summary>The body of a push.</summary>
    public static byte[] Write(IEnumerable<PushedLine> lines)
    {
        using var body = new MemoryStream();
        PushBatch.WriteAsync(body, lines, Cancelled).GetAwaiter().GetResult();
        return body.ToArray();
    }

    public static byte[] Compress(byte[] bytes, Func<Stream, Stream>? with = null)
    {
        using var target = new MemoryStream();
        using (var stream = with?.Invoke(target) ?? new GZipStream(target, CompressionLevel.Fastest, leaveOpen: true))
            stream.Write(bytes);
        return target.ToArray();
    }

    /// <summary>Sends a JSON document to an address.</summary>
    public async Task<(int Status, JsonNode Answer)> PostAsync(string address, string json, string? token)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post,
            new Uri(address, UriKind.Relative)) { Content = new StringContent(json, new MediaTypeHeaderValue("application/json")) };
        if (token is not null)
            request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token);
        using var response = await Client.SendAsync(request, Cancelled);
        return ((int)response.StatusCode, JsonNode.Parse(await response.Content.ReadAsStringAsync(Cancelled))!);
    }

    /// <summary>Makes a code and enrols with it.</summary>
    /// <returns>The key.</returns>
    public async Task<string> EnrolAsync(string name)
    {
        var (made, code) = await PostAsync("/api/v1/fleet/codes", "{}", Server.Options.Token.Text);
        Assert.Equal(200, made);
        var (status, answer) = await EnrolAsync((string)code["code"]!, name);
        Assert.Equal(200, status);
        Assert.Equal(name, (string)answer["name"]!);
        return (string)answer["key"]!;
    }

    public Task<(int Status, JsonNode Answer)> EnrolAsync(string code, string name) =>
        PostAsync("/api/v1/fleet/enrol", new JsonObject { ["code"] = code, ["name"] = name, ["version"] = "0.1.0" }.ToJsonString(), null);

    /// <summary>What a node says of itself, as its header.</summary>
    public static string Encode(NodeReport report) =>
        Base64Url.EncodeToString(JsonSerializer.SerializeToUtf8Bytes(report, PushJson.Default.NodeReport));

    /// <summary>Pushes a body.</summary>
    public async Task<(int Status, JsonNode Answer, string? RetryAfter)> PushAsync(
        string? key, byte[] body, string? encoding = null, string type = PushBatch.MediaType, string? report = null,
            string address = "/api/v1/fleet/push")
    {
        using var request = new HttpRequestMessage(HttpMethod.Post,
            new Uri(address, UriKind.Relative)) { Content = new ByteArrayContent(body) };
        request.Content.Headers.ContentType = MediaTypeHeaderValue.Parse(type);
        if (encoding is not null)
            request.Content.Headers.ContentEncoding.Add(encoding);
        if (key is not null)
            request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", key);
        if (report != "")
            request.Headers.Add(PushClient.ReportHeader, report ?? Encode(new NodeReport { Version = "0.1.0", Waiting = 0 }));
        using var response = await Client.SendAsync(request, Cancelled);
        return ((int)response.StatusCode, JsonNode.Parse(await response.Content.ReadAsStringAsync(Cancelled))!,
            response.Headers.RetryAfter?.ToString());
    }

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        await Server.DisposeAsync();
    }
}
