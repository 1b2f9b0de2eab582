using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Http.Json;
using System.Net.Sockets;
using System.Runtime.Versioning;
using System.Text;
using System.Text.Json.Nodes;
using Tonne.Ledgers;
using Tonne.Ledgers.Pushing;
using Tonne.Trials.Measuring;
using Tonne.Trials.Serving;

namespace Tonne.Trials.Fleets;

/// <summary>A fleet of real processes that are killed: PostgreSQL that writes to the disk, two servers with relays before them and
/// before the
/// database, agents, and many nodes in two processes.</summary>
[UnsupportedOSPlatform("windows")]
sealed class KilledFleet : IAsyncDisposable
{
    internal const int Servers = 2;
    const string Database = "tonne";
    const int LinesKept = 200;

    readonly TonneCommand _server = new();
    // A process of root trusts no folder below /tmp.
    readonly DirectoryInfo _root = Environment.IsPrivilegedProcess
        ? Directory.CreateDirectory($"/var/lib/tonne-trial-{Guid.NewGuid():N}") : Directory.CreateTempSubdirectory("tonne-trial-");
    readonly DirectoryInfo _socket = Directory.CreateTempSubdirectory("tonne-relay-");
    readonly ConcurrentDictionary<(FaultKind, int), SemaphoreSlim> _gates = new();
    readonly ConcurrentDictionary<FaultKind, int> _counts = new();
    readonly ConcurrentQueue<string> _said = new();
    readonly List<CutRelay> _relays = [];
    readonly ServedLedger?[] _servers = new ServedLedger?[Servers];
    readonly Process?[] _nodes = new Process?[Servers];
    readonly CancellationTokenSource _end = new();
    readonly Random _random;
    readonly TimeSpan _pause;
    readonly int _nodeCount;
    TonneCommand[] _agentTonnes = [];
    Process?[] _agents = [];
    PrivatePostgres? _postgres;
    Task _turning = Task.CompletedTask;
    bool _isMounted;

    KilledFleet(int nodes, int seed, TimeSpan pause) => (_nodeCount, _random, _pause) = (nodes, new Random(seed), pause);

    static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    /// <summary>How often each thing happened.</summary>
    internal IReadOnlyDictionary<FaultKind, int> Counts => _counts;

    /// <summary>Connections that were cut.</summary>
    internal int CutConnections => _relays.Sum(relay => relay.Count);

    /// <summary>Number of relays: one for each server, the last one before the database.</summary>
    internal int Relays => _relays.Count;

    /// <summary>Processor time so far, s: of the servers, of PostgreSQL, of the processes with many nodes, of the agents.</summary>
    internal double[] ProcessorSeconds { get; } = new double[4];

    /// <summary>Folder of the journals.</summary>
    internal string Journals => Path.Combine(_root.FullName, "journals");

    /// <summary>The ledgers by the name of their node.</summary>
    internal Dictionary<string, LedgerHome> Homes { get; } = new(StringComparer.Ordinal);

    internal ServedLedger GetServer(int number) => _servers[number]!;

    internal static async Task<KilledFleet> StartAsync(int nodes, int agents, int seed, TimeSpan pause)
    {
        var fleet = new KilledFleet(nodes, seed, pause);
        try
        {
            await fleet.StartAsync(agents);
            return fleet;
        }
        catch
        {
            await fleet.DisposeAsync();
            throw;
        }
    }

