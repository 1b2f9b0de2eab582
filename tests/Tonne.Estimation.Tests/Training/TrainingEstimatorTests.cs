using Tonne.Estimation.Training;
using Tonne.Hardware;
using Tonne.Quantities;
using Tonne.Runs;

namespace Tonne.Estimation.Tests.Training;

public class TrainingEstimatorTests
{
    [Fact]
    public void LoRA_takes_about_two_thirds_of_the_operations_of_full_tuning_and_both_are_uncertain()
    {
        var task = new TrainingTask(AcceleratorCatalog.Find("h100").ValueOrThrow) { Parameters = 8e9, Tokens = 1e8 };
        var (scratch, full, lora) = (Estimate(task), Estimate(task with { Tuning = TrainingTuning.Full }), Estimate(task with { Tuning = TrainingTuning.Lora }));

        // 2 forward, 2 for the gradients of activations; adapters of 1 % of the parameters add 6 % of one: 4.06 of 6. Hu et al. 2021 measured 1.33 times the speed (32.5 to 43.1 tokens a second), of at most 1.5.
        Assert.Equal(4.06 * 8e9 * 1e8, (task with { Tuning = TrainingTuning.Lora }).OperationsPerRun!.Value, 1e9);
        Assert.Equal(4.06 / 6, lora.ChipHours.Value / full.ChipHours.Value, 0.01);
        Assert.True(full.ChipHours.Value > scratch.ChipHours.Value);
        Assert.True(Width(full) > 1.3 * Width(scratch), $"{Width(full)} {Width(scratch)}");
        Assert.Contains(lora.Assumptions, one => one.Text.StartsWith("Tuning reaches 60 % (20–110 %)", StringComparison.Ordinal));

        static TrainingEstimate Estimate(TrainingTask task) => new TrainingEstimator().Estimate(task, new Place("FR", How: PlaceOrigin.Given));

        static double Width(TrainingEstimate estimate) => estimate.ChipHours.Bounds.High / estimate.ChipHours.Bounds.Low;
    }

    static readonly Accelerator H100 = AcceleratorCatalog.Find("h100").ValueOrThrow;

    [Fact]
    public void Hours_are_operations_over_what_the_chips_do()
    {
        var estimate = new TrainingEstimator().Estimate(new TrainingTask(H100) { Parameters = 8e9, Tokens = 15e12 }, new Place());

        // By hand: 6 · 8e9 · 15e12 = 7.2e23 FLOP; over 989.4e12 · u · 3600.
        var u = estimate.Utilisation!.Value;
        Assert.Equal(7.2e23 / (989.4e12 * u.Best * 3600), estimate.ChipHours.Value, 7.2e23 / (989.4e12 * u.Best * 3600) * 1e-9);
        Assert.True(Math.Abs(Math.Log(estimate.ChipHours.Bounds.High / (7.2e23 / (989.4e12 * u.Low * 3600)))) < 0.05);
    }

    // 6ND: the operations are proportional to the tokens (Kaplan et al. 2020, section 2.1), and one model on one setup does each of them at
    // one rate.
    [Fact]
    public void Hours_energy_and_emissions_are_proportional_to_the_tokens_and_rise_with_the_parameters()
    {
        var random = new Random(20);
        Accelerator[] chips = [.. AcceleratorCatalog.All.Where(chip => TrainingFeatures.FindPeakTeraflops(chip) is not null)];
        PublishedTraining?[] siblings = [null, .. UtilisationCase.All().Select(one => one.Training)];
        for (var i = 0; i < 60; i++)
        {
            var parameters = Math.Exp(Uniform(13, 28));
            var task = new TrainingTask(chips[random.Next(chips.Length)])
            {
                Parameters = parameters,
                ActiveParameters = random.Next(2) == 0 ? null : parameters * Uniform(0.03, 1),
                Tokens = Math.Exp(Uniform(10, 31)),
                Precision = Pick([TrainingPrecision.Bf16, TrainingPrecision.Fp16, TrainingPrecision.Fp8]),
                Distilled = random.Next(4) == 0,
                Sibling = siblings[random.Next(siblings.Length)],
                Tuning = Pick([TrainingTuning.None, TrainingTuning.None, TrainingTuning.Full, TrainingTuning.Lora]),
                Chips = random.Next(2) == 0 ? null : random.Next(1, 10_000),
            };
            var factor = Uniform(1.01, 100);
            var here = Estimate(task);

            var text = $"{task} × {factor}";
            Check(here, Estimate(task with { Tokens = task.Tokens * factor }), factor, text);
            Check(here, Estimate(task with { Runs = 7 }), 7, text);
            Check(Estimate(task with { Runs = 7 }), Estimate(task with { Runs = 7, Tokens = task.Tokens * factor }), factor, text);
            var larger = Estimate(task with { Parameters = parameters * factor, ActiveParameters = task.ActiveParameters * factor });
            Assert.True(larger.ChipHours.Value > here.ChipHours.Value, text);
            Assert.True(larger.Footprint.Energy.Value > here.Footprint.Energy.Value, text);
        }

        static TrainingEstimate Estimate(TrainingTask task) => new TrainingEstimator().Estimate(task, new Place("FR", How: PlaceOrigin.Given));

        static void Check(TrainingEstimate one, TrainingEstimate more, double factor, string text)
        {
            foreach (var (less, greater) in one.GetFigures().Zip(more.GetFigures()).Where(pair => pair.First.Value > 0))
            {
                Assert.True(Math.Abs((greater.Value / less.Value / factor) - 1) < 1e-9, $"{less.Name} {text}");
                // Bounds are kept with six digits.
                Assert.True(Math.Abs((greater.Bounds.High / less.Bounds.High / factor) - 1) < 2e-5, $"{less.Name} {text}");
                Assert.True(Math.Abs((greater.Bounds.Low / less.Bounds.Low / factor) - 1) < 2e-5, $"{less.Name} {text}");
            }
        }

        double Uniform(double low, double high) => low + (random.NextDouble() * (high - low));

        T Pick<T>(T[] all) => all[random.Next(all.Length)];
    }

