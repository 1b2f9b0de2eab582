using System.Collections.Immutable;
using Tonne.Lab.Featurizing;

namespace Tonne.Lab.NeuralNetworks;

/// <summary>Loss and accuracy of a network on examples.</summary>
/// <param name="Rows">Examples.</param>
/// <param name="Loss">Mean of −ln(probability of the true class), in nats.</param>
/// <param name="Accuracy">Share of rows whose most probable class is the true one, 0 to 1.</param>
/// <param name="AccuracyOfClass">The same among the rows of each class; NaN for a class without rows.</param>
public sealed record Score(int Rows, double Loss, double Accuracy, ImmutableArray<double> AccuracyOfClass)
{
    internal static Score Compute(IExamples examples, double[] losses, int[] chosen)
    {
        var right = new int[examples.Classes.Length];
        var rows = new int[examples.Classes.Length];
        double sum = 0;
        for (var row = 0; row < losses.Length; row++)
        {
            var label = examples.GetLabel(row);
            rows[label]++;
            right[label] += chosen[row] == label ? 1 : 0;
            sum += losses[row];
        }

        return new(losses.Length, sum / losses.Length, right.Sum() / (double)losses.Length, [.. right.Select((count, label) => count / (double)rows[label])]);
    }
}
