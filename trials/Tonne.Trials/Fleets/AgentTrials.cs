using System.Diagnostics;
using System.Globalization;
using System.Text.Json.Nodes;
using Tonne.Ledgers;
using Tonne.Ledgers.Pushing;
using Tonne.Trials.Measuring;

namespace Tonne.Trials.Fleets;

/// <summary>
/// <c>tonne agent</c> with scripted meters, killed at random while its server loses connections: at the end the server has the lines of the
/// ledger.
/// </summary>
public sealed class AgentTrials : IDisposable
{
    readonly TonneCommand _tonne = new();
    // A process of root trusts no folder below /tmp.
    readonly DirectoryInfo _folder = Environment.UserName == "root"
        ? Directory.CreateDirectory($"/var/lib/tonne-trial-{Guid.NewGuid():N}") : Directory.CreateTempSubdirectory("tonne-trial-");

    readonly StandInMachine _machine;
    readonly CancellationTokenSource _end = new();
    readonly Task _turning;
    long _microjoules = 1_000_000_000;
    long _jobNanoseconds;

    public AgentTrials()
    {
        _tonne.Home = Path.Combine(_folder.FullName, "home");
        Directory.CreateDirectory(Path.Combine(_folder.FullName, "etc"));
        File.WriteAllText(Path.Combine(_folder.FullName, "etc", "tonne.yaml"), $"home: {_tonne.Home}\nzone: FR\n");
        _machine = new StandInMachine(_tonne);
        _machine.Zone("intel-rapl:0", "package-0", _microjoules);
        _machine.Write("proc/stat", "cpu  100 0 100 1000 0 0 0 0 0 0\ncpu0 50 0 50 500 0 0 0 0 0 0\ncpu1 50 0 50 500 0 0 0 0 0 0\n");
        _turning = Task.Run(TurnAsync);
    }

    string JobFolder => Path.Combine(_machine.Root, "sys/fs/cgroup/cpuacct/slurm/uid_0/job_4711");

    public void Dispose()
    {
        _end.Cancel();
        _ = _turning.Wait(TimeSpan.FromSeconds(5));
        _tonne.Dispose();
        _folder.Delete(recursive: true);
    }

    /// <summary>The meters go on: 20 W on the package; the job's group, while it is there, uses one processor.</summary>
    async Task TurnAsync()
    {
        while (!_end.IsCancellationRequested)
        {
            _microjoules += 400_000;
            _jobNanoseconds += 20_000_000;
            Replace(Path.Combine(_machine.Root, "sys/class/powercap/intel-rapl:0/energy_uj"), _microjoules.ToString(
                CultureInfo.InvariantCulture) + "\n");
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
            file.Write(System.Text.Encoding.ASCII.GetBytes(text));
        }
        catch (IOException)
        {
            // The job's group was just removed.
        }
    }

    Process StartAgent() => _tonne.Start(
        "agent", "run", "--config", Path.Combine(_folder.FullName, "etc"), "--node", "n1", "--sysroot", _machine.Root, "--zone", "FR",
            "--period", "50ms", "--job-period", "50ms",
        "--push-every", "100ms");

    async Task<JsonNode> ReadStatusAsync() =>
        JsonNode.Parse((await _tonne.RunAsync("agent", "status", "--json", "--config", Path.Combine(_folder.FullName, "etc"))).Output)!;

    // The status of the agent before is there until the new one writes its own.
    Task WaitUntilItMeasuresAsync(Process agent) => WaitAsync(async () =>
        (await ReadStatusAsync())["status"] is { } status && (int)status["process_id"]! == agent.Id && (string?)status["run"] is not null,
            "the agent does not measure");

    static async Task WaitAsync(Func<Task<bool>> condition, string what)
    {
        var begin = TimeProvider.System.GetTimestamp();
        while (!await condition())
        {
            Assert.True(TimeProvider.System.GetElapsedTime(begin) < TimeSpan.FromSeconds(30), what);
            await Task.Delay(TimeSpan.FromMilliseconds(100), TimeProvider.System, TestContext.Current.CancellationToken);
        }
    }

