using Tonne.Accounting;
using Tonne.Estimation.Serving;
using Tonne.Facilities;
using Tonne.Hardware;
using Tonne.Quantities;
using Tonne.Runs;

namespace Tonne.Estimation.Tests.Serving;

public class InferenceEstimatorTests
{
    static readonly Accelerator H100 = AcceleratorCatalog.Find("h100").ValueOrThrow;

    static readonly ServingWorkload Llama70 = new() { Parameters = 70e9, Accelerator = H100, Gpus = 4, Batch = 64, PromptTokens = 300, OutputTokens = 400 };

    static AccountingFactors At(double pue, double grams) => FactorSelector.SelectFactors(new Place(IntensityGramsPerKwh: grams, Pue: pue), FacilityKind.UnknownCloud);

    static InferenceEstimate Estimate(ServingWorkload workload, double pue = 1.2, double grams = 100) => new InferenceEstimator().Estimate(workload, At(pue, grams));

    [Theory]
    [InlineData("h100", 40e9, 300e9, 400)]
    [InlineData("l4", 5e9, 120e9, 400)]
    [InlineData("h100", 70e9, 70e9, 400)]
    public void More_parameters_or_tokens_never_make_a_request_much_cheaper_at_the_edge_of_a_memory(string hardware, double from, double to, double tokens)
    {
        // If only the weights had to fit, a model that just does would be served one request at a time, and a little larger one on twice the accelerators
        // with a fraction of the energy.
        var factors = FactorSelector.SelectFactors(new Runs.Place("FR"));
        var estimator = new InferenceEstimator();
        double? before = null;
        for (var step = 0; step <= 60; step++)
        {
            var share = step / 60d;
            var energy = estimator.Estimate(new ServingWorkload
            {
                Parameters = from + ((to - from) * share),
                Accelerator = AcceleratorCatalog.Find(hardware).ValueOrThrow,
                OutputTokens = from < to ? tokens : tokens * (1 + (step * 2)),
            }, factors).FacilityEnergy.Value;
            Assert.True(before is null || energy > 0.75 * before, $"step {step}: {before} Wh, then {energy} Wh");
            before = energy;
        }
    }

    [Fact]
    public void The_tree_is_the_model_term_by_term()
    {
        foreach (var workload in new[] { Llama70, Llama70 with { PromptTokens = null }, Llama70 with { Accelerator = AcceleratorCatalog.Find("b200").ValueOrThrow, ActiveParameters = 5e9 }, Llama70 with { Accelerator = AcceleratorCatalog.Find("a100 40gb").ValueOrThrow, Gpus = 8 } })
        {
            var estimate = Estimate(workload);

            Assert.Equal(ServingFit.Shipped.Model.ComputeJoulesPerToken(estimate.Configuration), estimate.GpuEnergyPerToken.Value, estimate.GpuEnergyPerToken.Value * 1e-12);
        }
    }

    [Fact]
    public void What_was_never_measured_is_said()
    {
        Assert.Contains(Estimate(Llama70 with { Parameters = 1e13, Gpus = 512 }).Assumptions, text => text.Text.Contains("2 to 671 billion", StringComparison.Ordinal));
        Assert.Contains(Estimate(Llama70 with { Batch = 1 }).Assumptions, text => text.Text.Contains("No batch like 1 was measured", StringComparison.Ordinal));
        // By hand: 32 · 8.75^0.36 = 69.9 layers, 4,096 · 8.75^0.32 = 8,200 wide: 69.9 · 8,200 · 1e6 ÷ 70e9 = 8.2 times 2 operations for each parameter.
        Assert.Contains(Estimate(Llama70 with { PromptTokens = 1e6, Gpus = 8, Batch = 8 }).Assumptions, text => text.Text.Contains("about 8.2 times the arithmetic", StringComparison.Ordinal));
        Assert.Contains(Estimate(Llama70 with { Accelerator = AcceleratorCatalog.Find("TPU v4").ValueOrThrow, Gpus = 64, Format = WeightFormat.Find("fp32").ValueOrThrow }).Assumptions, text => text.Text.Contains("at 32 bit", StringComparison.Ordinal));
        Assert.DoesNotContain(Estimate(Llama70).Assumptions, text => text.Text.Contains("measured:", StringComparison.Ordinal) || text.Text.Contains("Attention among", StringComparison.Ordinal));
    }