    async Task StartAsync(int agents)
    {
        _postgres = await PrivatePostgres.StartAsync(_server, isDurable: true);
        await _postgres.CreateAsync(Database);
        (await _server.RunAsync("fleet", "init", "--database", _postgres.GetAddress(Database, "tonne_owner"))).Expect(0);
        (await QueryAsync("grant tonne_reader, tonne_ingest, tonne_registry to tonne_login")).Expect(0);
        // The file that PostgreSQL's own clients look for in a folder.
        var database = new CutRelay(
            new UnixDomainSocketEndPoint(Path.Combine(_socket.FullName, ".s.PGSQL.5432")),
            new UnixDomainSocketEndPoint(Path.Combine(_postgres.Folder, ".s.PGSQL.5432")));
        _server.Environment["TONNE_DATABASE"] = $"postgres://tonne_login@/{Database}?host={_socket.FullName}";
        await Task.WhenAll(Enumerable.Range(0, Servers).Select(number => StartServerAsync(number, 0)));
        _relays.AddRange(_servers.Select(server =>
            new CutRelay(new IPEndPoint(IPAddress.Loopback, 0), new IPEndPoint(IPAddress.Loopback, server!.Address.Port))));
        _relays.Add(database);
        Directory.CreateDirectory(Journals);
        for (var i = 0; i < _nodeCount; i++)
        {
            var name = string.Create(CultureInfo.InvariantCulture, $"node-{i:D3}");
            var home = Directory.CreateDirectory(Path.Combine(_root.FullName, name)).FullName;
            if (i == 0 && Environment.IsPrivilegedProcess)
                _isMounted = (await _server.RunOtherAsync("mount", "-t", "tmpfs", "-o", "size=64m,mode=0755", "tmpfs", home)).Code == 0;
            await EnrolAsync(name, home, i % Servers);
        }

        _agentTonnes = [.. Enumerable.Range(0, agents).Select(_ => new TonneCommand())];
        _agents = new Process?[agents];
        var machines = new List<string>();
        foreach (var (i, tonne) in _agentTonnes.Index())
        {
            var name = $"agent-{i}";
            tonne.Home = Path.Combine(_root.FullName, name, "home");
            var settings = Directory.CreateDirectory(GetSettings(i));
            await File.WriteAllTextAsync(Path.Combine(settings.FullName, "tonne.yaml"), $"home: {tonne.Home}\nzone: FR\n", Cancelled);
            var machine = new StandInMachine(tonne);
            machine.Zone("intel-rapl:0", "package-0");
            machine.Write("proc/stat", "cpu  100 0 100 1000 0 0 0 0 0 0\ncpu0 50 0 50 500 0 0 0 0 0 0\ncpu1 50 0 50 500 0 0 0 0 0 0\n");
            machines.Add(Path.Combine(machine.Root, "sys/class/powercap/intel-rapl:0/energy_uj"));
            await EnrolAsync(name, tonne.Home, i % Servers);
        }

        _turning = Task.Run(() => TurnAsync(machines), CancellationToken.None);
        for (var i = 0; i < agents; i++)
            StartAgent(i);
        for (var i = 0; i < Servers; i++)
            StartNodes(i);
    }

    string GetSettings(int agent) => Path.Combine(_root.FullName, $"agent-{agent}", "etc");

