using System.Text.Json;

namespace Tonne.Cli.Tests.LanguageModels;

/// <summary>A model by name or file in estimates and descriptions: the same answer as with its sizes, and a range where nobody states them.</summary>
public sealed class ModelOptionsTests : IDisposable
{
    readonly Terminal _terminal = new();

    public void Dispose() => _terminal.Dispose();

    [Fact]
    public void A_name_gives_the_answer_of_its_sizes()
    {
        // Llama 3.1 70B: 80 layers, 8 key-value heads of 128: 2 × 80 × 8 × 128 × 2 bytes (arXiv 2407.21783, table 3).
        var named = Serving("--model", "meta-llama/Llama-3.1-70B-Instruct");
        var sized = Serving("--parameters", "70.55e9", "--layers", "80", "--kv-bytes-per-token", "327680");

        Assert.Equal(sized, named);
    }

    [Fact]
    public void A_file_gives_the_answer_of_its_sizes()
    {
        var file = Write("config.json", """{"model_type":"llama","hidden_size":4096,"intermediate_size":14336,"num_hidden_layers":32,"num_attention_heads":32,"num_key_value_heads":8,"vocab_size":128256}""");

        var (low, best, high) = Serving("--model-file", file);
        var named = Serving("--model", "Llama-3.1-8B");

        Assert.Equal(1, best / named.Best, 0.01);
        Assert.True(low < best && best < high);
    }

    [Fact]
    public void A_model_of_undisclosed_size_has_the_range_of_what_it_may_be_and_its_reason()
    {
        var (low, best, high) = Serving("--model", "gpt-4o-2024-08-06");
        // The ends of the table: 100 billion with 20 active, 600 with 200.
        var small = Serving("--parameters", "100e9", "--active-parameters", "20e9");
        var large = Serving("--parameters", "600e9", "--active-parameters", "200e9");

        Assert.True(low < small.Best && small.Best < best && best < large.Best && large.Best < high);
        var (_, text, _) = _terminal.Type("estimate", "inference", "--model", "gpt-4o", "--hardware", "h100", "--output-tokens", "400");
        Assert.Contains("size undisclosed", text, StringComparison.Ordinal);
        Assert.Contains("does not state its size", text, StringComparison.Ordinal);
    }

    [Fact]
    public void A_training_by_name_has_its_published_tokens_and_an_undisclosed_one_the_range_of_its_size()
    {
        var named = Training("--model", "Llama-3.1-8B");
        var sized = Training("--parameters", "8.03e9", "--tokens", "15e12");
        Assert.Equal(sized, named);

        var hidden = Training("--model", "gpt-4o", "--tokens", "1e12");
        var middle = Training("--parameters", "250e9", "--active-parameters", "80e9", "--tokens", "1e12");
        Assert.Equal(middle.Best, hidden.Best, middle.Best * 1e-9);
        Assert.True(hidden.Low < middle.Low / 1.3 && hidden.High > middle.High * 1.3);
    }

    [Theory]
    [InlineData("--model and --model-file", "--model", "llama-3.1-8b", "--model-file", "x")]
    [InlineData("--parameters cannot be combined", "--model", "llama-3.1-8b", "--parameters", "8e9")]
    [InlineData("is unknown. Nearest", "--model", "llama-3.1-9b")]
    [InlineData("no such file", "--model-file", "/nonexistent")]
    [InlineData("the model is missing", "--gpus", "2")]
    public void What_is_wrong_is_said(string expected, params string[] words)
    {
        var (code, _, error) = _terminal.Type(["estimate", "inference", "--hardware", "h100", "--output-tokens", "400", .. words]);

        Assert.Equal(2, code);
        Assert.Contains(expected == "--model and --model-file" ? "not both" : expected, error, StringComparison.Ordinal);
    }

    [Fact]
    public void A_low_bit_model_is_served_in_its_own_format_and_a_device_is_refused()
    {
        // gpt-oss is published in MXFP4, DeepSeek-V3 in 8 bits (their cards).
        Assert.Contains("at mxfp4", _terminal.Type("estimate", "inference", "--model", "gpt-oss-120b", "--hardware", "h100", "--output-tokens", "400").Out, StringComparison.Ordinal);
        Assert.Contains("at fp8", _terminal.Type("estimate", "inference", "--model", "DeepSeek-V3", "--hardware", "h200", "--output-tokens", "400").Out, StringComparison.Ordinal);
        Assert.Contains("at bf16", _terminal.Type("estimate", "inference", "--model", "gpt-oss-120b", "--precision", "bf16", "--hardware", "h100", "--output-tokens", "400").Out, StringComparison.Ordinal);
        Assert.Contains("a device or a pipe", _terminal.Type("estimate", "inference", "--model-file", "/dev/zero", "--hardware", "h100", "--output-tokens", "400").Error, StringComparison.Ordinal);
    }

