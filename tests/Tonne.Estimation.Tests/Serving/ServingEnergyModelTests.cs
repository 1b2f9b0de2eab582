using Tonne.Estimation.Serving;
using Tonne.Hardware;

namespace Tonne.Estimation.Tests.Serving;

public class ServingEnergyModelTests
{
    static readonly ServingConfiguration Hopper = InferenceEstimator.CreateConfiguration(AcceleratorCatalog.Find("h100").ValueOrThrow, WeightFormat.Bf16)!.Value;

    static readonly ServingConfiguration Llama70 = Hopper with { Parameters = 70e9, ActiveParameters = 70e9, Gpus = 4, Batch = 64, PromptTokens = 300, OutputTokens = 400 };

    [Fact]
    public void The_roofline_of_a_model_of_70_billion_on_H100_is_what_a_hand_computes()
    {
        Span<double> terms = stackalloc double[ServingEnergyModel.TermCount];
        ServingEnergyModel.ComputeTerms(Llama70, terms);

        // Data sheet: 700 W, 3.35 TB/s, 989.4 TFLOP/s. 140 GB of weights are read in 140e9 / 3.35e12 = 41.79 ms of one device's bandwidth for 64 tokens: 0.653 ms a token, × 700 W = 0.45709 J.
        Assert.Equal(0.45709, terms[(int)ServingTerm.Weights], 1e-4);
        // 2 × 70e9 operations at 989.4e12/s: 0.14150 ms, × 700 W = 0.099050 J.
        Assert.Equal(0.099050, terms[(int)ServingTerm.Arithmetic], 1e-5);
        // A prompt of 300 for 400 tokens: three quarters of it, 0.074287, and attention: 2 × 69.87 layers × 8200 wide × 300 = 0.3437e9 operations beside 140e9.
        Assert.Equal(0.074470, terms[(int)ServingTerm.Prefill], 1e-6);
        // Every parameter is active: nothing for experts; nothing of Blackwell.
        Assert.Equal(0, terms[(int)ServingTerm.ExpertArithmetic], 1e-12);
        Assert.Equal(0, terms[(int)ServingTerm.KernelLaunchBlackwell]);
    }

    [Fact]
    public void A_long_prompt_takes_more_than_its_length_in_proportion()
    {
        Span<double> one = stackalloc double[ServingEnergyModel.TermCount];
        Span<double> ten = stackalloc double[ServingEnergyModel.TermCount];
        ServingEnergyModel.ComputeTerms(Llama70 with { PromptTokens = 10_000, GivenLayers = 80 }, one);
        ServingEnergyModel.ComputeTerms(Llama70 with { PromptTokens = 100_000, GivenLayers = 80 }, ten);

        // Attention to a prompt of 100,000: 2 × 80 layers × 8,192 wide (as published) × 1e5 = 131e9 operations beside 140e9; of 10,000: 13.1e9. Ten times the tokens: (140 + 131) ÷ (140 + 13.1) × 10 = 17.7.
        Assert.Equal(17.7, ten[(int)ServingTerm.Prefill] / one[(int)ServingTerm.Prefill], 0.1);
    }

    [Theory]
    // Published configurations (config.json of each): layers × KV heads × head width × 2 (K and V) × 2 bytes.
    [InlineData("Llama 3.1 8B", 8.03e9, 8.03e9, 32, 32 * 8 * 128 * 4)]
    [InlineData("Llama 3.1 70B", 70.6e9, 70.6e9, 80, 80 * 8 * 128 * 4)]
    [InlineData("Llama 3.1 405B", 405e9, 405e9, 126, 126 * 8 * 128 * 4)]
    [InlineData("Qwen3 32B", 32.8e9, 32.8e9, 64, 64 * 8 * 128 * 4)]
    [InlineData("Mixtral 8x7B", 46.7e9, 12.9e9, 32, 32 * 8 * 128 * 4)]
    [InlineData("Qwen3 235B A22B", 235e9, 22e9, 94, 94 * 4 * 128 * 4)]
    [InlineData("gpt-oss-120b", 117e9, 5e9, 36, 36 * 8 * 64 * 4)]
    [InlineData("Llama 4 Maverick", 400e9, 17e9, 48, 48 * 8 * 128 * 4)]
    public void Layers_and_cache_from_the_parameters_come_near_those_of_published_models(string model, double parameters, double active, double layers, double cacheBytes)
    {
        var point = Hopper with { Parameters = parameters, ActiveParameters = active };

        Assert.True(point.LayerCount / layers is > 0.6 and < 1.6, $"{model}: {point.LayerCount:0} layers");
        Assert.True(point.KvCacheBytesPerToken / cacheBytes is > 0.6 and < 1.6, $"{model}: {point.KvCacheBytesPerToken:0} bytes");
    }