    /// <summary>The counters of the agents' machines go on, 20 W each.</summary>
    async Task TurnAsync(List<string> counters)
    {
        var files = counters.ConvertAll(counter => new FileStream(counter, FileMode.Open, FileAccess.Write, FileShare.ReadWrite));
        for (var microjoules = 1_000_000_000L; !_end.IsCancellationRequested; microjoules += 2_000_000)
        {
            foreach (var file in files)
            {
                file.Position = 0;
                file.Write(Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{microjoules:D18}\n")));
                file.Flush();
            }

            await Task.Delay(TimeSpan.FromMilliseconds(100), TimeProvider.System, CancellationToken.None);
        }

        files.ForEach(file => file.Dispose());
    }

    async Task EnrolAsync(string name, string home, int server)
    {
        var client = _servers[server]!.Client;
        var code = await AskAsync("codes", new JsonObject { ["name"] = name });
        var key = await AskAsync("enrol", new JsonObject { ["code"] = (string)code["code"]!, ["name"] = name, ["version"] = "0.1.0" });
        Homes[name] = new LedgerHome(home);
        new FleetSettings
        {
            Server = new Uri($"http://127.0.0.1:{_relays[server].Port}/"),
            Name = name,
            Key = (string)key["key"]!,
        }.Write(Homes[name]);

        async Task<JsonNode> AskAsync(string what, JsonObject body)
        {
            using var answer = await client.PostAsJsonAsync(new Uri("/api/v1/fleet/" + what, UriKind.Relative), body, Cancelled);
            var text = await answer.Content.ReadAsStringAsync(Cancelled);
            Assert.True(answer.IsSuccessStatusCode, text);
            return JsonNode.Parse(text)!;
        }
    }

    async Task StartServerAsync(int number, int port)
    {
        var server = await ServedLedger.StartAsync(_server, port);
        _servers[number] = server;
        server.Process.ErrorDataReceived += (_, line) => KeepDefect(line.Data);
        server.Process.BeginErrorReadLine();
        _ = server.Process.StandardOutput.ReadToEndAsync(CancellationToken.None);
    }

    void StartAgent(int number) => _agents[number] = Follow("agent", _agentTonnes[number].Start(
        "agent", "run", "--config", GetSettings(number), "--node", $"agent-{number}", "--sysroot",
            Path.Combine(_agentTonnes[number].Folder, "machine"),
        "--zone", "FR", "--push-every", "500ms"));

    void StartNodes(int number)
    {
        var executable = Path.GetFullPath(Path.Combine(
            AppContext.BaseDirectory, "..", "..", "FleetNodes",
                Path.GetFileName(Path.TrimEndingDirectorySeparator(AppContext.BaseDirectory)), "FleetNodes"));
        var homes = Homes.Where(home => home.Key.StartsWith("node-", StringComparison.Ordinal)).Select(home => home.Value.Root)
            .Where((_, i) => i % Servers == number);
        int seed;
        lock (_random)
            seed = _random.Next();
        _nodes[number] = Follow("nodes", _server.StartOther([
            executable, Journals, seed.ToString(CultureInfo.InvariantCulture),
            ((int)_pause.TotalMilliseconds).ToString(CultureInfo.InvariantCulture),
            .. _relays.Take(Servers).Select(relay => $"http://127.0.0.1:{relay.Port}/"), .. homes]));
    }

    Process Follow(string who, Process process)
    {
        process.ErrorDataReceived += (_, line) => Keep(who, line.Data);
        process.OutputDataReceived += (_, line) => Keep(who, line.Data);
        process.BeginErrorReadLine();
        process.BeginOutputReadLine();
        return process;
    }

    /// <summary>A server says much while its database is away; exceptions are what it must not have.</summary>
    void KeepDefect(string? line)
    {
        if (line is not null && (line.Contains("Exception", StringComparison.Ordinal) || line.TrimStart().StartsWith("at ",
            StringComparison.Ordinal)))
            Keep("server", line);
    }

    void Keep(string who, string? line)
    {
        if (line is null)
            return;
        _said.Enqueue($"{who}: {line}");
        while (_said.Count > LinesKept)
            _said.TryDequeue(out _);
    }

    /// <summary>What its processes have said last.</summary>
    internal string Said => string.Join('\n', _said);

    internal Task<Finished> QueryAsync(string sql) => _postgres!.QueryAsync(Database, sql);

    /// <summary>Makes a fault happen, and the part that is down start again.</summary>
    internal async Task PerformAsync(Fault fault)
    {
        var part = fault.Kind is FaultKind.PostgresImmediate or FaultKind.PostgresConnection ? FaultKind.Postgres : fault.Kind;
        var gate = _gates.GetOrAdd((part, fault.Number), static _ => new SemaphoreSlim(1));
        await gate.WaitAsync(Cancelled);
        try
        {
            if (await FailAsync(fault))
                _counts.AddOrUpdate(fault.Kind, 1, static (_, count) => count + 1);
        }
        finally
        {
            gate.Release();
        }
    }

    async Task<bool> FailAsync(Fault fault)
    {
        var i = fault.Number;
        switch (fault.Kind)
        {
            case FaultKind.Nodes:
                await KillAsync(_nodes[i]!, 2);
                await WaitAsync(fault.Down);
                StartNodes(i);
                return true;
            case FaultKind.Agent:
                await KillAsync(_agents[i]!, 3);
                await WaitAsync(fault.Down);
                StartAgent(i);
                return true;
            case FaultKind.Server:
                var port = _servers[i]!.Address.Port;
                Count(0, ProcessTimes.ReadSeconds(_servers[i]!.Process.Id));
                await _servers[i]!.DisposeAsync();
                await WaitAsync(fault.Down);
                await StartServerAsync(i, port);
                return true;
            case FaultKind.Postgres or FaultKind.PostgresImmediate:
                Count(1, ProcessTimes.ReadSecondsOfAll(_postgres!.ProcessId));
                await (fault.Kind == FaultKind.Postgres ? _postgres.KillAsync() : _postgres.StopImmediatelyAsync());
                await WaitAsync(fault.Down);
                await _postgres.RestartAsync();
                return true;
            case FaultKind.PostgresConnection:
                return await _postgres!.KillConnectionAsync(new Random(fault.Seed));
            case FaultKind.Cut:
                _relays[i].Cut(new Random(fault.Seed));
                return true;
            default:
                return _isMounted && await FillAsync(Path.Combine(_root.FullName, "node-000", "filler"), fault.Down);
        }
    }

    /// <summary>Fills the disk of a node to the last byte, and frees it after a while.</summary>
    static async Task<bool> FillAsync(string path, TimeSpan time)
    {
        var isFull = false;
        foreach (var size in new[] { 1 << 16, 1 })
        {
            try
            {
                await using var file = new FileStream(path, FileMode.Append, FileAccess.Write, FileShare.Read, bufferSize: 0);
                while (true)
                    file.Write(new byte[size]);
            }
            catch (IOException)
            {
                isFull = true;
            }
        }

        await WaitAsync(time);
        File.Delete(path);
        return isFull;
    }

    async Task KillAsync(Process process, int kind)
    {
        Assert.False(process.HasExited, $"a process ended by itself\n{Said}");
        Count(kind, ProcessTimes.ReadSeconds(process.Id));
        process.Kill();
        await process.WaitForExitAsync(Cancelled);
        process.Dispose();
    }

    void Count(int kind, double seconds)
    {
        lock (ProcessorSeconds)
            ProcessorSeconds[kind] += seconds;
    }

    static Task WaitAsync(TimeSpan time) => Task.Delay(time, TimeProvider.System, Cancelled);

    /// <summary>Ends all that records, once what waits is pushed; what was left open is closed and pushed too.</summary>
    internal async Task DrainAsync(TimeSpan atMost)
    {
        using var late = CancellationTokenSource.CreateLinkedTokenSource(Cancelled);
        late.CancelAfter(atMost);
        try
        {
            // A second time: the first life left open what a full disk kept it from closing.
            for (var life = 0; life < 2; life++)
            {
                for (var i = 0; life > 0 && i < Servers; i++)
                    StartNodes(i);
                await WaitAsync(TimeSpan.FromSeconds(1));
                foreach (var process in _nodes)
                    await TerminateAsync(process!, 2, late.Token);
            }

            foreach (var agent in _agents)
                await TerminateAsync(agent!, 3, late.Token);
            foreach (var tonne in _agentTonnes)
            {
                while ((await tonne.RunAsync("ledger", "push")).Code != 0)
                    await Task.Delay(TimeSpan.FromMilliseconds(500), TimeProvider.System, late.Token);
            }
        }
        catch (OperationCanceledException) when (!Cancelled.IsCancellationRequested)
        {
            Assert.Fail($"not all was pushed within {atMost.TotalSeconds} s\n{Said}");
        }

        foreach (var server in _servers)
            Count(0, ProcessTimes.ReadSeconds(server!.Process.Id));
        Count(1, ProcessTimes.ReadSecondsOfAll(_postgres!.ProcessId));
    }

    async Task TerminateAsync(Process process, int kind, CancellationToken late)
    {
        (await _server.RunOtherAsync("/bin/kill", "-TERM", process.Id.ToString(CultureInfo.InvariantCulture))).Expect(0);
        var seconds = 0d;
        while (!process.HasExited)
        {
            seconds = Math.Max(seconds, ProcessTimes.ReadSeconds(process.Id));
            await Task.Delay(TimeSpan.FromMilliseconds(50), TimeProvider.System, late);
        }

        Count(kind, seconds);
        Assert.True(process.ExitCode == 0, $"exit code {process.ExitCode}\n{Said}");
        process.Dispose();
    }

    public async ValueTask DisposeAsync()
    {
        await _end.CancelAsync();
        await _turning;
        foreach (var process in _nodes.Concat(_agents).OfType<Process>())
            await EndAsync(process);
        foreach (var server in _servers.OfType<ServedLedger>())
            await EndAsync(server.Process);
        _relays.ForEach(relay => relay.Dispose());
        if (_postgres is not null)
            await _postgres.DisposeAsync();
        if (_isMounted)
            await _server.RunOtherAsync("umount", "-l", Path.Combine(_root.FullName, "node-000"));
        _root.Delete(recursive: true);
        _socket.Delete(recursive: true);
        foreach (var tonne in _agentTonnes)
            tonne.Dispose();
        _server.Dispose();
        _end.Dispose();
    }

    static async Task EndAsync(Process process)
    {
        try
        {
            if (!process.HasExited)
                process.Kill();
            await process.WaitForExitAsync(CancellationToken.None);
        }
        catch (InvalidOperationException)
        {
            // It has ended, and was disposed.
        }

        process.Dispose();
    }
}
