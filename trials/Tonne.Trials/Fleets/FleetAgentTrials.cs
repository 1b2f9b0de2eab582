using System.Globalization;
using System.Runtime.Versioning;
using System.Text;
using System.Text.Json.Nodes;

namespace Tonne.Trials.Fleets;

/// <summary>Real agents by the hundred, and what server and database take for each.</summary>
/// <remarks>
/// <c>./soak agents</c> gives TONNE_AGENTS_SECONDS, TONNE_AGENTS (numbers of agents, in this order), and TONNE_AGENTS_RESULT: a file for
/// what was found. Without them it is a cut of the same with one sample a second, quick pushes and more jobs for each node.
/// </remarks>
[Collection(nameof(Alone))]
[UnsupportedOSPlatform("windows")]
public class FleetAgentTrials
{
    const int CutNodes = 50;
    const int CutSeconds = 15;
    const int Meters = 10;
    const double JobsPerNodeAndMinute = 0.05;
    const double Mega = 1e6;
    const double Kilo = 1e3;

    static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_server_has_to_the_microjoule_what_its_agents_have()
    {
        var sizes = Environment.GetEnvironmentVariable("TONNE_AGENTS");
        if (sizes is null)
        {
            await RunAsync(
                new AgentLoad(CutNodes, 1, Meters, "1s", TimeSpan.FromSeconds(4), 50, TimeSpan.FromSeconds(4)),
                TimeSpan.FromSeconds(CutSeconds), TimeSpan.Zero);
            return;
        }

        var length = TimeSpan.FromSeconds(int.Parse(
            Environment.GetEnvironmentVariable("TONNE_AGENTS_SECONDS")!, CultureInfo.InvariantCulture));
        var table = new List<IReadOnlyList<(string Name, string Value)>>();
        foreach (var size in sizes.Split(',').Select(size => int.Parse(size, CultureInfo.InvariantCulture)))
        {
            var load = new AgentLoad(
                size, 5, Meters, "10s", TimeSpan.FromMinutes(1), size * JobsPerNodeAndMinute, TimeSpan.FromSeconds(60));
            table.Add(await RunAsync(load, length, TimeSpan.FromSeconds(15)));
            await WriteAsync(table);
        }
    }

    static async Task<IReadOnlyList<(string Name, string Value)>> RunAsync(AgentLoad load, TimeSpan length, TimeSpan idle)
    {
        await using var fleet = await AgentFleet.CreateAsync(load);
        var empty = await fleet.MeasureAsync();
        await Task.Delay(idle, TimeProvider.System, Cancelled);
        var before = await fleet.MeasureAsync();
        await fleet.StartAsync();
        var begin = await fleet.MeasureAsync();
        await Task.Delay(length, TimeProvider.System, Cancelled);
        var end = await fleet.MeasureAsync();
        await fleet.StopAsync(TimeSpan.FromMinutes(10));
        var after = await fleet.MeasureAsync();
        Assert.True(fleet.Jobs > 0, "no job began");
        Assert.True(end.Answers > begin.Answers, $"no push was answered\n{fleet.Said}");
        var ledger = LedgerLines.Read(fleet.Homes);
        await CheckAsync(fleet, ledger, load);
        return Describe(load, fleet.Jobs, ledger, (empty, before), (begin, end), after);
    }

    /// <summary>The database has the lines of all ledgers, and energies are equal to the microjoule: of each run, of each node, and of
    /// all; and the runs of a node's own have what its meters counted.</summary>
    static async Task CheckAsync(AgentFleet fleet, LedgerLines ledger, AgentLoad load)
    {
        var kept = await fleet.ReadAsync(
            "select run || ' ' || sequence || ' ' || node || ' ' || encode(sha256(line), 'hex') from tonne.run_lines");
        Assert.Equal(ledger.Hashes.Order(StringComparer.Ordinal), kept.Order(StringComparer.Ordinal));
        Assert.Equal(ledger.Microjoules.Select(run => $"{run.Key} {run.Value}").Order(StringComparer.Ordinal),
            (await fleet.ReadAsync("select id || ' ' || energy_microjoules from tonne.runs")).Order(StringComparer.Ordinal));
        Assert.Equal(ledger.Microjoules.Values.Sum().ToString(CultureInfo.InvariantCulture),
            Assert.Single(await fleet.ReadAsync("select sum(energy_microjoules) from tonne.runs")));
        Assert.Equal(ledger.Nodes.Where(node => node.Value.Summed > 0)
            .Select(node => $"{node.Key} {node.Value.Summed} {node.Value.SummedMicrojoules}").Order(StringComparer.Ordinal),
            (await fleet.ReadAsync(
                "select pushed_by || ' ' || sum(runs) || ' ' || sum(energy_microjoules) from tonne.totals_by_day group by pushed_by"))
                .Order(StringComparer.Ordinal));
        Assert.Equal(load.Nodes, fleet.Expected.Count);
        Assert.Equal(fleet.Expected.Select(node => $"{node.Key} {node.Value}").Order(StringComparer.Ordinal),
            (await fleet.ReadAsync(
                "select pushed_by || ' ' || sum(energy_microjoules) from tonne.runs where covers_node and pushed_by like 'node-%' "
                    + "group by pushed_by")).Order(StringComparer.Ordinal));
        // Nobody is unheard of.
        var nodes = JsonNode.Parse(await fleet.Server.GetAsync("/api/v1/fleet/nodes"))!["nodes"]!.AsArray();
        Assert.Equal(fleet.Homes.Keys.Order(StringComparer.Ordinal), nodes.Select(node => (string)node!["name"]!).Order(StringComparer.Ordinal));
        Assert.All(nodes, node => Assert.Equal("ok", (string)node!["state"]!));
    }