    [Fact]
    public void The_range_that_was_measured_is_that_of_the_measurements()
    {
        var cases = ServingMeasurementReader.Read("inference_measured.csv", SharedMeasurements.ReadText()).Where(row => row.IsUsedForFit).ToList();
        var (sizes, batches) = (ServingFactors.Table["serving/measured-parameters"].Bounds, ServingFactors.Table["serving/measured-batch"].Bounds);

        Assert.Equal((cases.Min(one => one.Configuration.Parameters), cases.Max(one => one.Configuration.Parameters)), (sizes.Low * 1e9, sizes.High * 1e9));
        Assert.Equal((cases.Min(one => one.Configuration.Batch), cases.Max(one => one.Configuration.Batch)), (batches.Low, batches.High));
    }

    [Fact]
    public void Each_step_outwards_holds_the_one_before()
    {
        var estimate = Estimate(Llama70, pue: 1.25, grams: 80);
        var token = estimate.GpuEnergyPerToken.Value;

        // 400 tokens in Wh; the rest of a machine of eight over its GPUs is 0.5; PUE and intensity as given.
        Assert.Equal(token * 400 / 3600, estimate.GpuEnergy.Value, 1e-9);
        Assert.Equal(estimate.GpuEnergy.Value * 1.5, estimate.ItEnergy.Value, 1e-9);
        Assert.Equal(estimate.ItEnergy.Value * 1.25, estimate.FacilityEnergy.Value, 1e-9);
        Assert.Equal(estimate.FacilityEnergy.Value * 80 / 1000, estimate.Operational.Value, 1e-9);
        Assert.Equal(estimate.Operational.Value + estimate.Embodied.Value, estimate.Emissions.Value, 1e-9);
        Assert.Equal("gpu(gpu), machine", estimate.GpuEnergyPerToken.Boundary.ToString());
        Assert.Equal(BoundaryExtent.It, estimate.ItEnergy.Boundary.Extent);
        Assert.Equal(BoundaryExtent.Facility, estimate.FacilityEnergy.Boundary.Extent);
        Assert.True(estimate.Emissions.Boundary.Embodied);
    }

    [Fact]
    public void A_dirtier_grid_moves_the_electricity_and_not_the_making_of_the_machines()
    {
        var (clean, dirty) = (Estimate(Llama70, grams: 50), Estimate(Llama70, grams: 100));

        Assert.Equal(clean.Operational.Value * 2, dirty.Operational.Value, 1e-9);
        Assert.Equal(clean.Embodied.Value, dirty.Embodied.Value);
        Assert.Equal(clean.FacilityEnergy.Value, dirty.FacilityEnergy.Value);
    }

    [Fact]
    public void Making_the_machines_is_spread_by_the_time_a_request_holds_them()
    {
        var estimate = Estimate(Llama70);

        // 400 tokens' joules ÷ (4 × 531 W) seconds; (4 × 164 kg + 4/8 of a host) ÷ 4 years.
        var seconds = estimate.GpuEnergyPerToken.Value * 400 / (4 * 531);
        var host = EmbodiedCatalog.FindMachineEmissions(MachineKind.GpuServer)!.Bounds.Best;
        var grams = ((4 * 164) + (host / 2)) * 1000 * seconds / (4 * 365.25 * 86_400);
        Assert.Equal(grams, estimate.Embodied.Value, grams * 1e-9);
    }

