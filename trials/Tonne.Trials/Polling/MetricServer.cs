using System.Diagnostics;
using System.Net;
using System.Net.Sockets;

namespace Tonne.Trials.Polling;

/// <summary>
/// A real Prometheus and a real node exporter from Debian, and a replacement with the values of DCGM's exporter, Kepler and Scaphandre;
/// shared by the trials of one class.
/// </summary>
public sealed class MetricServer : IAsyncLifetime
{
    const string PrometheusPath = "/usr/bin/prometheus";
    const string NodeExporterPath = "/usr/bin/prometheus-node-exporter";

    readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("tonne-prometheus-");
    readonly List<Process> _processes = [];
    readonly CancellationTokenSource _ended = new();
    HttpStandIn? _exporter;
    Task? _counting;

    internal PlayedPower Gpu { get; } = new(300, 150);

    internal PlayedPower Package { get; } = new(120, 60);

    internal PlayedPower Memory { get; } = new(20, 10);

    /// <summary>Address and port of the server; empty if a package is missing.</summary>
    internal string Host { get; private set; } = "";

    /// <summary>Name of the replacement's instance.</summary>
    internal string Exporter => _exporter!.Host;

    /// <summary>Name of the node exporter's instance.</summary>
    internal string NodeExporter { get; private set; } = "";

    public async ValueTask InitializeAsync()
    {
        if (!File.Exists(PrometheusPath) || !File.Exists(NodeExporterPath))
            return;
        _exporter = new HttpStandIn((_, _) => (200, Metrics()));
        _counting = CountAsync();
        var port = FreePort();
        NodeExporter = $"127.0.0.1:{FreePort()}";
        Start(NodeExporterPath, "--collector.disable-defaults", "--collector.rapl", $"--path.sysfs={_folder.FullName}/sys", $"--web.listen-address={NodeExporter}");
        await File.WriteAllTextAsync(Path.Combine(_folder.FullName, "prometheus.yml"), $$"""
            global: { scrape_interval: 500ms, scrape_timeout: 400ms }
            scrape_configs:
              - { job_name: exporters, static_configs: [ { targets: [ "{{_exporter.Host}}" ] } ] }
              - { job_name: node, static_configs: [ { targets: [ "{{NodeExporter}}" ] } ] }
            """);
        Start(PrometheusPath, $"--config.file={_folder.FullName}/prometheus.yml", $"--storage.tsdb.path={_folder.FullName}/data", $"--web.listen-address=127.0.0.1:{port}", "--log.level=warn");
        using var client = new HttpClient();
        for (var i = 0; i < 150; i++)
        {
            try
            {
                var found = await client.GetStringAsync($"http://127.0.0.1:{port}/api/v1/query?query=count(node_rapl_package_joules_total)%2Bcount(rate(scaph_host_energy_microjoules%5B1m%5D))");
                if (found.Contains("\"value\"", StringComparison.Ordinal))
                {
                    Host = $"127.0.0.1:{port}";
                    return;
                }
            }
            catch (HttpRequestException)
            {
                // It is not up yet.
            }

            await Task.Delay(TimeSpan.FromMilliseconds(200), TimeProvider.System);
        }
    }

    /// <summary>Skips a trial if the packages are missing.</summary>
    internal void Needed()
    {
        Needs.Program(PrometheusPath, "prometheus");
        Needs.Program(NodeExporterPath, "prometheus-node-exporter");
        Assert.True(Host.Length > 0, "Prometheus did not scrape its targets within 30 s.");
    }

    public async ValueTask DisposeAsync()
    {
        await _ended.CancelAsync();
        foreach (var process in _processes)
        {
            process.Kill();
            await process.WaitForExitAsync();
            process.Dispose();
        }

        if (_counting is not null)
            await _counting;
        _exporter?.Dispose();
        _ended.Dispose();
        _folder.Delete(recursive: true);
    }

