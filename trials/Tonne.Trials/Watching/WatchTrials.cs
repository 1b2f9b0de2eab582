using System.Diagnostics;
using System.Globalization;
using System.Text.Json.Nodes;

namespace Tonne.Trials.Watching;

/// <summary>Live views, and recordings of processes that run already, beside processes that burn a known CPU time.</summary>
public class WatchTrials
{
    const string Burn = """
        import os, time
        for e in range(1, 1000):
            end = time.process_time() + 0.3
            while time.process_time() < end: pass
            print(f"Epoch {e}/1000 loss={1/e:.4f}", flush=True)
            if time.monotonic() > float(os.environ["UNTIL"]): break
        """;

    static Process StartBurner(TonneCommand tonne, double seconds)
    {
        tonne.Environment["UNTIL"] = ((Stopwatch.GetTimestamp() / (double)Stopwatch.Frequency) + seconds).ToString(CultureInfo.InvariantCulture);
        return tonne.StartOther(Needs.Python(), "-u", tonne.Write("burn.py", Burn));
    }

    [Fact]
    public async Task A_run_is_watched_while_it_is_recorded_and_the_view_ends_with_it()
    {
        using var tonne = new TonneCommand();
        tonne.Environment["UNTIL"] = ((Stopwatch.GetTimestamp() / (double)Stopwatch.Frequency) + 6).ToString(CultureInfo.InvariantCulture);
        using var run = tonne.Start("run", "-q", "--zone", "FR", "--name", "watched", "--", Needs.Python(), "-u", tonne.Write("burn.py", Burn));
        await WaitUntil(() => tonne.RunFolders().Length == 1);

        var watch = await tonne.RunAsync("watch", "last", "--json", "--epochs", "1000");

        var looks = watch.Expect(0).Output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => JsonNode.Parse(line)!).ToList();
        Assert.True(looks.Count >= 3, watch.Output);
        Assert.All(looks, look => Assert.Equal("tonne.watch/1", (string)look["schema"]!));
        Assert.Equal("running", (string)looks[0]["status"]!);
        Assert.Equal("completed", (string)looks[^1]["status"]!);
        Assert.True((double)looks[^1]["emissions_kg"]!["value"]! >= (double)looks[0]["emissions_kg"]!["value"]!);
        Assert.Contains(looks, look => (int?)look["epoch"] > 0 && (double?)look["left_s"] > 0);
        // Each power is the sum of its parts.
        Assert.All(looks, look => Assert.Equal((double)look["power_w"]!["machine"]!, look["components"]!.AsArray().Sum(part => (double)part!["machine"]!), 1e-6));
        await run.WaitForExitAsync(TestContext.Current.CancellationToken);
    }

    [Fact]
    public async Task An_attached_process_counts_from_then_on_with_its_children()
    {
        using var tonne = new TonneCommand();
        using var burner = StartBurner(tonne, 8);
        await Task.Delay(2000, TestContext.Current.CancellationToken);
        var before = ReadCpuSeconds(burner.Id);

        var attach = tonne.Start("attach", "--pid", burner.Id.ToString(CultureInfo.InvariantCulture), "--zone", "FR", "--name", "late");
        await WaitUntil(() => burner.HasExited || tonne.RunFolders().Length == 1);
        var atStart = ReadCpuSeconds(burner.Id);
        var last = atStart;
        while (!burner.HasExited)
        {
            last = Math.Max(last, ReadCpuSeconds(burner.Id));
            await Task.Delay(20, TestContext.Current.CancellationToken);
        }

        (await Finished.OfAsync(attach)).Expect(0);
        var run = new RunJson((await tonne.RunAsync("show", "late", "--json")).Expect(0).Output);
        Assert.Equal("completed", run.Status);
        Assert.Contains("attached", run.Warnings);
        // What it burnt before does not count; of the end a sample's time may be missing, of the start what ran until the meters were open.
        Assert.InRange(run.JobCpuSeconds, last - atStart - 1.5, last - before + 0.1);
        Assert.True(run.JobCpuSeconds > 0.5);
    }

    [Fact]
    public async Task A_jupyter_kernel_is_found_and_its_cells_are_recorded()
    {
        Needs.Root("a process namespace of its own, in which there is no other kernel");
        await Needs.ModuleAsync("ipykernel", "python3-ipykernel");
        using var tonne = new TonneCommand();
        // The client runs a cell of 2 s of CPU time once the recording has begun, and says what the kernel has used for it.
        var client = tonne.Write("client.py", """
            import os, subprocess, time
            from jupyter_client.manager import start_new_kernel
            kernel, client = start_new_kernel()
            attach = subprocess.Popen([os.environ["TONNE"], "attach", "--jupyter", "--zone", "FR", "--name", "cells"])
            runs = os.path.join(os.environ["TONNE_HOME"], "runs")
            while not any("trace" in files for _, _, files in os.walk(runs)): time.sleep(0.05)
            time.sleep(1)
            reply = client.execute_interactive("import time\nwhile time.process_time() < 3: pass\nprint(1)", timeout=60)
            assert reply["content"]["status"] == "ok", reply
            client.stop_channels()
            kernel.shutdown_kernel()
            raise SystemExit(attach.wait())
            """);

        (await tonne.RunOtherAsync("unshare", "--pid", "--fork", "--mount-proc", "--kill-child", Needs.Python(), client)).Expect(0);

        var run = new RunJson((await tonne.RunAsync("show", "cells", "--json")).Expect(0).Output);
        Assert.Contains("attached", run.Warnings);
        // The kernel had used less than a second before the cell, which goes on to its third.
        Assert.InRange(run.JobCpuSeconds, 1.5, 3.5);
    }

    [Fact]
    public async Task Two_recordings_of_a_process_and_a_run_that_it_starts_count_once()
    {
        using var tonne = new TonneCommand();
        // After 4 s the process starts a run of its own, with no variable by which that could know the others.
        tonne.Environment["TONNE"] = TonneCommand.Executable;
        using var process = tonne.StartOther(Needs.Python(), "-u", tonne.Write("starts.py", """
            import os, subprocess, time
            time.sleep(4)
            known = {name: value for name, value in os.environ.items() if not name.startswith("TONNE_RUN")}
            subprocess.run([os.environ["TONNE"], "run", "-q", "--name", "inner", "--zone", "FR", "--", "sleep", "1"], check=True, env=known)
            time.sleep(1)
            """));
        var pid = process.Id.ToString(CultureInfo.InvariantCulture);
        var first = tonne.Start("attach", "--pid", pid, "--zone", "FR", "--name", "first");
        await WaitUntil(() => tonne.RunFolders().Length == 1);
        var second = tonne.Start("attach", "--pid", pid, "--zone", "FR", "--name", "second");
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        (await Finished.OfAsync(first)).Expect(0);
        (await Finished.OfAsync(second)).Expect(0);

        var total = JsonNode.Parse((await tonne.RunAsync("total", "--json")).Expect(0).Output)!;
        var others = new List<string>();
        foreach (var name in new[] { "second", "inner" })
            others.Add(new RunJson((await tonne.RunAsync("show", name, "--json")).Expect(0).Output).Id);

        Assert.Equal(1, (int)total["total"]!["runs"]!);
        Assert.Equal(others.Order(), total["counted_with_others"]!.AsArray().Select(run => (string)run!["id"]!).Order());
        Assert.All(total["counted_with_others"]!.AsArray(), run => Assert.Equal("nested", (string)run!["reason"]!));
        var outer = new RunJson((await tonne.RunAsync("show", "first", "--json")).Expect(0).Output);
        Assert.Equal((double)outer.Root["energy_kwh"]!["value"]!, (double)total["total"]!["energy_kwh"]!["value"]!, 1e-12);
    }

    [Fact]
    public async Task Interrupting_the_recording_leaves_the_process()
    {
        using var tonne = new TonneCommand();
        using var burner = StartBurner(tonne, 20);
        var attach = tonne.Start("attach", "--pid", burner.Id.ToString(CultureInfo.InvariantCulture), "--zone", "FR", "--name", "left");
        await WaitUntil(() => tonne.RunFolders().Length == 1);
        await Task.Delay(1500, TestContext.Current.CancellationToken);

        (await tonne.RunOtherAsync("/bin/kill", "-INT", attach.Id.ToString(CultureInfo.InvariantCulture))).Expect(0);

        (await Finished.OfAsync(attach)).Expect(0);
        Assert.False(burner.HasExited);
        var left = new RunJson((await tonne.RunAsync("show", "left", "--json")).Expect(0).Output);
        Assert.Equal("interrupted", left.Status);
        Assert.DoesNotContain(left.Root["warnings"]!.AsArray(), warning => (string)warning!["code"]! == "descendants-alive");
        burner.Kill();
        await burner.WaitForExitAsync(TestContext.Current.CancellationToken);
    }

    // What a client in another language does: the protocol is in docs/formats/marks.md.
    [Fact]
    public async Task A_program_learns_where_marks_go_asks_for_figures_and_reads_the_run()
    {
        using var tonne = new TonneCommand();
        using var burner = StartBurner(tonne, 30);
        var attach = tonne.Start("attach", "--pid", burner.Id.ToString(CultureInfo.InvariantCulture), "--json", "--zone", "FR", "--name", "served", "--project", "p", "--tag", "k=v");
        var opened = JsonNode.Parse((await attach.StandardOutput.ReadLineAsync(TestContext.Current.CancellationToken))!)!;
        var ask = tonne.Write("ask.py", """
            import socket, sys
            with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as s:
                s.connect(sys.argv[1])
                for line in sys.argv[2:]:
                    s.sendall(line.encode() + b"\n")
                    print(s.makefile().readline(), end="")
            """);
        async Task<string[]> Ask(params string[] lines) =>
            (await tonne.RunOtherAsync([Needs.Python(), ask, (string)opened["marks"]!, .. lines])).Expect(0).Output.TrimEnd().Split('\n');

        Assert.Equal(["ok", "ok"], await Ask("stage \"fit it\" in=10x2", "epoch 1 loss=0.5"));
        await Task.Delay(1500, TestContext.Current.CancellationToken);
        var answers = await Ask("figures \"fit it\"", "figures", "figures nothing", "figures a b");
        (await tonne.RunOtherAsync("/bin/kill", "-TERM", attach.Id.ToString(CultureInfo.InvariantCulture))).Expect(0);
        var document = await attach.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        await attach.WaitForExitAsync(TestContext.Current.CancellationToken);
        burner.Kill();
        await burner.WaitForExitAsync(TestContext.Current.CancellationToken);

        Assert.Equal("tonne.attach/1", (string)opened["schema"]!);
        Assert.All(answers[..3], answer => Assert.StartsWith("ok {", answer, StringComparison.Ordinal));
        Assert.StartsWith("error: ", answers[3], StringComparison.Ordinal);
        var (staged, plain, unknown) = (JsonNode.Parse(answers[0][3..])!, JsonNode.Parse(answers[1][3..])!, JsonNode.Parse(answers[2][3..])!);
        Assert.Equal(("tonne.figures/1", (string)opened["run"]!), ((string)staged["schema"]!, (string)staged["run"]!));
        Assert.Equal("fit it", (string)staged["stage"]!["name"]!);
        Assert.InRange((double)staged["stage"]!["energy_kwh"]!["value"]!, 1e-9, (double)staged["energy_kwh"]!["value"]!);
        Assert.True((double)staged["emissions_kg"]!["total"]!["low"]! < (double)staged["emissions_kg"]!["total"]!["high"]!);
        Assert.Null(plain["stage"]);
        Assert.Null(unknown["stage"]);
        var run = new RunJson(document);
        Assert.Equal(((string)opened["run"]!, "served", "completed"), (run.Id, (string)run.Root["name"]!, run.Status));
        Assert.Equal(0, document.TrimEnd().Count(letter => letter == '\n'));
        Assert.Equal(("p", "v"), ((string)run.Root["project"]!, (string)run.Root["tags"]!["k"]!));
        Assert.Contains(run.Root["stages"]!.AsArray(), stage => (string)stage!["name"]! == "fit it" && (int)stage["data_in"]!["rows"]! == 10);
        Assert.Equal(0.5, (double)run.Root["epochs"]![0]!["metrics"]!["loss"]!);
        Assert.True((double)run.Root["energy_kwh"]!["value"]! >= (double)staged["energy_kwh"]!["value"]!);
    }

    // Both are started by this process, which is the job of the view; that is kept nowhere.
    [Fact]
    public async Task A_view_of_the_machine_is_no_parent_of_the_runs_beside_it()
    {
        using var tonne = new TonneCommand();
        var view = tonne.Start("watch", "--json", "--zone", "FR");
        await view.StandardOutput.ReadLineAsync(TestContext.Current.CancellationToken);

        var run = new RunJson((await tonne.RunAsync("run", "-q", "--zone", "FR", "--output", "-", "--", "sleep", "0.2")).Expect(0).Output);
        view.Kill();
        await view.WaitForExitAsync(TestContext.Current.CancellationToken);

        Assert.Null(run.Root["parent"]);
        Assert.Equal(1, (int)JsonNode.Parse((await tonne.RunAsync("total", "--json")).Expect(0).Output)!["total"]!["runs"]!);
    }

    [Fact]
    public async Task The_machine_is_watched_without_a_run()
    {
        using var tonne = new TonneCommand();

        var screen = (await tonne.RunAsync("watch", "--count", "2", "--zone", "FR")).Expect(0).Output;

        Assert.Contains("idle", screen, StringComparison.Ordinal);
        Assert.All(screen.Split('\n'), line => Assert.InRange(line.Length, 0, 80));
        Assert.Empty(tonne.RunFolders());
        (await tonne.RunAsync("watch", "--pid", "4194305")).Expect(2);
        (await tonne.RunAsync("watch", "nothing")).Expect(2);
        (await tonne.RunAsync("attach")).Expect(2);
    }

    [Fact]
    public async Task A_view_whose_reader_has_gone_ends()
    {
        using var tonne = new TonneCommand();

        var finished = await tonne.RunOtherAsync("/bin/sh", "-c", $"timeout 60 '{TonneCommand.Executable}' watch --json --interval 100ms --zone FR 2>/dev/null | head -1 | wc -l; echo done");

        Assert.Equal("1\ndone\n", finished.Expect(0).Output);
    }

    static double ReadCpuSeconds(int id)
    {
        try
        {
            var stat = File.ReadAllText($"/proc/{id}/stat");
            var fields = stat[(stat.LastIndexOf(')') + 2)..].Split(' ');
            return (long.Parse(fields[11], CultureInfo.InvariantCulture) + long.Parse(fields[12], CultureInfo.InvariantCulture)) / 100d;
        }
        catch (IOException)
        {
            return 0;
        }
    }

    static async Task WaitUntil(Func<bool> condition)
    {
        for (var i = 0; i < 600 && !condition(); i++)
            await Task.Delay(50, TestContext.Current.CancellationToken);
        Assert.True(condition());
    }
}