    [Fact]
    public void A_service_that_waits_pays_for_waiting()
    {
        var estimate = Estimate(Llama70 with { Batch = 1, RequestsPerDay = 500 });

        Assert.NotNull(estimate.IdleEnergy);
        Assert.True(estimate.BusyShare < 0.5);
        // A day of four H100 with a context open, 121.7 W each, less the share in which they serve, with half as much again for the machine, over 500 requests.
        var idle = 4 * 121.7 * 24 * (1 - estimate.BusyShare) * 1.5 / 500;
        Assert.Equal(idle, estimate.IdleEnergy.Value, idle * 1e-6);
        Assert.Equal((estimate.GpuEnergy.Value * 1.5) + idle, estimate.ItEnergy.Value, idle * 1e-6);
        var held = 86_400d / 500 * ((4 * 164) + (EmbodiedCatalog.FindMachineEmissions(MachineKind.GpuServer)!.Bounds.Best / 2)) * 1000 / (4 * 365.25 * 86_400);
        Assert.Equal(held, estimate.Embodied.Value, held * 1e-9);
    }

    // By hand: a day over 50 requests is 1,728 s, less 400 tokens' joules over four H100 of 531 W; the more joules, the less time to wait.
    [Fact]
    public void Waiting_is_unsure_in_both_directions_as_the_time_of_serving_is()
    {
        var estimate = Estimate(Llama70 with { Batch = 1, RequestsPerDay = 50 });

        var waiting = estimate.IdleEnergy!.Derivation.GetFactors().Single(factor => factor.Id == "serving/waiting-time").Bounds;
        var token = estimate.GpuEnergyPerToken.Bounds;
        Assert.Equal(1728 - (token.High * 400 / (4 * 531)), waiting.Low, 1e-9);
        Assert.Equal(1728 - (token.Best * 400 / (4 * 531)), waiting.Best, 1e-9);
        Assert.Equal(1728 - (token.Low * 400 / (4 * 531)), waiting.High, 1e-9);
        Assert.True(0 < waiting.Low && waiting.Low < waiting.Best - 1);
    }

    [Fact]
    public void A_rate_without_a_batch_finds_the_batch_that_keeps_up()
    {
        var estimate = Estimate(Llama70 with { Batch = null, RequestsPerDay = 400_000 });

        Assert.InRange(estimate.Configuration.Batch, 2, 500);
        Assert.Equal(1, estimate.Replicas);
        // Four H100 at 531 W all day, over the requests.
        Assert.Equal(4 * 531 * 24 / 400_000d, estimate.GpuEnergy.Value, 1e-6);
        Assert.Equal(ServingFit.Shipped.Model.ComputeJoulesPerToken(estimate.Configuration), estimate.GpuEnergyPerToken.Value, estimate.GpuEnergyPerToken.Value * 1e-5);
        // More than one replica can serve needs more of them.
        Assert.True(Estimate(Llama70 with { Batch = null, RequestsPerDay = 1e8 }).Replicas > 10);
    }

    [Theory]
    // Morrison et al. 2025, table 3: 2,400 prompts of 225-250 tokens, answers of 190-230, one a second, on one H100; GPU energy alone, waiting inside; not among the rows that calibrate.
    [InlineData("OLMo 1B", 1.2e9, 0.165)]
    [InlineData("OLMo 2 7B", 7.3e9, 0.358)]
    [InlineData("Llama 2 13B", 13e9, 0.401)]
    public void Services_at_a_request_a_second_take_what_was_measured_elsewhere(string model, double parameters, double kilowattHours)
    {
        var estimate = Estimate(new ServingWorkload { Parameters = parameters, Accelerator = H100, Gpus = 1, PromptTokens = 237, OutputTokens = 210, RequestsPerDay = 86_400 });
        // GPUs alone: the rest of the machine is half as much again.
        var predicted = estimate.ItEnergy.Bounds * (2400 / 1000d / 1.5);

        Assert.True(predicted.Best / kilowattHours is > 0.6 and < 1.67, $"{model}: {predicted.Best}");
        Assert.InRange(kilowattHours, predicted.Low, predicted.High);
    }

