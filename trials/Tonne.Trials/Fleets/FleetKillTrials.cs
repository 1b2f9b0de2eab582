using System.Globalization;
using System.Runtime.Versioning;
using System.Text;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace Tonne.Trials.Fleets;

/// <summary>Nothing lost, nothing twice: a fleet of which every part is killed at random instants, and whose connections are cut.</summary>
/// <remarks>
/// <c>./soak fleet</c> gives TONNE_FLEET_SECONDS, TONNE_FLEET_NODES, TONNE_FLEET_KILLS, TONNE_FLEET_SEED, and TONNE_FLEET_RESULT: a file
/// for
/// what was found.
/// </remarks>
[Collection(nameof(Alone))]
[UnsupportedOSPlatform("windows")]
public class FleetKillTrials
{
    const int Seed = 20261130;
    const int Seconds = 20;
    const int Nodes = 10;
    const int Kills = 9;

    // From so long on a trial is a soak, with five agents.
    const int LongSeconds = 60;

    static readonly Regex _path = new(@"/\S+|\d{8}-\S+", RegexOptions.None, TimeSpan.FromSeconds(1));

    static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Nothing_is_lost_and_nothing_comes_twice_whatever_is_killed()
    {
        var length = TimeSpan.FromSeconds(GetNumber("TONNE_FLEET_SECONDS", Seconds));
        var (nodes, kills, seed) = (GetNumber("TONNE_FLEET_NODES", Nodes), GetNumber("TONNE_FLEET_KILLS", Kills),
            GetNumber("TONNE_FLEET_SEED", Seed));
        var agents = length.TotalSeconds >= LongSeconds ? 5 : 2;
        Report($"Seed {seed}: {nodes} nodes in 2 processes, {agents} agents, {kills} kills in {length.TotalSeconds:0} s.");
        // All together ten runs a second at most: more is a measure of the machine.
        await using var fleet = await KilledFleet.StartAsync(nodes, agents, seed, TimeSpan.FromSeconds(Math.Max(3, nodes / 10d)));
        var begin = TimeProvider.System.GetTimestamp();
        var running = new List<Task>();
        foreach (var fault in Fault.Plan(seed, length, kills, agents, fleet.Relays))
        {
            var wait = fault.At - TimeProvider.System.GetElapsedTime(begin);
            if (wait > TimeSpan.Zero)
                await Task.Delay(wait, TimeProvider.System, Cancelled);
            running.Add(fleet.PerformAsync(fault));
        }

        await Task.WhenAll(running);
        var loaded = TimeProvider.System.GetElapsedTime(begin);
        var pushes = Journal.Read(fleet.Journals).Batches;
        await fleet.DrainAsync(TimeSpan.FromSeconds(60) + length);

        var ledger = LedgerLines.Read(fleet.Homes);
        var journal = Journal.Read(fleet.Journals);
        Assert.Empty(journal.Refused);
        Assert.False(journal.Problems.Any(static problem => problem.Contains("answered 500", StringComparison.Ordinal)),
            $"a push was answered with 500\n{fleet.Said}");
        CheckJournal(journal, ledger);
        await CheckLinesAsync(fleet, ledger);
        await CheckSumsAsync(fleet, ledger);
        foreach (var kind in Enum.GetValues<FaultKind>().Where(kind => kind != FaultKind.FullDisk))
            Assert.True(fleet.Counts.GetValueOrDefault(kind) > 0, $"no fault of kind {kind}");
        Assert.True(fleet.CutConnections > 0, "no connection was cut");
        await ReportAsync(fleet, ledger, journal, pushes / loaded.TotalSeconds, loaded);
    }

    /// <summary>What the nodes saw in their ledgers is there, with the energy that follows from its meters by arithmetic.</summary>
    static void CheckJournal(Journal journal, LedgerLines ledger)
    {
        Assert.NotEmpty(journal.Runs);
        Assert.All(journal.Runs, run => Assert.Equal(run.Value, ledger.Microjoules.GetValueOrDefault(run.Key)));
    }

