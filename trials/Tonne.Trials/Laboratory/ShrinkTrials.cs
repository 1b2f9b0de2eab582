using System.Text.Json.Nodes;

namespace Tonne.Trials.Laboratory;

/// <summary>A network trained on synthetic rows, made smaller by every method and measured.</summary>
[Collection(nameof(Alone))]
public class ShrinkTrials
{
    [Fact]
    public async Task Every_smaller_form_is_measured_beside_what_it_was_and_lies_in_a_file_of_its_own()
    {
        using var tonne = new TonneCommand();
        var model = tonne.At("net.weights");
        var trained = await tonne.RunAsync("lab", "run", "--rows", "3000", "--epochs", "2", "--model", model, "--json");
        Assert.Equal(0, trained.Code);

        var shrunk = await tonne.RunAsync("lab", "distill", "--all", "--rows", "3000", "--epochs", "1", "--model", model, "--json");

        Assert.Equal(0, shrunk.Code);
        var document = JsonNode.Parse(shrunk.Output)!;
        Assert.Equal("tonne.variants/1", (string)document["schema"]!);
        var variants = document["variants"]!.AsArray();
        Assert.Equal(9, variants.Count);
        var (first, last) = (variants[0]!, variants[8]!);
        Assert.Equal(new FileInfo(model).Length, (long)first["file_bytes"]!);
        Assert.True((long)last["file_bytes"]! * 10 < (long)first["file_bytes"]!);

        // A sixth of the width and a quarter of the layers: on any machine the time falls by more than half.
        Assert.True((double)last["batched"]!["times_less"]!["value"]! > 2);
        Assert.Equal(8, Directory.GetFiles(tonne.Folder, "net.*.weights").Length);

        // The energy of creating the variants is in the ledger, stage by stage, and has a break-even.
        var run = JsonNode.Parse((await tonne.RunAsync("show", "last", "--json")).Expect(0).Output)!;
        Assert.Equal("lab-distill", (string)run["name"]!);
        var stages = run["stages"]!.AsArray();
        foreach (var name in new[] { "prune", "quantize", "distill", "measure" })
            Assert.True((double)stages.Single(stage => (string)stage!["name"]! == name)!["energy_kwh"]!["value"]! > 0, name);
        var after = last["pays_back_after_predictions"]!;
        Assert.True((double)after["low"]! > 0 && (double)after["low"]! <= (double)after["high"]!);
        Assert.Equal("facility(cpu+other), share, location, lifecycle", (string)last["single"]!["emissions_kg_per_1000"]!["boundary"]!);
    }

    [Fact]
    public async Task A_network_of_other_rows_is_refused_with_the_options_that_matter()
    {
        using var tonne = new TonneCommand();
        var random = new Random(1);
        var data = tonne.Write("two.csv", "text,label\n" + string.Concat(Enumerable.Range(0, 200).Select(row => $"{string.Concat(Enumerable.Range(0, 30).Select(_ => (char)random.Next('a', 'z' + 1)))},{(row % 2 == 0 ? "even" : "odd")}\n")));
        var model = tonne.At("net.weights");
        Assert.Equal(0, (await tonne.RunAsync("lab", "run", "--rows", "2000", "--epochs", "1", "--layers", "2", "--model", model, "--json")).Code);

        var refused = await tonne.RunAsync("lab", "quantize", "--data", data, "--label", "label", "--text", "text", "--model", model);

        Assert.Equal(2, refused.Code);
        Assert.Contains("--data", refused.Error);
    }
}
