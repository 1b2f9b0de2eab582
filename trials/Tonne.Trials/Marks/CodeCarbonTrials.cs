using System.Globalization;
using System.Text.Json.Nodes;

namespace Tonne.Trials.Marks;

/// <summary>Scripts written for CodeCarbon, with the import changed.</summary>
[Collection(nameof(Alone))]
public class CodeCarbonTrials
{
    static readonly string _examples = Path.Combine(TonneCommand.Repository, "examples", "switching-from-codecarbon");

    [Theory]
    [InlineData("decorator")]
    [InlineData("context_manager")]
    [InlineData("start_stop")]
    [InlineData("tasks")]
    [InlineData("offline_tracker")]
    public async Task Its_totals_are_those_of_the_run(string name)
    {
        using var tonne = new TonneCommand();
        tonne.Environment["PYTHONPATH"] = Path.Combine(TonneCommand.Repository, "clients", "python");
        tonne.Environment["TONNE_EXECUTABLE"] = TonneCommand.Executable;
        tonne.Environment["PYTHONDONTWRITEBYTECODE"] = "1";

        var finished = (await tonne.RunOtherAsync(Needs.Python(), Path.Combine(_examples, name + ".py"))).Expect(0);

        Assert.Equal("", finished.Error);
        var row = Assert.Single(Csv(tonne.At("emissions.csv")));
        var run = new RunJson((await tonne.RunAsync("show", row["run_id"], "--json")).Expect(0).Output);
        Assert.Equal(Path.GetFileName(tonne.RunFolders().Single()), run.Id);
        Assert.Equal(row["project_name"], (string)run.Root["project"]!);
        Assert.Equal(Value(run.Root["emissions_kg"]!["operational"]), Number(row["emissions"]));
        Assert.Equal(Value(run.Root["facility_energy_kwh"]), Number(row["energy_consumed"]));
        Assert.Equal((double)run.Root["facility"]!["pue"]!, Number(row["pue"]));
        Assert.Equal(run.DurationSeconds, Number(row["duration"]));
        // CodeCarbon's components have PUE too.
        Assert.Equal(run.Microjoules("cpu", "job") / 3.6e12 * Number(row["pue"]), Number(row["cpu_energy"]), 1e-12);
        Assert.InRange(Number(row["cpu_energy"]), double.Epsilon, Number(row["energy_consumed"]));
        if (name is "start_stop" or "offline_tracker")
            Assert.Contains(row["emissions"], finished.Output);
        if (name == "offline_tracker")
        {
            Assert.Equal(("CA-QC", 1.2), ((string)run.Root["grid"]!["zone"]!, Number(row["pue"])));
            Assert.Equal("process", row["tracking_mode"]);
        }

        if (name == "decorator")
            Assert.Equal(("FRA", "France"), (row["country_iso_code"], row["country_name"]));
        if (name == "tasks")
            CheckTasks(run, Csv(tonne.At($"emissions_search_{run.Id}.csv")));
    }

    static void CheckTasks(RunJson run, List<Dictionary<string, string>> tasks)
    {
        var stages = run.Root["stages"]!.AsArray().ToDictionary(stage => (string)stage!["name"]!, stage => stage!, StringComparer.Ordinal);
        Assert.Equal(["load dataset", "build model"], tasks.Select(task => task["task_name"]));
        foreach (var task in tasks)
        {
            var stage = stages[task["task_name"]];
            // The shortest decimal of a double has 17 digits; the sum of its parts may differ in the last ones.
            Assert.Equal(1, Number(task["emissions"]) / Value(stage["emissions_kg"]), 1e-9);
            Assert.Equal(1, Number(task["energy_consumed"]) / (Value(stage["energy_kwh"]) * (double)run.Root["facility"]!["pue"]!), 1e-9);
            Assert.True(Number(task["duration"]) <= (double)stage["duration_s"]!);
        }

        var all = tasks.Sum(task => Number(task["emissions"])) + Value(stages["(outside)"]["emissions_kg"]);
        Assert.Equal(1, all / Value(run.Root["emissions_kg"]!["operational"]), 1e-9);
    }

    static double Value(JsonNode? quantity) => (double)quantity!["value"]!;

    static double Number(string text) => double.Parse(text, CultureInfo.InvariantCulture);

    // The fields of these files have no line breaks and no doubled quotes.
    static List<Dictionary<string, string>> Csv(string path)
    {
        var lines = File.ReadAllLines(path).Select(Split).ToList();
        return [.. lines.Skip(1).Select(line => lines[0].Zip(line)
            .ToDictionary(pair => pair.First, pair => pair.Second, StringComparer.Ordinal))];
    }

    static List<string> Split(string line)
    {
        List<string> fields = [""];
        var quoted = false;
        foreach (var letter in line)
        {
            if (letter == '"')
                quoted = !quoted;
            else if (letter == ',' && !quoted)
                fields.Add("");
            else
                fields[^1] += letter;
        }

        return fields;
    }
}
