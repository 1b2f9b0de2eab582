using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.Json.Nodes;
using Tonne.Ledgers;
using Tonne.Trials.Measuring;
using Tonne.Trials.Polling;

namespace Tonne.Trials.Telemetry;

/// <summary>
/// <c>tonne agent run</c> with scripted meters writes to a real VictoriaMetrics and a real Prometheus, which are killed meanwhile; and it reads pages of
/// exporters.
/// </summary>
public sealed class AgentTelemetryTrials : IDisposable
{
    static readonly TimeSpan _limit = TimeSpan.FromMinutes(2);

    readonly TonneCommand _tonne = new();

    // A process of root trusts no folder below /tmp.
    readonly DirectoryInfo _folder = Environment.UserName == "root"
        ? Directory.CreateDirectory($"/var/lib/tonne-trial-{Guid.NewGuid():N}") : Directory.CreateTempSubdirectory("tonne-trial-");

    readonly StandInMachine _machine;
    readonly CancellationTokenSource _end = new();
    readonly List<Process> _agents = [];
    Task _turning = Task.CompletedTask;
    long _microjoules = 1_000_000_000;
    long _jobNanoseconds;

    public AgentTelemetryTrials()
    {
        _tonne.Home = Path.Combine(_folder.FullName, "home");
        Directory.CreateDirectory(Path.Combine(_folder.FullName, "etc"));
        File.WriteAllText(Path.Combine(_folder.FullName, "etc", "tonne.yaml"), $"home: {_tonne.Home}\nzone: FR\n");
        _machine = new StandInMachine(_tonne);
        _machine.Write("proc/stat", "cpu  100 0 100 1000 0 0 0 0 0 0\ncpu0 50 0 50 500 0 0 0 0 0 0\ncpu1 50 0 50 500 0 0 0 0 0 0\n");
    }

    string JobFolder => Path.Combine(_machine.Root, "sys/fs/cgroup/cpuacct/slurm/uid_1000/job_4711");

    public void Dispose()
    {
        _end.Cancel();
        _ = _turning.Wait(TimeSpan.FromSeconds(10));
        // An agent measures on where a check has failed before it was stopped.
        foreach (var agent in _agents)
        {
            if (!agent.HasExited)
                agent.Kill();
            agent.Dispose();
        }

        _tonne.Dispose();
        _folder.Delete(recursive: true);
    }

    /// <summary>The meters go on: the package by 8 mJ a millisecond at most, the job's group by one processor.</summary>
    async Task TurnAsync()
    {
        while (!_end.IsCancellationRequested)
        {
            _microjoules += 400_000;
            _jobNanoseconds += 20_000_000;
            Replace(Path.Combine(_machine.Root, "sys/class/powercap/intel-rapl:0/energy_uj"), _microjoules.ToString(CultureInfo.InvariantCulture) + "\n");
            if (File.Exists(Path.Combine(JobFolder, "cpuacct.usage")))
                Replace(Path.Combine(JobFolder, "cpuacct.usage"), _jobNanoseconds.ToString(CultureInfo.InvariantCulture) + "\n");
            await Task.Delay(TimeSpan.FromMilliseconds(20), TimeProvider.System, CancellationToken.None);
        }
    }

    // In place: meters keep their files open.
    static void Replace(string path, string text)
    {
        try
        {
            using var file = new FileStream(path, FileMode.Open, FileAccess.Write, FileShare.ReadWrite | FileShare.Delete);
            file.Write(Encoding.ASCII.GetBytes(text));
        }
        catch (IOException)
        {
            // The job's group was just removed.
        }
    }

    void StartMeters()
    {
        _machine.Zone("intel-rapl:0", "package-0", _microjoules);
        _turning = Task.Run(TurnAsync);
    }

    void StartJob()
    {
        _machine.Write("proc/4242/environ", "SLURM_JOB_ID=4711\0SLURM_JOB_NAME=train \"one\"\0SLURM_JOB_ACCOUNT=physics\0SLURM_JOB_USER=eve\0");
        // The user is that of the control group, whatever the job says.
        _machine.Write("etc/passwd", "ada:x:1000:1000::/home/ada:/bin/sh\n");
        Directory.CreateDirectory(JobFolder);
        File.WriteAllText(Path.Combine(JobFolder, "cgroup.procs"), "4242\n");
        File.WriteAllText(Path.Combine(JobFolder, "cpuacct.usage"), "0\n");
    }

