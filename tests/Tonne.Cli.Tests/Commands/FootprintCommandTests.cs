using System.Text.Json;

namespace Tonne.Cli.Tests.Commands;

public sealed class FootprintCommandTests : IDisposable
{
    readonly Terminal _terminal = new();

    public void Dispose() => _terminal.Dispose();

    string Bloom()
    {
        File.Copy(Path.Combine(Root(), "examples", "footprints", "bloom.yaml"), Path.Combine(_terminal.Folder, "bloom.yaml"), overwrite: true);
        return "bloom.yaml";
    }

    [Fact]
    public void BLOOM_on_a_screen_has_the_paper_s_lines()
    {
        var (code, output, error) = _terminal.Type("footprint", Bloom());

        Assert.Equal(0, code);
        Assert.Empty(error);
        foreach (var printed in new[] { "24.69 t", "14.63 t", "11.21 t", "50.53 t", "864.25 kWh", "340.5 kg", "18.92 kg CO2e a day over 18 d", "914 kWh at 394 g/kWh is 360 kg" })
            Assert.Contains(printed, string.Join(' ', output.Split((char[])[' ', '\n'], StringSplitOptions.RemoveEmptyEntries)));
    }

    [Theory]
    [InlineData("", "")]
    [InlineData("place: {zone: FR}", "--zone FR")]
    [InlineData("place: {region: 'aws:eu-west-1'}", "--region aws:eu-west-1")]
    [InlineData("facility: {pue: 1.1}", "--pue 1.1")]
    public void An_estimate_of_a_phase_is_the_answer_of_the_command_estimate(string place, string options)
    {
        File.WriteAllText(Path.Combine(_terminal.Folder, "life.yaml"), "format: tonne.life/1\nname: one question\n" + place + """

            phases:
              - name: training
                estimate: {training: {parameters: 7e9, tokens: 2e11, hardware: h100}}
              - name: deployment
                estimate: {inference: {parameters: 7e9, output_tokens: 300, hardware: h100, requests: 1000}}
            """);
        var (code, output, error) = _terminal.Type("footprint", "life.yaml", "--json");
        string[] where = options.Length == 0 ? [] : options.Split(' ');
        var (_, training, _) = _terminal.Type(["estimate", "training", "--parameters", "7e9", "--tokens", "2e11", "--hardware", "h100", "--json", .. where]);
        var (_, inference, _) = _terminal.Type(["estimate", "inference", "--parameters", "7e9", "--output-tokens", "300", "--hardware", "h100", "--json", .. where]);

        Assert.Equal((0, ""), (code, error));
        using var life = JsonDocument.Parse(output);
        using var trained = JsonDocument.Parse(training);
        using var served = JsonDocument.Parse(inference);
        var phases = life.RootElement.GetProperty("phases");
        Same(trained.RootElement.GetProperty("facility_energy_kwh"), phases[0], "facility_energy_kwh", 1);
        Same(trained.RootElement.GetProperty("emissions_kg").GetProperty("total"), phases[0], "emissions_kg", 1);
        Same(served.RootElement.GetProperty("facility_energy_wh_per_request"), phases[1], "facility_energy_kwh", 1);
        Same(served.RootElement.GetProperty("emissions_g_per_request"), phases[1], "emissions_kg", 1);

        // A thousand requests in kWh and kg are one in Wh and g.
        static void Same(JsonElement estimate, JsonElement phase, string figure, double scale)
        {
            var found = phase.GetProperty("figures").GetProperty(figure);
            found = found.TryGetProperty("total", out var total) ? total : found;
            var expected = estimate.GetProperty("value").GetDouble() * scale;
            Assert.Equal(expected, found.GetProperty("value").GetDouble(), expected * 1e-9);
        }
    }

