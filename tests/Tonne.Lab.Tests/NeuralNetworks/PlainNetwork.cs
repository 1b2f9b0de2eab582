using Tonne.Lab.NeuralNetworks;

namespace Tonne.Lab.Tests.NeuralNetworks;

/// <summary>The network of <see cref="NetworkShape"/> again, by plain loops in double precision, written from the formulas and not from the kernel.</summary>
sealed class PlainNetwork(Network network)
{
    readonly double[][] _weights = [.. Enumerable.Range(1, network.Shape.Layers + 1).Select(layer => network.GetWeight(layer).Values.ToArray().Select(value => (double)value).ToArray())];
    readonly double[][] _biases = [.. Enumerable.Range(1, network.Shape.Layers + 1).Select(layer => network.GetBias(layer).Values.ToArray().Select(value => (double)value).ToArray())];

    internal double[] Weights(int layer) => _weights[layer - 1];

    internal double[] Biases(int layer) => _biases[layer - 1];

    internal double[] Logits(ReadOnlySpan<float> row)
    {
        var h = new double[row.Length];
        for (var index = 0; index < h.Length; index++)
            h[index] = row[index] * (double)network.InputScale;
        for (var layer = 1; layer <= network.Shape.Layers + 1; layer++)
        {
            var z = Dense(layer, layer == 1 ? h : Norm(h));
            if (layer > network.Shape.Layers)
                return z;
            z = [.. z.Select(value => Math.Max(0, value))];
            h = layer == 1 ? z : [.. h.Zip(z, (left, right) => left + right)];
        }

        throw new InvalidOperationException("There is always an output.");
    }

    internal static double[] Softmax(double[] logits)
    {
        var powers = logits.Select(value => Math.Exp(value - logits.Max())).ToArray();
        return [.. powers.Select(power => power / powers.Sum())];
    }

    double[] Dense(int layer, double[] x)
    {
        var z = (double[])Biases(layer).Clone();
        for (var input = 0; input < x.Length; input++)
        {
            for (var output = 0; output < z.Length; output++)
                z[output] += x[input] * Weights(layer)[input * z.Length + output];
        }

        return z;
    }

    static double[] Norm(double[] h)
    {
        var mean = h.Average();
        var variance = h.Average(value => (value - mean) * (value - mean));
        return [.. h.Select(value => (value - mean) / Math.Sqrt(variance + 1e-5))];
    }
}
