using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json;

namespace Tonne.Lab.NeuralNetworks;

/// <summary>A network in a file, with additional texts and arrays of a training (docs/formats/weights.md).</summary>
/// <param name="Network">The network.</param>
sealed record WeightsFile(Network Network)
{
    /// <summary>Further texts, such as the epoch of a checkpoint.</summary>
    internal ImmutableSortedDictionary<string, string> Texts { get; init; } = ImmutableSortedDictionary<string, string>.Empty;

    /// <summary>Further arrays, such as the optimizer's moments.</summary>
    internal ImmutableArray<Parameter> Arrays { get; init; } = [];

    /// <summary>Writes a second file, synchronises it to the disk, and renames it to the given name.</summary>
    internal static void Write(string path, WeightsFile file) => ArrayFile.Write(path, file.ToArrays());

    internal static WeightsFile Read(string path) => Parse(path, File.ReadAllBytes(path));

    internal static WeightsFile Parse(string path, byte[] bytes) => ArrayFile.Parse(path, bytes, ReadWeights);

    internal byte[] ToBytes() => ToArrays().ToBytes();

    /// <summary>The texts that describe the classifier.</summary>
    internal static IEnumerable<(string Name, string Text)> CreateTexts(Classifier classifier) =>
    [
        ("classes", JsonSerializer.Serialize([.. classifier.Classes], WeightsJson.Default.StringArray)),
        ("inputs", $"{classifier.Shape.Inputs}"),
        ("width", $"{classifier.Shape.Width}"),
        ("layers", $"{classifier.Shape.Layers}"),
    ];

    /// <summary>The shape and the names of the classes, from the texts.</summary>
    internal static (NetworkShape Shape, ImmutableArray<string> Classes) ReadShape(ArrayFile file)
    {
        using var classes = JsonDocument.Parse(file["classes"]);
        var names = classes.RootElement.EnumerateArray().Select(name => name.GetString() ?? "").ToImmutableArray();
        var shape = new NetworkShape(Number("inputs"), names.Length) { Width = Number("width"), Layers = Number("layers") };
        shape.Validate();
        return (shape, names);

        int Number(string name) => int.Parse(file[name], NumberStyles.None, CultureInfo.InvariantCulture);
    }

    static WeightsFile ReadWeights(ArrayFile file)
    {
        var (shape, classes) = ReadShape(file);
        var arrays = file.Arrays.Select(array => array.ToParameter()).ToList();
        var own = Network.ListParameters(shape).Select(entry => entry.Name).ToHashSet();
        return new WeightsFile(new Network(shape, classes, arrays.Where(array => own.Contains(array.Name))))
        {
            Texts = file.Texts.Where(text => text.Name is not ("classes" or "inputs" or "width" or "layers")).ToImmutableSortedDictionary(text => text.Name, text => text.Text),
            Arrays = [.. arrays.Where(array => !own.Contains(array.Name))],
        };
    }

    ArrayFile ToArrays() => new([.. CreateTexts(Network), .. Texts.Select(text => (text.Key, text.Value))], [.. Network.Parameters.Concat(Arrays).Select(StoredArray.Create)]);
}
