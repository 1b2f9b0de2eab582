using System.Globalization;
using System.Runtime.Versioning;

namespace Tonne.Trials.Slurm;

/// <summary>A real Slurm with four nodes: every job is accounted by prolog and epilog, however it is started, and by its users beside that.</summary>
[Collection(nameof(Alone))]
[UnsupportedOSPlatform("windows")]
public sealed class SlurmTrials(SlurmCluster cluster) : IClassFixture<SlurmCluster>
{
    /// <summary>Reads the counter of the node, works a second, waits, and reads it again: what the node used at least.</summary>
    const string Work = """
        echo "begin $SLURMD_NODENAME $(cat $TREES/$SLURMD_NODENAME/sys/class/powercap/intel-rapl:0/energy_uj)"
        sleep 4
        echo "end $SLURMD_NODENAME $(cat $TREES/$SLURMD_NODENAME/sys/class/powercap/intel-rapl:0/energy_uj)"

        """;

    [Fact]
    public async Task A_step_of_srun_holds_its_cpus_and_its_users_own_recording_is_counted_once()
    {
        Assert.SkipWhen(cluster.SkipReason is not null, cluster.SkipReason ?? "");
        var work = cluster.Script("work", Work);
        var script = cluster.Script("srun-tonne", "export TONNE_SYSROOT=$TREES/$SLURMD_NODENAME; exec $TONNE run -q -- " + work + "\n");

        var finished = (await cluster.RunAsync("timeout", "60", "srun", "-J", "by-srun", "-N4", "-n4", "-c1", script)).Expect(0);
        var job = await LastJobAsync("by-srun");
        await cluster.EndedAsync(job);

        await ExpectShareAsync(job, allocated: 1, finished.Output, nodes: 4);
        var own = await cluster.ReadRunsAsync(job, covering: false);
        Assert.Equal(SlurmCluster.Watts.Keys.Order(), own.Select(run => (string)run.Root["node"]!).Order());
        foreach (var run in own)
            ExpectShare(run, allocated: 1, finished.Output);
        var included = (await cluster.TotalAsync())["counted_with_others"]!.AsArray().ToDictionary(run => (string)run!["id"]!, run => (string)run!["reason"]!);
        Assert.All(own, run => Assert.Equal("whole-job", included[run.Id]));
        Assert.All(await cluster.ReadRunsAsync(job, covering: true), run => Assert.False(included.ContainsKey(run.Id)));
    }

    [Fact]
    public async Task A_batch_job_with_steps_holds_all_of_its_allocation()
    {
        Assert.SkipWhen(cluster.SkipReason is not null, cluster.SkipReason ?? "");
        var work = cluster.Script("inner", Work);
        var script = cluster.Script("batch-steps", $"srun -N2 -n2 {work}\nsrun -N1 -n1 {work}\n");

        var job = await cluster.SubmitAsync("-J", "by-sbatch", "-N2", "-n4", "--ntasks-per-node=2", script);
        await cluster.EndedAsync(job);

        await ExpectShareAsync(job, allocated: 2, await ReadOutputAsync(job), nodes: 2);
    }

    [Fact]
    public async Task Tasks_of_a_script_that_is_recorded_are_not_inside_its_run()
    {
        Assert.SkipWhen(cluster.SkipReason is not null, cluster.SkipReason ?? "");
        var step = cluster.Script("recorded-step", "export TONNE_SYSROOT=$TREES/$SLURMD_NODENAME; exec $TONNE run -q --name step -- sleep 1\n");
        var script = cluster.Script("recorded-script", $"export TONNE_SYSROOT=$TREES/$SLURMD_NODENAME\nexec $TONNE run -q --name script -- /bin/sh -c \"$TONNE run -q --name child -- sleep 1; srun -n1 {step}\"\n");

        var job = await cluster.SubmitAsync("-J", "by-recorded-script", "-n2", "-w", "n4", script);
        await cluster.EndedAsync(job);

        var runs = (await cluster.ReadRunsAsync(job, covering: false)).ToDictionary(run => (string)run.Root["name"]!);
        Assert.Equal(["child", "script", "step"], runs.Keys.Order());
        Assert.Equal(runs["script"].Id, (string?)runs["child"].Root["parent"]);
        Assert.Null(runs["step"].Root["parent"]);
    }

