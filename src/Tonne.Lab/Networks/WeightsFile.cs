using System.Buffers.Binary;
using System.Collections.Immutable;
using System.Globalization;
using System.Security.Cryptography;
using System.Text.Json;

namespace Tonne.Lab.Networks;

/// <summary>A network in a file, and what training adds to it. The format, docs/formats/weights.md, is safetensors with a checksum.</summary>
/// <param name="Network">The network.</param>
sealed record WeightsFile(Network Network)
{
    const string ChecksumIs = "sha256";
    const int ChecksumLength = 64;
    const int MostHeader = 16 << 20;

    /// <summary>Each file begins so, after the header's length; the checksum follows.</summary>
    static ReadOnlySpan<byte> Begin => """{"__metadata__":{"sha256":" """u8[..^1];

    static int ChecksumAt => 8 + Begin.Length;

    /// <summary>Further texts, such as the epoch of a checkpoint.</summary>
    internal ImmutableSortedDictionary<string, string> Texts { get; init; } = ImmutableSortedDictionary<string, string>.Empty;

    /// <summary>Further arrays, such as the optimizer's moments.</summary>
    internal ImmutableArray<Parameter> Arrays { get; init; } = [];

    /// <summary>Writes a file beside the old one, makes sure of it on the disk and puts it in its place.</summary>
    internal static void Write(string path, WeightsFile file)
    {
        var bytes = file.ToBytes();
        var part = path + ".part";
        try
        {
            using (var stream = new FileStream(part, FileMode.Create, FileAccess.Write, FileShare.None, 0))
            {
                stream.Write(bytes);
                stream.Flush(flushToDisk: true);
            }

            File.Move(part, path, overwrite: true);
        }
        catch (IOException)
        {
            File.Delete(part);
            throw;
        }
    }

    internal static WeightsFile Read(string path) => Parse(path, File.ReadAllBytes(path));

    internal byte[] ToBytes()
    {
        ImmutableArray<Parameter> arrays = [.. Network.Parameters, .. Arrays];
        var header = Header(arrays);
        var bytes = new byte[8 + header.Length + arrays.Sum(array => (long)array.Values.Length * sizeof(float))];
        BinaryPrimitives.WriteUInt64LittleEndian(bytes, (ulong)header.Length);
        header.CopyTo(bytes, 8);
        var at = 8 + header.Length;
        foreach (var array in arrays)
        {
            foreach (var value in array.Values.Span)
            {
                BinaryPrimitives.WriteSingleLittleEndian(bytes.AsSpan(at), value);
                at += sizeof(float);
            }
        }

        Convert.TryToHexStringLower(SHA256.HashData(bytes), bytes.AsSpan(ChecksumAt, ChecksumLength), out _);
        return bytes;
    }

    internal static WeightsFile Parse(string path, byte[] bytes)
    {
        if (bytes.Length < ChecksumAt + ChecksumLength || !bytes.AsSpan(8).StartsWith(Begin))
            throw new DamagedWeightsException(path, "this is no file of weights: it does not begin as one (docs/formats/weights.md).");
        var length = BinaryPrimitives.ReadUInt64LittleEndian(bytes);
        if (length > MostHeader || length > (ulong)bytes.Length - 8)
            throw new DamagedWeightsException(path, $"the file is cut short or damaged: a header of {length} bytes does not fit into {bytes.Length}.");
        var stated = bytes.AsSpan(ChecksumAt, ChecksumLength).ToArray();
        bytes.AsSpan(ChecksumAt, ChecksumLength).Fill((byte)'0');
        Span<byte> computed = stackalloc byte[ChecksumLength];
        Convert.TryToHexStringLower(SHA256.HashData(bytes), computed, out _);
        if (!computed.SequenceEqual(stated))
            throw new DamagedWeightsException(path, "the checksum does not fit: the file is cut short or damaged. Use another checkpoint or train again.");
        try
        {
            return Parse(bytes, (int)length);
        }
        catch (Exception error) when (error is JsonException or InvalidOperationException or ArgumentException or KeyNotFoundException or FormatException or OverflowException)
        {
            throw new DamagedWeightsException(path, $"the header cannot be understood: {error.Message}");
        }
    }