    /// <summary>Replaces the kernel's counters: the files of the zones, rewritten every 20 ms.</summary>
    async Task CountAsync()
    {
        var zones = Path.Combine(_folder.FullName, "sys/class/powercap");
        foreach (var (zone, name) in new[] { ("intel-rapl:0", "package-0"), ("intel-rapl:0:0", "dram"), ("intel-rapl-mmio:0", "package-0") })
        {
            Directory.CreateDirectory(Path.Combine(zones, zone));
            File.WriteAllText(Path.Combine(zones, zone, "name"), name + "\n");
            File.WriteAllText(Path.Combine(zones, zone, "max_energy_range_uj"), "262143328850\n");
        }

        do
        {
            Write("intel-rapl:0", Package.Joules);
            Write("intel-rapl-mmio:0", Package.Joules);
            Write("intel-rapl:0:0", Memory.Joules);
            await Task.Delay(TimeSpan.FromMilliseconds(20), TimeProvider.System, _ended.Token).ContinueWith(static _ => { }, TaskScheduler.Default);
        }
        while (!_ended.IsCancellationRequested);

        // A reader must see a whole number: it is written to a second file, which is renamed.
        void Write(string zone, double joules)
        {
            File.WriteAllText(Path.Combine(zones, zone, "next"), $"{(long)(joules * 1e6) + 1_000_000_000}\n");
            File.Move(Path.Combine(zones, zone, "next"), Path.Combine(zones, zone, "energy_uj"), overwrite: true);
        }
    }

    /// <summary>The exposition formats of the three exporters, as their documentation describes them.</summary>
    string Metrics()
    {
        var (gpu, package, memory) = (Gpu.Joules, Package.Joules, Memory.Joules);
        const string board = """UUID="GPU-6d5c0ac5-74d7-3130-46f1-e93ed57f469a",pci_bus_id="00000000:37:00.0",device="nvidia0",modelName="NVIDIA A100-SXM4-80GB",Hostname="trial",DCGM_FI_DRIVER_VERSION="550.54.15" """;
        return FormattableString.Invariant($$"""
            # HELP DCGM_FI_DEV_POWER_USAGE Power draw (in W).
            # TYPE DCGM_FI_DEV_POWER_USAGE gauge
            DCGM_FI_DEV_POWER_USAGE{gpu="0",{{board.TrimEnd()}}} {{Gpu.Watts:F3}}
            DCGM_FI_DEV_POWER_USAGE{gpu="1",UUID="GPU-old",modelName="Tesla P100",Hostname="trial"} {{Memory.Watts:F3}}
            # HELP DCGM_FI_DEV_TOTAL_ENERGY_CONSUMPTION Total energy consumption since boot (in mJ).
            # TYPE DCGM_FI_DEV_TOTAL_ENERGY_CONSUMPTION counter
            DCGM_FI_DEV_TOTAL_ENERGY_CONSUMPTION{gpu="0",{{board.TrimEnd()}}} {{(gpu * 1e3) + 15152422938:F0}}
            # HELP kepler_node_cpu_joules_total Energy consumption of cpu at node level in joules
            # TYPE kepler_node_cpu_joules_total counter
            kepler_node_cpu_joules_total{node_name="trial",path="/host/sys/class/powercap/intel-rapl:0",zone="package"} {{package + 9000:F6}}
            kepler_node_cpu_joules_total{node_name="trial",path="/host/sys/class/powercap/intel-rapl:0:0",zone="core"} {{(package * 0.7) + 9000:F6}}
            kepler_node_cpu_joules_total{node_name="trial",path="/host/sys/class/powercap/intel-rapl:0:1",zone="dram"} {{memory + 100:F6}}
            # HELP scaph_socket_energy_microjoules Socket related energy measurement in microjoules.
            # TYPE scaph_socket_energy_microjoules counter
            scaph_socket_energy_microjoules{socket_id="0"} {{(package * 1e6) + 5e9:F0}}
            scaph_domain_energy_microjoules{domain_name="dram",domain_id="0",socket_id="0"} {{(memory * 1e6) + 1e9:F0}}
            scaph_domain_energy_microjoules{domain_name="core",domain_id="1",socket_id="0"} {{(package * 0.7e6) + 1e9:F0}}
            # TYPE scaph_host_energy_microjoules counter
            scaph_host_energy_microjoules {{((package + memory) * 1e6) + 6e9:F0}}

            """).ReplaceLineEndings("\n");
    }

    void Start(string path, params string[] words)
    {
        var start = new ProcessStartInfo(path, words) { UseShellExecute = false, RedirectStandardError = true, RedirectStandardOutput = true, WorkingDirectory = _folder.FullName };
        var process = Process.Start(start)!;
        process.OutputDataReceived += static (_, _) => { };
        process.ErrorDataReceived += static (_, _) => { };
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        _processes.Add(process);
    }

    static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