    [Fact]
    public void The_fewest_accelerators_that_hold_the_model_are_taken()
    {
        // 141 GB of 70.6e9 parameters and the cache of 8 requests: more than 72 GB, no more than 144 GB of two H100.
        Assert.Equal(2, Estimate(new ServingWorkload { Parameters = 70e9, Accelerator = H100, Batch = 2, PromptTokens = 100, OutputTokens = 100 }).Configuration.Gpus);
        Assert.Equal(1, Estimate(new ServingWorkload { Parameters = 8e9, Accelerator = H100, Batch = 2, PromptTokens = 100, OutputTokens = 100 }).Configuration.Gpus);
        // 405e9 × 2 bytes: 810 GB, 12 H100, which are two machines of eight.
        Assert.Equal(16, Estimate(new ServingWorkload { Parameters = 405e9, Accelerator = H100, Batch = 2, PromptTokens = 100, OutputTokens = 100 }).Configuration.Gpus);
    }

    [Fact]
    public void More_requests_at_once_than_a_machine_holds_are_served_by_machines_side_by_side()
    {
        var fitting = Estimate(Llama70 with { Gpus = null, Batch = 1000 });
        var many = Estimate(Llama70 with { Gpus = null, Batch = 100_000 });

        Assert.Equal(8, many.Configuration.Gpus);
        // By hand: 0.9 · 8 · 80 GB less 140 GB of weights, over a cache of 305 KiB for each of 300 + 400 ÷ 2 tokens: some 2,790 requests a machine, so 36 machines.
        Assert.Equal(100_000 / 36d, many.Configuration.Batch, 1e-9);
        Assert.Contains(many.Assumptions, text => text.Text.Contains("36 replicas of 8", StringComparison.Ordinal));
        Assert.True(many.GpuEnergyPerToken.Value <= fitting.GpuEnergyPerToken.Value);
    }

