using System.Text.Json;

namespace Tonne.Trials.Marks;

// The client gives up what takes too long.
[Collection(nameof(Alone))]
public class PythonClientTrials
{
    static readonly string _client = Path.Combine(Tool.Repository, "clients", "python");

    [Fact]
    public async Task Its_own_tests_pass()
    {
        using var tool = WithPython();

        var (_, error, code) = await Tool.End(tool.Begin(Tool.Python, "-m", "unittest", "discover", "-s", Path.Combine(_client, "tests")));

        Assert.True(code == 0, error);
        Assert.Matches("Ran [1-9][0-9]* tests", error);
    }

    [Fact]
    public async Task Stages_shapes_epochs_and_notes_reach_the_record()
    {
        using var tool = WithPython();
        var script = tool.Write("train.py", $"""
            import sys
            sys.path.insert(0, {JsonSerializer.Serialize(_client)})
            from tonne.marks import epoch, note, stage
            with stage("clean up", data_in="1000x10") as s:
                s.out([[1, 2]] * 950)
            stage("train")
            for n in range(2):
                with epoch(n) as e:
                    e.metrics(loss=1.5 - n, val_acc=0.5)
                print(f"Epoch {"{n + 1}"} loss=99")
            epoch(2, loss=float("nan"), acc=1)
            note("that was it")
            """);

        var (record, output, error, code) = await tool.Run(Tool.Python, script);

        Assert.True(code == 0, error);
        Assert.Equal("Epoch 1 loss=99\nEpoch 2 loss=99\n", output);
        var stages = record.GetProperty("stages").EnumerateArray().ToDictionary(stage => stage.GetProperty("name").GetString()!);
        Assert.Equal(["(outside)", "clean up", "train"], stages.Keys.Order(StringComparer.Ordinal));
        Assert.Equal(1000, stages["clean up"].GetProperty("data_in").GetProperty("rows").GetInt64());
        Assert.Equal((950, 2), (stages["clean up"].GetProperty("data_out").GetProperty("rows").GetInt64(), stages["clean up"].GetProperty("data_out").GetProperty("columns").GetInt64()));
        var epochs = record.GetProperty("epochs").EnumerateArray().ToList();
        Assert.Equal([0, 1, 2], epochs.Select(epoch => epoch.GetProperty("number").GetInt32()));
        Assert.All(epochs, epoch => Assert.Equal("train", epoch.GetProperty("stage").GetString()));
        Assert.Equal([1.5, 0.5], epochs.Take(2).Select(epoch => epoch.GetProperty("metrics").GetProperty("loss").GetDouble()));
        Assert.Equal(0.5, epochs[1].GetProperty("metrics").GetProperty("validation_accuracy").GetDouble());
        Assert.Equal(JsonValueKind.Null, epochs[2].GetProperty("metrics").GetProperty("loss").ValueKind);
    }

    [Fact]
    public async Task A_block_outside_of_a_run_is_one_and_a_block_inside_it_a_stage()
    {
        using var tonne = new TonneCommand();
        var script = tonne.Write("track.py", $"""
            import sys
            sys.path.insert(0, {JsonSerializer.Serialize(_client)})
            import json, time, tonne
            def burn(seconds):
                end = time.process_time() + seconds
                while time.process_time() < end:
                    pass
            with tonne.track("whole", project="trial", zone="FR", tags={"{'k': 'v'}"}) as t:
                with tonne.track("fit"):
                    burn(1)
            print(json.dumps([t.run, t.energy_kwh, t.low, t.emissions_kg, t.high, t.problem, t.record["job_cpu_s"]]))
            """);
        tonne.Environment["TONNE_EXECUTABLE"] = TonneCommand.Executable;

        var output = (await tonne.RunOtherAsync(Needs.Python(), script)).Expect(0).Output;

        using var figures = JsonDocument.Parse(output);
        var all = figures.RootElement.EnumerateArray().ToList();
        using var shown = JsonDocument.Parse((await tonne.RunAsync("show", all[0].GetString()!, "--json")).Expect(0).Output);
        var run = shown.RootElement;
        Assert.Equal("completed", run.GetProperty("status").GetString());
        Assert.Equal(("whole", "trial", "v"), (run.GetProperty("name").GetString(), run.GetProperty("project").GetString(), run.GetProperty("tags").GetProperty("k").GetString()));
        Assert.Equal(run.GetProperty("energy_kwh").GetProperty("value").GetDouble(), all[1].GetDouble());
        var total = run.GetProperty("emissions_kg").GetProperty("total");
        Assert.Equal((total.GetProperty("low").GetDouble(), total.GetProperty("value").GetDouble(), total.GetProperty("high").GetDouble()), (all[2].GetDouble(), all[3].GetDouble(), all[4].GetDouble()));
        Assert.Equal(JsonValueKind.Null, all[5].ValueKind);
        // The second that the block itself measured, and what starting and ending the recording used.
        Assert.InRange(all[6].GetDouble(), 0.98, 1.5);
        Assert.Contains(run.GetProperty("stages").EnumerateArray(), stage => stage.GetProperty("name").GetString() == "fit");
    }

    [Fact]
    public async Task A_script_whose_tonne_is_killed_goes_on_and_says_nothing()
    {
        using var tool = WithPython();
        var done = tool.PathOf("done");
        var script = tool.Write("train.py", $"""
            import os, signal, sys, time
            sys.path.insert(0, {JsonSerializer.Serialize(_client)})
            from tonne.marks import epoch, note, stage
            heard = note("before")
            os.kill(os.getppid(), signal.SIGKILL)
            while os.path.exists(f"/proc/{"{os.getppid()}"}/exe") and "Tonne" in os.readlink(f"/proc/{"{os.getppid()}"}/exe"):
                time.sleep(0.01)
            since = time.monotonic()
            kept = [note("after"), stage("x").taken, epoch(1, loss=1).taken]
            with open({JsonSerializer.Serialize(done)} + ".new", "w") as file:
                file.write(f"{"{heard} {any(kept)} {time.monotonic() - since < 3}"}")
            os.rename({JsonSerializer.Serialize(done)} + ".new", {JsonSerializer.Serialize(done)})
            """);

        using var process = tool.Start("run", "--epoch-pattern", "none", "--", Tool.Python, script);
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        while (!File.Exists(done))
            await Task.Delay(20, TestContext.Current.CancellationToken);

        Assert.Equal("True False True", File.ReadAllText(done));
    }

    static Tool WithPython()
    {
        Assert.SkipUnless(File.Exists(Tool.Python), $"{Tool.Python} is missing (apt-get install python3)");
        return new Tool();
    }
}