    /// <summary>The words of <c>sacct</c>, in the order of <see cref="Describe"/>.</summary>
    const string AccountingFields = "JobIDRaw,Cluster,JobName,Account,User,Partition,QOS,NodeList";

    [Fact]
    public async Task A_job_is_joined_with_its_row_of_sacct()
    {
        Assert.SkipWhen((cluster.SkipReason ?? cluster.NoAccountingReason) is not null, cluster.SkipReason ?? cluster.NoAccountingReason ?? "");
        var work = cluster.Script("accounted", Work);
        string[] jobs =
        [
            await cluster.SubmitAsync("-J", "of vision", "-A", "vision", "-N2", "-n2", "-w", "n[1-2]", work),
            await cluster.SubmitAsync("-J", "of-language", "-A", "language", "--array=7", "-N1", "-n1", "-w", "n3", work),
        ];
        foreach (var job in jobs)
        {
            await cluster.EndedAsync(job);
            var runs = await cluster.ReadRunsAsync(job, covering: true);
            Assert.NotEmpty(runs);
            string[] rows = [];
            await cluster.WaitAsync(
                async () => (rows = (await cluster.RunAsync("sacct", "-n", "-P", "-X", "-j", job, "-o", AccountingFields + ",State")).Expect(0).Output.Split('\n', StringSplitOptions.RemoveEmptyEntries)) is [var one] && one.EndsWith("COMPLETED", StringComparison.Ordinal),
                $"sacct has job {job} as completed");
            foreach (var run in runs)
                Assert.Equal(rows[0], Describe(run) + "|COMPLETED");
        }
    }

    static string Describe(RunJson run)
    {
        var job = run.Root["job"]!;
        return string.Join('|', job["id"], job["cluster"], job["name"], job["account"], run.Root["user"], job["partition"], job["qos"], job["node_list"]);
    }

    [Fact]
    public async Task Accounts_and_idle_add_up_to_what_the_node_drew()
    {
        Assert.SkipWhen(cluster.SkipReason is not null, cluster.SkipReason ?? "");
        // The second job begins and ends within the first, on the same node; a processor is nobody's then, and three before and after.
        var inner = cluster.Script("shared-inner", Work);
        var first = await cluster.SubmitAsync("-J", "outer", "-A", "vision", "-n1", "-w", "n3", cluster.Script("shared-outer", "sleep 12\n"));
        await RecordsAsync("n3", first);
        var second = await cluster.SubmitAsync("-J", "inner", "-A", "language", "-n2", "-w", "n3", inner);
        await cluster.EndedAsync(second);
        await cluster.EndedAsync(first);

        var outer = Assert.Single(await cluster.ReadRunsAsync(first, covering: true));
        var within = Assert.Single(await cluster.ReadRunsAsync(second, covering: true));
        Assert.True(Start(within) > Start(outer) && End(within) < End(outer), "the second job was not within the first");
        var since = Start(outer).UtcDateTime.ToString("O", CultureInfo.InvariantCulture);
        var total = await cluster.TotalAsync("--by", "account", "--since", since);
        var rows = total["rows"]!.AsArray().Where(row => SlurmCluster.Accounts.Contains((string?)row!["group"]!["account"])).ToList();
        Assert.Equal(2, rows.Count);
        double Sum(string field) => rows.Sum(row => (double)row![field]!["value"]!);

        // Idle energy is at the facility; PUE is the quotient of the jobs' own two figures.
        var joules = 3.6e6 * (Sum("energy_kwh") + (Sum("idle_energy_kwh") * Sum("energy_kwh") / Sum("facility_energy_kwh")));
        // The tree's package, and the parts of the node that have no meter, which are modelled for the time of the outer job.
        var modelled = (outer.Microjoules("memory", "machine") + outer.Microjoules("other", "machine")) / 1e6;
        var known = (SlurmCluster.Watts["n3"] * outer.DurationSeconds) + modelled;
        Assert.InRange(joules, 0.98 * known, 1.01 * known);
        // What others held within the outer job is what the second job got, to the joule of a few samples' time.
        Assert.InRange(outer.Microjoules("cpu", "others"), 0.95 * within.Microjoules("cpu", "job"), 1.05 * within.Microjoules("cpu", "job"));
        Assert.InRange(rows.Sum(row => (double)row!["idle_energy_kwh"]!["value"]!), 1e-9, double.MaxValue);
    }

