using System.Globalization;
using System.Text.Json;

namespace Tonne.Cli.Tests.Commands;

public sealed class EstimateTrainingCommandTests : IDisposable
{
    readonly Terminal _terminal = new();

    public void Dispose() => _terminal.Dispose();

    [Theory]
    [InlineData("--parameters 7 --tokens 2e12", "7 parameters: did you mean 7B, which is 7 billion? Write 7B or 7e9")]
    [InlineData("--parameters 7e9 --tokens 2", "2 tokens: did you mean 2B, which is 2 billion? Write 2B or 2e9")]
    [InlineData("--parameters 235e9 --active-parameters 22 --tokens 2e12", "22 active parameters: did you mean 22B")]
    public void A_number_that_stands_for_billions_is_asked_about(string numbers, string question)
    {
        using var terminal = new Terminal();
        var (code, text, error) = terminal.Type(["estimate", "training", "--hardware", "h100", .. numbers.Split(' ')]);

        Assert.Equal((2, ""), (code, text));
        Assert.Contains(question, error, StringComparison.Ordinal);
    }

    [Fact]
    public void Tuning_is_taken_from_the_command_line()
    {
        using var terminal = new Terminal();
        var (code, text, _) = terminal.Type("estimate", "training", "--parameters", "8B", "--tokens", "100M", "--hardware", "h100", "--tune", "lora", "--json");
        var (refused, _, error) = terminal.Type("estimate", "training", "--parameters", "8B", "--tokens", "100M", "--hardware", "h100", "--tune", "half");

        Assert.Equal(0, code);
        Assert.Contains("LoRA: 4 operations per active parameter and token", text, StringComparison.Ordinal);
        Assert.Equal(2, refused);
        Assert.Contains("there are lora and full", error, StringComparison.Ordinal);
    }

    [Fact]
    public void The_document_has_the_fields_that_others_rely_on()
    {
        var (code, text, _) = _terminal.Type("estimate", "training", "--parameters", "175e9", "--tokens", "300B", "--hardware", "v100,a100", "--chips", "1000", "--zone", "FR", "--json");
        using var document = JsonDocument.Parse(text);
        var root = document.RootElement;

        Assert.Equal(0, code);
        Assert.Equal("tonne.training-estimate/1", root.GetProperty("schema").GetString());
        foreach (var quantity in new[] { root.GetProperty("chip_hours"), root.GetProperty("energy_kwh"), root.GetProperty("emissions_kg").GetProperty("operational"), root.GetProperty("emissions_kg").GetProperty("embodied"), root.GetProperty("emissions_kg").GetProperty("total") })
            Assert.True(quantity.GetProperty("low").GetDouble() < quantity.GetProperty("value").GetDouble() && quantity.GetProperty("value").GetDouble() < quantity.GetProperty("high").GetDouble());
        Assert.NotEmpty(root.GetProperty("assumptions").EnumerateArray());
        Assert.NotEmpty(root.GetProperty("sources").EnumerateArray());
        var ranked = root.GetProperty("estimates").EnumerateArray().Select(one => one.GetProperty("energy_kwh").GetProperty("value").GetDouble()).ToList();
        Assert.Equal(2, ranked.Count);
        Assert.Equal(ranked.Order(), ranked);
        Assert.Equal(ranked[0], root.GetProperty("energy_kwh").GetProperty("value").GetDouble());
        Assert.Equal(root.GetProperty("hardware").GetString(), root.GetProperty("efficient_choice").GetProperty("hardware").GetString());
    }

