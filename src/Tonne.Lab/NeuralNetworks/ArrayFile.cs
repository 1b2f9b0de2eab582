using System.Buffers.Binary;
using System.Collections.Immutable;
using System.Security.Cryptography;
using System.Text.Json;

namespace Tonne.Lab.NeuralNetworks;

/// <summary>Named arrays and texts in a file: safetensors with a checksum (docs/formats/weights.md).</summary>
/// <param name="Texts">The texts in the order in which they are written.</param>
/// <param name="Arrays">The arrays.</param>
sealed record ArrayFile(ImmutableArray<(string Name, string Text)> Texts, ImmutableArray<StoredArray> Arrays)
{
    const string ChecksumKey = "sha256";
    const int ChecksumLength = 64;
    const int MaxHeaderBytes = 16 << 20;

    /// <summary>The beginning of each file, after the header's length; the checksum follows.</summary>
    static ReadOnlySpan<byte> FilePrefix => """{"__metadata__":{"sha256":" """u8[..^1];

    static int ChecksumOffset => 8 + FilePrefix.Length;

    /// <summary>Returns a text.</summary>
    /// <exception cref="KeyNotFoundException">There is none of that name.</exception>
    internal string this[string name] => Texts.FirstOrDefault(text => text.Name == name) is { Name: not null } found ? found.Text : throw new KeyNotFoundException($"\"{name}\" is missing.");

    /// <summary>Writes a second file, synchronises it to the disk, and renames it to the given name.</summary>
    internal static void Write(string path, ArrayFile file)
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

    /// <summary>Parses a file and passes it to a function that interprets it; if that fails, the file is reported as damaged.</summary>
    internal static T Parse<T>(string path, byte[] bytes, Func<ArrayFile, T> read)
    {
        if (bytes.Length < ChecksumOffset + ChecksumLength || !bytes.AsSpan(8).StartsWith(FilePrefix))
            throw new CorruptWeightsException(path, "this is not a file of weights: it does not begin like one (docs/formats/weights.md).");
        var length = BinaryPrimitives.ReadUInt64LittleEndian(bytes);
        if (length > MaxHeaderBytes || length > (ulong)bytes.Length - 8)
            throw new CorruptWeightsException(path, $"the file is cut short or damaged: a header of {length} bytes does not fit into {bytes.Length}.");
        var stated = bytes.AsSpan(ChecksumOffset, ChecksumLength).ToArray();
        bytes.AsSpan(ChecksumOffset, ChecksumLength).Fill((byte)'0');
        Span<byte> computed = stackalloc byte[ChecksumLength];
        Convert.TryToHexStringLower(SHA256.HashData(bytes), computed, out _);
        if (!computed.SequenceEqual(stated))
            throw new CorruptWeightsException(path, "the checksum does not match: the file is cut short or damaged. Use another checkpoint or train again.");
        try
        {
            return read(Parse(bytes, (int)length));
        }
        catch (Exception error) when (error is JsonException or InvalidOperationException or ArgumentException or KeyNotFoundException or FormatException or OverflowException)
        {
            throw new CorruptWeightsException(path, $"the header cannot be parsed: {error.Message}");
        }
    }

    internal byte[] ToBytes()
    {
        var header = CreateHeader();
        var bytes = new byte[8 + header.Length + Arrays.Sum(array => (long)array.Bytes.Length)];
        BinaryPrimitives.WriteUInt64LittleEndian(bytes, (ulong)header.Length);
        header.CopyTo(bytes, 8);
        var at = 8 + header.Length;
        foreach (var array in Arrays)
        {
            array.Bytes.Span.CopyTo(bytes.AsSpan(at));
            at += array.Bytes.Length;
        }

        Convert.TryToHexStringLower(SHA256.HashData(bytes), bytes.AsSpan(ChecksumOffset, ChecksumLength), out _);
        return bytes;
    }

    static ArrayFile Parse(byte[] bytes, int length)
    {
        using var header = JsonDocument.Parse(bytes.AsMemory(8, length));
        ImmutableArray<(string, string)> texts = [.. header.RootElement.GetProperty("__metadata__").EnumerateObject().Where(text => text.Name != ChecksumKey).Select(text => (text.Name, text.Value.GetString() ?? ""))];
        var values = bytes.AsMemory(8 + length);
        var arrays = ImmutableArray.CreateBuilder<StoredArray>();
        long end = 0;
        foreach (var entry in header.RootElement.EnumerateObject().Skip(1))
        {
            ImmutableArray<int> shape = [.. entry.Value.GetProperty("shape").EnumerateArray().Select(number => number.GetInt32())];
            long begin = entry.Value.GetProperty("data_offsets")[0].GetInt64(), next = entry.Value.GetProperty("data_offsets")[1].GetInt64();
            var kind = entry.Value.GetProperty("dtype").GetString() ?? "";
            if (begin != end || next > values.Length || next - begin != shape.Aggregate((long)StoredArray.GetElementSize(kind), (product, number) => checked(product * number)))
                throw new FormatException($"\"{entry.Name}\" is not at its expected place.");
            arrays.Add(new StoredArray(entry.Name, kind, shape, values[(int)begin..(int)next]));
            end = next;
        }

        if (end != values.Length)
            throw new FormatException($"{values.Length - end} bytes belong to no array.");
        return new ArrayFile(texts, arrays.ToImmutable());
    }

    byte[] CreateHeader()
    {
        using var stream = new MemoryStream();
        using (var writer = new Utf8JsonWriter(stream))
        {
            writer.WriteStartObject();
            writer.WriteStartObject("__metadata__");
            writer.WriteString(ChecksumKey, new string('0', ChecksumLength));
            foreach (var (name, text) in Texts)
                writer.WriteString(name, text);
            writer.WriteEndObject();
            long at = 0;
            foreach (var array in Arrays)
            {
                writer.WriteStartObject(array.Name);
                writer.WriteString("dtype", array.Kind);
                writer.WriteStartArray("shape");
                foreach (var number in array.Shape)
                    writer.WriteNumberValue(number);
                writer.WriteEndArray();
                writer.WriteStartArray("data_offsets");
                writer.WriteNumberValue(at);
                writer.WriteNumberValue(at += array.Bytes.Length);
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
