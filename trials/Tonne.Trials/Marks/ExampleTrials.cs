using System.Text.Json;

namespace Tonne.Trials.Marks;

public class ExampleTrials
{
    [Fact]
    public async Task The_pipeline_in_the_shell_says_the_shapes_it_counted()
    {
        Assert.SkipUnless(Directory.Exists("/usr/share/common-licenses"), "/usr/share/common-licenses is missing (package base-files of Debian)");
        using var tool = new Tool();
        var script = Path.Combine(Tool.Repository, "examples", "shell", "pipeline.sh");
        var (alone, _, _) = await Tool.End(tool.Begin(script));

        var (record, output, error, code) = await tool.Run(script);

        Assert.True(code == 0, error);
        Assert.Equal(alone, output);
        var stages = record.GetProperty("stages").EnumerateArray().ToDictionary(stage => stage.GetProperty("name").GetString()!);
        var lines = Directory.GetFiles("/usr/share/common-licenses").Sum(file => File.ReadLines(file).LongCount());
        Assert.Equal((lines, 2), Shape(stages["collect"], "data_out"));
        Assert.Equal((lines, 2), Shape(stages["clean"], "data_in"));
        Assert.Equal(Shape(stages["clean"], "data_out"), Shape(stages["count"], "data_in"));
        Assert.True(Shape(stages["clean"], "data_out").Rows < lines);
        Assert.Equal(2, Shape(stages["count"], "data_out").Columns);
    }

    [Fact]
    public async Task The_PyTorch_training_gives_its_epochs_without_being_changed()
    {
        using var tool = new Tool();
        Assert.SkipUnless(
            File.Exists(Tool.Python) && (await Tool.End(tool.Begin(Tool.Python, "-c", "import torch, sklearn"))).Code == 0,
            "PyTorch is missing (apt-get install python3-torch python3-sklearn libopenblas0-pthread)");

        var (record, output, error, code) = await tool.Run(Tool.Python, Path.Combine(Tool.Repository, "examples", "pytorch", "train.py"), "--epochs", "2", "--width", "32", "--threads", "1");

        Assert.True(code == 0, error);
        Assert.Equal(["prepare", "train", "(outside)"], record.GetProperty("stages").EnumerateArray().Select(stage => stage.GetProperty("name").GetString()!));
        Assert.Equal((1797, 64), Shape(record.GetProperty("stages")[0], "data_in"));
        var epochs = record.GetProperty("epochs").EnumerateArray().ToList();
        Assert.Equal(2, epochs.Count);
        Assert.All(epochs, epoch => Assert.Equal("train", epoch.GetProperty("stage").GetString()));
        foreach (var (epoch, line) in epochs.Zip(output.Split('\n')))
        {
            var metrics = epoch.GetProperty("metrics");
            Assert.Equal(
                $"Epoch {epoch.GetProperty("number")}/2 loss={metrics.GetProperty("loss").GetDouble():0.0000} acc={metrics.GetProperty("accuracy").GetDouble():0.0000}"
                + $" val_loss={metrics.GetProperty("validation_loss").GetDouble():0.0000} val_acc={metrics.GetProperty("validation_accuracy").GetDouble():0.0000}",
                line);
        }
    }

    [Fact]
    public async Task The_reference_trace_laid_into_a_ledger_is_750_kg()
    {
        using var tool = new Tool();
        var folder = Directory.CreateDirectory(Path.Combine(tool.PathOf("home"), "runs", "2026", "20260302-000000-750000")).FullName;
        File.Copy(Path.Combine(Tool.Repository, "examples", "reference", "trace"), Path.Combine(folder, "trace"));
        Assert.Equal(0, (await Tool.End(tool.Start("ledger", "reindex"))).Code);

        var (output, error, code) = await Tool.End(tool.Start("show", "reference", "--json"));

        Assert.True(code == 0, error);
        var run = JsonDocument.Parse(output).RootElement;
        Assert.Equal(1500, run.GetProperty("energy_kwh").GetProperty("value").GetDouble(), 6);
        Assert.Equal(750, run.GetProperty("emissions_kg").GetProperty("operational").GetProperty("value").GetDouble(), 6);
        Assert.Equal("measured", run.GetProperty("energy_kwh").GetProperty("quality").GetString());
        Assert.Equal(10, run.GetProperty("epochs").GetArrayLength());
    }

    static (long Rows, long Columns) Shape(JsonElement stage, string name) =>
        (stage.GetProperty(name).GetProperty("rows").GetInt64(), stage.GetProperty(name).GetProperty("columns").GetInt64());
}
