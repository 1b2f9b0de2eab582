using System.Collections.Immutable;
using Tonne.Lab.Featurizing;
using Tonne.Lab.NeuralNetworks;
using Tonne.Tests;

namespace Tonne.Lab.Tests.NeuralNetworks;

public sealed class NetworkTests
{
    internal static ImmutableArray<string> Names(int classes) => [.. Enumerable.Range(0, classes).Select(index => $"class {index}")];

    internal static Network Made(int inputs = 21, int width = 37, int layers = 4, int classes = 5, int seed = 1) =>
        Network.Create(new NetworkShape(inputs, classes) { Width = width, Layers = layers }, Names(classes), seed);

    [Fact]
    public void Probabilities_are_those_of_plain_loops_in_double_precision()
    {
        foreach (var network in new[] { Made(), Made(5, 2, 1, 2), Made(512, 128, 12, 13), Made(64, 33, 2, 40) })
        {
            var plain = new PlainNetwork(network);
            var row = Row(network.Shape.Inputs, 5);
            var probabilities = new float[network.Shape.Classes];
            network.Predict(row, probabilities);
            var expected = PlainNetwork.Softmax(plain.Logits(row));
            for (var index = 0; index < expected.Length; index++)
                Assert.Equal(expected[index], probabilities[index], 2e-5);
        }
    }

    [Fact]
    public void A_row_has_the_same_bits_alone_and_among_others()
    {
        var network = Made(70, 96, 6, 7);
        var rows = Enumerable.Range(0, 131).SelectMany(index => Row(70, index)).ToArray();
        var together = new float[131 * 7];
        network.Predict(rows, together);
        for (var row = 0; row < 131; row += 13)
        {
            var alone = new float[7];
            network.Predict(rows.AsSpan(row * 70, 70), alone);
            Assert.Equal(together.AsSpan(row * 7, 7).ToArray(), alone);
            Assert.Equal(alone, network.Predict(rows.AsSpan(row * 70, 70), new HandTime()).Probabilities);
        }

        using var team = new ThreadTeam(3);
        Assert.Equal(together, network.Predict(new InMemoryExamples(70, Names(7), rows, new int[131]), team));
    }

    [Fact]
    public void Parameters_and_operations_are_counted()
    {
        // 512·128 + 128 = 65,664; 11 × (128·128 + 128) = 181,632; 128·13 + 13 = 1,677.
        var shape = new NetworkShape(512, 13);
        Assert.Equal(65_664 + 181_632 + 1_677, shape.ParameterCount);
        Assert.Equal(shape.ParameterCount + 1, Network.Create(shape, Names(13), 1).Parameters.Sum(parameter => parameter.Values.Length));

        // Layer 2: norm 5·128 + 4 = 644, product 2·128·128 = 32,768, bias, relu and sum 3·128 = 384.
        Assert.Equal(644 + 32_768 + 384, shape.CountOperations(2));
        var prediction = Made(512, 128, 12, 13).Predict(Row(512, 1), TimeProvider.System);
        Assert.Equal(shape.Operations, prediction.Operations);
        Assert.Equal(13, prediction.Layers.Length);
        Assert.Equal((512, 128), (prediction.Layers[0].Inputs, prediction.Layers[0].Outputs));
        Assert.Equal("output", prediction.Layers[^1].Name);
        Assert.Equal(shape.ParameterCount, prediction.Layers.Sum(layer => layer.Parameters));
        Assert.Equal(1, prediction.Probabilities.Sum(), 1e-5);
    }

    [Fact]
    public void The_same_seed_makes_the_same_network_and_another_seed_another()
    {
        Assert.Equal(Made().GetWeight(2).Values.ToArray(), Made().GetWeight(2).Values.ToArray());
        Assert.NotEqual(Made().GetWeight(2).Values.ToArray(), Made(seed: 2).GetWeight(2).Values.ToArray());
    }

    [Fact]
    public void Weights_begin_with_the_variance_of_He()
    {
        // He et al. 2015: 2 / in. 200 × 300 numbers: the standard error of a variance is √(2 / n) of it, 0.6 %.
        var weights = Made(200, 300, 1).GetWeight(1).Values.ToArray();
        Assert.InRange(weights.Average(value => (double)value * value), 0.98 * 2 / 200, 1.02 * 2 / 200);
        Assert.InRange(weights.Average(value => (double)value), -0.002, 0.002);
    }

    [Fact]
    public void Parameters_that_do_not_fit_are_named()
    {
        var network = Made();
        Assert.Contains("layers.02.weight", Assert.Throws<ArgumentException>(() => new Network(network.Shape, network.Classes, network.Parameters.Where(parameter => parameter.Name != "layers.02.weight"))).Message);
        Assert.Contains("layers.09.bias", Assert.Throws<ArgumentException>(() => network.WithParameters([new Parameter("layers.09.bias", [1], new float[1])])).Message);
        Assert.Contains("[3]", Assert.Throws<ArgumentException>(() => network.WithParameters([new Parameter("output.bias", [3], new float[3])])).Message);
        Assert.Throws<ArgumentException>(() => Network.Create(new NetworkShape(0, 3), Names(3), 1));
        Assert.Throws<ArgumentException>(() => Network.Create(new NetworkShape(4, 3), Names(4), 1));
    }

    [Fact]
    public void Loss_and_accuracy_are_of_the_true_classes()
    {
        var network = Made(6, 8, 2, 3);
        var rows = Enumerable.Range(0, 90).SelectMany(index => Row(6, index)).ToArray();
        int[] labels = [.. Enumerable.Range(0, 90).Select(index => index % 2)];
        var probabilities = new float[90 * 3];
        network.Predict(rows, probabilities);
        var score = network.Score(new InMemoryExamples(6, Names(3), rows, labels));
        Assert.Equal(Enumerable.Range(0, 90).Average(row => -Math.Log(probabilities[row * 3 + labels[row]])), score.Loss, 1e-5);
        Assert.Equal(Enumerable.Range(0, 90).Count(row => probabilities.AsSpan(row * 3, 3).IndexOf(probabilities.AsSpan(row * 3, 3).ToArray().Max()) == labels[row]) / 90.0, score.Accuracy);
        Assert.True(double.IsNaN(score.AccuracyOfClass[2]));
        Assert.Equal(score.Accuracy, (score.AccuracyOfClass[0] + score.AccuracyOfClass[1]) / 2, 1e-12);
    }

    internal static float[] Row(int width, int seed)
    {
        var random = new Random(seed);
        return [.. Enumerable.Range(0, width).Select(_ => random.NextSingle() * 2 - 1)];
    }
}
