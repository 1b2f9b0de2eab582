using Tonne.Lab.Featurizing;
using Tonne.Lab.NeuralNetworks;
using Tonne.Lab.Tests.NeuralNetworks;
using Tonne.Lab.Training;

namespace Tonne.Lab.Tests.Training;

public sealed class BackpropagationTests
{
    [Theory]
    [InlineData(11, 19, 4, 3, 0.0)]
    [InlineData(11, 19, 4, 3, 0.6)]
    [InlineData(40, 32, 12, 5, 0.0)]
    [InlineData(6, 2, 1, 2, 0.0)]
    public void Gradients_agree_with_finite_differences(int inputs, int width, int layers, int classes, double teacher)
    {
        const int Rows = 17;
        var network = NetworkTests.Made(inputs, width, layers, classes);
        var random = new Random(4);
        var examples = Examples(inputs, classes, Rows);
        var word = Enumerable.Range(0, Rows).SelectMany(row => PlainNetwork.Softmax([.. Enumerable.Range(0, classes).Select(_ => random.NextDouble() * 3)])).Select(value => (float)value).ToArray();
        var distillation = teacher > 0 ? new Distillation(word, 3, teacher) : null;
        using var team = new ThreadTeam(2);
        var found = new Backpropagation(network, Rows, team, 1).ComputeGradients(examples, [.. Enumerable.Range(0, Rows)], distillation);

        // Central differences of the plain network in double precision: the error is of the order of the step squared, but for a kink of relu within it.
        const double By = 1e-6;
        var plain = new PlainNetwork(network);
        for (var layer = 1; layer <= layers + 1; layer++)
        {
            var weights = plain.Weights(layer);
            var biases = plain.Biases(layer);
            var greatest = found[layer - 1].Max(Math.Abs);
            for (var trial = 0; trial < 12; trial++)
            {
                var index = random.Next(weights.Length + biases.Length);
                ref var number = ref index < weights.Length ? ref weights[index] : ref biases[index - weights.Length];
                var before = number;
                number = before + By;
                var above = Loss();
                number = before - By;
                var below = Loss();
                number = before;
                Assert.Equal((above - below) / (2 * By), found[layer - 1][index], 2e-5 + 1e-3 * greatest);
            }
        }

        double Loss() => Enumerable.Range(0, Rows).Average(row =>
        {
            var values = new float[inputs];
            examples.CopyRow(row, values);
            var logits = plain.Logits(values);
            var hard = -Math.Log(PlainNetwork.Softmax(logits)[examples.GetLabel(row)]);
            if (distillation is null)
                return hard;

            // Hinton et al. 2015, section 2: soft targets at temperature 3, their gradients times 3².
            var soft = PlainNetwork.Softmax([.. logits.Select(logit => logit / 3)]);
            var said = PlainNetwork.Softmax([.. Enumerable.Range(0, classes).Select(index => Math.Log(word[row * classes + index]) / 3)]);
            return (1 - teacher) * hard - teacher * 9 * said.Zip(soft, (target, own) => target * Math.Log(own)).Sum();
        });
    }

