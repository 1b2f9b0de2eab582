using Tonne.Estimation.LanguageModels;
using Tonne.Estimation.Training;

namespace Tonne.Estimation.Tests.LanguageModels;

public class LanguageModelCatalogTests
{
    // Sizes as the papers and cards state them: Llama 3 (arXiv 2407.21783), Mixtral (2401.04088), Qwen3 (2505.09388), DeepSeek-V3 (2412.19437), gpt-oss (2508.10925).
    [Theory]
    [InlineData("Llama-3.1-70B", "Llama-3.1-70B", 70.6, null)]
    [InlineData("meta-llama/Llama-3.1-70B-Instruct", "Llama-3.1-70B", 70.6, null)]
    [InlineData("Meta-Llama-3.1-405B-Instruct", "Llama-3.1-405B", 405, null)]
    [InlineData("llama 3.3 70b instruct", "Llama-3.3-70B", 70.6, null)]
    [InlineData("unsloth/Meta-Llama-3.1-8B-bnb-4bit", "Llama-3.1-8B", 8.03, null)]
    [InlineData("mistralai/Mixtral-8x7B-Instruct-v0.1", "Mixtral-8x7B", 46.7, 12.9)]
    [InlineData("mistralai/Mistral-7B-Instruct-v0.3", "Mistral-7B", 7.25, null)]
    [InlineData("Qwen/Qwen3-30B-A3B-Instruct-2507", "Qwen3-30B-A3B", 30.5, 3.3)]
    [InlineData("Qwen/Qwen3-Coder-480B-A35B-Instruct-FP8", "Qwen3-Coder-480B-A35B", 480, 35.0)]
    [InlineData("Qwen/Qwen2.5-7B-Instruct-GPTQ-Int4", "Qwen2.5-7B", 7.61, null)]
    [InlineData("deepseek-ai/DeepSeek-R1-0528", "DeepSeek-R1", 671, 37.0)]
    [InlineData("openai/gpt-oss-120b", "gpt-oss-120b", 116.8, 5.1)]
    [InlineData("google/gemma-3-27b-it", "Gemma-3-27B", 27.4, null)]
    [InlineData("gemma-2-9b-it", "Gemma-2-9B", 9.24, null)]
    [InlineData("microsoft/Phi-3-mini-4k-instruct", "Phi-3-mini", 3.82, null)]
    [InlineData("meta-llama/Llama-4-Maverick-17B-128E-Instruct-FP8", "Llama-4-Maverick", 400, 17.0)]
    [InlineData("bigscience/bloom", "BLOOM", 176.25, null)]
    public void A_model_is_found_by_every_name_that_its_variants_have(string name, string expected, double billions, double? active)
    {
        var model = LanguageModelCatalog.Find(name).ValueOrThrow;

        Assert.Equal(expected, model.Name);
        Assert.Equal(1, model.Parameters / (billions * 1e9), 0.01);
        Assert.Equal(active, model.ActiveParameters / 1e9);
        Assert.Null(model.Undisclosed);
    }

    [Theory]
    [InlineData("Llama-3.1-8B-Instruct-FP8", "fp8")]
    [InlineData("Qwen2.5-32B-Instruct-AWQ", "int4")]
    [InlineData("Qwen2.5-32B-Instruct-GPTQ-Int8", "int4")]
    [InlineData("Meta-Llama-3.1-8B-Instruct-Q4_K_M", "int4")]
    [InlineData("Llama-3.1-8B-Instruct", null)]
    public void A_quantised_variant_has_its_format(string name, string? format) => Assert.Equal(format, LanguageModelCatalog.Find(name).ValueOrThrow.Format);

    [Theory]
    [InlineData("gpt-4o")]
    [InlineData("gpt-4o-2024-08-06")]
    [InlineData("claude-3-5-sonnet-20241022")]
    [InlineData("claude-3-5-sonnet-latest")]
    [InlineData("Gemini 2.5 Flash")]
    [InlineData("gpt-5")]
    [InlineData("o3-mini")]
    public void A_model_of_undisclosed_size_is_a_range_with_its_reason(string name)
    {
        var model = LanguageModelCatalog.Find(name).ValueOrThrow;

        Assert.NotNull(model.Undisclosed);
        var (smallest, largest) = model.Undisclosed.Value;
        Assert.True(smallest.ActiveParameters < model.ActiveParameters && model.ActiveParameters < largest.ActiveParameters);
        Assert.True(smallest.Parameters < model.Parameters && model.Parameters < largest.Parameters);
        // What nobody states is at least a factor of five uncertain.
        Assert.True(largest.ActiveParameters / smallest.ActiveParameters >= 5);
        Assert.True(model.Origin.Length > 30);
    }

    [Theory]
    [InlineData("")]
    [InlineData("Llama-3.1-9B")]
    [InlineData("Llama-3.1-700B-Instruct")]
    [InlineData("Qwen3-31B")]
    [InlineData("Mixtral")]
    [InlineData("gpt-4oo")]
    [InlineData("instruct")]
    [InlineData("h100")]
    public void Another_size_or_family_is_not_taken_for_one_that_is_known(string name) => Assert.False(LanguageModelCatalog.Find(name).IsFound);

    [Fact]
    public void Sizes_and_tokens_agree_with_the_published_trainings()
    {
        var compared = 0;
        foreach (var training in TrainingCatalog.All)
        {
            var name = training.Name.Split(" (")[0];
            if (LanguageModelCatalog.Find(name) is not { IsFound: true, Value: { Undisclosed: null } model } || training.Parameters is not { } parameters)
                continue;
            compared++;
            Assert.True(Math.Abs((parameters / model.Parameters) - 1) < 0.02, $"{name}: {parameters:g4} published, {model.Parameters:g4} in the catalog");
        }

        Assert.True(compared >= 15, $"only {compared} compared");
    }

    [Fact]
    public void Every_row_is_complete_and_has_its_source()
    {
        Assert.Empty(Catalogs.CatalogEntry.Problems(LanguageModelCatalog.Search(null)));
        foreach (var model in LanguageModelCatalog.All)
        {
            Assert.True(model.Parameters is > 1e7 and < 1e13, model.Name);
            Assert.True(model.ActiveParameters is null || model.ActiveParameters < model.Parameters, model.Name);
            Assert.True(model.ExpertShare is null or (> 0 and < 1), model.Name);
        }
    }

    [Fact]
    public void Random_names_never_throw()
    {
        var random = new Random(20261129);
        string[] pieces = ["llama", "-", "70b", "instruct", "/", "gpt", "4o", " ", "\u0130", "2024-08-06", "fp8", ".", "8x7b", "\0", "é", "v0.1", "qwen3"];
        for (var i = 0; i < 5000; i++)
            _ = LanguageModelCatalog.Find(string.Concat(Enumerable.Range(0, random.Next(8)).Select(_ => pieces[random.Next(pieces.Length)]))).IsFound;
    }
}
