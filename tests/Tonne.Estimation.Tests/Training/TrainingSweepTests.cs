using Tonne.Estimation.Training;
using Tonne.Hardware;
using Tonne.Quantities;
using Tonne.Runs;

namespace Tonne.Estimation.Tests.Training;

public class TrainingSweepTests
{
    [Fact]
    public void A_sweep_says_in_plain_numbers_what_the_trees_say()
    {
        var place = new Place(Zone: "FR", How: PlaceOrigin.Given);
        var random = new Random(7);
        foreach (var name in new[] { "h100", "a100 40gb", "TPU v4", "b200" })
        {
            var chip = AcceleratorCatalog.Find(name).ValueOrThrow;
            foreach (var precision in new[] { TrainingPrecision.Bf16, TrainingPrecision.Fp8 })
            {
                var sweep = new TrainingSweep(chip, place, precision);
                var estimator = new TrainingEstimator();
                for (var i = 0; i < 5; i++)
                {
                    var parameters = Math.Exp(18 + (random.NextDouble() * 9));
                    var tokens = Math.Exp(23 + (random.NextDouble() * 8));
                    var active = i % 2 == 0 ? parameters : parameters / 10;
                    var distilled = i == 4;
                    var tree = estimator.Estimate(new TrainingTask(chip) { Parameters = parameters, ActiveParameters = active, Tokens = tokens, Precision = precision, Distilled = distilled }, place);

                    var plain = sweep.Estimate(parameters, tokens, active, distilled);

                    Same(tree.ChipHours.Bounds, plain.ChipHours);
                    Same(tree.Footprint.Energy.Bounds, plain.EnergyKwh);
                    Same(tree.Footprint.Operational.Bounds, plain.OperationalKg);
                    Same(tree.Footprint.Embodied!.Bounds, plain.EmbodiedKg);
                    Same(tree.Footprint.Total.Bounds, plain.TotalKg);
                }
            }
        }
    }

    [Fact]
    public void An_accelerator_without_a_published_peak_cannot_be_swept() =>
        Assert.Throws<ArgumentException>(() => new TrainingSweep(AcceleratorCatalog.Find("AMD Instinct MI308X").ValueOrThrow, new Place()));

    // Values to rounding; limits to the noise of 20,000 draws and of reading between two widths. A quantile of 2.5 % of draws of σ has an
    // error of σ √(0.025 · 0.975 ÷ 20,000) ÷ φ(1.96) = 0.019 σ, and the difference of two 0.027 σ; three times that for 400 comparisons.
    static void Same(Bounds tree, Bounds plain)
    {
        Assert.Equal(1, plain.Best / tree.Best, 9);
        var noise = Math.Max(0.05, 0.08 * Math.Log(tree.High / tree.Low) / (2 * Bounds.ZScore95));
        Assert.InRange(plain.Low / tree.Low, 1 - noise, 1 + noise);
        Assert.InRange(plain.High / tree.High, 1 - noise, 1 + noise);
    }
}