    static WeightsFile Parse(byte[] bytes, int length)
    {
        using var header = JsonDocument.Parse(bytes.AsMemory(8, length));
        var texts = header.RootElement.GetProperty("__metadata__").EnumerateObject().ToImmutableSortedDictionary(text => text.Name, text => text.Value.GetString() ?? "");
        var values = bytes.AsSpan(8 + length);
        var arrays = new List<Parameter>();
        long end = 0;
        foreach (var entry in header.RootElement.EnumerateObject().Skip(1))
        {
            ImmutableArray<int> shape = [.. entry.Value.GetProperty("shape").EnumerateArray().Select(number => number.GetInt32())];
            long begin = entry.Value.GetProperty("data_offsets")[0].GetInt64(), next = entry.Value.GetProperty("data_offsets")[1].GetInt64();
            if (entry.Value.GetProperty("dtype").GetString() != "F32" || begin != end || next > values.Length || next - begin != shape.Aggregate(4L, (product, number) => checked(product * number)))
                throw new FormatException($"\"{entry.Name}\" does not lie where it should, or is no F32.");
            var numbers = new float[(next - begin) / sizeof(float)];
            for (var index = 0; index < numbers.Length; index++)
                numbers[index] = BinaryPrimitives.ReadSingleLittleEndian(values[((int)begin + index * sizeof(float))..]);
            arrays.Add(new Parameter(entry.Name, shape, numbers));
            end = next;
        }

        if (end != values.Length)
            throw new FormatException($"{values.Length - end} bytes belong to nothing.");
        using var classes = JsonDocument.Parse(texts["classes"]);
        var names = classes.RootElement.EnumerateArray().Select(name => name.GetString() ?? "").ToImmutableArray();
        var shapeRead = new NetworkShape(Number("inputs"), names.Length) { Width = Number("width"), Layers = Number("layers") };
        shapeRead.Check();
        var own = Network.Layout(shapeRead).Select(entry => entry.Name).ToHashSet();
        return new WeightsFile(new Network(shapeRead, names, arrays.Where(array => own.Contains(array.Name))))
        {
            Texts = texts.RemoveRange([ChecksumIs, "classes", "inputs", "width", "layers"]),
            Arrays = [.. arrays.Where(array => !own.Contains(array.Name))],
        };

        int Number(string name) => int.Parse(texts[name], NumberStyles.None, CultureInfo.InvariantCulture);
    }

    byte[] Header(ImmutableArray<Parameter> arrays)
    {
        using var stream = new MemoryStream();
        using (var writer = new Utf8JsonWriter(stream))
        {
            writer.WriteStartObject();
            writer.WriteStartObject("__metadata__");
            writer.WriteString(ChecksumIs, new string('0', ChecksumLength));
            writer.WriteString("classes", JsonSerializer.Serialize([.. Network.Classes], WeightsJson.Default.StringArray));
            writer.WriteString("inputs", $"{Network.Shape.Inputs}");
            writer.WriteString("width", $"{Network.Shape.Width}");
            writer.WriteString("layers", $"{Network.Shape.Layers}");
            foreach (var (name, text) in Texts)
                writer.WriteString(name, text);
            writer.WriteEndObject();
            long at = 0;
            foreach (var array in arrays)
            {
                writer.WriteStartObject(array.Name);
                writer.WriteString("dtype", "F32");
                writer.WriteStartArray("shape");
                foreach (var number in array.Shape)
                    writer.WriteNumberValue(number);
                writer.WriteEndArray();
                writer.WriteStartArray("data_offsets");
                writer.WriteNumberValue(at);
                writer.WriteNumberValue(at += (long)array.Values.Length * sizeof(float));
                writer.WriteEndArray();
                writer.WriteEndObject();
            }

            writer.WriteEndObject();
        }

        while (stream.Length % 8 != 0)
            stream.WriteByte((byte)' ');
        return stream.ToArray();
    }
}