    [Fact]
    public void Carbon_comes_from_energy_building_and_grid_alone()
    {
        var place = new Place(IntensityGramsPerKwh: 57, Pue: 1.2, How: PlaceOrigin.Given);
        var task = new TrainingTask(H100) { Chips = 8, Hours = 100 };

        var estimate = new TrainingEstimator().Estimate(task, place);

        // By hand: 800 h · 560 W · (1 + 0.5) = 672 kWh; · 1.2 · 57 g = 45.96 kg.
        Assert.Equal(800, estimate.ChipHours.Value, 9);
        Assert.True(estimate.ChipHours.Bounds.IsExact);
        Assert.Equal(672, estimate.Footprint.Energy.Value, 6);
        Assert.Equal(672 * 1.2 * 0.057, estimate.Footprint.Operational.Value, 6);
        // By hand: 800 h ÷ (4 · 8766 h · 1) · (164 + 3211.4/8) kg.
        Assert.Equal(800 / (4 * 8766d) * (164 + (3211.4 / 8)), estimate.Footprint.Embodied!.Value, 6);
        Assert.Equal(estimate.Footprint.Operational.Value + estimate.Footprint.Embodied.Value, estimate.Footprint.Total.Value, 9);
    }

    [Fact]
    public void Measured_power_of_whole_systems_goes_before_data_sheets()
    {
        var tpu = AcceleratorCatalog.Find("TPU v4").ValueOrThrow;
        var estimate = new TrainingEstimator().Estimate(new TrainingTask(tpu) { Chips = 1000, Hours = 1 }, new Place());

        // By hand: √(378.5 · 326) = 351.27 W a chip, from PaLM and GLaM.
        Assert.Equal(351.27, estimate.Footprint.Energy.Value, 2);
        // Patterson et al. 2021: 330 W, printed of V100s of 32 GB; those of 16 GB are the same chip.
        var v100 = new TrainingEstimator().Estimate(new TrainingTask(AcceleratorCatalog.Find("v100").ValueOrThrow) { Chips = 1000, Hours = 1 }, new Place());
        Assert.Equal(330, v100.Footprint.Energy.Value, 6);
    }

    [Fact]
    public void Bounds_of_a_campaign_are_as_wide_as_those_of_a_run()
    {
        var one = new TrainingTask(H100) { Parameters = 1e9, Tokens = 20e9 };
        var estimator = new TrainingEstimator();

        var run = estimator.Estimate(one, new Place());
        var campaign = estimator.Estimate(one with { Runs = 400 }, new Place());

        Assert.Equal(400, campaign.Footprint.Energy.Value / run.Footprint.Energy.Value, 6);
        Assert.Equal(run.Footprint.Energy.Bounds.High / run.Footprint.Energy.Value, campaign.Footprint.Energy.Bounds.High / campaign.Footprint.Energy.Value, 6);
        Assert.Equal(run.ChipHours.Bounds.Low / run.ChipHours.Value, campaign.ChipHours.Bounds.Low / campaign.ChipHours.Value, 6);
    }

