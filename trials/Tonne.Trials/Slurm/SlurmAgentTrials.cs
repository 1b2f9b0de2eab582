using System.Diagnostics;
using System.Globalization;
using System.Runtime.Versioning;
using System.Text.Json.Nodes;
using Tonne.Ledgers;

namespace Tonne.Trials.Slurm;

/// <summary>The agent of a node of a real Slurm: jobs found by their control groups, each joule once, and the bill to whom the controller
/// says.</summary>
[Collection(nameof(Alone))]
[UnsupportedOSPlatform("windows")]
public sealed class SlurmAgentTrials(ControlGroupCluster groups) : IClassFixture<ControlGroupCluster>
{
    const string Node = "n1";
    const int AllocatedCpus = 2;
    const string AnotherUser = "65534";

    // A run begins some ms before its first sample, more on a busy machine.
    const double Tolerance = 0.05;

    // kWh.
    const double TenMicrojoules = 1e-5 / 3.6e6;

    SlurmCluster Cluster => groups.Cluster;

    string Tree => Path.Combine(Cluster.Trees, Node);

    static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Jobs_and_rest_are_the_node_and_each_job_is_recorded_once()
    {
        Assert.SkipWhen(groups.SkipReason is not null, groups.SkipReason ?? "");
        // Of the machine's control groups the agent sees those of its node.
        Directory.CreateDirectory(Path.Combine(Tree, "sys/fs/cgroup/cpuacct"));
        Directory.CreateSymbolicLink(
            Path.Combine(Tree, $"sys/fs/cgroup/cpuacct/slurm_{Node}"), $"{ControlGroupCluster.CpuAccounting}/slurm_{Node}");
        await File.WriteAllTextAsync(Cluster.NoPrologFile, "", Cancelled);
        using var agent = Cluster.Start(
            TonneCommand.Executable, "agent", "run", "--config", Path.Combine(Cluster.Folder, "etc"), "--node", Node, "--sysroot", Tree,
            "--zone", "FR", "--period", "200ms", "--job-period", "200ms", "--slurm-state", Path.Combine(Cluster.Folder, "run"));
        var said = agent.StandardError.ReadToEndAsync(Cancelled);
        try
        {
            await RecordAsync(agent, said);
        }
        finally
        {
            if (!agent.HasExited)
                agent.Kill();
            TestContext.Current.TestOutputHelper?.WriteLine(await said);
        }
    }

    async Task RecordAsync(Process agent, Task<string> said)
    {
        // What runs is not in the list.
        await Cluster.WaitAsync(() => Task.FromResult(new LedgerHome(Cluster.Home).GetRunFolders().Count == 1), "the agent measures");

        // A user may set any variable of his job, and does; the job belongs to another account than he says.
        var script = Cluster.Script("forged",
            "export SLURM_JOB_ACCOUNT=free SLURM_JOB_USER=root SLURM_JOB_NAME=innocent SLURM_CONF=/nowhere; sleep 6 & exec sleep 6\n");
        string[] account = Cluster.NoAccountingReason is null ? ["-A", "vision"] : [];
        (await Cluster.RunAsync([
            "setpriv", $"--reuid={AnotherUser}", $"--regid={AnotherUser}", "--clear-groups", "srun", "-D", "/", "-J", "real", .. account,
            "-w", Node, "-n1", $"-c{AllocatedCpus}", script])).Expect(0);
        // The prolog records the next one, and the agent leaves it to it.
        File.Delete(Cluster.NoPrologFile);
        var left = await Cluster.SubmitAsync("-J", "by-prolog", "-w", Node, "-n1", Cluster.Script("left", "sleep 4\n"));
        await Cluster.EndedAsync(left);
        await Cluster.WaitAsync(async () => (await ReadAsync("slurm-job")).Count(static run => (string?)run["status"] == "completed") == 1,
            "the agent closes its job");
        (await Cluster.RunAsync("kill", "-TERM", agent.Id.ToString(CultureInfo.InvariantCulture))).Expect(0);
        await agent.WaitForExitAsync(Cancelled);
        Assert.True(agent.ExitCode == 0, await said);

        var job = Assert.Single(await ReadAsync("slurm-job"));
        Assert.Equal("real", (string?)job["name"]);
        Assert.Equal("nobody", (string?)job["user"]);
        if (Cluster.NoAccountingReason is null)
            Assert.Equal("vision", (string?)job["job"]!["account"]);
        var recorded = Assert.Single(await Cluster.ReadRunsAsync(left, covering: true));
        Assert.Equal("by-prolog", (string)recorded.Root["name"]!);
        Assert.Null((string?)recorded.Root["tags"]?["kind"]);

        // The package is below its idle power, so a job has its held share of it: the controller's CPUs, of those of the node.
        var node = Assert.Single(await ReadAsync("agent"));
        foreach (var (run, cpus) in new[] { (await ShowAsync(job), AllocatedCpus), (await ShowAsync(node), SlurmCluster.NodeCpus) })
        {
            var machine = run.Microjoules("cpu", "machine");
            Assert.Equal(machine, run.Microjoules("cpu", "job") + run.Microjoules("cpu", "others") + run.Microjoules("cpu", "idle"));
            Assert.Equal(SlurmCluster.Watts[Node] * 1e6 * run.DurationSeconds, machine, Tolerance * machine);
            // Each sample is divided in whole microjoules, five a second.
            Assert.Equal((double)machine * cpus / SlurmCluster.NodeCpus, run.Microjoules("cpu", "job"), 1e-6 * machine);
        }

        // Rows of accounts, and the row of the node for the rest, add up to the node alone.
        var total = await Cluster.TotalAsync();
        var alone = await Cluster.TotalAsync("--tag", "kind=agent");
        // Records have whole microjoules for each part of a machine.
        Assert.Equal(Of(alone["total"]!), Of(total["total"]!), TenMicrojoules);
        var rows = (await Cluster.TotalAsync("--by", "name"))["rows"]!.AsArray().ToDictionary(
            static row => (string?)row!["group"]!["name"] ?? "", static row => Of(row!));
        Assert.Equal(Of(alone["total"]!), rows.Values.Sum(), TenMicrojoules);
        Assert.True(rows["real"] > 0 && rows["by-prolog"] > 0 && rows[Node] > 0);
    }

    static double Of(JsonNode row) => (double)row["facility_energy_kwh"]!["value"]!;

    async Task<RunJson> ShowAsync(JsonNode run) =>
        new((await Cluster.RunAsync(TonneCommand.Executable, "show", (string)run["id"]!, "--json")).Expect(0).Output);

    async Task<List<JsonNode>> ReadAsync(string kind)
    {
        var list = (await Cluster.RunAsync(TonneCommand.Executable, "list", "--json")).Expect(0);
        return [.. JsonNode.Parse(list.Output)!["runs"]!.AsArray().Where(run => (string?)run!["tags"]?["kind"] == kind)
            .Select(static run => run!.DeepClone())];
    }
}
