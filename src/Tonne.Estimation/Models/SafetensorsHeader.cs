using System.Buffers.Binary;
using System.Text.Json;

namespace Tonne.Estimation.Models;

/// <summary>Counts the parameters in the headers of safetensors files: 8 bytes with the length, then JSON with name, type and shape of each tensor.</summary>
static class SafetensorsHeader
{
    // The format's own limit (huggingface/safetensors).
    const long MaxHeaderBytes = 100_000_000;

    internal static LanguageModel Read(IReadOnlyList<string> paths, string name)
    {
        double parameters = 0;
        double bytes = 0;
        foreach (var path in paths)
        {
            using var header = JsonDocument.Parse(ReadHeader(path));
            if (header.RootElement.ValueKind != JsonValueKind.Object)
                throw new ModelFileException($"{path}: its header is no JSON object.");
            foreach (var tensor in header.RootElement.EnumerateObject())
            {
                if (tensor.Name == "__metadata__")
                    continue;
                var (count, size) = CountTensor(tensor.Name, tensor.Value, path);
                parameters += count;
                bytes += size;
            }
        }

        if (!(parameters is >= 1 and <= 1e16))
            throw new ModelFileException($"{paths[0]}: its header lists {parameters:g3} parameters, which is impossible.");
        return new LanguageModel
        {
            Name = name,
            Parameters = parameters,
            Format = (bytes / parameters) switch { < 0.8 => "int4", < 1.5 => "fp8", _ => null },
            Origin = $"counted in the header of {(paths.Count == 1 ? paths[0] : $"{paths.Count} files")}; without a config.json the experts and the attention cache are unknown",
        };
    }

    static byte[] ReadHeader(string path)
    {
        using var file = File.OpenRead(path);
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
