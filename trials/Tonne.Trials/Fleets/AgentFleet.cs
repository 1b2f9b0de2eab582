using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using System.Net.Http.Json;
using System.Runtime.Versioning;
using System.Text;
using System.Text.Json.Nodes;
using Tonne.Ledgers;
using Tonne.Ledgers.Pushing;
using Tonne.Trials.Measuring;
using Tonne.Trials.Serving;

namespace Tonne.Trials.Fleets;

/// <summary>Many real agents in one process, some in processes of their own, a real server and a PostgreSQL that writes to the disk; and
/// what each of them takes.</summary>
[UnsupportedOSPlatform("windows")]
sealed class AgentFleet : IAsyncDisposable
{
    const string Database = "tonne";
    const int LinesKept = 100;

    readonly TonneCommand _server = new();
    // A process of root trusts no folder below /tmp.
    readonly DirectoryInfo _root = Environment.IsPrivilegedProcess
        ? Directory.CreateDirectory($"/var/lib/tonne-trial-{Guid.NewGuid():N}") : Directory.CreateTempSubdirectory("tonne-trial-");
    readonly ConcurrentQueue<string> _said = new();
    readonly CancellationTokenSource _end = new();
    readonly TaskCompletionSource _started = new(TaskCreationOptions.RunContinuationsAsynchronously);
    readonly AgentLoad _load;
    readonly TonneCommand[] _tonnes;
    readonly Process?[] _processes;
    PrivatePostgres? _postgres;
    ServedLedger? _served;
    Process? _hosted;
    Task _turning = Task.CompletedTask;

    AgentFleet(AgentLoad load)
    {
        _load = load;
        _tonnes = [.. Enumerable.Range(0, load.Processes).Select(_ => new TonneCommand())];
        _processes = new Process?[load.Processes];
    }

    static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    /// <summary>The ledgers by the name of their node.</summary>
    internal Dictionary<string, LedgerHome> Homes { get; } = new(StringComparer.Ordinal);

    /// <summary>What the runs of the hosted nodes must have, by node, µJ; after <see cref="StopAsync"/>.</summary>
    internal ConcurrentDictionary<string, long> Expected { get; } = new(StringComparer.Ordinal);

    /// <summary>Jobs that have begun on the hosted nodes.</summary>
    internal int Jobs { get; private set; }

    /// <summary>What its processes have said last.</summary>
    internal string Said => string.Join('\n', _said);

    /// <summary>The server.</summary>
    internal ServedLedger Server => _served!;

    /// <summary>Starts database and server, and enrols the nodes; no agent runs yet.</summary>
    internal static async Task<AgentFleet> CreateAsync(AgentLoad load)
    {
        var fleet = new AgentFleet(load);
        try
        {
            await fleet.CreateAsync();
            return fleet;
        }
        catch
        {
            await fleet.DisposeAsync();
            throw;
        }
    }

    async Task CreateAsync()
    {
        _postgres = await PrivatePostgres.StartAsync(_server, isDurable: true);
        await _postgres.CreateFleetAsync(Database);
        _served = await ServedLedger.StartAsync(_server);
        Follow("server", _served.Process, readsOutput: false);
        _ = _served.Process.StandardOutput.ReadToEndAsync(CancellationToken.None);
        for (var i = 0; i < _load.Nodes; i++)
            await EnrolAsync(string.Create(CultureInfo.InvariantCulture, $"node-{i:D4}"), null);
        foreach (var (i, tonne) in _tonnes.Index())
        {
            tonne.Home = Path.Combine(_root.FullName, $"agent-{i}", "home");
            await EnrolAsync($"agent-{i}", tonne.Home);
        }
    }

    async Task EnrolAsync(string name, string? home)
    {
        var code = await AskAsync("codes", new JsonObject { ["name"] = name });
        var key = await AskAsync("enrol", new JsonObject { ["code"] = (string)code["code"]!, ["name"] = name, ["version"] = "0.1.0" });
        Homes[name] = new LedgerHome(home ?? Path.Combine(_root.FullName, name));
        new FleetSettings { Server = Server.Address, Name = name, Key = (string)key["key"]! }.Write(Homes[name]);

        async Task<JsonNode> AskAsync(string what, JsonObject body)
        {
            using var answer = await Server.Client.PostAsJsonAsync(new Uri("/api/v1/fleet/" + what, UriKind.Relative), body, Cancelled);
            var text = await answer.Content.ReadAsStringAsync(Cancelled);
            Assert.True(answer.IsSuccessStatusCode, text);
            return JsonNode.Parse(text)!;
        }
    }