    /// <summary>The lines of the database are those of the ledgers, byte for byte, each once.</summary>
    static async Task CheckLinesAsync(KilledFleet fleet, LedgerLines ledger)
    {
        // sha256() of the bytes as they are, not the column beside them.
        var kept = await ReadAsync(fleet,
            "select run || ' ' || sequence || ' ' || node || ' ' || encode(sha256(line), 'hex') from tonne.run_lines");
        Assert.Equal(kept.Count, kept.Distinct(StringComparer.Ordinal).Count());
        Assert.Equal(ledger.Hashes.Order(StringComparer.Ordinal), kept.Order(StringComparer.Ordinal));
        Assert.Equal("0", Assert.Single(await ReadAsync(fleet, "select count(*) from tonne.run_lines where sha256 <> sha256(line)")));
        var runs = await ReadAsync(fleet, "select id from tonne.runs");
        Assert.Equal(ledger.Microjoules.Keys.Order(StringComparer.Ordinal), runs.Order(StringComparer.Ordinal));
    }

    /// <summary>Energies are equal to the microjoule: of each run, of each node, by hour, by day, and of all.</summary>
    static async Task CheckSumsAsync(KilledFleet fleet, LedgerLines ledger)
    {
        Assert.Equal(ledger.Microjoules.Select(run => $"{run.Key} {run.Value}").Order(StringComparer.Ordinal),
            (await ReadAsync(fleet, "select id || ' ' || energy_microjoules from tonne.runs")).Order(StringComparer.Ordinal));
        Assert.Equal("0", Assert.Single(await ReadAsync(fleet,
            "select count(*) from tonne.runs where energy_microjoules <> (select coalesce(sum(m), 0) from unnest(hour_microjoules) m)")));
        // An agent's runs of its whole machine are not in the sums by time.
        var sums = ledger.Nodes.Where(node => node.Value.Summed > 0)
            .Select(node => $"{node.Key} {node.Value.Summed} {node.Value.SummedMicrojoules}").Order(StringComparer.Ordinal).ToList();
        foreach (var table in new[] { "totals_by_hour", "totals_by_day" })
        {
            Assert.Equal(sums, (await ReadAsync(fleet,
                $"select pushed_by || ' ' || sum(runs) || ' ' || sum(energy_microjoules) from tonne.{table} group by pushed_by"))
                    .Order(StringComparer.Ordinal));
        }

        Assert.Equal(ledger.Nodes.Select(node => $"{node.Key} {node.Value.Runs}").Order(StringComparer.Ordinal),
            (await ReadAsync(fleet, "select name || ' ' || runs from tonne.nodes")).Order(StringComparer.Ordinal));
        for (var number = 0; number < KilledFleet.Servers; number++)
        {
            var total = JsonNode.Parse(await fleet.GetServer(number).GetAsync("/api/v1/totals"))!["total"]!;
            Assert.Equal(ledger.Microjoules.Count, (int)total["runs"]!);
            // Sums of floating-point numbers in another order.
            Assert.Equal(ledger.FacilityKilowattHours, (double)total["facility_energy_kwh"]!["value"]!,
                ledger.FacilityKilowattHours * 1e-12);
        }
    }

    static async Task<IReadOnlyList<string>> ReadAsync(KilledFleet fleet, string sql) =>
        (await fleet.QueryAsync(sql)).Expect(0).Output.Split('\n', StringSplitOptions.RemoveEmptyEntries);

