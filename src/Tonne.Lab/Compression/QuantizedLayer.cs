using System.Collections.Immutable;
using Tonne.Lab.NeuralNetworks;

namespace Tonne.Lab.Compression;

/// <summary>A dense layer whose weights and inputs are 8-bit numbers.</summary>
/// <remarks>
/// w ≈ W[in, out] · scale[out] and x ≈ X · step, with W and X whole numbers from −127 to 127: x·w + b = (X·W) · step · scale + b. Symmetric around zero,
/// weights per output, inputs per layer: Jacob et al., Quantization and Training of Neural Networks for Efficient Integer-Arithmetic-Only Inference, 2018;
/// Krishnamoorthi, Quantizing deep convolutional networks for efficient inference, 2018.
/// </remarks>
sealed unsafe class QuantizedLayer
{
    internal QuantizedLayer(int inputs, int outputs, sbyte[] weights, float[] scales, float step, float[] biases)
    {
        if (scales.Length != outputs || biases.Length != outputs || !(float.IsFinite(step) && step > 0) || scales.Any(scale => !float.IsFinite(scale)))
            throw new ArgumentException($"{outputs} scales and biases and a step above 0 are needed.");
        (Inputs, Outputs, Weights, Scales, Step, Biases) = (inputs, outputs, weights, scales, step, biases);
        Matrix = new Int8Matrix(weights, inputs, outputs);
        Scale = new AlignedBuffer(Network.PadWidth(outputs));
        Bias = new AlignedBuffer(Network.PadWidth(outputs));
        biases.CopyTo(Bias.Values);
        for (var output = 0; output < outputs; output++)
            Scale.Values[output] = scales[output] * step;
    }

    internal int Inputs { get; }

    internal int Outputs { get; }

    /// <summary>[in, out].</summary>
    internal sbyte[] Weights { get; }

    /// <summary>Size of the quantization step of the weights, for each output.</summary>
    internal float[] Scales { get; }

    /// <summary>Size of the quantization step of the inputs.</summary>
    internal float Step { get; }

    internal float[] Biases { get; }

    internal Int8Matrix Matrix { get; }

    /// <summary>Size of a step of each output's sum.</summary>
    internal AlignedBuffer Scale { get; }

    internal AlignedBuffer Bias { get; }

    internal static QuantizedLayer Quantize(Network network, int layer, float step)
    {
        int inputs = network.Shape.GetInputs(layer), outputs = network.Shape.GetOutputs(layer);
        var weights = network.GetWeight(layer).Values.Span;
        var scales = new float[outputs];
        for (var index = 0; index < weights.Length; index++)
            scales[index % outputs] = Math.Max(scales[index % outputs], Math.Abs(weights[index]) / 127);
        var whole = new sbyte[weights.Length];
        for (var index = 0; index < weights.Length; index++)
            whole[index] = scales[index % outputs] is > 0 and var scale ? (sbyte)Math.Clamp(MathF.Round(weights[index] / scale), -127, 127) : (sbyte)0;
        return new QuantizedLayer(inputs, outputs, whole, scales, step, network.GetBias(layer).Values.ToArray());
    }

    internal static IEnumerable<StoredArray> ToStoredArrays(QuantizedLayer own, int layer, int layers)
    {
        var weight = Parameter.FormatWeightName(layer, layers);
        yield return StoredArray.Create(weight, [own.Inputs, own.Outputs], own.Weights);
        yield return StoredArray.Create(new Parameter(weight + ".scale", [own.Outputs], own.Scales));
        yield return StoredArray.Create(new Parameter(weight + ".step", [1], new[] { own.Step }));
        yield return StoredArray.Create(new Parameter(Parameter.FormatBiasName(layer, layers), [own.Outputs], own.Biases));
    }

    internal static QuantizedLayer Read(ImmutableDictionary<string, StoredArray> arrays, NetworkShape shape, int layer)
    {
        var name = Parameter.FormatWeightName(layer, shape.Layers);
        int inputs = shape.GetInputs(layer), outputs = shape.GetOutputs(layer);
        return new QuantizedLayer(inputs, outputs, Found(name, [inputs, outputs]).ToBytes(), Numbers(name + ".scale", outputs), Numbers(name + ".step", 1)[0], Numbers(Parameter.FormatBiasName(layer, shape.Layers), outputs));

        float[] Numbers(string name, int length) => Found(name, [length]).ToParameter().Values.ToArray();

        StoredArray Found(string name, ImmutableArray<int> lengths)
        {
            var found = arrays[name];
            return found.Shape.SequenceEqual(lengths) ? found : throw new FormatException($"\"{name}\" is [{string.Join(", ", found.Shape)}]; [{string.Join(", ", lengths)}] is needed.");
        }
    }
}
