using Tonne.Accounting;
using Tonne.Catalogs;
using Tonne.Estimation.LanguageModels;
using Tonne.Estimation.Serving;
using Tonne.Hardware;
using Tonne.Ledgers.Calls;
using Tonne.Runs;

namespace Tonne.Extensions.AI.Tests;

public class CallEstimatorTests
{
    static readonly CallTokens _tokens = new(300, 0, 200);

    static CallEstimator Create(Action<TonneCallOptions>? configure = null)
    {
        var options = new TonneCallOptions { Zone = "FR", Hardware = "h100" };
        configure?.Invoke(options);
        return new CallEstimator(options);
    }

    // The figures of `tonne estimate inference --model llama-3.1-8b --hardware h100 --prompt-tokens 300 --output-tokens 200 --zone FR`, by
    // the same estimator.
    [Fact]
    public void A_call_has_the_figures_of_the_estimate_of_inference()
    {
        var workload = new ServingWorkload
        {
            Parameters = 1e9, Accelerator = AcceleratorCatalog.Find("h100").ValueOrThrow, PromptTokens = 300, OutputTokens = 200,
                ReasoningTokens = 0,
        }.WithModel(LanguageModelCatalog.Find("llama-3.1-8b").ValueOrThrow);
        var whole = new InferenceEstimator().Estimate(workload, FactorSelector.SelectFactors(new Place("FR")));

        var call = Create().Estimate("llama-3.1-8b", _tokens);

        Assert.Equal(whole.FacilityEnergy.Value / 1000, call.EnergyKwh!.Value.Best, whole.FacilityEnergy.Value * 1e-12);
        Assert.Equal(whole.Emissions.Value / 1000, call.EmissionsKg!.Value.Best, whole.Emissions.Value * 1e-12);
        Assert.InRange(call.EmissionsKg.Value.High / whole.Emissions.Bounds.High * 1000, 0.95, 1.05);
        Assert.InRange(call.EmissionsKg.Value.Low / whole.Emissions.Bounds.Low * 1000, 0.95, 1.05);
        Assert.StartsWith("estimated/tonne-1/fit-", call.Method, StringComparison.Ordinal);
        Assert.Equal(whole.Factors.Grid.Intensity.Bounds.Best, call.IntensityGramsPerKwh);
    }

    [Fact]
    public void A_model_that_no_catalog_has_gives_no_figure_and_the_reason()
    {
        var call = Create().Estimate("acme-secret-9", _tokens);

        Assert.Null(call.EnergyKwh);
        Assert.Contains("acme-secret-9", call.Reason, StringComparison.Ordinal);
        Assert.Equal(_tokens, call.Tokens);
    }

    [Fact]
    public void No_model_at_all_is_said() =>
        Assert.Contains("names its model", Create().Estimate(null, _tokens).Reason, StringComparison.Ordinal);

    [Fact]
    public void A_model_of_undisclosed_size_has_wide_bounds_and_says_so()
    {
        var (open, closed) = (Create().Estimate("llama-3.1-70b", _tokens), Create().Estimate("gpt-4o", _tokens));

        Assert.True(Width(closed) > 1.5 * Width(open), $"{Width(closed)} {Width(open)}");
        Assert.Contains(closed.Assumptions, text => text.Contains("does not state its size", StringComparison.Ordinal));

        static double Width(CallEstimate call) => call.EnergyKwh!.Value.High / call.EnergyKwh.Value.Low;
    }

    [Fact]
    public void The_name_of_a_deployment_leads_to_a_model_of_the_catalog()
    {
        var estimator = Create(options => options.ModelNames["prod-chat"] = "llama-3.1-8b");

        Assert.Equal(estimator.Estimate("llama-3.1-8b", _tokens).EnergyKwh, estimator.Estimate("PROD-chat", _tokens).EnergyKwh);
    }

    [Fact]
    public void Sizes_of_ones_own_are_used_for_all_names()
    {
        var sizes = new LanguageModel { Name = "ours", Parameters = 3e9, Origin = "counted" };
        var estimator = Create(options => options.ModelSizes = sizes);

        Assert.Equal("ours", estimator.Estimate("whatever", _tokens).ModelName);
        Assert.True(estimator.Estimate(null, _tokens).EnergyKwh is { Best: > 0 });
    }

    [Fact]
    public void Hardware_that_is_not_given_widens_the_bounds()
    {
        var (known, unknown) = (Create().Estimate("llama-3.1-8b", _tokens), Create(options => options.Hardware = null)
            .Estimate("llama-3.1-8b", _tokens));

        Assert.Equal(known.EnergyKwh!.Value.Best, unknown.EnergyKwh!.Value.Best, known.EnergyKwh.Value.Best * 1e-9);
        Assert.True(unknown.EnergyKwh.Value.High > known.EnergyKwh.Value.High);
        Assert.Contains(unknown.Assumptions, text => text.Contains("hardware is not known", StringComparison.Ordinal));
    }

    [Fact]
    public void An_embedding_is_one_forward_pass_and_takes_less_than_an_answer()
    {
        var estimator = Create();

        var (embedding, answer) = (estimator.Estimate("llama-3.1-8b", new CallTokens(300), isForwardPass: true),
            estimator.Estimate("llama-3.1-8b", _tokens));

        Assert.InRange(embedding.EnergyKwh!.Value.Best, 1e-12, answer.EnergyKwh!.Value.Best / 10);
    }

    [Fact]
    public void Tokens_that_are_reported_as_none_are_a_call_of_one_token() =>
        Assert.True(Create().Estimate("llama-3.1-8b", default).EnergyKwh is { Best: > 0 });

    [Theory]
    [InlineData(-1, 0, 1, 0)]
    [InlineData(1, 2, 1, 0)]
    [InlineData(1, 0, 1, 2)]
    public void Impossible_tokens_are_refused(long input, long cached, long output, long reasoning) =>
        Assert.Throws<ArgumentException>(() => Create().Estimate("llama-3.1-8b", new CallTokens(input, cached, output, reasoning)));

    [Fact]
    public void Wrong_options_are_refused_by_name()
    {
        Assert.Contains("Pue", Assert.Throws<ArgumentException>(() => Create(options => options.Pue = 0.5)).Message,
            StringComparison.Ordinal);
        Assert.Contains("Batch", Assert.Throws<ArgumentException>(() => Create(options => options.Batch = 0)).Message,
            StringComparison.Ordinal);
        Assert.Contains("Intensity", Assert.Throws<ArgumentException>(() => Create(options => options.IntensityGramsPerKwh = double.NaN))
            .Message, StringComparison.Ordinal);
        Assert.Throws<UnknownNameException>(() => Create(options => options.Zone = "Frnace"));
        Assert.Throws<UnknownNameException>(() => Create(options => options.Hardware = "h1000"));
        Assert.Throws<UnknownNameException>(() => Create(options => options.Model = "acme"));
        Assert.Throws<UnknownNameException>(() => Create(options => options.ModelNames["a"] = "acme"));
    }

    // Four characters a token by the rule of thumb for English; ideographs are a token each.
    [Theory]
    [InlineData("", 0, 0, 0)]
    [InlineData("twelve chars", 2, 3, 6)]
    [InlineData("東京都", 1.5, 3, 6)]
    public void Tokens_of_a_text_are_estimated_from_its_length(string text, double low, double best, double high)
    {
        var tokens = TextLength.EstimateTokens(text);

        Assert.Equal((low, best, high), (tokens.Low, tokens.Best, tokens.High));
    }
}
