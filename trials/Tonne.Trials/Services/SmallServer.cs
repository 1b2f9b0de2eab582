using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text.Json.Nodes;

namespace Tonne.Trials.Services;

/// <summary>A real server of language models in small (server.py): it takes CPU time for requests and counts them as vLLM does.</summary>
sealed class SmallServer : IDisposable
{
    // Far above what is needed; what is waited for is asked, not timed.
    static readonly TimeSpan _patience = TimeSpan.FromSeconds(60);

    readonly HttpClient _client = new() { Timeout = _patience };
    readonly int _port = FindPort();
    readonly int _metricsPort = FindPort();

    /// <summary>Address of its metrics.</summary>
    internal string Metrics => string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{_metricsPort}/metrics");

    /// <summary>The command that starts it.</summary>
    /// <param name="gpu">Files of the clock and of the process of a scripted GPU, if there is one.</param>
    internal string[] GetCommand(params string[] gpu) =>
    [
        Needs.Python(), Path.Combine(TonneCommand.Repository, "trials", "Tonne.Trials", "Services", "server.py"),
        _port.ToString(CultureInfo.InvariantCulture), _metricsPort.ToString(CultureInfo.InvariantCulture), .. gpu,
    ];

    /// <summary>Waits until it runs.</summary>
    /// <returns>What it has counted.</returns>
    internal async Task<JsonNode> WaitUntilUpAsync()
    {
        for (var i = 0; ; i++)
        {
            try
            {
                return await GetTruthAsync();
            }
            catch (HttpRequestException) when (i < 600)
            {
                await Task.Delay(TimeSpan.FromMilliseconds(100), TimeProvider.System, TestContext.Current.CancellationToken);
            }
        }
    }

    /// <summary>What it has counted since its start: requests, prompt, output, models; its pid; how often its metrics were read.</summary>
    internal Task<JsonNode> GetTruthAsync() => AskAsync("truth");

    /// <summary>Has a request computed.</summary>
    internal Task<JsonNode> WorkAsync(string model, int prompt, int output, int milliseconds = 20) =>
        AskAsync(string.Create(CultureInfo.InvariantCulture, $"work?model={model}&prompt={prompt}&output={output}&ms={milliseconds}"));

    /// <summary>Changes what its metrics answer.</summary>
    internal Task<JsonNode> SetModeAsync(string mode) => AskAsync("mode?is=" + mode);

    /// <summary>Its counters begin anew.</summary>
    /// <param name="isAnnounced">Whether the metrics tell another time of start; else they tell none.</param>
    internal Task<JsonNode> RestartCountersAsync(bool isAnnounced) => AskAsync("restart?announced=" + (isAnnounced ? "1" : "0"));

    /// <summary>Ends it.</summary>
    internal Task<JsonNode> StopAsync(int code) => AskAsync(string.Create(CultureInfo.InvariantCulture, $"stop?code={code}"));

    /// <summary>Waits until its metrics were asked for twice more, so that the look at the first of these pages is over.</summary>
    internal async Task WaitForLookAsync(int looks = 2)
    {
        var asked = (int)(await GetTruthAsync())["asked"]! + looks;
        await WaitUntilAsync(async () => (int)(await GetTruthAsync())["asked"]! >= asked, "the metrics were not asked for");
    }

    /// <summary>Waits for a condition.</summary>
    internal static async Task WaitUntilAsync(Func<Task<bool>> isTrue, string failure)
    {
        var begin = TimeProvider.System.GetTimestamp();
        while (!await isTrue())
        {
            Assert.True(TimeProvider.System.GetElapsedTime(begin) < _patience, failure);
            await Task.Delay(TimeSpan.FromMilliseconds(50), TimeProvider.System, TestContext.Current.CancellationToken);
        }
    }

    public void Dispose() => _client.Dispose();

    async Task<JsonNode> AskAsync(string path) => JsonNode.Parse(await _client.GetStringAsync(
        new Uri(string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{_port}/{path}")), TestContext.Current.CancellationToken))!;

    internal static int FindPort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
