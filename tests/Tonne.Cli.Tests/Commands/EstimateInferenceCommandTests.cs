using System.Text.Json;

namespace Tonne.Cli.Tests.Commands;

public class EstimateInferenceCommandTests
{
    static readonly string[] Llama = ["estimate", "inference", "--parameters", "70e9", "--hardware", "h100", "--batch", "64", "--output-tokens", "400"];

    [Fact]
    public void The_fields_that_scripts_rely_on_are_there()
    {
        using var terminal = new Terminal();
        var (code, text, error) = terminal.Type([.. Llama, "--json", "--intensity", "56", "--pue", "1.2"]);

        Assert.Equal((0, ""), (code, error));
        using var document = JsonDocument.Parse(text);
        foreach (var field in new[] { "gpu_energy_j_per_output_token", "it_energy_wh_per_request", "facility_energy_wh_per_request", "emissions_g_per_request" })
        {
            var quantity = document.RootElement.GetProperty(field);
            Assert.True(quantity.GetProperty("low").GetDouble() < quantity.GetProperty("value").GetDouble() && quantity.GetProperty("value").GetDouble() < quantity.GetProperty("high").GetDouble());
            Assert.NotEqual("", quantity.GetProperty("boundary").GetString());
        }

        Assert.True(document.RootElement.GetProperty("assumptions").GetArrayLength() > 3);
        Assert.True(document.RootElement.GetProperty("sources").GetArrayLength() > 3);
        // Facility over IT is the PUE that was given.
        Assert.Equal(1.2, Value("facility_energy_wh_per_request") / Value("it_energy_wh_per_request"), 1e-9);

        double Value(string field) => document.RootElement.GetProperty(field).GetProperty("value").GetDouble();
    }

    [Fact]
    public void Several_kinds_of_hardware_are_ranked_by_energy()
    {
        using var terminal = new Terminal();
        var (code, text, _) = terminal.Type("estimate", "inference", "--parameters", "8b", "--hardware", "a100,h100,b200", "--gpus", "1", "--batch", "64", "--output-tokens", "400", "--json");

        Assert.Equal(0, code);
        using var document = JsonDocument.Parse(text);
        var energies = document.RootElement.GetProperty("estimates").EnumerateArray().Select(answer => answer.GetProperty("facility_energy_wh_per_request").GetProperty("value").GetDouble()).ToList();
        Assert.Equal(3, energies.Count);
        Assert.Equal(energies.Order(), energies);
    }

    [Fact]
    public void Reasoning_cached_prompts_and_experts_are_taken_from_the_command_line()
    {
        using var terminal = new Terminal();
        string[] mixture = ["estimate", "inference", "--parameters", "235b", "--active-parameters", "22b", "--hardware", "h100", "--gpus", "8", "--batch", "64", "--prompt-tokens", "20k", "--json"];
        var (code, text, error) = terminal.Type([.. mixture, "--output-tokens", "300", "--reasoning-tokens", "4000", "--cached-tokens", "18k", "--experts", "8/128", "--software", "2023"]);

        Assert.Equal((0, ""), (code, error));
        using var document = JsonDocument.Parse(text);
        Assert.Equal((4300, 2023), (document.RootElement.GetProperty("output_tokens").GetDouble(), document.RootElement.GetProperty("software_year").GetInt32()));
        Assert.Contains("18,000 of 20,000 prompt tokens are read from a cache", text, StringComparison.Ordinal);
        Assert.Contains("experts as given", text, StringComparison.Ordinal);
    }

    [Fact]
    public void An_embedding_is_one_forward_pass_or_a_measured_task()
    {
        using var terminal = new Terminal();
        var (code, text, error) = terminal.Type("estimate", "inference", "--task", "embeddings", "--parameters", "7b", "--hardware", "h100", "--batch", "32", "--prompt-tokens", "512", "--json");
        var (measured, pair, _) = terminal.Type("estimate", "inference", "--task", "embedding", "--json");
        var (refused, _, why) = terminal.Type("estimate", "inference", "--task", "embedding", "--parameters", "7b", "--hardware", "h100", "--output-tokens", "5");

        Assert.Equal((0, 0, 2), (code, measured, refused));
        using var document = JsonDocument.Parse(text);
        // 2 operations for each of 7e9 parameters and 512 tokens at 989.4e12/s and 700 W are 5.07 J; reading 14 GB of weights for 32 requests at 3.35 TB/s 0.09 J.
        Assert.InRange(document.RootElement.GetProperty("gpu_energy_j_per_output_token").GetProperty("value").GetDouble(), 3, 15);
        Assert.Contains("sentences", pair, StringComparison.Ordinal);
        Assert.Contains("one forward pass", why, StringComparison.Ordinal);
        Assert.Empty(error);
    }