    /// <summary>Starts all agents, and waits until they measure.</summary>
    internal async Task StartAsync()
    {
        var counters = new List<string>();
        foreach (var (i, tonne) in _tonnes.Index())
        {
            var settings = Directory.CreateDirectory(Path.Combine(_root.FullName, $"agent-{i}", "etc")).FullName;
            await File.WriteAllTextAsync(Path.Combine(settings, "tonne.yaml"), $"home: {tonne.Home}\nzone: FR\n", Cancelled);
            var machine = new StandInMachine(tonne);
            machine.Zone("intel-rapl:0", "package-0");
            machine.Write("proc/stat", "cpu  100 0 100 1000 0 0 0 0 0 0\ncpu0 50 0 50 500 0 0 0 0 0 0\ncpu1 50 0 50 500 0 0 0 0 0 0\n");
            counters.Add(Path.Combine(machine.Root, "sys/class/powercap/intel-rapl:0/energy_uj"));
            _processes[i] = Follow("agent", tonne.Start(
                "agent", "run", "--config", settings, "--node", $"agent-{i}", "--sysroot", machine.Root, "--zone", "FR", "--period",
                    _load.Period, "--push-every", Text(_load.PushEvery.TotalSeconds) + "s"));
        }

        _turning = Task.Run(() => TurnAsync(counters), CancellationToken.None);
        var executable = Path.GetFullPath(Path.Combine(
            AppContext.BaseDirectory, "..", "..", "FleetAgents",
                Path.GetFileName(Path.TrimEndingDirectorySeparator(AppContext.BaseDirectory)), "Tonne.FleetAgents.Trials"));
        _hosted = _server.StartOther([
            executable, _root.FullName, "0", Text(_load.Nodes), Text(_load.Meters), _load.Period, Text(_load.PushEvery.TotalSeconds),
            Text(_load.JobsPerMinute), Text(Math.Ceiling(_load.Spread.TotalSeconds)), "20261130"]);
        _hosted.OutputDataReceived += (_, line) => Note(line.Data);
        _hosted.BeginOutputReadLine();
        Follow("agents", _hosted, readsOutput: false);
        var ended = _hosted.WaitForExitAsync(Cancelled);
        Assert.True(await Task.WhenAny(_started.Task, ended) == _started.Task, $"the hosted agents ended\n{Said}");
    }

    void Note(string? line)
    {
        switch (line?.Split(' '))
        {
            case ["started"]:
                _started.SetResult();
                break;
            case ["node", var name, var microjoules]:
                Expected[name] = long.Parse(microjoules, CultureInfo.InvariantCulture);
                break;
            case ["jobs", var count]:
                Jobs = int.Parse(count, CultureInfo.InvariantCulture);
                break;
        }
    }

    /// <summary>The counters of the agents in processes of their own go on, 20 W each.</summary>
    async Task TurnAsync(List<string> counters)
    {
        for (var microjoules = 1_000_000_000L; !_end.IsCancellationRequested; microjoules += 20_000_000)
        {
            foreach (var counter in counters)
            {
                // In place: meters keep their files open.
                await using var file = new FileStream(counter, FileMode.Open, FileAccess.Write, FileShare.ReadWrite);
                file.Write(Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{microjoules:D18}\n")));
            }

            await Task.Delay(TimeSpan.FromSeconds(1), TimeProvider.System, CancellationToken.None);
        }
    }

    /// <summary>What all have taken until now.</summary>
    internal async Task<AgentFleetUse> MeasureAsync()
    {
        var counts = (await _postgres!.QueryAsync(Database,
            "select pg_database_size(current_database()), (select count(*) from tonne.runs), (select count(*) from tonne.run_lines)"))
            .Expect(0).Output.Split('|').Select(text => long.Parse(text, CultureInfo.InvariantCulture)).ToArray();
        var (answers, sent) = (0L, 0L);
        foreach (var home in Homes.Values)
        {
            var path = Path.Combine(home.Root, "agent", "status.json");
            if (File.Exists(path) && JsonNode.Parse((await File.ReadAllTextAsync(path, Cancelled)).Split('\n')[0]) is { } status)
            {
                // The file is one line with a checksum around the document.
                var push = (status["agent"] ?? status)["push"]!;
                answers += (long)push["answers"]!;
                sent += (long)push["sent_bytes"]!;
            }
        }

        return new AgentFleetUse
        {
            At = TimeProvider.System.GetTimestamp(),
            ServerSeconds = ProcessTimes.ReadSeconds(Server.Process.Id),
            DatabaseSeconds = ProcessTimes.ReadSecondsOfAll(_postgres.ProcessId),
            HostedSeconds = _hosted is null ? 0 : ProcessTimes.ReadSeconds(_hosted.Id),
            ProcessSeconds = _processes.Sum(process => process is null ? 0 : ProcessTimes.ReadSeconds(process.Id)),
            ServerBytes = ReadMemory(Server.Process.Id),
            DatabaseMemoryBytes = ProcessTimes.FindChildren(_postgres.ProcessId).Prepend(_postgres.ProcessId).Sum(ReadMemory),
            HostedBytes = _hosted is null ? 0 : ReadMemory(_hosted.Id),
            ProcessBytes = _processes.Sum(process => process is null ? 0 : ReadMemory(process.Id)),
            DatabaseBytes = counts[0],
            Runs = counts[1],
            Lines = counts[2],
            Answers = answers,
            SentBytes = sent,
            NodeBytes = Homes.Where(home => home.Key.StartsWith("node-", StringComparison.Ordinal)).Sum(home => SumFiles(home.Value.Root)),
        };
    }

    static long SumFiles(string folder) => !Directory.Exists(folder) ? 0
        : Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories).Sum(static file =>
        {
            try
            {
                return new FileInfo(file).Length;
            }
            catch (FileNotFoundException)
            {
                return 0;
            }
        });

