using System.Collections.Immutable;
using Tonne.Statistics;

namespace Tonne.Lab.NeuralNetworks;

/// <summary>
/// A deep network of dense layers, normalised and residual, that predicts the class of a row. The formula is at <see cref="NetworkShape"/>.
/// </summary>
/// <remarks>
/// Immutable; safe to use from several threads. The same row has the same probabilities, to the bit, alone or among others.
/// </remarks>
public sealed class Network : Classifier
{
    readonly ImmutableDictionary<string, Parameter> _named;
    readonly PackedMatrix[] _weights;
    readonly AlignedBuffer[] _biases;

    /// <summary>Creates a network from its parameters.</summary>
    /// <param name="shape">Width and depth.</param>
    /// <param name="classes">Names of the classes.</param>
    /// <param name="parameters">All of them, in any order.</param>
    /// <exception cref="ArgumentException">One is missing, unknown or of another shape, or the classes are not as many.</exception>
    public Network(NetworkShape shape, ImmutableArray<string> classes, IEnumerable<Parameter> parameters)
        : base(shape, classes)
    {
        _named = parameters.ToImmutableDictionary(parameter => parameter.Name);
        var expected = ListParameters(shape);
        if (_named.Keys.Except(expected.Select(entry => entry.Name)).FirstOrDefault() is { } unknown)
            throw new ArgumentException($"A network of {shape.Layers} layers has no \"{unknown}\".", nameof(parameters));
        foreach (var (name, lengths) in expected)
        {
            if (!_named.TryGetValue(name, out var found))
                throw new ArgumentException($"\"{name}\" is missing.", nameof(parameters));
            if (!found.Shape.SequenceEqual(lengths) || found.Values.Length != lengths.Aggregate(1, (product, length) => product * length))
                throw new ArgumentException($"\"{name}\" is [{string.Join(", ", found.Shape)}] of {found.Values.Length} numbers; [{string.Join(", ", lengths)}] is needed.", nameof(parameters));
        }

        Parameters = [.. expected.Select(entry => _named[entry.Name])];
        _weights = new PackedMatrix[shape.Layers + 1];
        _biases = new AlignedBuffer[shape.Layers + 1];
        for (var layer = 1; layer <= shape.Layers + 1; layer++)
        {
            var packed = new PackedMatrix(TileKernel.Best, shape.GetInputs(layer), shape.GetOutputs(layer));
            packed.Fill(_named[Parameter.FormatWeightName(layer, shape.Layers)].Values.Span);
            var bias = new AlignedBuffer(PadWidth(packed.PaddedColumns));
            _named[Parameter.FormatBiasName(layer, shape.Layers)].Values.Span.CopyTo(bias.Values);
            (_weights[layer - 1], _biases[layer - 1]) = (packed, bias);
        }
    }

    /// <summary>All arrays, layer after layer.</summary>
    public ImmutableArray<Parameter> Parameters { get; }

    /// <summary>Factor of the inputs, so that their mean square is 1.</summary>
    public float InputScale => _named[Parameter.InputScale].Values.Span[0];

    /// <summary>Creates a network before training: weights are normal with variance 2 / in, biases 0.</summary>
    /// <remarks>
    /// He et al., Delving Deep into Rectifiers, 2015. The output has variance 1 / in (Glorot and Bengio 2010, for equal in and out), and
    /// the layers added to the residual sum are scaled by 1 / √layers, so that the sum does not grow with the depth (Radford et al., 2019).
    /// </remarks>
    /// <param name="shape">Width and depth.</param>
    /// <param name="classes">Names of the classes.</param>
    /// <param name="seed">The same seed gives the same numbers.</param>
    public static Network Create(NetworkShape shape, ImmutableArray<string> classes, int seed)
    {
        shape.Validate();
        var random = new Random(seed);
        var parameters = new List<Parameter>();
        foreach (var (name, lengths) in ListParameters(shape))
        {
            var values = new float[lengths.Aggregate(1, (product, length) => product * length)];
            if (name == Parameter.InputScale)
                values[0] = 1;
            if (lengths.Length == 2)
            {
                var variance = name == Parameter.FormatWeightName(shape.Layers + 1, shape.Layers) ? 1.0 / lengths[0]
                    : name == Parameter.FormatWeightName(1, shape.Layers) ? 2.0 / lengths[0]
                    : 2.0 / lengths[0] / shape.Layers;
                for (var index = 0; index < values.Length; index++)
                    values[index] = (float)(Math.Sqrt(variance) * StandardNormal.Draw(random));
            }

            parameters.Add(new Parameter(name, lengths, values));
        }

        return new Network(shape, classes, parameters);
    }