    [Theory]
    [InlineData("--gpus 1", "70 billion parameters at bf16 take 140 GB")]
    [InlineData("--precision fp7", "Nearest: fp8")]
    [InlineData("--active-parameters 80e9", "no more than all")]
    [InlineData("--model sdxl", "--parameters cannot be combined with --model")]
    [InlineData("--task image-generation", "cannot be combined with --task")]
    [InlineData("--software 1999", "2018 to 2026")]
    [InlineData("--experts 8/128", "--experts needs --active-parameters")]
    [InlineData("--active-parameters 7", "7 active parameters: did you mean 7B")]
    [InlineData("--experts 8", "two numbers such as 8/128")]
    [InlineData("--experts 9/8", "two numbers such as 8/128")]
    [InlineData("--cached-tokens 100", "which must be given")]
    [InlineData("--reasoning-tokens -4", "must be a number above 0")]
    [InlineData("--explain watts", "gpu_energy_j_per_output_token")]
    [InlineData("--layers many", "must be a number above 0")]
    public void What_cannot_be_used_is_reported(string added, string expected)
    {
        using var terminal = new Terminal();
        var (code, text, error) = terminal.Type([.. Llama, .. added.Split(' ')]);

        Assert.Equal(2, code);
        Assert.Equal("", text);
        Assert.Contains(expected, error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("estimate inference --hardware h100 --output-tokens 5", "the model is missing")]
    [InlineData("estimate inference --parameters 1e9 --output-tokens 5", "--hardware is missing")]
    [InlineData("estimate inference --parameters 1e9 --hardware h100", "--output-tokens is missing")]
    [InlineData("estimate inference --parameters 1e9 --hardware h10 --output-tokens 5", "Nearest:")]
    [InlineData("estimate inference --parameters 1e9 --hardware gaudi --output-tokens 5", "bandwidth")]
    public void What_is_missing_is_reported_with_an_example(string line, string expected)
    {
        using var terminal = new Terminal();
        var (code, _, error) = terminal.Type(line.Split(' '));

        Assert.Equal(2, code);
        Assert.Contains(expected, error, StringComparison.Ordinal);
    }

    [Fact]
    public void A_figure_is_explained_down_to_its_factors()
    {
        using var terminal = new Terminal();
        var (code, text, _) = terminal.Type([.. Llama, "--explain"]);

        Assert.Equal(0, code);
        Assert.Contains("reading the weights", text, StringComparison.Ordinal);
        Assert.Contains("[ML-ENERGY-V2;ML-ENERGY-V3]", text, StringComparison.Ordinal);
        Assert.Contains("Which factor matters most", text, StringComparison.Ordinal);
    }

    [Fact]
    public void A_measured_task_needs_no_hardware()
    {
        using var terminal = new Terminal();
        var (code, text, error) = terminal.Type("estimate", "inference", "--task", "image-generation", "--model", "sdxl", "--zone", "FR", "--requests", "10k", "--json");

        Assert.Equal((0, ""), (code, error));
        using var document = JsonDocument.Parse(text);
        Assert.Equal(1.640, document.RootElement.GetProperty("measured_energy_wh_per_request").GetProperty("value").GetDouble());
        Assert.Equal(10_000, document.RootElement.GetProperty("totals")[0].GetProperty("requests").GetDouble());
    }

    [Fact]
    public void A_slice_of_a_board_is_named_with_its_profile()
    {
        using var terminal = new Terminal();
        string[] line = ["estimate", "inference", "--parameters", "8b", "--output-tokens", "300", "--hardware"];
        var (code, text, _) = terminal.Type([.. line, "H100 MIG 3g.40gb", "--json"]);
        var (small, _, tooSmall) = terminal.Type([.. line, "H100 1g.10gb"]);
        var (many, _, tooMany) = terminal.Type([.. line, "H100 3g.40gb", "--gpus", "2"]);
        var (unknown, _, profiles) = terminal.Type([.. line, "H100 1g.5gb"]);

        Assert.Equal((0, 2, 2, 2), (code, small, many, unknown));
        Assert.Contains("A slice of NVIDIA H100 SXM5 80GB (MIG 3g.40gb): 42.9 % of its rate, 50 % of its memory bandwidth, 40 GB", text, StringComparison.Ordinal);
        Assert.Contains("cannot be divided among MIG slices. Name a larger slice or the whole board", tooSmall, StringComparison.Ordinal);
        Assert.Contains("leave --gpus out", tooMany, StringComparison.Ordinal);
        Assert.Contains("has 1g.10gb, 1g.20gb", profiles, StringComparison.Ordinal);
    }
}