    /// <summary>Memory of a process, bytes: pages that it shares count in part (Pss of proc(5)).</summary>
    static long ReadMemory(int process)
    {
        try
        {
            var line = File.ReadLines($"/proc/{process}/smaps_rollup").First(static line => line.StartsWith("Pss:", StringComparison.Ordinal));
            return 1024 * long.Parse(line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[1], CultureInfo.InvariantCulture);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or InvalidOperationException)
        {
            return 0;
        }
    }

    /// <summary>Asks the database; a line for each row.</summary>
    internal async Task<IReadOnlyList<string>> ReadAsync(string sql) =>
        (await _postgres!.QueryAsync(Database, sql)).Expect(0).Output.Split('\n', StringSplitOptions.RemoveEmptyEntries);

    /// <summary>Ends all agents; what waits is pushed.</summary>
    internal async Task StopAsync(TimeSpan atMost)
    {
        using var late = CancellationTokenSource.CreateLinkedTokenSource(Cancelled);
        late.CancelAfter(atMost);
        try
        {
            foreach (var process in _processes.OfType<Process>().Append(_hosted!))
                (await _server.RunOtherAsync("/bin/kill", "-TERM", process.Id.ToString(CultureInfo.InvariantCulture))).Expect(0);
            foreach (var process in _processes.OfType<Process>().Append(_hosted!))
            {
                await process.WaitForExitAsync(late.Token);
                Assert.True(process.ExitCode == 0, $"exit code {process.ExitCode}\n{Said}");
            }

            foreach (var tonne in _tonnes)
            {
                while ((await tonne.RunAsync("ledger", "push")).Code != 0)
                    await Task.Delay(TimeSpan.FromMilliseconds(500), TimeProvider.System, late.Token);
            }
        }
        catch (OperationCanceledException) when (!Cancelled.IsCancellationRequested)
        {
            Assert.Fail($"not all was pushed within {atMost.TotalSeconds} s\n{Said}");
        }
    }

    Process Follow(string who, Process process, bool readsOutput = true)
    {
        process.ErrorDataReceived += (_, line) => Keep(who, line.Data);
        process.BeginErrorReadLine();
        if (readsOutput)
        {
            process.OutputDataReceived += (_, line) => Keep(who, line.Data);
            process.BeginOutputReadLine();
        }

        return process;
    }

    void Keep(string who, string? line)
    {
        if (line is null)
            return;
        _said.Enqueue($"{who}: {line}");
        while (_said.Count > LinesKept)
            _said.TryDequeue(out _);
    }

    static string Text(double number) => number.ToString(CultureInfo.InvariantCulture);

    public async ValueTask DisposeAsync()
    {
        await _end.CancelAsync();
        await _turning;
        foreach (var process in _processes.Append(_hosted).Append(_served?.Process).OfType<Process>())
        {
            if (!process.HasExited)
                process.Kill();
            await process.WaitForExitAsync(CancellationToken.None);
            process.Dispose();
        }

        if (_postgres is not null)
            await _postgres.DisposeAsync();
        _root.Delete(recursive: true);
        foreach (var tonne in _tonnes)
            tonne.Dispose();
        _server.Dispose();
        _end.Dispose();
    }
}