    [Fact]
    public async Task A_server_has_the_lines_of_the_ledger_whatever_is_killed_or_lost()
    {
        using var server = new PushServer(2026);
        new FleetSettings { Server = server.Address, Name = "n1", Key = "trial-key" }.Write(new LedgerHome(_tonne.Home));
        var random = new Random(1129);
        server.FailurePercent = 60;
        for (var round = 0; round < 5; round++)
        {
            using var agent = StartAgent();
            await WaitUntilItMeasuresAsync(agent);
            // A job that begins in one agent's life may end in another's.
            if (round == 1)
            {
                Directory.CreateDirectory(JobFolder);
                await File.WriteAllTextAsync(Path.Combine(JobFolder, "cgroup.procs"), "", TestContext.Current.CancellationToken);
                await File.WriteAllTextAsync(Path.Combine(JobFolder, "cpuacct.usage"), "0\n", TestContext.Current.CancellationToken);
            }
            else if (round == 3)
            {
                Directory.Delete(JobFolder, recursive: true);
            }

            await Task.Delay(TimeSpan.FromMilliseconds(random.Next(300, 2500)), TimeProvider.System, TestContext.Current.CancellationToken);
            agent.Kill();
            await agent.WaitForExitAsync(TestContext.Current.CancellationToken);
            // In the middle of its life the state of the push is damaged too.
            if (round == 2)
            {
                foreach (var state in Directory.GetFiles(Path.Combine(_tonne.Home, "push"), "*.jsonl"))
                    await File.AppendAllTextAsync(state, "{\"crc32c\":\"0000", TestContext.Current.CancellationToken);
            }
        }

        server.FailurePercent = 20;
        using (var last = StartAgent())
        {
            await WaitUntilItMeasuresAsync(last);
            server.FailurePercent = 0;
            (await _tonne.RunOtherAsync("kill", "-TERM", last.Id.ToString(CultureInfo.InvariantCulture))).Expect(0);
            await last.WaitForExitAsync(TestContext.Current.CancellationToken);
            Assert.Equal(0, last.ExitCode);
        }

        (await _tonne.RunAsync("ledger", "push")).Expect(0);

        Assert.True(server.Lost > 0, "nothing was lost");
        Assert.Empty(server.Refused);
        var ledger = ReadLedger();
        Assert.Equal(ledger.Select(line => line.Key).Order(), server.Lines.Keys.Order());
        Assert.All(ledger, line => Assert.Equal(line.Value, server.Lines[line.Key]));
        Assert.Equal(SumMicrojoules(ledger), SumMicrojoules(server.Lines));
        Assert.True(SumMicrojoules(ledger) > 0);
        (await _tonne.RunAsync("ledger", "verify")).Expect(0);
        await CheckTotalAsync(ledger);
    }

