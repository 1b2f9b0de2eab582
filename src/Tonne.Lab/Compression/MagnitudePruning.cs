using Tonne.Lab.Featurizing;
using Tonne.Lab.NeuralNetworks;
using Tonne.Lab.Training;

namespace Tonne.Lab.Compression;

/// <summary>Sets the smallest weights to zero, in any layer.</summary>
/// <remarks>
/// Source: Han, Pool, Tran and Dally, Learning both Weights and Connections for Efficient Neural Networks, 2015. A file with zeros
/// compresses better; a dense product multiplies them like other numbers and takes the same time. <see cref="StructuredPruning"/> makes it
/// faster.
/// </remarks>
static class MagnitudePruning
{
    /// <summary>Returns a network whose smallest weights, by magnitude over all layers, are zero. Biases are not changed.</summary>
    /// <param name="network">The network; not changed.</param>
    /// <param name="share">Share of the weights that are zero afterwards, 0 to below 1.</param>
    public static Network Prune(Network network, double share)
    {
        if (share is not (>= 0 and < 1))
            throw new ArgumentOutOfRangeException(nameof(share), share, "A share from 0 to below 1 is needed.");
        var weights = network.Parameters.Where(parameter => parameter.IsWeight).ToList();
        var magnitudes = weights.SelectMany(weight => weight.Values.ToArray()).Select(MathF.Abs).Order().ToArray();
        var zeros = (int)(share * magnitudes.Length);
        if (zeros == 0)
            return network;
        var greatest = magnitudes[zeros - 1];

        // Of weights with exactly the threshold's magnitude, only as many are removed as needed.
        var ties = zeros - Array.FindIndex(magnitudes, magnitude => magnitude == greatest);
        return network.WithParameters(weights.Select(weight => weight with { Values = weight.Values.ToArray().Select(Cut).ToArray() }));

        float Cut(float value) => MathF.Abs(value) < greatest || (MathF.Abs(value) == greatest && ties-- > 0) ? 0 : value;
    }

    /// <summary>Prunes, then trains further and keeps the zeros: after each epoch the pruned weights are set to zero again.</summary>
    /// <param name="network">The network; not changed.</param>
    /// <param name="share">Share of the weights that are zero afterwards, 0 to below 1.</param>
    /// <param name="train">Examples to learn from.</param>
    /// <param name="plan">The plan. Each epoch is one cycle of the learning rate.</param>
    /// <param name="trainer">Trains the network.</param>
    public static Network PruneAndFineTune(Network network, double share, IExamples train, TrainingPlan plan, Trainer trainer)
    {
        var pruned = Prune(network, share);
        var nobody = new InMemoryExamples(train.Width, train.Classes, [], []);
        var result = pruned;
        for (var epoch = 1; epoch <= plan.Epochs; epoch++)
        {
            var tuned = trainer.Train(result, train, nobody, plan with { Epochs = 1, Seed = unchecked(plan.Seed + epoch), CheckpointPath = null, StopWhen = null }).Network;
            result = tuned.WithParameters(tuned.Parameters.Where(parameter => parameter.IsWeight).Select(parameter => ApplyMask(parameter, pruned)));
        }

        return result;
    }

    /// <summary>Share of the weights that are zero, 0 to 1.</summary>
    /// <param name="network">The network.</param>
    public static double ComputeSparsity(Network network)
    {
        var weights = network.Parameters.Where(parameter => parameter.IsWeight).ToList();
        return weights.Sum(weight => (long)weight.Values.Span.Count(0f)) / (double)weights.Sum(weight => (long)weight.Values.Length);
    }

    static Parameter ApplyMask(Parameter tuned, Network pruned)
    {
        var mask = pruned.Parameters.First(parameter => parameter.Name == tuned.Name).Values.Span;
        var values = tuned.Values.ToArray();
        for (var index = 0; index < values.Length; index++)
            values[index] = mask[index] == 0 ? 0 : values[index];
        return tuned with { Values = values };
    }
}