    Process StartAgent(params string[] options) => StartAgentOf("n1", options);

    Process StartAgentOf(string node, params string[] options)
    {
        var agent = _tonne.Start(
        [
            "agent", "run", "--config", Path.Combine(_folder.FullName, "etc"), "--node", node, "--sysroot", _machine.Root, "--zone", "FR",
            "--period", "50ms", "--job-period", "50ms", "--metrics-every", "200ms", .. options,
        ]);
        _agents.Add(agent);
        return agent;
    }

    async Task StopAsync(Process agent)
    {
        (await _tonne.RunOtherAsync("kill", "-TERM", agent.Id.ToString(CultureInfo.InvariantCulture))).Expect(0);
        var error = await agent.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        await agent.WaitForExitAsync(TestContext.Current.CancellationToken);
        Assert.True(agent.ExitCode == 0, error);
    }

    static async Task WaitAsync(Func<Task<bool>> condition, string what)
    {
        var begin = TimeProvider.System.GetTimestamp();
        while (!await condition())
        {
            Assert.True(TimeProvider.System.GetElapsedTime(begin) < _limit, what);
            await Task.Delay(TimeSpan.FromMilliseconds(100), TimeProvider.System, TestContext.Current.CancellationToken);
        }
    }

    static async Task<double?> FindAsync(MetricStore store, string query) =>
        await store.QueryAsync(query, TestContext.Current.CancellationToken) is [var only, ..] ? only.Samples[^1].Value : null;

    /// <summary>µJ of the machine by the records of the node's runs.</summary>
    List<JsonNode> ReadRecords() => [.. new LedgerHome(_tonne.Home).GetRunFolders().Select(static folder => JsonNode.Parse(File.ReadAllText(folder.RecordPath))!["record"]!)];

    [Theory]
    [InlineData("victoria")]
    [InlineData("prometheus")]
    public async Task A_server_has_the_joules_of_the_ledger_though_it_was_killed_meanwhile(string kind)
    {
        var cancellation = TestContext.Current.CancellationToken;
        await using var store = kind == "victoria" ? MetricStore.CreateVictoriaMetrics(Path.Combine(_folder.FullName, kind))
            : MetricStore.CreatePrometheus(Path.Combine(_folder.FullName, kind));
        await store.StartAsync(cancellation);
        StartMeters();
        var port = FindFreePort();
        var agent = StartAgent("--remote-write", store.WriteAddress.AbsoluteUri, "--metrics-listen", $"127.0.0.1:{port}");
        StartJob();
        await WaitAsync(async () => await FindAsync(store, "count_over_time(tonne_job_energy_joules{tonne_bound=\"best\"}[1h])") >= 3, "no metrics of the job");
        using (var client = new HttpClient())
        {
            var page = await client.GetStringAsync(new Uri($"http://127.0.0.1:{port}/metrics"), cancellation);
            Assert.Contains("# TYPE hw_host_energy_joules_total counter\nhw_host_energy_joules_total{node=\"n1\",hw_id=\"host\"} ", page, StringComparison.Ordinal);
            Assert.Contains("tonne_job_power_watts{node=\"n1\",kind=\"slurm-job\",job_id=\"4711\",name=\"train \\\"one\\\"\",account=\"physics\",user=\"ada\"} ", page, StringComparison.Ordinal);
        }

        await store.KillAsync();
        var killed = GetSeconds();
        await Task.Delay(TimeSpan.FromSeconds(4), TimeProvider.System, cancellation);
        var started = GetSeconds();
        await store.StartAsync(cancellation);
        await WaitAsync(async () => await FindAsync(store, $"count_over_time(hw_host_energy_joules_total[1h])") is > 0
            && (await SamplesAsync(store)).Any(sample => sample.Time > started + 1), "nothing is sent again");
        Directory.Delete(JobFolder, recursive: true);
        // The series of a job that has ended is no longer found, and its values are.
        await WaitAsync(async () => (await store.QueryAsync("tonne_job_power_watts", cancellation)).Count == 0, "the job's series does not end");
        await StopAsync(agent);

        var records = ReadRecords();
        var joules = records.Where(record => (bool?)record["opening"]!["coversNode"] == true)
            .Sum(record => record["components"]!.AsArray().Sum(part => (long)part!["machineMicrojoules"]!)) / 1e6;
        Assert.True(joules > 10, $"{joules} J");
        Assert.Equal(joules, (await FindAsync(store, "last_over_time(hw_host_energy_joules_total[1h])"))!.Value, joules * 1e-9);
        Assert.Equal(joules, (await FindAsync(store, "sum(last_over_time(hw_energy_joules_total[1h]))"))!.Value, joules * 1e-9);
        var samples = (await SamplesAsync(store)).ToList();
        // VictoriaMetrics loses what it took in the last two seconds before it is killed; Prometheus nothing.
        if (kind == "prometheus")
            Assert.Equal(0, samples[0].Value);
        Assert.Equal(samples.Select(sample => sample.Value).Order(), samples.Select(sample => sample.Value));
        // Nothing is missing of the time without a server; a look costs time, so there are fewer than 20.
        Assert.True(samples.Count(sample => sample.Time > killed && sample.Time < started) >= 2, "no samples of the time in which the server was down");
        Assert.All(await store.QueryAsync("last_over_time(tonne_export_dropped_total[1h])", cancellation), series => Assert.Equal(0, series.Samples[0].Value));

        var total = JsonNode.Parse((await _tonne.RunAsync("total", "--tag", "kind=slurm-job", "--json")).Expect(0).Output)!["total"]!;
        var job = (await FindAsync(store, "last_over_time(tonne_job_energy_joules{tonne_bound=\"best\",account=\"physics\",user=\"ada\"}[1h])"))!.Value;
        Assert.Equal((double)total["energy_kwh"]!["value"]! * 3.6e6, job, 1e-6 * job);
        var carbon = (await FindAsync(store, "last_over_time(tonne_job_carbon_grams{tonne_bound=\"best\",job_id=\"4711\"}[1h])"))!.Value;
        Assert.Equal((double)total["emissions_kg"]!["total"]!["value"]! * 1e3, carbon, 1e-6 * carbon);
    }