    [Fact]
    public void A_precision_speeds_up_only_chips_that_have_units_for_it()
    {
        // Data sheets: V100 (2017) and A100 (2020) have no 8 bit floating point, V100 and MI250X no int8 faster than 16 bit, A100 and H100 twice as fast.
        Assert.Equal(1, Ratio("v100", TrainingPrecision.Fp8), 9);
        Assert.Equal(1, Ratio("a100", TrainingPrecision.Mxfp4), 9);
        Assert.Equal(1, Ratio("v100", TrainingPrecision.Int8), 9);
        Assert.Equal(1, Ratio("mi250x", TrainingPrecision.Int8), 9);
        Assert.True(Ratio("a100", TrainingPrecision.Int8) < 1);
        Assert.True(Ratio("h100", TrainingPrecision.Fp8) < 1);
        // The K80 has vector units alone: one rate, 8.126 TFLOP/s, whatever the precision.
        Assert.Equal(1, Ratio("k80", TrainingPrecision.Fp32), 9);
        // P100: 16 bit at twice the rate of 32 bit (Pascal's data sheet), and no matrix units that vector units are set against.
        Assert.Equal(2, Ratio("p100", TrainingPrecision.Fp32), 1);
        foreach (var chip in AcceleratorCatalog.All.Where(chip => TrainingFeatures.FindPeakTeraflops(chip) is not null && AcceleratorDatasheet.Find(chip) is { Fp32Teraflops: not null, Dense16BitTeraflops: not null }))
        {
            var peak = TrainingFeatures.FindPeakTeraflops(chip)!.Value;
            Assert.True(TrainingEstimator.GetPeakTeraflops(TrainingPrecision.Fp32, chip, peak) * TrainingEstimator.FindSpeedFactor(TrainingPrecision.Fp32, chip)!.Bounds.Best <= peak, chip.Name);
        }
    }

    [Fact]
    public void Thirty_two_bits_are_refused_where_no_such_rate_is_published()
    {
        foreach (var name in new[] { "TPU v4", "Gaudi2", "TPU v5p" })
        {
            var task = new TrainingTask(AcceleratorCatalog.Find(name).ValueOrThrow) { Parameters = 7e9, Tokens = 1e12, Precision = TrainingPrecision.Fp32 };

            Assert.Contains("at 32 bit", Assert.Single(task.Validate()), StringComparison.Ordinal);
            Assert.Empty((task with { Chips = 8, Hours = 1e5 }).Validate());
        }
    }

    [Fact]
    public void Hours_that_no_chip_can_do_are_refused()
    {
        // By hand: 4.2e22 ÷ (8 · 10 h · 3600 s · 989.4e12) = 147.4.
        var task = new TrainingTask(H100) { Parameters = 7e9, Tokens = 1e12, Chips = 8, Hours = 10 };

        Assert.Contains("147.4 times", Assert.Single(task.Validate()), StringComparison.Ordinal);
        Assert.Empty((task with { Hours = 5000 }).Validate());
    }

    [Fact]
    public void GeForce_cards_count_with_accumulation_at_32_bit()
    {
        // NVIDIA's papers on Ampere and Ada: fp16 with accumulation at 32 bit is half of that at 16 bit, and twice the vector rate: 71, 165.2; Blackwell's 5090: 209.5.
        Assert.Equal([71.2, 165.2, 209.5], new[] { "rtx 3090", "rtx 4090", "rtx 5090" }.Select(name => AcceleratorDatasheet.Find(AcceleratorCatalog.All.First(chip => chip.Name == "NVIDIA GeForce " + name.ToUpperInvariant()))!.Dense16BitTeraflops!.Value));
    }

    static double Ratio(string name, TrainingPrecision precision)
    {
        var task = new TrainingTask(AcceleratorCatalog.Find(name).ValueOrThrow) { Parameters = 7e9, Tokens = 1e12 };
        return new TrainingEstimator().Estimate(task with { Precision = precision }, new Place()).ChipHours.Value / new TrainingEstimator().Estimate(task, new Place()).ChipHours.Value;
    }

    [Fact]
    public void Operations_may_be_given_instead_of_size_and_tokens()
    {
        var estimator = new TrainingEstimator();
        var sized = estimator.Estimate(new TrainingTask(H100) { Parameters = 7e9, Tokens = 2e12 }, new Place());
        var counted = estimator.Estimate(new TrainingTask(H100) { Parameters = 7e9, Operations = 8.4e22 }, new Place());
        var alone = estimator.Estimate(new TrainingTask(H100) { Operations = 8.4e22 }, new Place());

        Assert.Equal(sized.ChipHours.Value, counted.ChipHours.Value, 3);
        // By hand: √(8.4e22 ÷ 6 ÷ 20) = 26.46e9 parameters.
        Assert.Contains(alone.Assumptions, text => text.Text.Contains("2.65E+10 parameters", StringComparison.Ordinal));
    }

