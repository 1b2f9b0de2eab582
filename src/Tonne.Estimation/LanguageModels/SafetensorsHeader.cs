using System.Buffers.Binary;
using System.Text.Json;

namespace Tonne.Estimation.LanguageModels;

/// <summary>Counts the parameters in the headers of safetensors files: 8 bytes with the length, then JSON with name, type and shape of each tensor.</summary>
public sealed class SafetensorsHeader
{
    // The format's own limit (huggingface/safetensors).
    const long MaxHeaderBytes = 100_000_000;

    readonly List<string> _paths = [];
    double _parameters;
    double _bytes;

    /// <summary>Adds the tensors of a file, of which only the beginning is read.</summary>
    /// <param name="file">The file, at its beginning.</param>
    /// <param name="path">Its path, for messages.</param>
    /// <exception cref="ModelFileException">It is not a safetensors file, or it is cut off.</exception>
    /// <exception cref="JsonException">Its header is not JSON.</exception>
    public void Add(Stream file, string path)
    {
        ArgumentNullException.ThrowIfNull(file);
        ArgumentNullException.ThrowIfNull(path);
        _paths.Add(path);
        using var header = JsonDocument.Parse(ReadHeader(file, path));
        if (header.RootElement.ValueKind != JsonValueKind.Object)
            throw new ModelFileException($"{path}: its header is no JSON object.");
        foreach (var tensor in header.RootElement.EnumerateObject())
        {
            if (tensor.Name == "__metadata__")
                continue;
            var (count, size) = CountTensor(tensor.Name, tensor.Value, path);
            _parameters += count;
            _bytes += size;
        }
    }

    /// <summary>The model of all files that were added.</summary>
    /// <param name="name">Its name.</param>
    /// <exception cref="ModelFileException">The number of parameters is impossible.</exception>
    public LanguageModel ToModel(string name)
    {
        if (!(_parameters is >= 1 and <= 1e16))
            throw new ModelFileException($"{_paths.FirstOrDefault()}: its header lists {_parameters:g3} parameters, which is impossible.");
        return new LanguageModel
        {
            Name = name,
            Parameters = _parameters,
            Format = (_bytes / _parameters) switch { < 0.8 => "int4", < 1.5 => "fp8", _ => null },
            Origin = $"counted in the header of {(_paths.Count == 1 ? _paths[0] : $"{_paths.Count} files")}; without a config.json the experts and the attention cache are unknown",
        };
    }

    static byte[] ReadHeader(Stream file, string path)
    {
        Span<byte> start = stackalloc byte[8];
        if (file.ReadAtLeast(start, 8, throwOnEndOfStream: false) < 8)
            throw new ModelFileException($"{path}: it is too short for a safetensors file.");
        var length = BinaryPrimitives.ReadUInt64LittleEndian(start);
        if (length is 0 or > MaxHeaderBytes || (long)length > file.Length - 8)
            throw new ModelFileException($"{path}: its header would have {length} bytes, so it is no safetensors file, or it is cut off.");
        var header = new byte[length];
        file.ReadExactly(header);
        return header;
    }

    static (double Parameters, double Bytes) CountTensor(string name, JsonElement tensor, string path)
    {
        if (tensor.ValueKind != JsonValueKind.Object || !tensor.TryGetProperty("shape", out var shape) || shape.ValueKind != JsonValueKind.Array
            || !tensor.TryGetProperty("dtype", out var type) || type.ValueKind != JsonValueKind.String)
            throw new ModelFileException($"{path}: the tensor '{name}' has no shape or type.");
        double count = 1;
        foreach (var side in shape.EnumerateArray())
            count *= side.ValueKind == JsonValueKind.Number && side.TryGetInt64(out var length) && length >= 0 ? length : throw new ModelFileException($"{path}: the shape of '{name}' is not valid.");
        var bits = type.GetString() switch
        {
            "F64" or "I64" or "U64" => 64, "F32" or "I32" or "U32" => 32, "F16" or "BF16" or "I16" or "U16" => 16, "F4" or "F6_E2M3" => 4, _ => 8,
        };
        // Scales and zero points of quantised weights are no parameters; weights of 4 bits are packed into larger integers.
        if (name.EndsWith("scale", StringComparison.Ordinal) || name.EndsWith("scales", StringComparison.Ordinal) || name.EndsWith("scale_inv", StringComparison.Ordinal) || name.EndsWith("qzeros", StringComparison.Ordinal) || name.EndsWith("g_idx", StringComparison.Ordinal)
            || name.EndsWith("absmax", StringComparison.Ordinal) || name.Contains("quant_", StringComparison.Ordinal))
            return (0, count * bits / 8);
        var isPacked = name.EndsWith("qweight", StringComparison.Ordinal) || name.EndsWith("weight_packed", StringComparison.Ordinal) || name.EndsWith("blocks", StringComparison.Ordinal);
        return (isPacked ? count * bits / 4 : count, count * bits / 8);
    }
}