    /// <summary>Reads a network from a file (docs/formats/weights.md).</summary>
    /// <param name="path">The file.</param>
    /// <exception cref="CorruptWeightsException">It is not a file of weights, or damaged.</exception>
    /// <exception cref="IOException">It cannot be read.</exception>
    public static Network Load(string path) => WeightsFile.Read(path).Network;

    /// <inheritdoc/>
    public override void Save(string path) => WeightsFile.Write(path, new WeightsFile(this));

    /// <summary>Returns the same network with other numbers, for example pruned ones.</summary>
    /// <param name="changed">Arrays that replace those of the same name and shape.</param>
    public Network WithParameters(IEnumerable<Parameter> changed) => new(Shape, Classes, _named.SetItems(changed.Select(parameter => KeyValuePair.Create(parameter.Name, parameter))).Values);

    /// <summary>The matrix of a layer, [in, out].</summary>
    /// <param name="layer">From 1; the number of hidden layers + 1 is the output.</param>
    public Parameter GetWeight(int layer) => _named[Parameter.FormatWeightName(layer, Shape.Layers)];

    /// <summary>The bias of a layer, [out].</summary>
    /// <param name="layer">From 1; the number of hidden layers + 1 is the output.</param>
    public Parameter GetBias(int layer) => _named[Parameter.FormatBiasName(layer, Shape.Layers)];

    /// <summary>Predicts one row and reports the work of each layer.</summary>
    /// <param name="row"><see cref="NetworkShape.Inputs"/> numbers.</param>
    /// <param name="time">Measures the layers.</param>
    /// <param name="repetitions">Repetitions of each layer, at least 1; the shortest time counts.</param>
    public Prediction Predict(ReadOnlySpan<float> row, TimeProvider time, int repetitions = 1)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(row.Length, Shape.Inputs);
        ArgumentOutOfRangeException.ThrowIfLessThan(repetitions, 1);
        return new ForwardPass(this, 1).Trace(row, time, repetitions);
    }

    internal PackedMatrix GetPackedWeight(int layer) => _weights[layer - 1];

    internal AlignedBuffer GetPaddedBias(int layer) => _biases[layer - 1];

    /// <summary>
    /// Numbers from a row to the next: an odd number of whole cache lines, so that one column of many rows uses different sets of the
    /// cache.
    /// </summary>
    internal static int GetRowStride(int width) => PadWidth(width) + 16;

    internal static int PadWidth(int width) => (width + 31) / 32 * 32;

    /// <summary>Names and lengths of all parameters of a shape.</summary>
    internal static List<(string Name, ImmutableArray<int> Lengths)> ListParameters(NetworkShape shape)
    {
        var layout = new List<(string, ImmutableArray<int>)> { (Parameter.InputScale, [1]) };
        for (var layer = 1; layer <= shape.Layers + 1; layer++)
        {
            layout.Add((Parameter.FormatWeightName(layer, shape.Layers), [shape.GetInputs(layer), shape.GetOutputs(layer)]));
            layout.Add((Parameter.FormatBiasName(layer, shape.Layers), [shape.GetOutputs(layer)]));
        }

        return layout;
    }

    /// <summary>A standard normal number (Box and Muller 1958).</summary>

    internal override byte[] ToBytes() => new WeightsFile(this).ToBytes();

    private protected override RowPass CreatePass(int rows) => new ForwardPass(this, rows);
}
