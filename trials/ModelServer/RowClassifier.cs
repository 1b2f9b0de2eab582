using System.Collections.Immutable;
using System.Text.Json.Nodes;
using Tonne.Lab.Featurizing;
using Tonne.Lab.NeuralNetworks;
using Tonne.Lab.Training;

namespace Tonne.Trials.ModelServer;

/// <summary>A network of the lab that was trained on synthetic rows: whether their sum is low, middle or high.</summary>
sealed class RowClassifier(Network network)
{
    public const int Inputs = 48;

    const int Rows = 4000;

    /// <summary>Trains one, in about a second.</summary>
    public static RowClassifier Train(TimeProvider time)
    {
        var random = new Random(3);
        ImmutableArray<string> classes = ["low", "middle", "high"];
        var values = new float[Rows * Inputs];
        var labels = new int[Rows];
        for (var row = 0; row < Rows; row++)
        {
            float sum = 0;
            for (var column = 0; column < Inputs; column++)
                sum += values[(row * Inputs) + column] = (random.NextSingle() * 2) - 1;
            labels[row] = sum < -1.5 ? 0 : sum > 1.5 ? 2 : 1;
        }

        var network = Network.Create(new NetworkShape(Inputs, classes.Length) { Width = 64, Layers = 4 }, classes, 1);
        var plan = new TrainingPlan { Epochs = 20, BatchSize = 32, Threads = 1 };
        return new RowClassifier(new Trainer(time).Train(
            network, new InMemoryExamples(Inputs, classes, values, labels), new InMemoryExamples(Inputs, classes, [], []), plan).Network);
    }

    /// <summary>Reads rows of a request; null if they are none.</summary>
    public static float[]? ReadRows(JsonNode? rows)
    {
        if (rows is not JsonArray { Count: > 0 } array)
            return null;
        var values = new List<float>(array.Count * Inputs);
        foreach (var row in array)
        {
            if (row is not JsonArray { Count: Inputs } numbers)
                return null;
            foreach (var number in numbers)
            {
                if (number is not JsonValue value || !value.TryGetValue<float>(out var read))
                    return null;
                values.Add(read);
            }
        }

        return [.. values];
    }

    /// <summary>The class of each row.</summary>
    public string[] Classify(float[] rows)
    {
        var classes = network.Classes.Length;
        var probabilities = new float[rows.Length / Inputs * classes];
        network.Predict(rows, probabilities);
        return [.. probabilities.Chunk(classes).Select(each => network.Classes[Array.IndexOf(each, each.Max())])];
    }
}
