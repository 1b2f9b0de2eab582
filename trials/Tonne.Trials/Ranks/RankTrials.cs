using System.Diagnostics;
using System.Globalization;
using System.Text.Json.Nodes;

namespace Tonne.Trials.Ranks;

/// <summary>Several <c>tonne run</c> with the variables of a launcher are one run with a row for each rank.</summary>
[Collection(nameof(Alone))]
public class RankTrials
{
    const string Spin = "import sys, time\nend = time.process_time() + float(sys.argv[1])\nwhile time.process_time() < end: pass\nsys.exit(int(sys.argv[2]))";

    public static TheoryData<string> Launchers => ["torchrun", "srun", "mpirun"];

    static Dictionary<string, string> Variables(string launcher, string id, int rank, int size) => launcher switch
    {
        "torchrun" => RankJob.Torchrun(id, rank, size),
        "srun" => RankJob.Srun(id, rank, size),
        _ => RankJob.Mpirun(id, rank, size),
    };

    [Theory]
    [MemberData(nameof(Launchers))]
    public async Task Ranks_are_one_run_and_each_output_is_its_own_part(string launcher)
    {
        const int size = 4;
        using var tonne = new TonneCommand();
        var id = RankJob.NewId();
        // Rank r works (r + 1) · 0.4 s once all have joined.
        string[] command(int rank) =>
        [
            "sh", "-c", $"while [ ! -e {tonne.At("go")} ]; do sleep 0.05; done; exec {Needs.Python()} -c '{Spin}' {((rank + 1) * 0.4).ToString(CultureInfo.InvariantCulture)} {rank * 3}",
        ];
        var started = Enumerable.Range(0, size).Select(rank => RankJob.Start(
            tonne, Variables(launcher, id, rank, size), [TonneCommand.Executable, "run", "-q", "--output", tonne.At($"part-{rank}.json"), "--", .. command(rank)])).ToList();
        await RankJob.JoinedAsync(tonne, size);
        await File.WriteAllTextAsync(tonne.At("go"), "", TestContext.Current.CancellationToken);
        var finished = await Task.WhenAll(started.Select(Finished.OfAsync));

        Assert.Equal([0, 3, 6, 9], finished.Select(each => each.Code));
        var folder = Assert.Single(tonne.RunFolders());
        var run = JsonNode.Parse((await tonne.RunAsync("show", "last", "--json")).Expect(0).Output)!;
        Assert.Equal(Path.GetFileName(folder), (string)run["id"]!);
        // The lowest rank that failed.
        Assert.Equal(("failed", 3), ((string)run["status"]!, (int)run["exit_code"]!));
        RankJob.Conserved(run);
        var ranks = run["ranks"]!.AsArray();
        Assert.Equal([0, 1, 2, 3], ranks.Select(rank => (int)rank!["rank"]!));
        Assert.Equal([0, 3, 6, 9], ranks.Select(rank => (int)rank!["exit_code"]!));
        for (var rank = 0; rank < size; rank++)
        {
            var part = JsonNode.Parse(await File.ReadAllTextAsync(tonne.At($"part-{rank}.json"), TestContext.Current.CancellationToken))!;
            Assert.Equal(((string)run["id"]!, rank, rank * 3), ((string)part["id"]!, (int)part["rank"]!, (int)part["exit_code"]!));
            Assert.True((double)ranks[rank]!["cpu_s"]! >= (rank + 1) * 0.4, $"rank {rank} has {ranks[rank]!["cpu_s"]} CPU-seconds");
            // Within the resolution of what its later recorder could still add to a rank that had left: nothing.
            Assert.Equal((double)ranks[rank]!["energy_kwh"]!["value"]!, (double)part["energy_kwh"]!["value"]!, (double)part["energy_kwh"]!["value"]! * 0.02);
        }

        Assert.Contains("rank", (await tonne.RunAsync("show", "last")).Expect(0).Output, StringComparison.Ordinal);
        (await tonne.RunAsync("ledger", "verify")).Expect(0);
    }