    [Fact]
    public void A_step_of_Adam_is_the_one_of_the_paper()
    {
        const int Rows = 9;
        var network = NetworkTests.Made(7, 10, 2, 3);
        var examples = Examples(7, 3, Rows);
        int[] order = [.. Enumerable.Range(0, Rows)];
        using var team = new ThreadTeam(2);
        var pass = new Backpropagation(network, Rows, team, 1);
        var plan = new TrainingPlan { WeightDecay = 0.1 };
        var weights = network.GetWeight(2).Values.ToArray().Select(value => (double)value).ToArray();
        double[] m = new double[weights.Length], v = new double[weights.Length];
        for (var t = 1; t <= 3; t++)
        {
            var gradients = new Backpropagation(pass.CreateNetwork(network.Classes), Rows, team, 1).ComputeGradients(examples, order)[1];
            pass.Step(examples, order, 0, Rows, new AdamStep(plan, 0.01, t), null);
            var after = pass.CreateNetwork(network.Classes).GetWeight(2).Values.ToArray();
            for (var index = 0; index < weights.Length; index++)
            {
                // Kingma and Ba 2015, algorithm 1; Loshchilov and Hutter 2019, algorithm 2 (decay times the learning rate).
                m[index] = 0.9 * m[index] + 0.1 * gradients[index];
                v[index] = 0.999 * v[index] + 0.001 * gradients[index] * gradients[index];
                var step = 0.01 * (m[index] / (1 - Math.Pow(0.9, t)) / (Math.Sqrt(v[index] / (1 - Math.Pow(0.999, t))) + 1e-8));
                weights[index] = weights[index] * (1 - 0.01 * 0.1) - step;
                Assert.Equal(weights[index], after[index], 2e-5);
            }
        }
    }

    [Fact]
    public void Each_kernel_and_any_number_of_threads_trains_to_the_same_bits()
    {
        var network = NetworkTests.Made(45, 50, 5, 4);
        var examples = Examples(45, 4, 150);
        var order = new int[150];
        ExampleOrder.Shuffle(order, 1, 1);
        var bits = new List<float[]>();
        foreach (var kernel in new[] { TileKernel.Bits512, TileKernel.Bits256, TileKernel.Portable })
        {
            foreach (var threads in new[] { 1, 2, 7 })
            {
                using var team = new ThreadTeam(threads);
                var pass = new Backpropagation(network, 64, team, 1.7f, kernel);
                for (var step = 0; step < 3; step++)
                    pass.Step(examples, order, step * 64, Math.Min(64, 150 - step * 64), new AdamStep(new TrainingPlan(), 0.01, step + 1), null);
                bits.Add([.. pass.CreateNetwork(network.Classes).Parameters.SelectMany(parameter => parameter.Values.ToArray())]);
            }
        }

        Assert.All(bits, one => Assert.Equal(bits[0], one));
    }

    [Fact]
    public void A_step_allocates_nothing()
    {
        var examples = Examples(40, 3, 64);
        int[] order = [.. Enumerable.Range(0, 64)];
        using var team = new ThreadTeam(1);
        var pass = new Backpropagation(NetworkTests.Made(40, 32, 4, 3), 32, team, 1);
        var plan = new TrainingPlan();
        pass.Step(examples, order, 0, 32, new AdamStep(plan, 0.01, 1), null);
        // The runtime itself allocates once where it replaces a method by a faster one; a step that allocates does so in every round.
        Assert.Equal(0, Enumerable.Range(0, 5).Min(_ => MeasureTwentySteps()));

        long MeasureTwentySteps()
        {
            var before = GC.GetAllocatedBytesForCurrentThread();
            for (var step = 0; step < 20; step++)
                pass.Step(examples, order, step % 2 * 32, 32, new AdamStep(plan, 0.01, step + 2), null);
            return GC.GetAllocatedBytesForCurrentThread() - before;
        }
    }

    [Fact]
    public void An_order_is_a_permutation_known_from_seed_and_epoch()
    {
        int[] first = new int[1000], again = new int[1000], next = new int[1000];
        ExampleOrder.Shuffle(first, 5, 1);
        ExampleOrder.Shuffle(again, 5, 1);
        ExampleOrder.Shuffle(next, 5, 2);
        Assert.Equal(first, again);
        Assert.NotEqual(first, next);
        Assert.Equal(Enumerable.Range(0, 1000), first.Order());
    }

    internal static InMemoryExamples Examples(int inputs, int classes, int rows) =>
        new(inputs, NetworkTests.Names(classes), [.. Enumerable.Range(0, rows).SelectMany(row => NetworkTests.Row(inputs, row + 100))], [.. Enumerable.Range(0, rows).Select(row => row * 7 % classes)]);
}
