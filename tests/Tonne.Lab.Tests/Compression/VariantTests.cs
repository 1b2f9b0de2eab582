using Tonne.Lab.Compression;
using Tonne.Lab.NeuralNetworks;
using Tonne.Lab.Tests.EnergyEstimation;
using Tonne.Lab.Tests.NeuralNetworks;
using Tonne.Lab.Training;
using Tonne.Tests;

namespace Tonne.Lab.Tests.Compression;

public sealed class VariantTests
{
    static readonly VariantPlan Plan = new() { Rounds = 9, WarmUpRounds = 0, WarmUp = TimeSpan.Zero, Predictions = 4, Batch = 2 };

    [Fact]
    public void Each_round_measures_every_variant_and_the_ratio_is_of_pairs()
    {
        var network = NetworkTests.Made(12, 8, 2, 3);
        var test = Clouds.Rows(12, 3, 10);
        var variants = new[] { ModelCompressor.CreateBaseline(network), new Variant("same", "nothing done", network, TimeSpan.FromSeconds(6)) };
        var time = new HandTime();
        var calls = 0;
        var cpu = TimeSpan.Zero;

        // Each measurement asks twice. Rounds begin with another variant each; the first takes 8 ms of CPU time for its 4 predictions, the second 2 ms, however slow the round is.
        TimeSpan CpuTime()
        {
            var run = calls / 2;
            var round = run / 2 % Plan.Rounds;
            var variant = (run % 2 + round) % 2;
            if (calls++ % 2 == 1)
            {
                var took = TimeSpan.FromMilliseconds((variant == 0 ? 8 : 2) * (1 + round % 3));
                cpu += took;
            }

            time.Advance(TimeSpan.FromMilliseconds(4));
            return cpu;
        }

        var figures = new VariantBenchmark(time, CpuTime).Measure(variants, test, Prices.Price(), Plan);

        Assert.Equal(4 * 2 * Plan.Rounds * 2, 2 * calls);

        // The median round is twice as slow as the fastest: 16 ms and 4 ms for 4 predictions.
        Assert.Equal(4e-3, figures[0].Single.CpuSeconds.Best, 1e-9);
        Assert.Equal(1e-3, figures[1].Single.CpuSeconds.Best, 1e-9);
        Assert.Equal(1, figures[0].Single.EnergyRatio.Value, 1e-9);
        Assert.Equal(4, figures[1].Single.EnergyRatio.Value, 1e-9);
        Assert.Equal(4, figures[1].Batched.EnergyRatio.Value, 1e-9);

        // Making took 6 s of CPU time and each prediction saves 3 ms: 2,000 predictions.
        var after = figures[1].ComputeBreakEven(figures[0])!.Value;
        Assert.Equal(2000, after.Best, 1e-6);

        // The slowest rounds took 6 ms for one of the first, the fastest 2 ms, always four times the other: 6 s ÷ (6 ms × ¾) and 6 s ÷ (2 ms × ¾).
        Assert.Equal(6 / (6e-3 * 0.75), after.Low, 1e-6);
        Assert.Equal(6 / (2e-3 * 0.75), after.High, 1e-6);
        Assert.Null(figures[0].ComputeBreakEven(figures[0]));
    }

    [Fact]
    public void Energy_is_CPU_time_at_the_price_of_a_busy_thread()
    {
        var price = Prices.Price();
        var figures = new VariantBenchmark(new HandTime(), Seconds()).Measure([ModelCompressor.CreateBaseline(NetworkTests.Made(12, 8, 2, 3))], Clouds.Rows(12, 3, 10), price, Plan);

        // 1 s for 4 predictions: 250 s for 1,000.
        Assert.Equal(250 * price.Watts.Value / 3.6e6, figures[0].Single.PerThousand.Energy.Value, 1e-12);

        // PUE 1.5, 100 g/kWh.
        Assert.Equal(250 * price.Watts.Value / 3.6e6 * 1.5 * 0.1, figures[0].Single.PerThousand.Operational.Value, 1e-12);

        static Func<TimeSpan> Seconds()
        {
            var calls = 0;
            return () => TimeSpan.FromSeconds(++calls);
        }
    }

    [Fact]
    public void A_variant_worse_in_everything_is_not_on_the_front()
    {
        var (train, validation) = Clouds.Made();
        var network = Clouds.Trained(train);
        var random = Network.Create(new NetworkShape(12, 3) { Width = 64, Layers = 9 }, train.Classes, 1);
        var time = new HandTime();

        var figures = new VariantBenchmark(time, () => TimeSpan.Zero).Measure([ModelCompressor.CreateBaseline(network), new Variant("random", "larger, never trained", random, TimeSpan.Zero)], validation, Prices.Price(), Plan);

        Assert.Equal([true, false], figures.Select(one => one.IsParetoOptimal));
    }

    [Fact]
    public void Every_way_to_shrink_alone_and_together_says_what_it_did_and_stays_near_in_accuracy()
    {
        var (train, validation) = Clouds.Made();
        var network = Clouds.Trained(train);
        var tick = 0;
        var plan = new CompressionPlan { FineTuning = Clouds.Plan with { Epochs = 3 }, StudentTraining = Clouds.Plan };

        var all = new ModelCompressor(new Trainer(new HandTime()), () => TimeSpan.FromSeconds(tick++), train, plan).CreateAll(network);

        Assert.Equal(
            ["as trained", "weights pruned", "units pruned", "quantized", "distilled", "units pruned, quantized", "distilled, quantized", "distilled, units pruned", "distilled, units pruned, quantized"],
            all.Select(variant => variant.Name));
        Assert.Equal("a student of 1 layer of 12; pruned to 1 layer of 6; 8-bit weights and inputs of layers", all[^1].Description);
        Assert.Equal([0, 1, 1, 1, 1, 2, 2, 2, 3], all.Select(variant => (int)variant.CreationCpuTime.TotalSeconds));
        Assert.True(all[^1].Classifier.Shape.ParameterCount < network.Shape.ParameterCount / 10);
        Assert.All(all, variant => Assert.True(variant.Classifier.Score(validation).Accuracy > network.Score(validation).Accuracy - 0.05, variant.Name));
        Assert.Throws<ArgumentException>(() => new ModelCompressor(new Trainer(new HandTime()), () => TimeSpan.Zero, train, plan).Distil(all[^1]));
    }
}