    [Fact]
    public async Task Epochs_of_rank_0_are_the_runs_though_another_rank_records()
    {
        using var tonne = new TonneCommand();
        var id = RankJob.NewId();
        using var first = RankJob.Start(tonne, RankJob.Torchrun(id, 1, 2), [TonneCommand.Executable, "run", "-q", "--", .. RankJob.Until(tonne, "stop", 1, 0)]);
        await RankJob.JoinedAsync(tonne, 1);
        var marks = "for i in 1 2 3; do \"$TONNE\" mark epoch $i loss=0.$i; sleep 0.3; done";
        (await Finished.OfAsync(RankJob.Start(tonne, RankJob.Torchrun(id, 0, 2), TonneCommand.Executable, "run", "-q", "--", "sh", "-c", marks))).Expect(0);
        await File.WriteAllTextAsync(tonne.At("stop"), "", TestContext.Current.CancellationToken);
        await first.WaitForExitAsync(TestContext.Current.CancellationToken);

        var run = JsonNode.Parse((await tonne.RunAsync("show", "last", "--json")).Expect(0).Output)!;
        Assert.Equal([1, 2, 3], run["epochs"]!.AsArray().Select(epoch => (int)epoch!["number"]!));
        Assert.Equal(2, run["ranks"]!.AsArray().Count);
    }

    /// <summary>Workers that record themselves from within, as a tracker does: each attaches a recorder to its own process.</summary>
    [Fact]
    public async Task Processes_that_attach_a_recorder_to_themselves_are_one_run()
    {
        const int size = 3;
        using var tonne = new TonneCommand();
        var port = 28_000 + (Environment.ProcessId % 900);
        // Rank 0 records first and ends first, so another takes over. Before they attach they burn what must not count.
        var program = tonne.Write("workers.py", $$"""
            import json, multiprocessing, os, subprocess, sys, time

            def burn(seconds):
                end = time.process_time() + seconds
                while time.process_time() < end: pass

            def work(rank, attached, folder):
                os.environ.update(RANK=str(rank), LOCAL_RANK=str(rank), WORLD_SIZE="{{size}}", MASTER_ADDR="127.0.0.1", MASTER_PORT="{{port}}")
                burn(0.3)
                recorder = subprocess.Popen([os.environ["TONNE"], "attach", "--pid", str(os.getpid()), "--zone", "FR"], stderr=subprocess.PIPE, text=True)
                line = recorder.stderr.readline()
                assert "with the other ranks" in line, line
                attached.wait(timeout=60)
                before = time.process_time()
                burn(1 + rank)
                time.sleep(1.5)
                with open(os.path.join(folder, f"used-{rank}.json"), "w") as file:
                    json.dump(time.process_time() - before, file)

            if __name__ == "__main__":
                attached = multiprocessing.Barrier({{size}})
                workers = [multiprocessing.Process(target=work, args=(rank, attached, sys.argv[1])) for rank in range({{size}})]
                for worker in workers: worker.start()
                for worker in workers: worker.join()
                assert all(worker.exitcode == 0 for worker in workers)
                # The recorders end on their own.
                while subprocess.run(["pgrep", "-f", "attach --pid .* --zone FR"], capture_output=True).returncode == 0: time.sleep(0.1)
            """);

        (await tonne.RunOtherAsync(Needs.Python(), program, Path.GetDirectoryName(program)!)).Expect(0);

        Assert.Single(tonne.RunFolders());
        var run = JsonNode.Parse((await tonne.RunAsync("show", "last", "--json")).Expect(0).Output)!;
        var ranks = run["ranks"]!.AsArray();
        Assert.Equal([0, 1, 2], ranks.Select(rank => (int)rank!["rank"]!).Order());
        RankJob.Conserved(run);
        Assert.Contains(run["warnings"]!.AsArray(), warning => (string)warning!["code"]! == "attached");
        foreach (var rank in ranks)
        {
            var used = JsonNode.Parse(await File.ReadAllTextAsync(tonne.At($"used-{(int)rank!["rank"]!}.json"), TestContext.Current.CancellationToken))!.GetValue<double>();
            // What it used before it attached was 0.3 s. The rest of the job's start, such as waiting for the others, is little.
            Assert.InRange((double)rank["cpu_s"]!, used - 0.05, used + 0.25);
        }

        (await tonne.RunAsync("ledger", "verify")).Expect(0);
    }