    [Fact]
    public void A_model_that_does_not_fit_says_how_many_would_hold_it()
    {
        var error = Assert.Throws<ModelDoesNotFitException>(() => Estimate(Llama70 with { Gpus = 1 }));

        Assert.Contains("take 140 GB", error.Message, StringComparison.Ordinal);
        Assert.Contains("--gpus 2", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void What_is_not_given_widens_the_bounds_and_is_listed()
    {
        var known = Estimate(Llama70 with { SoftwareYear = 2026 });
        var unknown = Estimate(Llama70 with { Batch = null, PromptTokens = null });
        var elsewhere = Estimate(Llama70 with { SoftwareYear = 2026, Accelerator = AcceleratorCatalog.Find("mi250x").ValueOrThrow });

        Assert.True(Width(unknown) > 2 * Width(known));
        Assert.True(Width(elsewhere) > 1.5 * Width(known));
        Assert.Contains(unknown.Assumptions, said => said.Text.StartsWith("Neither a batch nor a rate", StringComparison.Ordinal));
        Assert.Contains(unknown.Assumptions, said => said.Text.StartsWith("Prompts of 300 tokens", StringComparison.Ordinal));
        Assert.Contains(elsewhere.Assumptions, said => said.Text.StartsWith("No serving was measured", StringComparison.Ordinal));

        static double Width(InferenceEstimate estimate) => InferenceEstimatorTests.Width(estimate.GpuEnergyPerToken);
    }

    // Beyond Throughput (IPDPS 2026), figure 4 and section IV-C: chat of 380 prompt and 221.3 output tokens, tokens of both kinds per joule.
    public static TheoryData<string, double, int, double, double> MeasuredInOneStudy => new()
    {
        { "mi300x", 8, 1, 128, 15.45 }, { "mi300x", 8, 2, 256, 10.59 }, { "mi300x", 8, 4, 512, 7.43 },
        { "mi300x", 70, 1, 128, 2.85 }, { "mi300x", 70, 2, 256, 2.28 }, { "mi300x", 70, 4, 512, 1.74 },
        { "h100", 8, 1, 128, 27.24 }, { "h100", 8, 2, 256, 24.56 }, { "h100", 8, 4, 512, 17.16 }, { "h100", 70, 4, 512, 3.38 },
        // One request at a time.
        { "a100", 8, 1, 1, 0.73 }, { "h100", 8, 1, 1, 0.91 }, { "a100", 70, 4, 1, 0.074 },
    };

    [Theory]
    [MemberData(nameof(MeasuredInOneStudy))]
    public void Another_study_of_MI300X_of_H100_and_of_single_requests_is_inside_the_bounds(string hardware, double billions, int gpus, double batch, double tokensPerJoule)
    {
        var estimate = Estimate(new ServingWorkload { Parameters = billions * 1e9, Accelerator = AcceleratorCatalog.Find(hardware).ValueOrThrow, Gpus = gpus, Batch = batch, PromptTokens = 380, OutputTokens = 221.3 });
        var joulesPerOutputToken = (380 + 221.3) / 221.3 / tokensPerJoule;

        Assert.InRange(joulesPerOutputToken, estimate.GpuEnergyPerToken.Bounds.Low, estimate.GpuEnergyPerToken.Bounds.High);
    }

    [Theory]
    [InlineData(8e9, 1, 128)]
    [InlineData(70e9, 4, 512)]
    public void MI300X_takes_between_once_and_a_half_and_twice_an_H100(double parameters, int gpus, double batch)
    {
        // The same study: 27.24 ÷ 15.45 = 1.76 and 3.38 ÷ 1.74 = 1.94 times; it came out 0.8 times.
        var workload = new ServingWorkload { Parameters = parameters, Accelerator = H100, Gpus = gpus, Batch = batch, PromptTokens = 380, OutputTokens = 221.3, SoftwareYear = 2026 };
        var other = Estimate(workload with { Accelerator = AcceleratorCatalog.Find("mi300x").ValueOrThrow });

        Assert.InRange(other.GpuEnergyPerToken.Value / Estimate(workload).GpuEnergyPerToken.Value, 1.5, 2.1);
    }

    [Fact]
    public void The_further_a_batch_is_below_the_measured_ones_the_wider_the_bounds()
    {
        var widths = new[] { 8d, 4, 2, 1 }.Select(batch => Width(Estimate(Llama70 with { Batch = batch }).GpuEnergyPerToken)).ToList();

        Assert.Equal(widths.Order(), widths);
        Assert.True(widths[3] > 1.5 * widths[0], string.Join(' ', widths));
        Assert.True(Width(Estimate(Llama70 with { Gpus = 64, Batch = 16_000 }).GpuEnergyPerToken) > 1.1 * widths[0]);
    }

    [Fact]
    public void Without_a_batch_and_a_rate_idle_capacity_is_part_of_the_answer()
    {
        var unknown = Estimate(Llama70 with { Batch = null });

        // Google 2025: idle machines 10 % on top of accelerators and hosts; BLOOM: three quarters of the energy of a service with few requests, four times.
        Assert.Equal(unknown.GpuEnergy.Value * 1.1 * 1.5, unknown.ItEnergy.Value, 1e-9);
        Assert.Contains(unknown.ItEnergy.Derivation.GetFactors(), factor => factor is { Id: "serving/idle-capacity", Bounds: { Low: 1, High: 4 } });
        Assert.Contains(unknown.Assumptions, said => said.Text.Contains("idle capacity that adds 10 % (0–300 %)", StringComparison.Ordinal));
        Assert.True(unknown.ItEnergy.Bounds.High / unknown.ItEnergy.Value > 1.3 * unknown.GpuEnergy.Bounds.High / unknown.GpuEnergy.Value);
        Assert.DoesNotContain(Estimate(Llama70).ItEnergy.Derivation.GetFactors(), factor => factor.Id == "serving/idle-capacity");
    }

    [Fact]
    public void Cached_prompt_tokens_take_a_small_uncertain_share_of_computed_ones()
    {
        var plain = Llama70 with { PromptTokens = 20_000, OutputTokens = 100, Gpus = 8 };
        var (none, all) = (Estimate(plain), Estimate(plain with { CachedPromptTokens = 20_000 }));

        Assert.Equal(none.GpuEnergyPerToken.Value - all.GpuEnergyPerToken.Value, Prefill(none) * (1 - 0.15), none.GpuEnergyPerToken.Value * 1e-9);
        Assert.Equal(Prefill(none) * 0.15, Prefill(all), Prefill(none) * 1e-9);
        Assert.Equal(none.GpuEnergyPerToken.Value, Estimate(plain with { CachedPromptTokens = 0 }).GpuEnergyPerToken.Value);
        Assert.Contains(all.Assumptions, said => said.Text.StartsWith("20,000 of 20,000 prompt tokens are read from a cache, for 15 % (3–37 %)", StringComparison.Ordinal));
        Assert.Single((plain with { CachedPromptTokens = 20_001 }).Validate());
        Assert.Single((plain with { PromptTokens = null, CachedPromptTokens = 10 }).Validate());

        static double Prefill(InferenceEstimate estimate) => Terms(estimate.Roofline).Single(term => term.Label == "arithmetic of the prompt").Value * RatioOf(estimate);

        static IEnumerable<Quantities.Derivation> Terms(Quantities.Derivation node) => node is Quantities.Derivation.Sum { Label: "by the roofline" } sum ? sum.Terms : node.Children.SelectMany(Terms);

        static double RatioOf(InferenceEstimate estimate) => estimate.Roofline.Value / Terms(estimate.Roofline).Sum(term => term.Value);
    }

    [Fact]
    public void Reasoning_tokens_are_output_tokens_before_the_answer()
    {
        var reasoning = Estimate(Llama70 with { OutputTokens = 300, ReasoningTokens = 4000 });
        var same = Estimate(Llama70 with { OutputTokens = 4300 });

        Assert.Equal(same.GpuEnergy.Value, reasoning.GpuEnergy.Value);
        Assert.Contains(reasoning.Assumptions, said => said.Text == "4,000 reasoning tokens are part of the 4,300 output tokens.");
    }

    [Fact]
    public void Software_before_2024_takes_more_than_that_of_2024_with_wide_bounds()
    {
        var (old, measured, between, newest) = (Estimate(Llama70 with { SoftwareYear = 2022 }), Estimate(Llama70 with { SoftwareYear = 2024 }), Estimate(Llama70 with { SoftwareYear = 2025 }), Estimate(Llama70 with { SoftwareYear = 2026 }));

        Assert.Equal(2 * measured.GpuEnergyPerToken.Value, old.GpuEnergyPerToken.Value, 1e-9);
        // Nothing earlier was measured: the same best value, wider bounds, and the reason said.
        var last = Estimate(Llama70 with { SoftwareYear = 2023 });
        Assert.Equal(last.GpuEnergyPerToken.Value, old.GpuEnergyPerToken.Value, 1e-9);
        Assert.True(Width(old.GpuEnergyPerToken) > 1.1 * Width(last.GpuEnergyPerToken));
        Assert.Contains(old.Assumptions, said => said.Text.StartsWith("Nothing is known about serving software before 2023", StringComparison.Ordinal));
        Assert.DoesNotContain(last.Assumptions, said => said.Text.Contains("before 2023", StringComparison.Ordinal));
        Assert.InRange(between.GpuEnergyPerToken.Value, newest.GpuEnergyPerToken.Value, measured.GpuEnergyPerToken.Value);
        Assert.True(Width(old.GpuEnergyPerToken) > 1.3 * Width(measured.GpuEnergyPerToken));
        Assert.Equal(ServingFit.Shipped.Model.ComputeJoulesPerToken(old.Configuration), old.GpuEnergyPerToken.Value, old.GpuEnergyPerToken.Value * 1e-12);
    }

    [Fact]
    public void A_given_architecture_narrows_the_bounds()
    {
        // Qwen3 235B A22B, its published configuration: 94 layers, 4 heads of 128 in the cache, 8 of 128 experts.
        var size = new ServingWorkload { Parameters = 235e9, ActiveParameters = 22e9, Accelerator = H100, Gpus = 8, Batch = 64, PromptTokens = 300, OutputTokens = 800, SoftwareYear = 2026, Format = WeightFormat.Find("fp8").ValueOrThrow };
        var given = Estimate(size with { Layers = 94, KvCacheBytesPerToken = 94 * 4 * 128 * 4, ExpertShare = 8 / 128d });

        Assert.InRange(Width(Estimate(size).GpuEnergyPerToken), 1, 8);
        Assert.True(Width(given.GpuEnergyPerToken) < 0.8 * Width(Estimate(size).GpuEnergyPerToken));
        Assert.DoesNotContain(given.Assumptions, said => said.Text.Contains("--layers", StringComparison.Ordinal));
    }

    static double Width(Quantities.Figure figure) => figure.Bounds.High / figure.Bounds.Low;

    [Fact]
    public void Estimates_one_after_another_do_not_see_each_other()
    {
        var estimator = new InferenceEstimator();
        var slow = Llama70 with { Batch = 1, RequestsPerDay = 300, PromptTokens = null };
        var alone = estimator.Estimate(slow, At(1.2, 100));
        estimator.Estimate(slow with { RequestsPerDay = 3, Parameters = 8e9 }, At(1.2, 100));

        Assert.Equal(alone.Emissions.Bounds, estimator.Estimate(slow, At(1.2, 100)).Emissions.Bounds);
    }

    [Fact]
    public void All_that_is_wrong_with_a_workload_is_reported()
    {
        var wrong = new ServingWorkload { Parameters = double.NaN, ActiveParameters = 5, Accelerator = H100, Gpus = 0, Batch = 0.5, PromptTokens = -1, OutputTokens = 0, RequestsPerDay = -1, SoftwareYear = 1999 };

        Assert.Equal(8, wrong.Validate().Count());
    }

    [Fact]
    public void A_sweep_is_the_estimator_without_its_trees()
    {
        var factors = At(1.3, 250);
        var random = new Random(3);
        foreach (var name in new[] { "h100", "b200", "a100 40gb", "mi300x", "v100" })
        {
            var accelerator = AcceleratorCatalog.Find(name).ValueOrThrow;
            foreach (var format in new[] { WeightFormat.Bf16, WeightFormat.Find("fp8").ValueOrThrow })
            {
                var sweep = new ServingSweep(accelerator, format, factors);
                for (var i = 0; i < 8; i++)
                {
                    var active = Math.Exp(random.NextDouble() * 3) * 1e9;
                    var workload = new ServingWorkload
                    {
                        Parameters = active * (1 + (random.Next(2) * 4 * random.NextDouble())), ActiveParameters = active, Accelerator = accelerator, Format = format, Gpus = 8, Batch = 1 + (random.NextDouble() * 300),
                        PromptTokens = random.Next(2000), OutputTokens = 1 + random.Next(2000), SoftwareYear = random.Next(2) == 0 ? 2024 : 2026, Layers = random.Next(2) == 0 ? null : 40, KvCacheBytesPerToken = 1e5, ExpertShare = 0.1,
                    };
                    var estimate = new InferenceEstimator().Estimate(workload, factors);
                    var swept = sweep.Estimate(sweep.HardwareConfiguration with
                    {
                        Parameters = workload.Parameters, ActiveParameters = active, Gpus = 8, Batch = workload.Batch.Value, PromptTokens = workload.PromptTokens.Value, OutputTokens = workload.OutputTokens, UsesOlderSoftware = workload.SoftwareYear == 2024, GivenLayers = workload.Layers, GivenCacheBytesPerToken = 1e5, GivenExpertShare = 0.1,
                    });

                    Same(estimate.GpuEnergyPerToken, swept.JoulesPerToken);
                    Same(estimate.ItEnergy, swept.ItWattHours);
                    Same(estimate.FacilityEnergy, swept.FacilityWattHours);
                    Same(estimate.Operational, swept.OperationalGrams);
                    Same(estimate.Emissions, swept.TotalGrams);
                    Assert.True(swept.WeightsFit);
                }
            }
        }

        static void Same(Figure tree, Bounds number)
        {
            Assert.Equal(tree.Bounds.Low, number.Low, tree.Bounds.Low * 1e-9);
            Assert.Equal(tree.Bounds.Best, number.Best, tree.Bounds.Best * 1e-9);
            Assert.Equal(tree.Bounds.High, number.High, tree.Bounds.High * 1e-9);
        }
    }
}
