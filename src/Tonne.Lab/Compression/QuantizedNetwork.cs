using System.Collections.Immutable;
using Tonne.Lab.Featurizing;
using Tonne.Lab.NeuralNetworks;

namespace Tonne.Lab.Compression;

/// <summary>
/// A network with products of 8-bit numbers: a quarter of the size, and more products per instruction. Norm, residual sum and softmax stay
/// in floating point.
/// </summary>
public sealed class QuantizedNetwork : Classifier
{
    const string KindKey = "kind";
    const string Quantized = "int8";

    readonly QuantizedLayer[] _layers;

    QuantizedNetwork(NetworkShape shape, ImmutableArray<string> classes, float inputScale, QuantizedLayer[] layers)
        : base(shape, classes) =>
        (InputScale, _layers) = (inputScale, layers);

    /// <summary>Factor of the inputs, so that their mean square is 1.</summary>
    public float InputScale { get; }

    /// <summary>Instructions that the products use on this machine, for example <c>AVX-VNNI</c>.</summary>
    public static string Kernel => Int8Kernel.Best.Name;

    /// <summary>
    /// Quantizes a network. The step of each layer's inputs is chosen for the least error (<see cref="ActivationCalibrator"/>).
    /// </summary>
    /// <param name="network">The network; not changed.</param>
    /// <param name="calibration">Rows for the calibration; a few hundred are enough. Labels are not used.</param>
    /// <exception cref="InvalidExamplesException">There are no rows, rows of another width, or values that are not numbers.</exception>
    public static QuantizedNetwork Quantize(Network network, IExamples calibration)
    {
        var steps = ActivationCalibrator.CalibrateSteps(network, calibration);
        return new QuantizedNetwork(network.Shape, network.Classes, network.InputScale, [.. steps.Select((step, index) => QuantizedLayer.Quantize(network, index + 1, step))]);
    }

    /// <summary>Reads a network from a file (docs/formats/weights.md).</summary>
    /// <param name="path">The file.</param>
    /// <exception cref="CorruptWeightsException">It is not a file of a quantized network, or damaged.</exception>
    /// <exception cref="IOException">It cannot be read.</exception>
    public static QuantizedNetwork Load(string path) => Parse(path, File.ReadAllBytes(path));

    /// <inheritdoc/>
    public override void Save(string path) => ArrayFile.Write(path, ToArrays());

    internal static QuantizedNetwork Parse(string path, byte[] bytes) => ArrayFile.Parse(path, bytes, file =>
    {
        if (file[KindKey] != Quantized)
            throw new FormatException($"its kind is \"{file[KindKey]}\" and not \"{Quantized}\".");
        var (shape, classes) = WeightsFile.ReadShape(file);
        var arrays = file.Arrays.ToImmutableDictionary(array => array.Name);
        if (arrays.Count != 4 * (shape.Layers + 1) + 1)
            throw new FormatException($"{arrays.Count} arrays are not those of {shape.Layers} layers.");
        var scale = arrays[Parameter.InputScale].ToParameter().Values.Span;
        return new QuantizedNetwork(shape, classes, scale.Length == 1 ? scale[0] : throw new FormatException("The inputs' scale is not one number."),
            [.. Enumerable.Range(1, shape.Layers + 1).Select(layer => QuantizedLayer.Read(arrays, shape, layer))]);
    });

    internal QuantizedLayer GetLayer(int layer) => _layers[layer - 1];

    internal ArrayFile ToArrays() => new(
        [.. WeightsFile.CreateTexts(this), (KindKey, Quantized)],
        [StoredArray.Create(new Parameter(Parameter.InputScale, [1], new[] { InputScale })), .. _layers.SelectMany((layer, index) => QuantizedLayer.ToStoredArrays(layer, index + 1, Shape.Layers))]);

    internal override byte[] ToBytes() => ToArrays().ToBytes();

    private protected override RowPass CreatePass(int rows) => new QuantizedPass(this, rows);
}
