using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text.Json.Nodes;

namespace Tonne.Trials.Telemetry;

/// <summary>A real Prometheus or VictoriaMetrics on loopback that takes remote write; it can be killed and started again.</summary>
sealed class MetricStore : IAsyncDisposable
{
    readonly string _path;
    readonly string[] _words;
    readonly string _health;
    readonly HttpClient _client = new();
    Process? _process;

    MetricStore(string path, string health, int port, params string[] words) => (_path, _health, Port, _words) = (path, health, port, words);

    public int Port { get; }

    public Uri WriteAddress => new($"http://127.0.0.1:{Port}/api/v1/write");

    public static MetricStore CreatePrometheus(string folder)
    {
        Directory.CreateDirectory(folder);
        File.WriteAllText(Path.Combine(folder, "prometheus.yml"), "global: {}\n");
        var port = FindFreePort();
        return new MetricStore(
            Needs.Program("/usr/bin/prometheus", "prometheus"), "/-/ready", port, $"--config.file={folder}/prometheus.yml", $"--storage.tsdb.path={folder}/data",
            $"--web.listen-address=127.0.0.1:{port}", "--web.enable-remote-write-receiver", "--log.level=warn");
    }

    public static MetricStore CreateVictoriaMetrics(string folder)
    {
        var port = FindFreePort();
        return new MetricStore(
            Needs.Program("/usr/bin/victoria-metrics", "victoria-metrics"), "/health", port, $"-storageDataPath={folder}/data", $"-httpListenAddr=127.0.0.1:{port}", "-retentionPeriod=12", "-search.latencyOffset=0s");
    }

    /// <summary>Starts the server and waits until it is ready.</summary>
    public async Task StartAsync(CancellationToken cancellation)
    {
        _process = Process.Start(new ProcessStartInfo(_path, _words) { UseShellExecute = false, RedirectStandardError = true, RedirectStandardOutput = true })!;
        _process.OutputDataReceived += static (_, _) => { };
        _process.ErrorDataReceived += static (_, _) => { };
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
        for (var tries = 0; tries < 300; tries++)
        {
            try
            {
                using var answer = await _client.GetAsync(new Uri($"http://127.0.0.1:{Port}{_health}"), cancellation);
                if (answer.IsSuccessStatusCode)
                    return;
            }
            catch (HttpRequestException)
            {
                // It is not up yet.
            }

            await Task.Delay(TimeSpan.FromMilliseconds(100), TimeProvider.System, cancellation);
        }

        Assert.Fail($"{_path} was not ready within 30 s.");
    }

    public async Task KillAsync()
    {
        if (_process is not { } process)
            return;
        process.Kill();
        await process.WaitForExitAsync(CancellationToken.None);
        process.Dispose();
        _process = null;
    }

    /// <summary>The series that a query returns: an instant vector, or the samples of a range.</summary>
    public async Task<IReadOnlyList<(JsonObject Labels, IReadOnlyList<(double Time, double Value)> Samples)>> QueryAsync(string query, CancellationToken cancellation)
    {
        using (await _client.GetAsync(new Uri($"http://127.0.0.1:{Port}/internal/force_flush"), cancellation))
        {
            // VictoriaMetrics shows what it took at once; Prometheus does not know the address.
        }

        // A moment ahead: VictoriaMetrics leaves out the newest samples of a query for now.
        var time = TimeProvider.System.GetUtcNow().AddSeconds(5).ToUnixTimeSeconds();
        using var answer = await _client.GetAsync(new Uri(FormattableString.Invariant($"http://127.0.0.1:{Port}/api/v1/query?query={Uri.EscapeDataString(query)}&time={time}")), cancellation);
        var body = await answer.Content.ReadAsStringAsync(cancellation);
        Assert.True(answer.IsSuccessStatusCode, $"{query}: {body}");
        return
        [
            .. JsonNode.Parse(body)!["data"]!["result"]!.AsArray().Select(static each => (
                each!["metric"]!.AsObject(),
                (IReadOnlyList<(double, double)>)[.. (each["values"]?.AsArray() ?? new JsonArray(each["value"]!.DeepClone())).Select(static pair => ((double)pair![0]!, double.Parse((string)pair[1]!, CultureInfo.InvariantCulture)))])),
        ];
    }

    public async ValueTask DisposeAsync()
    {
        await KillAsync();
        _client.Dispose();
    }

    static int FindFreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