    [Theory]
    // Published configurations: experts chosen by a token over all of a layer.
    [InlineData("Mixtral 8x7B", 46.7e9, 12.9e9, 2 / 8d)]
    [InlineData("Mixtral 8x22B", 141e9, 39e9, 2 / 8d)]
    [InlineData("Qwen3 30B A3B", 30e9, 3e9, 8 / 128d)]
    [InlineData("Qwen3 235B A22B", 235e9, 22e9, 8 / 128d)]
    [InlineData("Qwen3 Coder 480B A35B", 480e9, 35e9, 8 / 160d)]
    [InlineData("DeepSeek R1", 671e9, 37e9, 8 / 256d)]
    [InlineData("gpt-oss-120b", 117e9, 5e9, 4 / 128d)]
    public void The_share_of_experts_from_the_parameters_comes_near_that_of_published_models(string model, double parameters, double active, double share)
    {
        var point = Hopper with { Parameters = parameters, ActiveParameters = active };

        Assert.True(point.ExpertShare / share is > 0.7 and < 1.4, $"{model}: {point.ExpertShare}");
    }

    [Fact]
    public void A_batch_of_one_touches_the_active_parameters_and_a_large_one_all()
    {
        // Mixtral 8x7B: two of eight experts for each token.
        var mixtral = Hopper with { Parameters = 46.7e9, ActiveParameters = 12.9e9, GivenExpertShare = 2 / 8d };

        Assert.Equal(12.9e9, (mixtral with { Batch = 1 }).ParametersReadPerStep, 1);
        // Two requests: 12.9 + 33.8 × 2/8 = 12.9 + 8.45.
        Assert.Equal(21.35e9, (mixtral with { Batch = 2 }).ParametersReadPerStep, 1e5);
        Assert.Equal(46.7e9, (mixtral with { Batch = 512 }).ParametersReadPerStep, 1e3);
    }

    [Fact]
    public void More_parameters_never_take_less_and_a_larger_batch_never_more()
    {
        var model = ServingFit.Shipped.Model;
        foreach (var accelerator in new[] { "a100", "h100", "h200", "b200", "mi300x", "l40s", "v100" })
        {
            foreach (var format in WeightFormat.All)
            {
                if (InferenceEstimator.CreateConfiguration(AcceleratorCatalog.Find(accelerator).ValueOrThrow, format) is not { } hardware)
                    continue;
                foreach (var share in new[] { 1, 0.5, 0.1, 0.03 })
                {
                    var before = 0d;
                    for (var parameters = 1e8; parameters < 1e13; parameters *= 1.7)
                    {
                        var point = hardware with { Parameters = parameters, ActiveParameters = parameters * share, Gpus = 8, PromptTokens = 500, OutputTokens = 500, Batch = 16 };
                        var joules = model.ComputeJoulesPerToken(point);
                        Assert.True(joules > before, $"{accelerator} {format.Name} {parameters}");
                        before = joules;
                        var served = double.PositiveInfinity;
                        for (var batch = 1d; batch < 5000; batch *= 1.6)
                        {
                            var one = model.ComputeJoulesPerToken(point with { Batch = batch });
                            Assert.True(one <= served && one > 0, $"{accelerator} {format.Name} {parameters} batch {batch}");
                            served = one;
                        }
                    }
                }

                // The same size with more of it active takes more: a dense model is the dearest of its size.
                var active = 0d;
                for (var share = 0.02; share <= 1; share += 0.02)
                {
                    var joules = model.ComputeJoulesPerToken(hardware with { Parameters = 100e9, ActiveParameters = Math.Min(1, share) * 100e9, Gpus = 4, PromptTokens = 500, OutputTokens = 500, Batch = 32 });
                    Assert.True(joules > active * 0.999, $"{accelerator} {format.Name} share {share}");
                    active = joules;
                }
            }
        }
    }
}