    [Fact]
    public async Task Tasks_of_an_array_on_one_node_hold_their_own_part_and_the_rest_is_idle()
    {
        Assert.SkipWhen(cluster.SkipReason is not null, cluster.SkipReason ?? "");
        var job = await cluster.SubmitAsync("-J", "by-array", "--array=1-3", "-N1", "-n1", "-w", "n1", cluster.Script("array", Work));
        await cluster.WaitAsync(async () => (await cluster.RunAsync("squeue", "-h", "-j", job, "-o", "%T")).Output.Trim().Length == 0, "the array ended");
        var ids = await ReadJobsAsync("by-array");
        Assert.Equal(3, ids.Count);
        var (tasks, runs) = (new List<string>(), new List<RunJson>());
        foreach (var id in ids)
        {
            await cluster.EndedAsync(id);
            var own = await cluster.ReadRunsAsync(id, covering: true);
            Assert.True(own.Count == 1, $"{own.Count} runs of {id}\n{cluster.AdminLog}");
            var run = own[0];
            ExpectShare(run, allocated: 1, null);
            Assert.Equal(job, (string)run.Root["job"]!["array"]!);
            tasks.Add((string)run.Root["job"]!["array_task"]!);
            runs.Add(own[0]);
        }

        Assert.Equal(["1", "2", "3"], tasks.Order());
        foreach (var run in runs)
        {
            // Each of the others holds a quarter while both run. Runs see each other once a second, at the start and at the end of each.
            var together = runs.Where(other => other != run).Sum(other => (Min(End(run), End(other)) - Max(Start(run), Start(other))).TotalSeconds is > 0 and var seconds ? seconds : 0);
            var watts = SlurmCluster.Watts["n1"] / SlurmCluster.NodeCpus;
            Assert.InRange(run.Microjoules("cpu", "others") / 1e6, (together - 5) * watts, (together + 5) * watts);
            Assert.True(run.Microjoules("cpu", "others") > 0, "no other task was seen");
        }
    }

    [Fact]
    public async Task A_requeued_job_has_a_run_for_each_of_its_starts()
    {
        Assert.SkipWhen(cluster.SkipReason is not null, cluster.SkipReason ?? "");
        var begun = Path.Combine(cluster.Folder, "requeue-begun");
        var job = await cluster.SubmitAsync("-J", "by-requeue", "-N1", "-n3", "-w", "n2", cluster.Script("requeue", "touch '" + begun + "'\n" + Work));
        await cluster.WaitAsync(() => Task.FromResult(File.Exists(begun)), "the script begins");
        await RecordsAsync("n2", job);
        (await cluster.RunAsync("scontrol", "requeue", job)).Expect(0);
        await cluster.WaitAsync(async () => (await cluster.RunAsync("squeue", "-h", "-j", job, "-o", "%T")).Output.Trim() == "PENDING", "the job is requeued");
        // Slurm would wait two minutes. It starts no prolog for a job that begins again in the second of its end: it compares times in whole seconds.
        await Task.Delay(TimeSpan.FromSeconds(3), TestContext.Current.CancellationToken);
        (await cluster.RunAsync("scontrol", "update", "JobId=" + job, "StartTime=now")).Expect(0);
        await cluster.EndedAsync(job);

        var runs = await cluster.ReadRunsAsync(job, covering: true);
        Assert.True(runs.Count == 2, $"{runs.Count} runs\n{cluster.AdminLog}");
        foreach (var run in runs)
            ExpectShare(run, allocated: 3, null);
        Assert.Equal([null, 1], runs.Select(run => (int?)run.Root["job"]!["restarts"]).Order());
    }