    /// <summary>The node's runs are the whole machine; the job's are in them, and the total counts each joule once.</summary>
    async Task CheckTotalAsync(Dictionary<(string Run, int Sequence), string> ledger)
    {
        var openings = ledger.Where(line => line.Key.Sequence == 0).Select(line => JsonNode.Parse(line.Value)!["record"]!).ToList();
        var nodes = openings.Where(record => (bool?)record["opening"]!["coversNode"] == true).ToList();
        var jobs = openings.Except(nodes).ToList();
        Assert.True(nodes.Count >= 6, $"{nodes.Count} runs of the node");
        Assert.NotEmpty(jobs);
        Assert.All(jobs, job => Assert.Equal("4711", (string?)job["opening"]!["job"]!["id"]));
        var total = JsonNode.Parse((await _tonne.RunAsync("total", "--json")).Expect(0).Output)!;
        var alone = JsonNode.Parse((await _tonne.RunAsync("total", "--tag", "kind=agent", "--json")).Expect(0).Output)!;
        var job = JsonNode.Parse((await _tonne.RunAsync("total", "--tag", "kind=slurm-job", "--json")).Expect(0).Output)!;
        static double Of(JsonNode total) => (double)total["total"]!["facility_energy_kwh"]!["value"]!;
        // By hand, from starts and durations: after a kill a job's last sample may be later than the node's, and what is after that is in
        // no run of the node.
        var list = JsonNode.Parse((await _tonne.RunAsync("list", "--json")).Expect(0).Output)!["runs"]!.AsArray();
        var spans = list.Select(run => (IsNode: (string?)run!["tags"]!["kind"] == "agent", From: (DateTimeOffset)run["started_at"]!,
            Seconds: (double)run["duration_s"]!, Energy: (double)run["facility_energy_kwh"]!["value"]!)).ToList();
        var outside = spans.Where(run => !run.IsNode && run.Seconds > 0).Sum(run => run.Energy * (1 - (spans.Where(node => node.IsNode)
            .Sum(node => Math.Max(
                0, (Min(run.From.AddSeconds(run.Seconds), node.From.AddSeconds(node.Seconds)) - Max(run.From, node.From))
                    .TotalSeconds)) / run.Seconds)));
        Assert.Equal(Of(alone) + outside, Of(total), 1e-6 * Of(alone));
        Assert.InRange(outside, 0, Of(job));
        Assert.True(Of(job) > 0);
    }

    static DateTimeOffset Min(DateTimeOffset one, DateTimeOffset other) => one < other ? one : other;

    static DateTimeOffset Max(DateTimeOffset one, DateTimeOffset other) => one > other ? one : other;

    Dictionary<(string Run, int Sequence), string> ReadLedger()
    {
        var lines = new Dictionary<(string Run, int Sequence), string>();
        foreach (var folder in new LedgerHome(_tonne.Home).GetRunFolders())
        {
            lines[(folder.Id, 0)] = File.ReadAllText(folder.RecordPath).TrimEnd('\n');
            foreach (var (i, line) in File.ReadAllLines(folder.StatementsPath).Index())
                lines[(folder.Id, i + 1)] = line;
        }

        return lines;
    }

    static long SumMicrojoules(IEnumerable<KeyValuePair<(string Run, int Sequence), string>> lines) =>
        lines.Where(line => line.Key.Sequence == 0).Sum(
            line => JsonNode.Parse(line.Value)!["record"]!["components"]!.AsArray().Sum(part => (long)part!["jobMicrojoules"]!));

    [Fact]
    public async Task A_key_that_is_not_taken_stops_the_pushes_and_not_the_measuring()
    {
        using var server = new PushServer(2026);
        new FleetSettings { Server = server.Address, Name = "n1", Key = "old-key" }.Write(new LedgerHome(_tonne.Home));
        using var agent = StartAgent();
        await WaitAsync(async () => ((string?)(await ReadStatusAsync())["status"]?["push"]?["problem"])?.Contains(
            "401", StringComparison.Ordinal) == true, "no word of the key");
        var requests = server.Requests;
        await Task.Delay(TimeSpan.FromSeconds(1), TimeProvider.System, TestContext.Current.CancellationToken);
        Assert.Equal(requests, server.Requests);
        Assert.NotNull((string?)(await ReadStatusAsync())["status"]!["run"]);

        // A new key is seen without a restart.
        new FleetSettings { Server = server.Address, Name = "n1", Key = "trial-key" }.Write(new LedgerHome(_tonne.Home));
        await WaitAsync(() => Task.FromResult(server.LastReport is not null), "the new key is not used");
        (await _tonne.RunOtherAsync("kill", "-TERM", agent.Id.ToString(CultureInfo.InvariantCulture))).Expect(0);
        await agent.WaitForExitAsync(TestContext.Current.CancellationToken);
        Assert.Contains("401", await agent.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken), StringComparison.Ordinal);
        Assert.Equal(2, server.Lines.Count);
    }
}
