using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace Tonne.Trials.Marks;

/// <summary>Notebooks that are recorded with <c>%%tonne</c>, in a real kernel.</summary>
[Collection(nameof(Alone))]
public partial class NotebookTrials
{
    const string Convert = "/usr/bin/jupyter-nbconvert";

    [Fact]
    public async Task The_cells_of_the_example_are_runs()
    {
        using var tonne = await PrepareAsync();
        var notebook = Path.Combine(TonneCommand.Repository, "examples", "notebook", "train.ipynb");

        (await tonne.RunOtherAsync(Convert, "--to", "notebook", "--execute", "--output-dir", tonne.Folder, notebook)).Expect(0);

        var cells = JsonNode.Parse(File.ReadAllText(tonne.At("train.ipynb")))!["cells"]!.AsArray();
        var printed = cells.Select(Print).ToList();
        Assert.Equal("4000", (string)cells[2]!["outputs"]![0]!["data"]!["text/plain"]![0]!);
        foreach (var (text, name) in new[] { (printed[2], "prepare"), (printed[4], "train") })
        {
            var line = Line().Match(text);
            Assert.True(line.Success, text);
            Assert.Equal(name, line.Groups["name"].Value);
            var run = new RunJson((await tonne.RunAsync("show", line.Groups["run"].Value, "--json")).Expect(0).Output);
            JsonNode?[] facts = [run.Root["name"], run.Root["project"], run.Root["grid"]!["zone"]];
            Assert.Equal([name, "notebook", "FR"], facts.Select(fact => (string)fact!));
            // Three digits are printed.
            Assert.Equal(1, InUnit(line.Groups["mass"].Value) / ((double)run.Root["emissions_kg"]!["total"]!["value"]! * 1e3), 0.006);
            Assert.Equal(1, InUnit(line.Groups["energy"].Value) / ((double)run.Root["energy_kwh"]!["value"]! * 1e3), 0.006);
            Assert.Equal(name == "train" ? 20 : 0, run.Root["epochs"]!.AsArray().Count);
        }

        Assert.Contains("2 recorded, 2 with figures", printed[5]);
        Assert.Equal(2, tonne.RunFolders().Length);
    }

    [Fact]
    public async Task A_kernel_that_is_killed_leaves_its_run_up_to_the_last_sample()
    {
        using var tonne = await PrepareAsync();
        var (state, period) = (tonne.At("state"), 0.2);
        var notebook = tonne.Write("endless.ipynb", Notebook("%load_ext tonne", $"""
            %%tonne endless --zone FR --period 200ms
            import os, time
            begin, cpu = time.monotonic(), time.process_time()
            while True:
                sum(range(100000))
                with open({JsonSerializer.Serialize(state)} + ".new", "w") as file:
                    file.write(f"{"{os.getpid()} {time.monotonic() - begin} {time.process_time() - cpu}"}")
                os.replace({JsonSerializer.Serialize(state)} + ".new", {JsonSerializer.Serialize(state)})
            """));
        using var converting = tonne.StartOther(Convert, "--to", "notebook", "--execute", "--output", "executed.ipynb", notebook);
        var output = converting.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        while (!File.Exists(state) || Read(state).Cpu < 3)
        {
            Assert.False(converting.HasExited, converting.HasExited ? await output : "");
            await Task.Delay(50, TestContext.Current.CancellationToken);
        }

        using (var kernel = Process.GetProcessById(Read(state).Pid))
            kernel.Kill();
        await converting.WaitForExitAsync(TestContext.Current.CancellationToken);

        Assert.NotEqual(0, converting.ExitCode);
        var last = Read(state);
        JsonNode? row;
        while (true)
        {
            var list = JsonNode.Parse((await tonne.RunAsync("list", "--json")).Expect(0).Output)!["runs"]!.AsArray();
            row = Assert.Single(list);
            if ((string)row!["status"]! != "running")
                break;
            await Task.Delay(100, TestContext.Current.CancellationToken);
        }

        var run = new RunJson((await tonne.RunAsync("show", (string)row["id"]!, "--json")).Expect(0).Output);
        Assert.Equal("endless", (string)run.Root["name"]!);
        // What the kernel had used when it last wrote, less one period and the time of a write. CPU time cannot be above the time.
        Assert.InRange(run.JobCpuSeconds, last.Cpu - 2 * period, last.Elapsed + 2);
        Assert.InRange(run.DurationSeconds, last.Elapsed - 2 * period, double.MaxValue);
        Assert.True((double)run.Root["energy_kwh"]!["value"]! > 0);
    }

    static (int Pid, double Elapsed, double Cpu) Read(string state)
    {
        double[] numbers = [.. File.ReadAllText(state).Split(' ').Select(word => double.Parse(word, CultureInfo.InvariantCulture))];
        return ((int)numbers[0], numbers[1], numbers[2]);
    }

    /// <summary>What a cell has printed.</summary>
    static string Print(JsonNode? cell) => string.Concat(
        (cell!["outputs"]?.AsArray() ?? []).SelectMany(output => output!["text"]?.AsArray() ?? []).Select(line => (string)line!));

    static async Task<TonneCommand> PrepareAsync()
    {
        Needs.Program(Convert, "jupyter-nbconvert");
        await Needs.ModuleAsync("ipykernel", "python3-ipykernel");
        var tonne = new TonneCommand();
        tonne.Environment["PYTHONPATH"] = Path.Combine(TonneCommand.Repository, "clients", "python");
        tonne.Environment["TONNE_EXECUTABLE"] = TonneCommand.Executable;
        tonne.Environment["PYTHONDONTWRITEBYTECODE"] = "1";
        return tonne;
    }

    static string Notebook(params string[] cells) => new JsonObject
    {
        ["cells"] = new JsonArray([.. cells.Select((cell, i) => new JsonObject
        {
            ["cell_type"] = "code",
            ["execution_count"] = null,
            ["id"] = $"cell-{i}",
            ["metadata"] = new JsonObject(),
            ["outputs"] = new JsonArray(),
            ["source"] = cell,
        })]),
        ["metadata"] = new JsonObject
        {
            ["kernelspec"] = new JsonObject { ["display_name"] = "Python 3", ["language"] = "python", ["name"] = "python3" },
        },
        ["nbformat"] = 4,
        ["nbformat_minor"] = 5,
    }.ToJsonString();

    /// <summary>A value with its unit, in g or Wh.</summary>
    static double InUnit(string text)
    {
        var words = text.Split(' ');
        var factor = words[1] switch
        {
            ['µ', ..] => 1e-6,
            ['m', ..] => 1e-3,
            ['k', ..] => 1e3,
            _ => 1,
        };
        return double.Parse(words[0], CultureInfo.InvariantCulture) * factor;
    }

    [GeneratedRegex(
        @"^(?<name>\w+): (?<mass>[0-9.e+]+ \S+) CO2e \(.* to .*\), (?<energy>[0-9.e+]+ \S+), .* s, run (?<run>\S+)$",
        RegexOptions.Multiline, 20_000)]
    private static partial Regex Line();
}
