using System.Collections.Immutable;
using Tonne.Lab.Featurizing;
using Tonne.Lab.NeuralNetworks;
using Tonne.Lab.Training;

// Learner CHECKPOINT OUTPUT: trains a network on synthetic rows, going on from the checkpoint if there is one, and writes its weights.
const int Rows = 8000, Inputs = 48;
var random = new Random(3);
ImmutableArray<string> classes = ["low", "middle", "high"];
var values = new float[Rows * Inputs];
var labels = new int[Rows];
for (var row = 0; row < Rows; row++)
{
    float sum = 0;
    for (var column = 0; column < Inputs; column++)
        sum += values[row * Inputs + column] = random.NextSingle() * 2 - 1;
    labels[row] = sum < -1.5 ? 0 : sum > 1.5 ? 2 : 1;
}

var network = Network.Create(new NetworkShape(Inputs, classes.Length) { Width = 64, Layers = 8 }, classes, 1);
var plan = new TrainingPlan { Epochs = 4, BatchSize = 32, CheckpointPath = args[0], CheckpointSteps = 10 };
var result = new Trainer(TimeProvider.System).Train(network, new InMemoryExamples(Inputs, classes, values, labels), new InMemoryExamples(Inputs, classes, [], []), plan);
result.Network.Save(args[1]);
Console.WriteLine($"{result.ResumedAfter} {result.Epochs[^1].Loss:r}");