    [Fact]
    public async Task Processes_of_torch_multiprocessing_are_one_run()
    {
        await Needs.ModuleAsync("torch", "python3-torch");
        using var tonne = new TonneCommand();
        var port = 29_000 + (Environment.ProcessId % 900);
        var child = tonne.Write("child.py", """
            import torch, torch.distributed as dist
            dist.init_process_group("gloo")
            part = torch.ones(1) * (dist.get_rank() + 1)
            dist.all_reduce(part)
            assert part.item() == 3, part
            dist.destroy_process_group()
            """);
        var parent = tonne.Write("parent.py", $$"""
            import os, subprocess, sys
            import torch.multiprocessing as mp
            def work(rank):
                os.environ.update(RANK=str(rank), LOCAL_RANK=str(rank), WORLD_SIZE="2", MASTER_ADDR="127.0.0.1", MASTER_PORT="{{port}}")
                code = subprocess.call([os.environ["TONNE"], "run", "-q", "--", sys.executable, "{{child}}"])
                assert code == 0, code
            if __name__ == "__main__":
                mp.spawn(work, nprocs=2)
            """);

        (await tonne.RunOtherAsync(Needs.Python(), parent)).Expect(0);

        Assert.Single(tonne.RunFolders());
        var run = JsonNode.Parse((await tonne.RunAsync("show", "last", "--json")).Expect(0).Output)!;
        Assert.Equal([0, 1], run["ranks"]!.AsArray().Select(rank => (int)rank!["rank"]!));
        RankJob.Conserved(run);
    }

