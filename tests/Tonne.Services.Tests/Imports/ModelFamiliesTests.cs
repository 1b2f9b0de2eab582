using Tonne.Estimation.LanguageModels;
using Tonne.Services.Imports;

namespace Tonne.Services.Tests.Imports;

public sealed class ModelFamiliesTests
{
    [Theory]
    [InlineData("claude-opus-4-5-20251101", "Claude Opus 4.5", false)]
    [InlineData("claude-sonnet-4-5-20250929", "Claude Sonnet 4.5", false)]
    [InlineData("claude-haiku-4-5-20251001", "Claude Haiku 4.5", false)]
    [InlineData("claude-opus-9", "Claude", true)]
    [InlineData("claude-sonnet-4-5[1m]", "Claude", true)]
    [InlineData("claude-haiku-9", "Claude Haiku 4.5", true)]
    [InlineData("us.anthropic.claude-haiku-9-v1:0", "Claude Haiku 4.5", true)]
    [InlineData("gpt-9-codex", "GPT-5", true)]
    [InlineData("gpt-9-codex-mini", "GPT-5-mini", true)]
    [InlineData("gemini-9-flash", "Gemini Flash", true)]
    public void A_name_is_of_a_model_or_of_its_family(string name, string model, bool isFamily)
    {
        var found = ModelFamilies.Find(name, out var byFamily);

        Assert.NotNull(found);
        Assert.Equal(
            LanguageModelCatalog.Find(model).ValueOrThrow with { Name = "" }, found with { Name = "" });
        Assert.Equal(isFamily, byFamily);
        Assert.True(found.Undisclosed is { } range && range.Smallest.Parameters < range.Largest.Parameters);
    }

    [Theory]
    [InlineData("")]
    [InlineData("acme-1")]
    [InlineData("gpt-oss-9000b-unknown")]
    public void Of_another_name_nothing_is_known(string name) => Assert.Null(ModelFamilies.Find(name, out _));
}
