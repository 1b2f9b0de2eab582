using System.Text.Json;

namespace Tonne.Trials.Recording;

/// <summary>A run started inside a run: both are there, and the total counts the outer one.</summary>
public class NestedRunTrials
{
    const string Burn = "import time\nuntil = time.process_time() + 0.5\nwhile time.process_time() < until: pass\n";

    [Fact]
    public async Task A_run_inside_a_run_names_it_and_the_list_counts_both_once()
    {
        Needs.Python();
        using var tonne = new TonneCommand();
        var script = tonne.Write("burn.py", Burn);

        var outer = await tonne.RunAsync("run", "--quiet", "--name", "outer", "--", TonneCommand.Executable, "run", "--quiet", "--name", "inner", "--", "python3", script);
        Assert.True(outer.Code == 0, outer.Error);
        var alone = await tonne.RunAsync("run", "--quiet", "--name", "alone", "--", "python3", script);
        Assert.True(alone.Code == 0, alone.Error);

        using var runs = JsonDocument.Parse((await tonne.RunAsync("list", "--json")).Output);
        var byName = runs.RootElement.GetProperty("runs").EnumerateArray().ToDictionary(run => run.GetProperty("name").GetString()!);
        Assert.Equal(byName["outer"].GetProperty("id").GetString(), byName["inner"].GetProperty("parent").GetString());
        Assert.Equal(JsonValueKind.Null, byName["outer"].GetProperty("parent").ValueKind);
        Assert.Equal(JsonValueKind.Null, byName["alone"].GetProperty("parent").ValueKind);
        // The outer run has the job of the inner one and tonne itself.
        Assert.True(byName["outer"].GetProperty("job_cpu_s").GetDouble() >= byName["inner"].GetProperty("job_cpu_s").GetDouble());
        var list = (await tonne.RunAsync("list")).Output;
        Assert.Contains("Total of 2 runs:", list);
        Assert.Contains("1 run counted with another one: started inside it.", list);
        Assert.Contains(byName["outer"].GetProperty("id").GetString()!, (await tonne.RunAsync("show", "inner")).Output);

        // A description of both has the energy of the outer one, in one phase or in two.
        var energy = byName["outer"].GetProperty("energy_kwh").GetProperty("value").GetDouble();
        foreach (var phases in (string[])["[{name: training, from: [{run: outer}, {run: inner}]}]", "[{name: training, from: [{run: inner}]}, {name: evaluation, from: [{run: outer}]}]"])
        {
            var life = await tonne.RunAsync("footprint", tonne.Write("life.yaml", $"name: both\nphases: {phases}\n"), "--json");
            Assert.True(life.Code == 0, life.Error);
            using var document = JsonDocument.Parse(life.Output);
            Assert.Equal(energy, document.RootElement.GetProperty("life").GetProperty("energy_kwh").GetProperty("value").GetDouble(), energy * 1e-6);
            Assert.Contains("nested-run", life.Output);
        }
    }
}