    [Fact]
    public void Stored_and_transferred_data_are_rows_of_their_own_in_no_sum()
    {
        const string phase = "name: a life\nplace: {intensity: 100 g/kWh}\nfacility: {pue: 1.2}\nphases:\n  - name: training\n    dynamic: {energy: 1000 kWh}\n    duration: 1000 h\n";
        File.WriteAllText(Path.Combine(_terminal.Folder, "plain.yaml"), phase);
        File.WriteAllText(Path.Combine(_terminal.Folder, "data.yaml"), phase + "    data: {stored: 50 TB, transferred: 2 TB}\n");
        var (_, plain, _) = _terminal.Type("footprint", "plain.yaml", "--json");
        var (code, output, error) = _terminal.Type("footprint", "data.yaml", "--json");
        var (_, screen, _) = _terminal.Type("footprint", "data.yaml");

        Assert.Equal((0, ""), (code, error));
        using var without = JsonDocument.Parse(plain);
        using var with = JsonDocument.Parse(output);
        var (before, after) = (without.RootElement.GetProperty("phases")[0], with.RootElement.GetProperty("phases")[0]);
        Assert.Equal(before.GetProperty("figures").GetRawText(), after.GetProperty("figures").GetRawText());
        Assert.False(before.TryGetProperty("data", out _));
        // 50 TB at 2 W for 1,000 h are 100 kWh, times a PUE of 1.2; 2 TB at 1.9 Wh/GB are 3.8 kWh, without one; 100 g/kWh.
        var data = after.GetProperty("data");
        Assert.Equal((120, 12), (Value(data[0], "energy_kwh"), Value(data[0], "emissions_kg")));
        Assert.Equal((3.8, 0.38), (Value(data[1], "energy_kwh"), Value(data[1], "emissions_kg")));
        Assert.Contains("not part of any sum", string.Join(' ', screen.Split((char[])[' ', '\n'], StringSplitOptions.RemoveEmptyEntries)), StringComparison.Ordinal);

        static double Value(JsonElement part, string name) => Math.Round(part.GetProperty(name).GetProperty("value").GetDouble(), 9);
    }

    [Theory]
    [InlineData("data: {stored: 50 TB}", "'stored' needs the phase's 'duration'")]
    [InlineData("data: {stored: 50 kWh}", "amount of data")]
    [InlineData("data: {}", "'data' must have 'stored' or 'transferred'")]
    public void Data_that_cannot_be_used_are_reported(string data, string expected)
    {
        File.WriteAllText(Path.Combine(_terminal.Folder, "data.yaml"), "name: a life\nphases:\n  - name: training\n    dynamic: {energy: 1000 kWh}\n    " + data + "\n");
        var (code, _, error) = _terminal.Type("footprint", "data.yaml");

        Assert.Equal(2, code);
        Assert.Contains(expected, error, StringComparison.Ordinal);
    }

    [Fact]
    public void BLOOM_as_JSON_is_one_document_of_quantities()
    {
        var (code, output, _) = _terminal.Type("footprint", Bloom(), "--json");

        Assert.Equal(0, code);
        using var document = JsonDocument.Parse(output);
        var root = document.RootElement;
        Assert.Equal("tonne.footprint/1", root.GetProperty("schema").GetString());
        var training = root.GetProperty("phases")[0];
        var total = training.GetProperty("figures").GetProperty("emissions_kg").GetProperty("total");
        Assert.Equal(50_532.447, total.GetProperty("value").GetDouble(), 1e-3);
        Assert.Equal(["value", "low", "high", "boundary", "quality", "measured_share"], total.EnumerateObject().Select(field => field.Name));
        Assert.Equal(["dynamic", "idle", "embodied"], training.GetProperty("figures").GetProperty("boundaries").EnumerateArray().Select(step => step.GetProperty("step").GetString()));
    }

    [Theory]
    [InlineData("--md", "# Footprint of BLOOM-176B")]
    [InlineData("--eu-ai-act", "| Amount of energy used for training | 6.90 × 10^2 MWh |")]
    [InlineData("--sci", "SCI 1.476 g CO2e per request")]
    [InlineData("--explain=training.embodied", "11.21 t CO2e = sum of")]
    [InlineData("--explain=embodied", "embodied emissions")]
    [InlineData("--schema", "\"title\": \"tonne.life/1")]
    public void It_has_many_forms(string option, string holds)
    {
        var (code, output, _) = _terminal.Type("footprint", Bloom(), option);

        Assert.Equal(0, code);
        Assert.Contains(holds, output);
    }

