using System.Text.Json.Nodes;

namespace Tonne.Trials.Laboratory;

/// <summary>Training on parts of synthetic rows, chosen by a strategy and stopped early.</summary>
[Collection(nameof(Alone))]
public class SelectTrials
{
    [Fact]
    public async Task Parts_of_the_rows_are_set_against_all_of_them_and_the_trainings_are_a_run()
    {
        using var tonne = new TonneCommand();

        var selected = (await tonne.RunAsync("lab", "select", "--by", "margin", "--rows", "4000", "--layers", "2", "--width", "32", "--epochs", "6", "--zone", "FR", "--json")).Expect(0);

        var document = JsonNode.Parse(selected.Output)!;
        Assert.Equal("tonne.selection/1", (string)document["schema"]!);
        var points = document["points"]!.AsArray();
        Assert.Equal([1, 0.1, 0.2, 0.3, 0.5, 0.7, 1], points.Take(7).Select(point => (double)point!["share"]!));
        Assert.Equal([false, false, false, false, false, false, true], points.Take(7).Select(point => (bool)point!["stopped"]!));
        foreach (var point in points)
        {
            var energy = point!["energy_kwh"]!;
            Assert.True((double)energy["low"]! < (double)energy["value"]! && (double)energy["value"]! < (double)energy["high"]!);
            Assert.InRange((int)point["epochs"]!, 1, 6);
        }

        var run = JsonNode.Parse((await tonne.RunAsync("show", "last", "--json")).Expect(0).Output)!;
        Assert.Equal("completed", (string)run["status"]!);
        Assert.Equal(["collect", "clean", "featurize", "train", "judge", "choose"], run["stages"]!.AsArray().Select(stage => (string)stage!["name"]!).Where(name => name != "(outside)"));
    }
}