    [Fact]
    public void A_name_from_a_file_cannot_steer_the_terminal()
    {
        var folder = Directory.CreateDirectory(Path.Combine(_terminal.Folder, "a\u001b[2Jb")).FullName;
        File.WriteAllText(Path.Combine(folder, "config.json"), """{"model_type":"llama","hidden_size":4096,"intermediate_size":14336,"num_hidden_layers":32,"num_attention_heads":32,"num_key_value_heads":8,"vocab_size":128256}""");

        var (code, text, _) = _terminal.Type("estimate", "inference", "--model-file", folder, "--hardware", "h100", "--output-tokens", "400");

        Assert.Equal(0, code);
        Assert.DoesNotContain('\u001b', text);
    }

    [Fact]
    public void A_description_takes_a_model_by_name_or_by_a_file_beside_it()
    {
        Write("config.json", """{"model_type":"llama","hidden_size":4096,"intermediate_size":14336,"num_hidden_layers":32,"num_attention_heads":32,"num_key_value_heads":8,"vocab_size":128256}""");
        var by = new Dictionary<string, double>();
        foreach (var model in new[] { "model: Llama-3.1-8B", "model_file: config.json", "parameters: 8.03e9, layers: 32, kv_bytes_per_token: 131072" })
        {
            var file = Write("life.yaml", $"name: a life\nphases:\n  - name: deployment\n    estimate: {{inference: {{{model}, hardware: h100, output_tokens: 400, requests: 1e6}}}}\n");
            var (code, text, error) = _terminal.Type("footprint", file, "--json");
            Assert.True(code == 0, error);
            using var document = JsonDocument.Parse(text);
            by[model] = document.RootElement.GetProperty("life").GetProperty("energy_kwh").GetProperty("value").GetDouble();
        }

        Assert.All(by.Values, energy => Assert.Equal(1, energy / by.Values.First(), 0.01));
        var wrong = Write("wrong.yaml", "name: a life\nphases:\n  - name: training\n    estimate: {training: {model: Llama-3.1-8B, parameters: 8e9, hardware: h100}}\n");
        Assert.Contains("wrong.yaml:4", _terminal.Type("footprint", wrong).Error, StringComparison.Ordinal);
    }

    string Write(string name, string text)
    {
        var path = Path.Combine(_terminal.Folder, name);
        File.WriteAllText(path, text);
        return path;
    }

    (double Low, double Best, double High) Serving(params string[] words) => Energy("facility_energy_wh_per_request", ["estimate", "inference", "--hardware", "h100", "--output-tokens", "400", "--batch", "32", "--zone", "FR", "--json", .. words]);

    (double Low, double Best, double High) Training(params string[] words) => Energy("energy_kwh", ["estimate", "training", "--hardware", "h100", "--zone", "FR", "--json", .. words]);

    (double Low, double Best, double High) Energy(string name, string[] words)
    {
        var (code, text, error) = _terminal.Type(words);
        Assert.True(code == 0, error);
        using var document = JsonDocument.Parse(text);
        var energy = Find(document.RootElement, name) ?? throw new InvalidOperationException($"no {name} in {text}");
        return (energy.GetProperty("low").GetDouble(), energy.GetProperty("value").GetDouble(), energy.GetProperty("high").GetDouble());
    }

    static JsonElement? Find(JsonElement element, string name)
    {
        if (element.ValueKind == JsonValueKind.Array)
            return element.EnumerateArray().Select(item => Find(item, name)).FirstOrDefault(found => found is not null);
        if (element.ValueKind != JsonValueKind.Object)
            return null;
        return element.TryGetProperty(name, out var found) && found.ValueKind == JsonValueKind.Object ? found : element.EnumerateObject().Select(property => Find(property.Value, name)).FirstOrDefault(inside => inside is not null);
    }
}