    static async Task<IEnumerable<(double Time, double Value)>> SamplesAsync(MetricStore store) =>
        Assert.Single(await store.QueryAsync("hw_host_energy_joules_total[1h]", TestContext.Current.CancellationToken)).Samples.Where(sample => !double.IsNaN(sample.Value));

    // Every expression of the dashboard of a fleet, with the variables as Grafana would fill them in.
    [Theory]
    [InlineData("victoria")]
    [InlineData("prometheus")]
    public async Task Each_query_of_the_dashboard_of_a_fleet_has_data(string kind)
    {
        var cancellation = TestContext.Current.CancellationToken;
        await using var store = kind == "victoria" ? MetricStore.CreateVictoriaMetrics(Path.Combine(_folder.FullName, kind))
            : MetricStore.CreatePrometheus(Path.Combine(_folder.FullName, kind));
        await store.StartAsync(cancellation);
        StartMeters();
        // A node that has stopped is silent.
        var silent = StartAgentOf("n0", "--remote-write", store.WriteAddress.AbsoluteUri, "--max-jobs", "0");
        await WaitAsync(async () => await FindAsync(store, "tonne_agent_uptime_seconds{node=\"n0\"}") > 0, "no metrics of n0");
        await StopAsync(silent);
        var agent = StartAgent("--remote-write", store.WriteAddress.AbsoluteUri);
        StartJob();
        await WaitAsync(async () => await FindAsync(store, "count_over_time(tonne_job_energy_joules{tonne_bound=\"best\"}[1h])") >= 4, "no metrics of the job");
        var dashboard = JsonNode.Parse(await File.ReadAllTextAsync(Path.Combine(TonneCommand.Repository, "docs/grafana/tonne-fleet.json"), cancellation))!;
        var expressions = dashboard["panels"]!.AsArray().SelectMany(panel => panel!["targets"]!.AsArray()).Select(target => (string)target!["expr"]!).ToList();
        Assert.True(expressions.Count >= 10);
        foreach (var expression in expressions)
        {
            var query = expression.Replace("$__rate_interval", "1m", StringComparison.Ordinal).Replace("$__range", "1h", StringComparison.Ordinal)
                .Replace("$node", ".*", StringComparison.Ordinal).Replace("$account", ".*", StringComparison.Ordinal);
            Assert.DoesNotContain("$", query, StringComparison.Ordinal);
            await WaitAsync(async () => (await store.QueryAsync(query, cancellation)).Any(series => series.Samples.All(sample => double.IsFinite(sample.Value))), $"no data: {query}");
        }

        await StopAsync(agent);
    }

