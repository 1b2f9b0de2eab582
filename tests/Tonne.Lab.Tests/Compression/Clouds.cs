using Tonne.Lab.Featurizing;
using Tonne.Lab.NeuralNetworks;
using Tonne.Lab.Training;
using Tonne.Tests;

namespace Tonne.Lab.Tests.Compression;

/// <summary>Three clouds of points around seeded centres: a small task that a small network learns.</summary>
static class Clouds
{
    internal const int Inputs = 12;

    internal static TrainingPlan Plan { get; } = new() { Epochs = 6, BatchSize = 32, LearningRate = 0.01, Threads = 1 };

    internal static (InMemoryExamples Train, InMemoryExamples Validation) Made() => (Rows(Inputs, 3, 900, 5), Rows(Inputs, 3, 300, 6));

    internal static InMemoryExamples Rows(int inputs, int classes, int count, int seed = 7)
    {
        var centres = new Random(11);
        var middle = Enumerable.Range(0, inputs * classes).Select(_ => (float)(centres.NextDouble() - 0.5) * 2).ToArray();
        var random = new Random(seed);
        var values = new float[inputs * count];
        var labels = new int[count];
        for (var row = 0; row < count; row++)
        {
            labels[row] = random.Next(classes);
            for (var column = 0; column < inputs; column++)
                values[row * inputs + column] = middle[labels[row] * inputs + column] + (float)(random.NextDouble() + random.NextDouble() - 1);
        }

        return new InMemoryExamples(inputs, [.. Enumerable.Range(0, classes).Select(index => $"class {index}")], values, labels);
    }

    internal static Network Trained(IExamples train) =>
        new Trainer(new HandTime()).Train(Network.Create(new NetworkShape(train.Width, train.Classes.Length) { Width = 24, Layers = 5 }, train.Classes, 3), train, new InMemoryExamples(train.Width, train.Classes, [], []), Plan).Network;

    internal static float[] Values(IExamples examples)
    {
        var values = new float[examples.Count * examples.Width];
        for (var row = 0; row < examples.Count; row++)
            examples.CopyRow(row, values.AsSpan(row * examples.Width, examples.Width));
        return values;
    }
}