    static async Task ReportAsync(KilledFleet fleet, LedgerLines ledger, Journal journal, double pushes, TimeSpan loaded)
    {
        var text = new StringBuilder();
        var recorded = ledger.Microjoules.Count;
        Add($"{recorded:N0} runs with {ledger.Hashes.Count:N0} lines and {ledger.Microjoules.Values.Sum():N0} µJ, {journal.Runs.Count:N0} of them with an energy known beforehand.");
        Add($"");
        Add($"| fault | times |");
        Add($"|---|---|");
        foreach (var (kind, name) in Names)
            Add($"| {name} | {fleet.Counts.GetValueOrDefault(kind)} |");
        Add($"| connections cut by them | {fleet.CutConnections} |");
        Add($"");
        Add($"| figure | value |");
        Add($"|---|---|");
        Add($"| load | {loaded.TotalSeconds:0} s |");
        Add($"| pushes answered to the nodes in two processes, under load | {pushes:0.0} /s |");
        Add($"| lines accepted; known already | {journal.Accepted:N0}; {journal.Known:N0} |");
        foreach (var problem in journal.Problems.GroupBy(problem => _path.Replace(problem, "…"), StringComparer.Ordinal)
            .OrderByDescending(group => group.Count()).Take(12))
            Add($"| failed: {problem.Key} | {problem.Count():N0} |");
        foreach (var (kind, name) in new[] { "servers", "PostgreSQL", "nodes in two processes, which record the runs too",
            "agents" }.Index())
            Add($"| CPU time of {name}, starts after kills included, for 1,000 runs | {fleet.ProcessorSeconds[kind] * 1000 / recorded:0.0} s |");
        Report($"{text}");
        if (Environment.GetEnvironmentVariable("TONNE_FLEET_RESULT") is { Length: > 0 } file)
            await File.WriteAllTextAsync(file, text.ToString(), Cancelled);

        void Add(FormattableString line) => text.Append(FormattableString.Invariant(line)).Append('\n');
    }

    static (FaultKind Kind, string Name)[] Names =>
    [
        (FaultKind.Nodes, "kill -9 of a process with half of the nodes"),
        (FaultKind.Agent, "kill -9 of an agent"),
        (FaultKind.Server, "kill -9 of a server"),
        (FaultKind.Postgres, "kill -9 of all processes of PostgreSQL"),
        (FaultKind.PostgresImmediate, "pg_ctl stop -m immediate"),
        (FaultKind.PostgresConnection, "kill -9 of a connection's process of PostgreSQL"),
        (FaultKind.FullDisk, "a node's disk full for 4 s"),
        (FaultKind.Cut, "cuts of connections to a server or to PostgreSQL"),
    ];

    static int GetNumber(string variable, int otherwise) =>
        int.TryParse(Environment.GetEnvironmentVariable(variable), NumberStyles.None, CultureInfo.InvariantCulture, out var number)
            ? number : otherwise;

    static void Report(FormattableString line) => TestContext.Current.TestOutputHelper?.WriteLine(FormattableString.Invariant(line));

    /// <summary>What the nodes have written down.</summary>
    sealed record Journal(Dictionary<string, long> Runs, List<string> Refused, long Batches, long Accepted, long Known,
        List<string> Problems)
    {
        internal static Journal Read(string folder)
        {
            var lines = Directory.GetFiles(folder).SelectMany(File.ReadLines).Select(line => line.Split(' ')).ToList();
            var pushes = lines.Where(words => words[0] == "push").Select(words => words[1..].Select(word => long.Parse(word,
                CultureInfo.InvariantCulture)).ToArray()).ToList();
            return new(
                lines.Where(words => words[0] == "run").ToDictionary(words => words[1], words => long.Parse(words[2],
                    CultureInfo.InvariantCulture), StringComparer.Ordinal),
                [.. lines.Where(words => words[0] == "refused").Select(words => string.Join(' ', words))],
                pushes.Sum(push => push[0]), pushes.Sum(push => push[1]), pushes.Sum(push => push[2]), [.. lines.Where(words =>
                    words[0] is "problem" or "ledger").Select(words => string.Join(' ', words[1..]))]);
        }
    }
}
