using Tonne.Accounting;
using Tonne.Estimation.LanguageModels;
using Tonne.Estimation.Serving;
using Tonne.Hardware;
using Tonne.Runs;

namespace Tonne.Estimation.Tests.Serving;

/// <summary>What is prepared once for a service must give, for any tokens, what the whole estimate gives.</summary>
public class RequestEstimatorTests
{
    static readonly AccountingFactors _factors = FactorSelector.SelectFactors(new Place("FR"));

    static Accelerator Accelerator(string name) => AcceleratorCatalog.Find(name).ValueOrThrow;

    static ServingWorkload Workload(string model) => new ServingWorkload
    {
        Parameters = 1e9, Accelerator = Accelerator("h100"), OutputTokens = 1,
    }.WithModel(LanguageModelCatalog.Find(model).ValueOrThrow);

    [Theory]
    [InlineData("Llama-3.1-8B", false)]
    [InlineData("Llama-3.1-70B", true)]
    [InlineData("DeepSeek-V3", false)]
    [InlineData("gpt-4o", true)]
    public void The_best_values_are_those_of_the_whole_estimate_and_the_bounds_within_eight_per_cent(string model, bool hardwareUnknown)
    {
        var estimator = new InferenceEstimator();
        var workload = Workload(model);
        if (hardwareUnknown)
            workload = workload with { OtherAccelerators = [Accelerator("a100"), Accelerator("b200")] };
        var requests = estimator.PrepareRequests(workload, _factors);
        var random = new Random(20_261_130);
        var worst = (Error: 0d, Text: "");
        for (var i = 0; i < 60; i++)
        {
            var prompt = Math.Floor(Math.Exp(random.NextDouble() * Math.Log(100_000)));
            var output = Math.Floor(Math.Exp(random.NextDouble() * Math.Log(8_000)));
            var cached = i % 3 == 0 ? 0 : Math.Floor(prompt * random.NextDouble());
            var asked = workload with { PromptTokens = prompt, CachedPromptTokens = cached > 0 ? cached : null, OutputTokens = output,
                ReasoningTokens = 0 };
            var whole = estimator.Estimate(asked, _factors);

            var one = requests.Estimate(prompt, cached, output);

            var pairs = new[]
            {
                (one.ItEnergyKwh, whole.ItEnergy), (one.FacilityEnergyKwh, whole.FacilityEnergy), (one.OperationalKg, whole.Operational),
                (one.EmissionsKg, whole.Emissions),
            };
            foreach (var (mine, full) in pairs)
            {
                Assert.Equal(full.Value / 1000, mine.Best, full.Value / 1000 * 1e-9);
                var (low, high) = (Math.Log(mine.Low / full.Bounds.Low * 1000), Math.Log(mine.High / full.Bounds.High * 1000));
                var error = Math.Max(Math.Abs(low), Math.Abs(high));
                // A longer context needs more accelerators at some length, where the bounds jump; between two points of the grid they are
                // interpolated.
                Assert.True(error < 0.25,
                    $"{error:0.000}: {full.Name} of {prompt} ({cached} cached) and {output} tokens: {mine}, not {full.Bounds}");
                if (error > worst.Error && prompt + output < 16_000)
                    worst = (error, $"{full.Name} of {prompt} ({cached} cached) and {output} tokens: {mine}, not {full.Bounds}");
            }
        }

        Assert.True(worst.Error < 0.08, $"{worst.Error:0.000}: {worst.Text}");
    }

    // 256 tokens are a point of the grid, so nothing is interpolated.
    [Fact]
    public void At_a_point_of_the_grid_the_bounds_are_those_of_the_whole_estimate()
    {
        var requests = new InferenceEstimator().PrepareRequests(Workload("Llama-3.1-70B"), _factors);

        var one = requests.Estimate(256, 0, 256);

        Assert.Equal(requests.Reference.Emissions.Bounds.High / 1000, one.EmissionsKg.High, 1e-12);
        Assert.Equal(requests.Reference.FacilityEnergy.Bounds.Low / 1000, one.FacilityEnergyKwh.Low, 1e-12);
    }

    // arXiv 2605.05696: a cached prompt takes 14 to 37 % of the prefill. A long prompt with a short answer is nearly all prefill.
    [Fact]
    public void A_cached_prompt_takes_less_and_never_nothing()
    {
        var requests = new InferenceEstimator().PrepareRequests(Workload("Llama-3.1-8B"), _factors);

        var (computed, cached) = (requests.Estimate(8_192, 0, 1).ItEnergyKwh, requests.Estimate(8_192, 8_192, 1).ItEnergyKwh);

        Assert.InRange(cached.Best / computed.Best, 0.14, 0.37);
    }

    [Fact]
    public void Hardware_that_is_not_known_widens_the_bounds_and_is_said()
    {
        var known = new InferenceEstimator().PrepareRequests(Workload("Llama-3.1-8B"), _factors);
        var unknown = new InferenceEstimator().PrepareRequests(
            Workload("Llama-3.1-8B") with { OtherAccelerators = [Accelerator("a100")] }, _factors);

        var (narrow, wide) = (known.Estimate(300, 0, 300).ItEnergyKwh, unknown.Estimate(300, 0, 300).ItEnergyKwh);

        Assert.Equal(narrow.Best, wide.Best, narrow.Best * 1e-9);
        Assert.True(wide.High > narrow.High, $"{wide} {narrow}");
        Assert.Contains(unknown.Reference.Assumptions, assumption =>
            assumption.Text.Contains("hardware is not known", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(-1, 0, 10)]
    [InlineData(10, 11, 10)]
    [InlineData(10, 0, 0)]
    public void Impossible_tokens_are_refused(double prompt, double cached, double output)
    {
        var requests = new InferenceEstimator().PrepareRequests(Workload("Llama-3.1-8B"), _factors);

        Assert.Throws<ArgumentException>(() => requests.Estimate(prompt, cached, output));
    }

    [Fact]
    public void A_workload_with_a_rate_is_refused()
    {
        var workload = Workload("Llama-3.1-8B") with { RequestsPerDay = 10 };

        Assert.Throws<ArgumentException>(() => new InferenceEstimator().PrepareRequests(workload, _factors));
    }
}