    static IReadOnlyList<(string Name, string Value)> Describe(
        AgentLoad load, int jobs, LedgerLines ledger, (AgentFleetUse From, AgentFleetUse To) idle,
        (AgentFleetUse From, AgentFleetUse To) loaded, AgentFleetUse after)
    {
        var (from, to) = loaded;
        var seconds = TimeProvider.System.GetElapsedTime(from.At, to.At).TotalSeconds;
        var idleSeconds = TimeProvider.System.GetElapsedTime(idle.From.At, idle.To.At).TotalSeconds;
        var agents = load.Nodes + load.Processes;
        var (server, database) = (to.ServerSeconds - from.ServerSeconds, to.DatabaseSeconds - from.DatabaseSeconds);
        var answers = to.Answers - from.Answers;
        return
        [
            ("agents in one process; in their own", $"{load.Nodes}; {load.Processes}"),
            ("measured for", Text($"{seconds:0} s")),
            ("pushes answered", Text($"{answers / seconds:0.0} /s")),
            ("jobs begun", Text($"{jobs}, {load.JobsPerMinute:0.0} a minute")),
            ("server: CPU", Text($"{1000 * server / seconds:0.0} ms/s")),
            ("PostgreSQL: CPU", Text($"{1000 * database / seconds:0.0} ms/s")),
            ("the same before the first agent", Text(
                $"{1000 * (idle.To.ServerSeconds - idle.From.ServerSeconds) / idleSeconds:0.0} and {1000 * (idle.To.DatabaseSeconds - idle.From.DatabaseSeconds) / idleSeconds:0.0} ms/s")),
            ("**server + PostgreSQL: CPU for each agent**", Text($"**{1e6 * (server + database) / seconds / agents:0} µs/s**")),
            ("server + PostgreSQL: CPU for each push", Text($"{1000 * (server + database) / answers:0.00} ms")),
            ("server: memory", Text($"{to.ServerBytes / Mega:0} MB")),
            ("PostgreSQL: memory", Text($"{to.DatabaseMemoryBytes / Mega:0} MB")),
            ("agents in one process: CPU for each", Text($"{1000 * (to.HostedSeconds - from.HostedSeconds) / seconds / load.Nodes:0.00} ms/s")),
            ("agents in one process: memory; for each", Text(
                $"{to.HostedBytes / Mega:0} MB; {to.HostedBytes / Kilo / load.Nodes:0} kB")),
            ("agents of their own: CPU; memory for each", Text(
                $"{1000 * (to.ProcessSeconds - from.ProcessSeconds) / seconds / load.Processes:0.00} ms/s; {to.ProcessBytes / Mega / load.Processes:0} MB")),
            ("bytes of a push's body, on average", Text($"{(to.SentBytes - from.SentBytes) / (double)answers:0}")),
            ("bytes added to a node's ledger", Text($"{(to.NodeBytes - from.NodeBytes) / seconds / load.Nodes:0.0} /s")),
            ("rows of runs and of lines in the end", Text($"{after.Runs}; {after.Lines}")),
            ("bytes of the database for each run, in the end", Text(
                $"{(after.DatabaseBytes - idle.From.DatabaseBytes) / (double)after.Runs:0}")),
            ("energy in database = in all ledgers", Text($"{ledger.Microjoules.Values.Sum():N0} µJ in {ledger.Microjoules.Count:N0} runs")),
        ];
    }

    static async Task WriteAsync(List<IReadOnlyList<(string Name, string Value)>> table)
    {
        var text = new StringBuilder();
        text.Append("| figure |").Append(string.Concat(Enumerable.Repeat(" value |", table.Count))).Append('\n');
        text.Append("|---|").Append(string.Concat(Enumerable.Repeat("---|", table.Count))).Append('\n');
        for (var i = 0; i < table[0].Count; i++)
            text.Append("| ").Append(table[0][i].Name).Append(" | ").AppendJoin(" | ", table.Select(column => column[i].Value)).Append(" |\n");
        TestContext.Current.TestOutputHelper?.WriteLine(text.ToString());
        if (Environment.GetEnvironmentVariable("TONNE_AGENTS_RESULT") is { Length: > 0 } file)
            await File.WriteAllTextAsync(file, text.ToString(), Cancelled);
    }

    static string Text(FormattableString text) => FormattableString.Invariant(text);
}