    [Fact]
    public async Task A_node_that_dies_is_counted_until_then_and_one_that_never_reported_is_listed()
    {
        Assert.SkipWhen(cluster.SkipReason is not null, cluster.SkipReason ?? "");
        // Root does not read what others may have written, so n4 is not accounted; its prolog succeeds, and the job runs.
        File.SetUnixFileMode(cluster.Configuration("n4.yaml"), (UnixFileMode)0b110_110_110);
        var job = await cluster.SubmitAsync("-J", "by-death", "-N3", "-n3", "-w", "n[2-4]", "--no-kill", cluster.Script("death", "srun -N3 -n3 sleep 60\n"));
        await RecordsAsync("n3", job);
        await RecordsAsync("n2", job);
        await Task.Delay(TimeSpan.FromSeconds(2), TestContext.Current.CancellationToken);

        Kill("n3", job);
        await Task.Delay(TimeSpan.FromSeconds(1), TestContext.Current.CancellationToken);
        (await cluster.RunAsync("scancel", job)).Expect(0);
        await cluster.WaitAsync(() => Task.FromResult(!File.Exists(Path.Combine(cluster.Folder, "run", "n2." + job))), "n2 has closed its run");
        File.SetUnixFileMode(cluster.Configuration("n4.yaml"), (UnixFileMode)0b110_100_100);
        await cluster.RestartNodeAsync("n3");

        var runs = await cluster.ReadRunsAsync(job, covering: true);
        Assert.Equal([("n2", 1), ("n3", 1)], runs.Select(run => ((string)run.Root["node"]!, 1)).Order());
        foreach (var run in runs)
            ExpectShare(run, allocated: 1, null);
        Assert.Equal("interrupted", runs.Single(run => (string)run.Root["node"]! == "n3").Status);
        Assert.Contains($"job {job} on n4: is not accounted", cluster.AdminLog, StringComparison.Ordinal);
        Assert.Contains("n4.yaml is not used", cluster.AdminLog, StringComparison.Ordinal);
        var missing = (await cluster.TotalAsync())["missing_nodes"]!.AsArray().Single(one => ((string)one!["job"]!).EndsWith(":" + job, StringComparison.Ordinal))!;
        Assert.Equal(["n4"], missing["nodes"]!.AsArray().Select(node => (string)node!));
        var show = (await cluster.RunAsync(TonneCommand.Executable, "show", runs[0].Id)).Expect(0);
        Assert.Contains("n4: this node of the job never reported", string.Join(' ', show.Output.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries)), StringComparison.Ordinal);
        Assert.DoesNotContain("drain", (await cluster.RunAsync("sinfo", "-h", "-N", "-o", "%T", "-n", "n4")).Output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("slurm-epilog", "an epilog without a prolog")]
    [InlineData("slurm-epilog", "a second epilog")]
    [InlineData("slurm-prolog", "a prolog that is no job's")]
    public async Task Prolog_and_epilog_always_succeed(string script, string what)
    {
        Assert.SkipWhen(cluster.SkipReason is not null, cluster.SkipReason ?? "");
        string[] variables = what.StartsWith("a prolog", StringComparison.Ordinal) ? ["SLURM_JOB_ID=../x"] : ["SLURM_JOB_ID=999", "SLURMD_NODENAME=n1", "SLURM_JOB_UID=0"];

        var finished = await cluster.RunAsync(["/usr/bin/env", "-i", .. variables, Path.Combine(cluster.Folder, "bin", script)]);

        Assert.Equal(new Finished(0, "", ""), finished);
    }