    [Fact]
    public async Task Two_nodes_at_once_on_a_shared_home_are_two_runs_of_one_job()
    {
        Needs.Root("a process namespace of its own stands in for a second node");
        using var tonne = new TonneCommand();
        var id = RankJob.NewId();
        // Processes of two namespaces do not see each other, like those of two machines.
        var started = Enumerable.Range(0, 4).GroupBy(rank => rank / 2).Select(node => tonne.StartOther(
        [
            "unshare", "--pid", "--fork", "--mount-proc", "--kill-child", "sh", "-c",
            string.Join(" & ", node.Select(rank => "env " + string.Join(' ', RankJob.Srun(id, rank, 4, 2, node.Key).Select(one => $"{one.Key}={one.Value}"))
                + $" \"$TONNE\" run -q -- sh -c 'touch {tonne.At($"here-{rank}")}; while [ ! -e {tonne.At("go")} ]; do sleep 0.1; done'")) + " & wait",
        ])).ToList();
        await RankJob.WaitAsync(() => Enumerable.Range(0, 4).All(rank => File.Exists(tonne.At($"here-{rank}"))), "all ranks run");
        await File.WriteAllTextAsync(tonne.At("go"), "", TestContext.Current.CancellationToken);
        foreach (var node in await Task.WhenAll(started.Select(Finished.OfAsync)))
            node.Expect(0);

        Assert.Equal(2, tonne.RunFolders().Length);
        var runs = JsonNode.Parse((await tonne.RunAsync("list", "--json")).Expect(0).Output)!["runs"]!.AsArray();
        Assert.Equal(["n0", "n1"], runs.Select(run => (string)run!["node"]!).Order());
        Assert.Equal([0, 1, 2, 3], runs.SelectMany(run => run!["ranks"]!.AsArray()).Select(rank => (int)rank!["rank"]!).Order());
        var shown = (await tonne.RunAsync("show", "last")).Expect(0).Output;
        Assert.True(string.Join(' ', shown.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries)).Contains("2 runs on 2 nodes (n0, n1)", StringComparison.Ordinal), shown);
        (await tonne.RunAsync("ledger", "verify")).Expect(0);
    }

    [Fact]
    public async Task Ranks_of_two_users_are_two_runs()
    {
        Needs.Root("a rank of another user");
        var setpriv = Needs.Program("/usr/bin/setpriv", "util-linux");
        using var tonne = new TonneCommand();
        var (id, other) = (RankJob.NewId(), Directory.CreateTempSubdirectory("tonne-trial-other-"));
        try
        {
            Process.Start("chmod", ["-R", "a+rwX", other.FullName, tonne.Folder])!.WaitForExit();
            using var mine = RankJob.Start(tonne, RankJob.Torchrun(id, 0, 2), [TonneCommand.Executable, "run", "-q", "--", .. RankJob.Until(tonne, "stop", 0, 0)]);
            await RankJob.JoinedAsync(tonne, 1);
            var theirs = new Dictionary<string, string>(RankJob.Torchrun(id, 1, 2)) { ["TONNE_HOME"] = Path.Combine(other.FullName, "home"), ["HOME"] = other.FullName };
            (await Finished.OfAsync(RankJob.Start(tonne, theirs, setpriv, "--reuid=65534", "--regid=65534", "--clear-groups", TonneCommand.Executable, "run", "-q", "--", "sh", "-c", "exit 5"))).Expect(5);
            await File.WriteAllTextAsync(tonne.At("stop"), "", TestContext.Current.CancellationToken);
            await mine.WaitForExitAsync(TestContext.Current.CancellationToken);

            Assert.Equal(0, mine.ExitCode);
            Assert.Single(tonne.RunFolders());
            tonne.Home = Path.Combine(other.FullName, "home");
            Assert.Single(tonne.RunFolders());
        }
        finally
        {
            other.Delete(recursive: true);
        }
    }

    [Fact]
    public async Task Ranks_without_a_ledger_run_all_the_same()
    {
        using var tonne = new TonneCommand();
        tonne.Home = tonne.Write("no-folder", "a file in the place of the ledger") + "/home";
        var id = RankJob.NewId();
        var finished = await Task.WhenAll(Enumerable.Range(0, 3).Select(rank => Finished.OfAsync(RankJob.Start(
            tonne, RankJob.Torchrun(id, rank, 3), TonneCommand.Executable, "run", "-q", "--output", tonne.At($"part-{rank}.json"), "--", "sh", "-c", $"sleep 0.3; exit {rank}"))));

        Assert.Equal([0, 1, 2], finished.Select(each => each.Code));
        for (var rank = 0; rank < 3; rank++)
        {
            Assert.Contains("will not be in the ledger", finished[rank].Error, StringComparison.Ordinal);
            var part = JsonNode.Parse(await File.ReadAllTextAsync(tonne.At($"part-{rank}.json"), TestContext.Current.CancellationToken))!;
            Assert.Equal((rank, rank), ((int)part["rank"]!, (int)part["exit_code"]!));
        }
    }

    [Fact]
    public async Task After_all_were_killed_the_same_job_begins_another_run()
    {
        using var tonne = new TonneCommand();
        var id = RankJob.NewId();
        var started = Enumerable.Range(0, 2).Select(rank => RankJob.Start(
            tonne, RankJob.Torchrun(id, rank, 2), [TonneCommand.Executable, "run", "-q", "--epoch-pattern", "none", "--", .. RankJob.Until(tonne, "stop", rank, 0)])).ToList();
        await RankJob.StartedAsync(tonne, 2);
        foreach (var rank in started)
        {
            rank.Kill();
            await rank.WaitForExitAsync(TestContext.Current.CancellationToken);
        }

        // For 10 s and three periods another rank could still take over.
        File.SetLastWriteTimeUtc(Path.Combine(tonne.RunFolders()[0], "trace"), DateTime.UnixEpoch);
        (await Finished.OfAsync(RankJob.Start(tonne, RankJob.Torchrun(id, 0, 2), TonneCommand.Executable, "run", "-q", "--", "sh", "-c", "exit 4"))).Expect(4);
        await File.WriteAllTextAsync(tonne.At("stop"), "", TestContext.Current.CancellationToken);
        // Their commands still run, and would look for the file for ever in a folder that is gone.
        await RankJob.WaitAsync(() => File.Exists(tonne.At("code-0")) && File.Exists(tonne.At("code-1")), "the commands of the killed ranks ended");

        var runs = JsonNode.Parse((await tonne.RunAsync("list", "--json")).Expect(0).Output)!["runs"]!.AsArray();
        Assert.Equal(["failed", "interrupted"], runs.Select(run => (string)run!["status"]!));
        Assert.Equal([1, 2], runs.Select(run => run!["ranks"]!.AsArray().Count));
    }

    [Fact]
    public async Task A_run_inside_a_rank_counts_with_it_and_is_no_rank()
    {
        using var tonne = new TonneCommand();
        var id = RankJob.NewId();
        var ranks = Enumerable.Range(0, 2).Select(rank => RankJob.Start(tonne, RankJob.Torchrun(id, rank, 2),
            TonneCommand.Executable, "run", "-q", "--zone", "FR", "--name", "outer", "--", TonneCommand.Executable, "run", "-q", "--zone", "FR", "--name", "inner", "--",
            Needs.Python(), "-c", "import time\nwhile time.process_time() < 0.5: pass")).ToList();
        foreach (var rank in ranks)
            (await Finished.OfAsync(rank)).Expect(0);

        var outer = new RunJson((await tonne.RunAsync("show", "outer", "--json")).Expect(0).Output);
        var total = JsonNode.Parse((await tonne.RunAsync("total", "--json")).Expect(0).Output)!;

        Assert.Equal(2, outer.Root["ranks"]!.AsArray().Count);
        // The processes of the inner runs, and the inner tonnes themselves, also after they have measured their overhead: less than half of it again. Counted twice it would be the double.
        var inner = JsonNode.Parse((await tonne.RunAsync("list", "--name", "inner", "--json")).Expect(0).Output)!["runs"]!.AsArray();
        var expected = inner.Sum(run => (double)run!["job_cpu_s"]! + (double)run["overhead"]!["cpu_s"]!);
        Assert.InRange(outer.JobCpuSeconds, expected - 0.2, expected * 1.5);
        Assert.Equal(1, (int)total["total"]!["runs"]!);
        Assert.Equal(2, total["counted_with_others"]!.AsArray().Count(run => (string)run!["reason"]! == "nested"));
    }

    [Fact]
    public async Task A_fast_rank_does_not_join_the_command_that_a_slow_one_still_runs()
    {
        using var tonne = new TonneCommand();
        var id = RankJob.NewId();
        Process Start(int rank, string name, params string[] command) =>
            RankJob.Start(tonne, RankJob.Torchrun(id, rank, 2), [TonneCommand.Executable, "run", "-q", "--zone", "FR", "--name", name, "--", .. command]);

        var slow = Start(1, "prepare", RankJob.Until(tonne, "go", 1, 0));
        await RankJob.WaitAsync(() => File.Exists(tonne.At("here-1")), "the slow rank runs");
        (await Finished.OfAsync(Start(0, "prepare", "true"))).Expect(0);
        var train = Start(0, "train", RankJob.Until(tonne, "trained", 0, 0));
        await RankJob.WaitAsync(() => File.Exists(tonne.At("here-0")), "the fast rank trains");
        var again = Start(0, "prepare", "true");
        (await Finished.OfAsync(again)).Expect(0);
        tonne.Write("go", "");
        (await Finished.OfAsync(slow)).Expect(0);
        (await Finished.OfAsync(Start(1, "train", "true"))).Expect(0);
        tonne.Write("trained", "");
        (await Finished.OfAsync(train)).Expect(0);

        var runs = JsonNode.Parse((await tonne.RunAsync("list", "--json")).Expect(0).Output)!["runs"]!.AsArray();
        // The repeated command of rank 0 is a run of its own.
        Assert.Equal(["prepare", "prepare", "train"], runs.Select(run => (string)run!["name"]!).Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task Ranks_with_a_limit_are_stopped_together_at_the_end_of_an_epoch()
    {
        using var tonne = new TonneCommand();
        var id = RankJob.NewId();
        // All ranks print their epochs, and save when they are asked to.
        var script = tonne.Write("train.py", """
            import os, signal, sys, time
            def save(number, frame):
                open("saved-" + os.environ["RANK"], "w").write("weights")
                sys.exit(0)
            signal.signal(signal.SIGUSR1, save)
            for e in range(1, 121):
                end = time.time() + 0.5
                while time.time() < end: pass
                print(f"Epoch {e}/120 loss={1/e:.4f}", flush=True)
            """);
        var ranks = Enumerable.Range(0, 3).Select(rank => RankJob.Start(
            tonne, RankJob.Torchrun(id, rank, 3),
            TonneCommand.Executable, "run", "-q", "--zone", "FR", "--policy", "machine", "--max", "1mg", "--", Needs.Python(), "-u", script)).ToList();

        var finished = await Task.WhenAll(ranks.Select(Finished.OfAsync));

        Assert.All(finished, each => each.Expect(0));
        Assert.All(Enumerable.Range(0, 3), rank => Assert.True(File.Exists(tonne.At($"saved-{rank}"))));
        // One decides for all and says so.
        Assert.Single(finished, each => each.Error.Contains("Asked for a checkpoint (SIGUSR1)", StringComparison.Ordinal));
        var run = JsonNode.Parse((await tonne.RunAsync("show", Path.GetFileName(Assert.Single(tonne.RunFolders())), "--json")).Expect(0).Output)!;
        Assert.Equal(3, run["ranks"]!.AsArray().Count);
        Assert.InRange(run["epochs"]!.AsArray().Count, 1, 119);
        Assert.InRange((double)run["emissions_kg"]!["total"]!["value"]!, 0.2e-6, 2.5e-6);
    }
}