    [Fact]
    public void A_slice_of_a_board_takes_its_share_of_power_and_hardware()
    {
        var slice = AcceleratorCatalog.FindWithSlice("A100 1g.10gb").ValueOrThrow;
        var (part, whole) = (Estimate(slice), Estimate(slice.Slice!.Board));

        // 100 hours of a seventh of a board: a seventh of its energy and of its embodied emissions.
        Assert.Equal(whole.Footprint.Energy.Value / 7, part.Footprint.Energy.Value, 9);
        Assert.Equal(whole.Footprint.Embodied!.Value / 7, part.Footprint.Embodied!.Value, 9);
        Assert.True(Width(part.Footprint.Energy) > 1.5 * Width(whole.Footprint.Energy));
        Assert.Contains(part.Assumptions, one => one.Text.StartsWith("A slice of NVIDIA A100 SXM4 80 GB (MIG 1g.10gb): 14.3 %", StringComparison.Ordinal));

        // Hours from the operations: a seventh of the rate, so about seven times the hours; the utilisations differ a little.
        var (slow, fast) = (Train(slice), Train(slice.Slice.Board));
        Assert.InRange(slow.ChipHours.Value / fast.ChipHours.Value, 5, 8);
        Assert.InRange(slow.Footprint.Energy.Value / fast.Footprint.Energy.Value, 0.7, 1.2);

        static TrainingEstimate Estimate(Accelerator chip) => new TrainingEstimator().Estimate(new TrainingTask(chip) { Chips = 1, Hours = 100 }, new Place());

        static TrainingEstimate Train(Accelerator chip) => new TrainingEstimator().Estimate(new TrainingTask(chip) { Parameters = 1e9, Tokens = 1e9 }, new Place());

        static double Width(Figure figure) => figure.Bounds.High / figure.Bounds.Low;
    }

    [Fact]
    public void What_cannot_be_estimated_is_refused_with_all_reasons()
    {
        var error = Assert.Throws<ArgumentException>(() => new TrainingEstimator().Estimate(new TrainingTask(H100) { Parameters = 1e9, ActiveParameters = 2e9, Chips = 0 }, new Place()));

        Assert.Contains("chips must be at least 1", error.Message, StringComparison.Ordinal);
        Assert.Contains("active parameters are part", error.Message, StringComparison.Ordinal);
        Assert.Contains("needs parameters and tokens", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Every_source_of_an_estimate_is_listed_and_every_assumption_said()
    {
        var estimate = new TrainingEstimator().Estimate(new TrainingTask(H100) { Parameters = 7e9, Tokens = 2e12, Precision = TrainingPrecision.Fp8 }, new Place());

        Assert.Contains(estimate.Sources, source => source.Id == "TONNE-TRAINING-FIT");
        Assert.Contains(estimate.Sources, source => source.Id.Split(';').Contains("EPOCH-HARDWARE"));
        Assert.Contains(estimate.Assumptions, text => text.Text.StartsWith("FP8", StringComparison.Ordinal));
        Assert.Contains(estimate.Assumptions, text => text.Text.StartsWith("Power", StringComparison.Ordinal));
        Assert.Contains(estimate.Assumptions, text => text.Text.StartsWith("Place", StringComparison.Ordinal));
    }

    [Fact]
    public void Several_accelerators_are_ranked_by_energy()
    {
        TrainingTask[] tasks = [.. new[] { "v100", "a100", "h100" }.Select(name => new TrainingTask(AcceleratorCatalog.Find(name).ValueOrThrow) { Parameters = 13e9, Tokens = 1e12 })];

        var ranking = TrainingRanking.Rank(tasks, new Place());

        Assert.Equal(ranking.Estimates.OrderBy(one => one.Footprint.Energy.Value).Select(one => one.Task.Hardware.Name), ranking.Estimates.Select(one => one.Task.Hardware.Name));
        Assert.True(ranking.Ratio!.Value.Best >= 1);
        Assert.True(ranking.Ratio.Value.Low < ranking.Ratio.Value.High);
    }

    [Fact]
    public void The_power_that_the_table_calls_measured_is_what_the_papers_print()
    {
        // Patterson et al. 2021, table 4: T5 310 W, Meena 289 W, GPT-3 330 W a chip.
        Assert.Equal([310d, 289d, 330d], new[] { "T5-11B", "Meena", "GPT-3 175B" }.Select(name => TrainingCatalog.All.Single(row => row.Name == name).Watts!.Value));
        Assert.All(TrainingCatalog.All.Where(row => row.CalibratesPower), row => Assert.StartsWith("measured", row.PowerKind, StringComparison.Ordinal));
        Assert.DoesNotContain(TrainingCatalog.All, row => row.CalibratesPower && row.EnergyBasis == "hours x TDP");
        Assert.Equal(Quality.Modelled, TrainingCatalog.Search("LLaMA-7B energy").Single().Quality);
    }

    [Fact]
    public void An_accelerator_nobody_knows_is_answered_with_the_nearest() =>
        Assert.Contains("H100", AcceleratorCatalog.Find("h1000").Unknown!.Nearest[0], StringComparison.Ordinal);
}