    [Fact]
    public async Task A_full_disk_or_a_tonne_that_hangs_keeps_no_job_from_running()
    {
        Assert.SkipWhen(cluster.SkipReason is not null, cluster.SkipReason ?? "");
        var full = Directory.CreateDirectory(Path.Combine(cluster.Folder, "full")).FullName;
        Assert.SkipUnless((await cluster.RunAsync("mount", "-t", "tmpfs", "-o", "size=64k,mode=755", "none", full)).Code == 0, "a file system of its own cannot be mounted here");
        try
        {
            await cluster.RunAsync("dd", "if=/dev/zero", "of=" + Path.Combine(full, "filled"), "bs=1k", "count=100");
            var before = await File.ReadAllTextAsync(cluster.Configuration("n4.yaml"), TestContext.Current.CancellationToken);
            await File.WriteAllTextAsync(cluster.Configuration("n4.yaml"), before + $"home: {full}\n", TestContext.Current.CancellationToken);
            var done = Path.Combine(cluster.Folder, "full-done");
            var job = await cluster.SubmitAsync("-J", "by-full-disk", "-n1", "-w", "n4", cluster.Script("full-disk", $"sleep 1\ntouch '{done}'\n"));
            await cluster.WaitAsync(() => Task.FromResult(File.Exists(done)), "the job has run");
            await cluster.EndedAsync(job);
            await File.WriteAllTextAsync(cluster.Configuration("n4.yaml"), before, TestContext.Current.CancellationToken);
            Assert.Contains($"job {job} on n4", cluster.AdminLog, StringComparison.Ordinal);
            Assert.Contains("space", cluster.AdminLog, StringComparison.OrdinalIgnoreCase);
        }
        finally
        {
            (await cluster.RunAsync("umount", full)).Expect(0);
        }

        var hangs = cluster.Script("hangs", "exec sleep 30\n");
        foreach (var script in new[] { "slurm-prolog", "slurm-epilog" })
        {
            var text = await File.ReadAllTextAsync(Path.Combine(cluster.Folder, "bin", script), TestContext.Current.CancellationToken);
            var command = text.Split('\n').Single(line => line.StartsWith("$session ", StringComparison.Ordinal)).Split('\'')[1];
            var copy = cluster.Script("hanging-" + script, text.Replace(command, hangs, StringComparison.Ordinal));
            Assert.Equal(new Finished(0, "", ""), await cluster.RunAsync("/usr/bin/timeout", "10", "/usr/bin/env", "-i", "SLURM_JOB_ID=998", "SLURMD_NODENAME=n1", "SLURM_JOB_UID=0", copy));
        }

        Assert.DoesNotContain("drain", (await cluster.RunAsync("sinfo", "-h", "-N", "-o", "%T")).Output, StringComparison.Ordinal);
    }

    static DateTimeOffset Start(RunJson run) => (DateTimeOffset)run.Root["started_at"]!;

    static DateTimeOffset End(RunJson run) => Start(run).AddSeconds(run.DurationSeconds);

    static DateTimeOffset Min(DateTimeOffset one, DateTimeOffset other) => one < other ? one : other;

    static DateTimeOffset Max(DateTimeOffset one, DateTimeOffset other) => one > other ? one : other;

    /// <summary>Every run of the job has its share of what the tree counted, no less than its own commands saw.</summary>
    async Task ExpectShareAsync(string job, int allocated, string output, int nodes)
    {
        var runs = await cluster.ReadRunsAsync(job, covering: true);
        Assert.True(runs.Count == nodes && runs.Select(run => (string)run.Root["node"]!).Distinct().Count() == nodes, $"job {job} has runs of {string.Join(", ", runs.Select(run => (string)run.Root["node"]!))}\n{cluster.AdminLog}");
        foreach (var run in runs)
        {
            ExpectShare(run, allocated, output);
            Assert.Equal(job, (string)run.Root["job"]!["id"]!);
            Assert.Equal("trial", (string)run.Root["job"]!["cluster"]!);
            Assert.Equal("main", (string)run.Root["job"]!["partition"]!);
        }
    }

    /// <summary>E = watts × time of the node; the job's energy = E × allocated ÷ node CPUs; job + others + idle = E. Within 1 %.</summary>
    static void ExpectShare(RunJson run, int allocated, string? output)
    {
        var node = (string)run.Root["node"]!;
        var (job, others, idle, machine) = (run.Microjoules("cpu", "job"), run.Microjoules("cpu", "others"), run.Microjoules("cpu", "idle"), run.Microjoules("cpu", "machine"));
        Assert.Equal(machine, job + others + idle);
        var known = SlurmCluster.Watts[node] * run.DurationSeconds * 1e6;
        // A run begins before its first sample, some ms or, while eight recorders start on a busy machine, 0.2 s; the counter moves every 10 ms.
        Assert.InRange(machine, (0.99 * known) - (SlurmCluster.Watts[node] * 200_000), (1.01 * known) + (SlurmCluster.Watts[node] * 20_000));
        var expected = (double)machine * allocated / SlurmCluster.NodeCpus;
        Assert.InRange(job, 0.99 * expected, 1.01 * expected);
        // The prolog waits 0.6 s for the recorder, not longer: on a machine that is too busy a part of the beginning is missing.
        if (output is not null)
            Assert.True(machine >= 0.8 * ReadCounted(output, node), $"{node}: {machine} µJ, and its commands saw {ReadCounted(output, node)}");
    }

