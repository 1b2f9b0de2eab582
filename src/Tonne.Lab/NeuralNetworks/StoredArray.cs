using System.Buffers.Binary;
using System.Collections.Immutable;
using System.Runtime.InteropServices;

namespace Tonne.Lab.NeuralNetworks;

/// <summary>An array as stored in a file.</summary>
/// <param name="Name">Name of the array.</param>
/// <param name="Kind"><c>F32</c> or <c>I8</c>, as safetensors calls them.</param>
/// <param name="Shape">Length of each dimension, the slowest index first.</param>
/// <param name="Bytes">The numbers, little-endian.</param>
sealed record StoredArray(string Name, string Kind, ImmutableArray<int> Shape, ReadOnlyMemory<byte> Bytes)
{
    const string Float = "F32";
    const string Byte = "I8";

    internal static StoredArray Create(Parameter parameter)
    {
        var bytes = new byte[parameter.Values.Length * sizeof(float)];
        for (var index = 0; index < parameter.Values.Length; index++)
            BinaryPrimitives.WriteSingleLittleEndian(bytes.AsSpan(index * sizeof(float)), parameter.Values.Span[index]);
        return new StoredArray(parameter.Name, Float, parameter.Shape, bytes);
    }

    internal static StoredArray Create(string name, ImmutableArray<int> shape, ReadOnlySpan<sbyte> values) => new(name, Byte, shape, MemoryMarshal.AsBytes(values).ToArray());

    internal static int GetElementSize(string kind) => kind switch
    {
        Float => sizeof(float),
        Byte => 1,
        _ => throw new FormatException($"arrays of \"{kind}\" are not supported."),
    };

    internal Parameter ToParameter()
    {
        if (Kind != Float)
            throw new FormatException($"\"{Name}\" is not {Float}.");
        var numbers = new float[Bytes.Length / sizeof(float)];
        for (var index = 0; index < numbers.Length; index++)
            numbers[index] = BinaryPrimitives.ReadSingleLittleEndian(Bytes.Span[(index * sizeof(float))..]);
        return new Parameter(Name, Shape, numbers);
    }

    internal sbyte[] ToBytes() => Kind == Byte ? MemoryMarshal.Cast<byte, sbyte>(Bytes.Span).ToArray() : throw new FormatException($"\"{Name}\" is not {Byte}.");
}