    [Fact]
    public async Task Pages_of_exporters_are_the_meters_of_the_node_and_named_in_its_record()
    {
        var cancellation = TestContext.Current.CancellationToken;
        var begun = TimeProvider.System.GetTimestamp();
        // 300 W and 100 W on two GPUs, 50 W on a package: mJ, mJ, J since the start.
        double Seconds() => TimeProvider.System.GetElapsedTime(begun).TotalSeconds;
        using var dcgm = new HttpStandIn((path, _) => path.StartsWith("/metrics", StringComparison.Ordinal) ? (200, string.Create(CultureInfo.InvariantCulture, $$"""
            # TYPE DCGM_FI_DEV_TOTAL_ENERGY_CONSUMPTION counter
            DCGM_FI_DEV_TOTAL_ENERGY_CONSUMPTION{gpu="0",UUID="GPU-00000000-0000-0000-0000-000000000000",device="nvidia0",modelName="NVIDIA H100 80GB HBM3",Hostname="n1"} {{(long)(Seconds() * 300_000)}}
            DCGM_FI_DEV_TOTAL_ENERGY_CONSUMPTION{gpu="1",UUID="GPU-00000000-0000-0000-0000-000000000001",device="nvidia1",modelName="NVIDIA H100 80GB HBM3",Hostname="n1"} {{(long)(Seconds() * 100_000)}}

            """)) : (404, ""));
        var isRestarted = false;
        using var kepler = new HttpStandIn((_, _) => (200, string.Create(CultureInfo.InvariantCulture, $$"""
            # TYPE kepler_node_cpu_joules_total counter
            kepler_build_info{version="v0.11.4"} 1
            kepler_node_cpu_joules_total{node_name="n1",path="/sys/class/powercap/intel-rapl:0",zone="package"} {{(Volatile.Read(ref isRestarted) ? 0 : 1000) + (Seconds() * 50)}}

            """)));
        var agent = StartAgent("--dcgm", $"http://{dcgm.Host}/metrics?every=100ms", "--kepler", $"http://{kepler.Host}/metrics?every=100ms", "--max-jobs", "0");
        await WaitAsync(async () => (string?)JsonNode.Parse((await _tonne.RunAsync("agent", "status", "--json", "--config", Path.Combine(_folder.FullName, "etc"))).Output)?["status"]?["run"] is not null, "the agent does not measure");
        await Task.Delay(TimeSpan.FromSeconds(3), TimeProvider.System, cancellation);
        Volatile.Write(ref isRestarted, true);
        await Task.Delay(TimeSpan.FromSeconds(3), TimeProvider.System, cancellation);
        await StopAsync(agent);

        var record = Assert.Single(ReadRecords());
        var seconds = (double)record["durationSeconds"]!;
        double Watts(string component, string? device) => (long)record["components"]!.AsArray()
            .Single(part => (string?)part!["component"] == component && (string?)part["device"] == device)!["machineMicrojoules"]! / 1e6 / seconds;
        Assert.InRange(Watts("Gpu", "0"), 285, 315);
        Assert.InRange(Watts("Gpu", "1"), 95, 105);
        // What was counted between the last look before the restart and the first one after it is unknown, not zero: a gap.
        Assert.InRange(Watts("Cpu", null), 40, 53);
        var notes = string.Join('\n', record["opening"]!["meters"]!.AsArray().Select(meter => (string?)meter!["note"]));
        Assert.Contains("(Kepler v0.11.4)", notes, StringComparison.Ordinal);
        Assert.Contains("(DCGM exporter)", notes, StringComparison.Ordinal);
        Assert.Contains(record["gaps"]!.AsArray(), gap => ((string)gap!["meter"]!).StartsWith("exporter:kepler/package", StringComparison.Ordinal));
    }

    static int FindFreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    static double GetSeconds() => TimeProvider.System.GetUtcNow().ToUnixTimeMilliseconds() / 1e3;
}