    /// <summary>What the counter of a node moved from the first to the last command of a job on it, in µJ.</summary>
    static long ReadCounted(string output, string node)
    {
        var values = output.Split('\n').Where(line => line.Contains($" {node} ", StringComparison.Ordinal)).Select(line => long.Parse(line.Split(' ')[2], CultureInfo.InvariantCulture)).ToList();
        return values.Count == 0 ? 0 : values.Max() - values.Min();
    }

    async Task<string> ReadOutputAsync(string job) => await File.ReadAllTextAsync(Directory.GetFiles(cluster.Folder, $"job-{job}-*.out").Single(), TestContext.Current.CancellationToken);

    /// <summary>Waits until the recorder of a job on a node has its first sample.</summary>
    Task RecordsAsync(string node, string job) => cluster.WaitAsync(
        () => Task.FromResult(File.Exists(Path.Combine(cluster.Folder, "run", $"{node}.{job}")) && File.ReadAllText(Path.Combine(cluster.Folder, "run", $"{node}.{job}")).EndsWith("records\n", StringComparison.Ordinal)),
        $"{node} records job {job}");

    /// <summary>Kills what a node has: its slurmd, the recorder, and everything below the step daemons, as a power cut does.</summary>
    void Kill(string node, string job)
    {
        var recorder = int.Parse(File.ReadAllText(Path.Combine(cluster.Folder, "run", $"{node}.{job}")).Split(' ')[0], CultureInfo.InvariantCulture);
        foreach (var id in new[] { SlurmCluster.ReadProcessId(Path.Combine(cluster.Folder, $"slurmd-{node}.pid")), recorder }.OfType<int>().Concat(FindTasks(node, job)))
        {
            try
            {
                using var process = System.Diagnostics.Process.GetProcessById(id);
                process.Kill();
            }
            catch (ArgumentException)
            {
                // It went with another one.
            }
        }
    }

    /// <summary>The tasks of a job on a node and their step daemons.</summary>
    static List<int> FindTasks(string node, string job)
    {
        var found = new List<int>();
        foreach (var folder in Directory.GetDirectories("/proc").Where(folder => int.TryParse(Path.GetFileName(folder), NumberStyles.None, CultureInfo.InvariantCulture, out _)))
        {
            try
            {
                var variables = File.ReadAllText(folder + "/environ").Split('\0');
                if (!variables.Contains("SLURM_JOB_ID=" + job) || !variables.Contains("SLURMD_NODENAME=" + node) || variables.Any(entry => entry.StartsWith("SLURM_SCRIPT_CONTEXT=", StringComparison.Ordinal)))
                    continue;
                found.Add(int.Parse(Path.GetFileName(folder), CultureInfo.InvariantCulture));
                var parent = File.ReadAllText(folder + "/stat").Split(") ")[^1].Split(' ')[1];
                if (File.ReadAllText($"/proc/{parent}/cmdline").StartsWith("slurmstepd: [" + job, StringComparison.Ordinal))
                    found.Add(int.Parse(parent, CultureInfo.InvariantCulture));
            }
            catch (Exception error) when (error is IOException or UnauthorizedAccessException)
            {
                // It has ended.
            }
        }

        return found;
    }

    async Task<string> LastJobAsync(string name) => (await ReadJobsAsync(name))[^1];

    /// <summary>Ids of the jobs with a name, by Slurm's own record of completed jobs.</summary>
    async Task<List<string>> ReadJobsAsync(string name)
    {
        List<string> ids = [];
        await cluster.WaitAsync(
            async () =>
            {
                var list = await cluster.RunAsync("squeue", "-h", "--states=all", "--name=" + name, "-o", "%A %T");
                ids = [.. list.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => line.Split(' ')).Where(words => words[1] == "COMPLETED").Select(words => words[0]).Distinct().Order(StringComparer.Ordinal)];
                return ids.Count > 0 && !list.Output.Contains("RUNNING", StringComparison.Ordinal) && !list.Output.Contains("COMPLETING", StringComparison.Ordinal);
            },
            $"job {name} completed");
        return ids;
    }
}