    [Theory]
    [InlineData("training", "--tokens")]
    [InlineData("inference", "--output-tokens")]
    public void An_option_that_there_is_not_is_no_accelerator(string what, string tokens)
    {
        var (code, text, error) = _terminal.Type("estimate", what, "--parameters", "7e9", tokens, "300", "--hardware", "h100", "--cards", "3");

        Assert.Equal((2, ""), (code, text));
        Assert.Contains("there is no option '--cards'", error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("1e20", 2)]
    [InlineData("8.4e22", 0)]
    [InlineData("1e23", 0)]
    [InlineData("1e24", 2)]
    public void Operations_that_contradict_parameters_and_tokens_are_refused(string flops, int expected)
    {
        // 6 × 7e9 × 2e12 = 8.4e22.
        var (code, _, error) = _terminal.Type("estimate", "training", "--parameters", "7e9", "--tokens", "2e12", "--flops", flops, "--hardware", "h100");

        Assert.Equal(expected, code);
        Assert.Equal(expected == 2, error.Contains("8.4e+22", StringComparison.OrdinalIgnoreCase));
    }

    [Fact]
    public void Small_trainings_keep_their_hours()
    {
        var (_, text, _) = _terminal.Type("estimate", "training", "--chips", "1", "--hours", "0.004", "--hardware", "h100");

        Assert.Contains("0.004 chip-h", text, StringComparison.Ordinal);
    }

    [Fact]
    public void A_search_space_multiplies_to_runs()
    {
        var one = Energy("--parameters", "1e9", "--tokens", "20e9", "--hardware", "h100");
        var campaign = Energy("--parameters", "1e9", "--tokens", "20e9", "--hardware", "h100", "--space", "lr=4,layers=3");
        var both = Energy("--parameters", "1e9", "--tokens", "20e9", "--hardware", "h100", "--space", "lr=4,layers=3", "--runs", "2");

        Assert.Equal(12, campaign / one, 9);
        Assert.Equal(24, both / one, 9);
    }

    [Fact]
    public void Hours_without_chips_ask_for_the_chips()
    {
        var (_, text, _) = _terminal.Type("estimate", "training", "--parameters", "7e9", "--tokens", "2e12", "--hardware", "h100", "--hours", "240", "--json");
        using var document = JsonDocument.Parse(text);
        var root = document.RootElement;

        Assert.Equal(root.GetProperty("chip_hours").GetProperty("value").GetDouble() / 240, root.GetProperty("chips_per_run").GetProperty("value").GetDouble(), 6);
    }

    [Fact]
    public void Every_name_that_completion_offers_is_understood() => Assert.All(Hardware.AcceleratorCatalog.All, chip =>
        Assert.Same(chip, Hardware.AcceleratorCatalog.Find(Catalogs.NameMatching.ToSlug(chip.Name)).Value));

    [Fact]
    public void Numbers_may_be_written_as_people_write_them()
    {
        Assert.Equal(Energy("--parameters", "7e9", "--tokens", "2e12", "--hardware", "h100"), Energy("--parameters", "7B", "--tokens", "2T", "--hardware", "H100"));
        Assert.Equal(Energy("--parameters", "70e6", "--tokens", "300e9", "--hardware", "a100"), Energy("--parameters", "70M", "--tokens", "300_000_000_000", "--hardware", "a100"));
    }

    [Theory]
    [InlineData("total", "operational and embodied emissions")]
    [InlineData("hours", "utilisation, share of the peak")]
    [InlineData("energy", "rest of an air-cooled GPU server")]
    public void Any_figure_is_explained_down_to_its_factors(string figure, string expected)
    {
        var (code, text, _) = _terminal.Type("estimate", "training", "--parameters", "7e9", "--tokens", "2e12", "--hardware", "h100", "--explain", figure);

        Assert.Equal(0, code);
        Assert.Contains(expected, text.Replace("\n", " ", StringComparison.Ordinal).Replace("  ", " ", StringComparison.Ordinal), StringComparison.OrdinalIgnoreCase);
    }

    [Theory]
    [InlineData("--hardware is missing", "--parameters", "7e9", "--tokens", "2e12")]
    [InlineData("Nearest: NVIDIA H100", "--parameters", "7e9", "--tokens", "2e12", "--hardware", "h1000")]
    [InlineData("needs parameters and tokens", "--parameters", "7e9", "--hardware", "h100")]
    [InlineData("--tokens 'many' must be a number above 0", "--parameters", "7e9", "--tokens", "many", "--hardware", "h100")]
    [InlineData("--parameters '-7e9' must be", "--parameters", "-7e9", "--tokens", "2e12", "--hardware", "h100")]
    [InlineData("--chips '0'", "--parameters", "7e9", "--tokens", "2e12", "--hardware", "h100", "--chips", "0")]
    [InlineData("--precision 'fp7' is not known; there are bf16", "--parameters", "7e9", "--tokens", "2e12", "--hardware", "h100", "--precision", "fp7")]
    [InlineData("NAME=NUMBER", "--parameters", "7e9", "--tokens", "2e12", "--hardware", "h100", "--space", "lr")]
    [InlineData("more than 100000000 runs", "--parameters", "7e9", "--tokens", "2e12", "--hardware", "h100", "--space", "a=100000,b=100000")]
    [InlineData("cannot be more", "--parameters", "7e9", "--active-parameters", "8e9", "--tokens", "2e12", "--hardware", "h100")]
    [InlineData("--explain 'colour' is not known; there is total", "--parameters", "7e9", "--tokens", "2e12", "--hardware", "h100", "--explain", "colour")]
    public void What_cannot_be_estimated_is_reported(string expected, params string[] words)
    {
        var (code, _, error) = _terminal.Type(["estimate", "training", .. words]);

        Assert.Equal(2, code);
        Assert.Contains(expected, error, StringComparison.Ordinal);
    }

    [Fact]
    public void Whatever_is_typed_is_answered_or_refused()
    {
        // Seeded: exit code 0 or 2 and never an exception, and a figure that is written is a number.
        var random = new Random(2026);
        string[] pieces = ["1", "0", "7", "e", "9", "-", ".", "B", "T", "k", "_", "=", ",", " ", "lr", "h100", "é", "\u202e", "NaN", "∞", "%", "99999999999"];
        string[] options = ["--parameters", "--tokens", "--flops", "--chips", "--hours", "--runs", "--space", "--precision", "--hardware", "--active-parameters", "--explain"];
        for (var i = 0; i < 400; i++)
        {
            var words = new List<string> { "estimate", "training", "--parameters=7e9", "--tokens=2e12", "--hardware=h100" };
            var option = options[random.Next(options.Length)];
            words.RemoveAll(word => word.StartsWith(option + "=", StringComparison.Ordinal));
            words.Add(option + "=" + string.Concat(Enumerable.Range(0, random.Next(1, 6)).Select(_ => pieces[random.Next(pieces.Length)])));

            var (code, text, error) = _terminal.Type([.. words]);

            Assert.True(code == 0 ? text.Length > 0 : code == 2 && error.StartsWith("tonne: ", StringComparison.Ordinal), $"{string.Join(' ', words)}: {code} {error}");
            Assert.DoesNotContain("NaN chip", text, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void A_setup_that_is_repeated_narrows_the_bounds()
    {
        string[] task = ["--parameters", "70e9", "--tokens", "15e12", "--hardware", "h100"];
        var (unknown, like) = (Width([]), Width(["--like", "Llama 3 70B"]));

        Assert.True(like < 2 && unknown > like * 1.4, $"{unknown} {like}");
        var refused = _terminal.Type(["estimate", "training", .. task, "--like", "nothing like it"]);
        Assert.Equal(2, refused.Code);
        Assert.Contains("nothing like", refused.Error, StringComparison.Ordinal);

        double Width(string[] more)
        {
            var (code, text, error) = _terminal.Type(["estimate", "training", .. task, .. more, "--json"]);
            Assert.True(code == 0, error);
            using var document = JsonDocument.Parse(text);
            var hours = document.RootElement.GetProperty("chip_hours");
            Assert.Equal(more.Length > 0, document.RootElement.TryGetProperty("like", out _));
            return hours.GetProperty("high").GetDouble() / hours.GetProperty("low").GetDouble();
        }
    }

    [Fact]
    public void A_known_misprint_is_never_printed_without_its_note()
    {
        // Meta's card of Llama 3.3 prints 12.9 t for 7.0 M GPU-hours: 2.6 g/kWh.
        var lines = _terminal.Type("catalog", "models", "llama", "3.3").Out.Split('\n');
        Assert.Contains("misprint", Assert.Single(lines, line => line.Contains("12,900", StringComparison.Ordinal)), StringComparison.Ordinal);
        using var document = JsonDocument.Parse(_terminal.Type("catalog", "models", "llama", "3.3", "--json").Out);
        var row = document.RootElement.GetProperty("rows").EnumerateArray().Single(one => one.GetProperty("unit").GetString() == "kg CO2e");
        Assert.Contains("misprint", row.GetProperty("contradiction").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public void Published_trainings_are_found_by_name_and_checked()
    {
        var (code, text, _) = _terminal.Type("catalog", "models", "Llama", "3.3", "--json");
        using var document = JsonDocument.Parse(text);

        Assert.Equal(0, code);
        Assert.Contains(document.RootElement.GetProperty("rows").EnumerateArray(), row => row.GetProperty("note").GetString()!.Contains("2.6 g/kWh", StringComparison.Ordinal));
        Assert.Equal(0, _terminal.Type("catalog", "models", "--validate").Code);
    }

    double Energy(params string[] words)
    {
        var (code, text, error) = _terminal.Type(["estimate", "training", .. words, "--json"]);
        Assert.True(code == 0, error);
        using var document = JsonDocument.Parse(text);
        return double.Parse(document.RootElement.GetProperty("energy_kwh").GetProperty("value").GetRawText(), CultureInfo.InvariantCulture);
    }
}
