using System.Collections.Immutable;
using Tonne.Lab.Featurizing;
using Tonne.Lab.NeuralNetworks;
using Tonne.Lab.Training;

namespace Tonne.Lab.Compression;

/// <summary>Removes whole units or whole layers, so that the products themselves become smaller.</summary>
/// <remarks>
/// A unit is one of the <see cref="NetworkShape.Width"/> numbers that run through all layers. Removing it removes a column of each layer's
/// matrix and a row of the next. The result is an ordinary network, narrower or of fewer layers, that needs a little more training.
/// </remarks>
static class StructuredPruning
{
    const int BatchRows = 32;

    /// <summary>Returns a narrower network of the most important units.</summary>
    /// <param name="network">The network; not changed.</param>
    /// <param name="examples">Rows on which importance is measured.</param>
    /// <param name="width">Units to keep, at least 2. Multiples of 32 are the fastest.</param>
    public static Network PruneUnits(Network network, IExamples examples, int width)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(width, 2);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(width, network.Shape.Width);
        var importance = ComputeUnitImportance(network, examples);
        return KeepUnits(network, [.. Enumerable.Range(0, importance.Length).OrderByDescending(unit => importance[unit]).ThenBy(unit => unit).Take(width).Order()]);
    }

    /// <summary>Returns a network of fewer layers: one after the other, the layer is removed without which the loss is least.</summary>
    /// <param name="network">The network; not changed.</param>
    /// <param name="examples">Rows on which the loss is measured.</param>
    /// <param name="layers">Hidden layers to keep, at least 1.</param>
    /// <param name="team">Threads; null for the caller's alone.</param>
    public static Network PruneLayers(Network network, IExamples examples, int layers, ThreadTeam? team = null)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(layers, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(layers, network.Shape.Layers);
        while (network.Shape.Layers > layers)
        {
            var whole = network;
            network = Enumerable.Range(2, network.Shape.Layers - 1).Select(layer => DropLayer(whole, layer)).MinBy(left => left.Score(examples, team).Loss)!;
        }

        return network;
    }

    /// <summary>Measures how much the loss depends on each unit.</summary>
    /// <remarks>
    /// Σ over mini-batches of (∂L/∂gate)², where a gate is a factor of the unit in the layers that read it: ∂L/∂gate = Σ ∂L/∂w · w over all
    /// weights that read it. Source: Molchanov, Mallya, Tyree, Frosio and Kautz, Importance Estimation for Neural Network Pruning, 2019.
    /// </remarks>
    /// <param name="network">The network.</param>
    /// <param name="examples">Rows with labels.</param>
    /// <returns>One number for each unit, at least 0.</returns>
    public static double[] ComputeUnitImportance(Network network, IExamples examples)
    {
        var shape = network.Shape;
        if (examples.Count == 0)
            throw new InvalidExamplesException("There are no rows to measure importance on.");
        if (examples.Width != shape.Inputs || !examples.Classes.SequenceEqual(network.Classes))
            throw new InvalidExamplesException("The rows to measure importance on have another width or other classes than the network.");
        using var team = new ThreadTeam(1);
        var pass = new Backpropagation(network, Math.Min(BatchRows, examples.Count), team, network.InputScale);
        var importance = new double[shape.Width];
        for (var begin = 0; begin < examples.Count; begin += BatchRows)
        {
            var gradients = pass.ComputeGradients(examples, [.. Enumerable.Range(begin, Math.Min(BatchRows, examples.Count - begin))]);
            var gates = new double[shape.Width];
            for (var layer = 2; layer <= shape.Layers + 1; layer++)
            {
                var weight = network.GetWeight(layer).Values.Span;
                var outputs = shape.GetOutputs(layer);
                for (var index = 0; index < weight.Length; index++)
                    gates[index / outputs] += (double)gradients[layer - 1][index] * weight[index];
            }

            for (var unit = 0; unit < gates.Length; unit++)
                importance[unit] += gates[unit] * gates[unit];
        }

        return importance;
    }

    /// <summary>Returns the same network with only some of its units.</summary>
    /// <param name="network">The network; not changed.</param>
    /// <param name="units">Units to keep, from 0, in their new order; at least 2, none twice.</param>
    public static Network KeepUnits(Network network, ImmutableArray<int> units)
    {
        var shape = network.Shape with { Width = units.Length };
        if (units.Distinct().Count() != units.Length || units.Any(unit => unit < 0 || unit >= network.Shape.Width))
            throw new ArgumentException($"Units are numbered from 0 to {network.Shape.Width - 1}, and none stays twice.", nameof(units));
        return new Network(shape, network.Classes, network.Parameters.Select(Kept));

        Parameter Kept(Parameter parameter)
        {
            if (parameter.Name == Parameter.InputScale || parameter.Name == Parameter.FormatBiasName(shape.Layers + 1, shape.Layers))
                return parameter;
            var columns = parameter.Name == Parameter.FormatWeightName(shape.Layers + 1, shape.Layers) ? [.. Enumerable.Range(0, shape.Classes)] : units;
            ImmutableArray<int> rows = !parameter.IsWeight ? [0] : parameter.Name == Parameter.FormatWeightName(1, shape.Layers) ? [.. Enumerable.Range(0, shape.Inputs)] : units;
            var width = parameter.Shape[^1];
            var values = new float[rows.Length * columns.Length];
            for (var row = 0; row < rows.Length; row++)
            {
                for (var column = 0; column < columns.Length; column++)
                    values[row * columns.Length + column] = parameter.Values.Span[rows[row] * width + columns[column]];
            }

            return new Parameter(parameter.Name, parameter.IsWeight ? [rows.Length, columns.Length] : [columns.Length], values);
        }
    }

    /// <summary>Returns the same network without a layer: its contribution to the residual sum is missing.</summary>
    /// <param name="network">The network; not changed.</param>
    /// <param name="layer">2 to <see cref="NetworkShape.Layers"/>: the first one takes the inputs and cannot be removed.</param>
    public static Network DropLayer(Network network, int layer)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(layer, 2);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(layer, network.Shape.Layers);
        var shape = network.Shape with { Layers = network.Shape.Layers - 1 };
        var parameters = new List<Parameter> { network.Parameters.First(parameter => parameter.Name == Parameter.InputScale) };
        for (var next = 1; next <= shape.Layers + 1; next++)
        {
            var from = next < layer ? next : next + 1;
            parameters.Add(network.GetWeight(from) with { Name = Parameter.FormatWeightName(next, shape.Layers) });
            parameters.Add(network.GetBias(from) with { Name = Parameter.FormatBiasName(next, shape.Layers) });
        }

        return new Network(shape, network.Classes, parameters);
    }
}
