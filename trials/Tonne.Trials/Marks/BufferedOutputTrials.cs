using System.Text.Json;

namespace Tonne.Trials.Marks;

/// <summary>Epochs in the output of a program that buffers it, and of one that does not.</summary>
public class BufferedOutputTrials
{
    const string Training = """
        import time
        for epoch in range(1, 4):
            until = time.monotonic() + 0.4
            while time.monotonic() < until:
                pass
            print(f"Epoch {epoch}/3 loss={1 / epoch:.3f}")
        """;

    [Fact]
    public async Task Buffered_epochs_have_metrics_and_no_energy_and_a_remedy()
    {
        Needs.Python();
        using var tool = new Tool();

        var (record, _, error, code) = await tool.Run("/usr/bin/env", "-u", "PYTHONUNBUFFERED", Tool.Python, tool.Write("train.py", Training));

        Assert.True(code == 0, error);
        var epochs = record.GetProperty("epochs").EnumerateArray().ToList();
        Assert.Equal([1, 0.5, 0.333], epochs.Select(epoch => epoch.GetProperty("metrics").GetProperty("loss").GetDouble()));
        Assert.All(epochs, epoch => Assert.All(["duration_s", "energy_kwh", "emissions_kg"], name => Assert.Equal(JsonValueKind.Null, epoch.GetProperty(name).ValueKind)));
        var warning = Assert.Single(record.GetProperty("warnings").EnumerateArray(), warning => warning.GetProperty("code").GetString() == "output-buffered");
        Assert.Contains("PYTHONUNBUFFERED=1", warning.GetProperty("remedy").GetString());
    }

    [Fact]
    public async Task With_the_remedy_each_epoch_has_its_energy()
    {
        Needs.Python();
        using var tool = new Tool();

        var (record, _, error, code) = await tool.Run(Tool.Python, "-u", tool.Write("train.py", Training));

        Assert.True(code == 0, error);
        var epochs = record.GetProperty("epochs").EnumerateArray().ToList();
        Assert.Equal(3, epochs.Count);
        Assert.All(epochs, epoch => Assert.True(epoch.GetProperty("energy_kwh").GetProperty("value").GetDouble() > 0));
        // The first has the start of Python in it.
        Assert.All(epochs.Skip(1), epoch => Assert.InRange(epoch.GetProperty("duration_s").GetDouble(), 0.05, 5));
        Assert.DoesNotContain(record.GetProperty("warnings").EnumerateArray(), warning => warning.GetProperty("code").GetString() == "output-buffered");
    }

    [Fact]
    public async Task Steps_without_epochs_have_energy_per_step_and_per_token()
    {
        Needs.Python();
        using var tool = new Tool();
        var script = tool.Write("train.py", """
            import time
            print("tokens per iteration will be: 4,096", flush=True)
            for step in range(0, 60):
                until = time.monotonic() + 0.03
                while time.monotonic() < until:
                    pass
                print(f"iter {step}: loss {3 - step / 60:.4f}, time 30.00ms, mfu 10.00%", flush=True)
            """);

        var (record, _, error, code) = await tool.Run(Tool.Python, script);

        Assert.True(code == 0, error);
        Assert.Empty(record.GetProperty("epochs").EnumerateArray());
        var steps = Assert.Single(record.GetProperty("series").EnumerateArray());
        Assert.Equal(("steps", 59), (steps.GetProperty("kind").GetString(), steps.GetProperty("last").GetInt32()));
        Assert.Equal(steps.GetProperty("count").GetInt32() * 4096d, steps.GetProperty("tokens").GetDouble());
        Assert.True(steps.GetProperty("energy_j_per_token").GetProperty("value").GetDouble() > 0);
    }
}