    [Fact]
    public void A_figure_that_is_not_there_names_those_that_are()
    {
        var (code, _, error) = _terminal.Type("footprint", Bloom(), "--explain", "training.idel.emissions_kg");

        Assert.Equal(2, code);
        Assert.Contains("training.idle.", error);
    }

    [Fact]
    public void An_explanation_as_JSON_names_the_file()
    {
        var (_, output, _) = _terminal.Type("footprint", Bloom(), "--explain", "training.idle.emissions_kg", "--json");

        using var document = JsonDocument.Parse(output);
        Assert.Equal(("tonne.explain/1", "bloom.yaml", "training.idle.emissions_kg"), (document.RootElement.GetProperty("schema").GetString(), document.RootElement.GetProperty("run").GetString(),
            document.RootElement.GetProperty("figure").GetString()));
    }

    [Fact]
    public void All_that_is_wrong_with_a_file_is_reported_by_line()
    {
        File.WriteAllText(Path.Combine(_terminal.Folder, "life.yaml"), "name: a life\nphases:\n  - name: training\n    dynamc: 3 kWh\n  - name: deployment\n    dynamic: 3 W\n");
        var (code, output, error) = _terminal.Type("footprint", "life.yaml");

        Assert.Equal(2, code);
        Assert.Empty(output);
        Assert.Contains("tonne: life.yaml:4: the key 'dynamc' is unknown. Did you mean 'dynamic'?", error);
        Assert.Contains("tonne: life.yaml:6: 'dynamic': '3 W' is a power, but an energy is needed here", error);
    }

    [Theory]
    [InlineData("footprint")]
    [InlineData("footprint", "nowhere.yaml")]
    [InlineData("footprint", ".")]
    [InlineData("footprint", "bloom.yaml", "--json", "--md")]
    [InlineData("footprint", "bloom.yaml", "--per", "token=3")]
    [InlineData("footprint", "bloom.yaml", "--sci", "--per", "token=0")]
    [InlineData("footprint", "bloom.yaml", "--sci", "--per", "token=NaN")]
    [InlineData("report", "last", "--sci")]
    [InlineData("report", "last", "--sci", "--per", "token=-1")]
    [InlineData("report", "last", "--boundary", "consumer")]
    public void Wrong_use_is_reported_with_a_way_on(params string[] words)
    {
        Bloom();
        var (code, output, error) = _terminal.Type(words);

        Assert.Equal(2, code);
        Assert.Empty(output);
        Assert.StartsWith("tonne: ", error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("from: last", "life.yaml:4: ")]
    [InlineData("from: {project: nothing, status: completed}", "life.yaml:4: no ended run of the ledger is among the runs with project nothing, status completed")]
    [InlineData("from: {status: done}", "life.yaml:4: the status 'done' is unknown")]
    public void A_query_of_the_ledger_that_finds_nothing_says_where_it_stands(string from, string expected)
    {
        File.WriteAllText(Path.Combine(_terminal.Folder, "life.yaml"), $"name: a life\nphases:\n  - name: training\n    {from}\n");
        var (code, _, error) = _terminal.Type("footprint", "life.yaml");

        Assert.Equal(2, code);
        Assert.Contains(expected, error);
    }

    [Fact]
    public void Figures_of_the_file_complete()
    {
        var line = $"tonne footprint {Bloom()} --explain training.idle";
        var (_, output, _) = _terminal.Type($"[suggest:{line.Length}]", line);

        Assert.Contains("training.idle.emissions_kg", output);
    }

    static string Root()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(folder.FullName, "Tonne.slnx")))
            folder = folder.Parent ?? throw new InvalidOperationException("The tests run outside of a source tree.");
        return folder.FullName;
    }
}
