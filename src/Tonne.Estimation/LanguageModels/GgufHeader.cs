using System.Globalization;
using System.Text;

namespace Tonne.Estimation.LanguageModels;

/// <summary>Reads a model's size from the beginning of a GGUF file (llama.cpp): metadata, then name and shape of each tensor.</summary>
/// <remarks>Format: ggml-org/ggml, docs/gguf.md, versions 2 and 3, little-endian.</remarks>
public static class GgufHeader
{
    const uint Magic = 0x46554747;
    const int MaxItems = 1_000_000;
    const int MaxStringBytes = 1 << 20;
    const int MaxArrayItems = 10_000_000;

    static readonly UTF8Encoding _utf8 = new(false, throwOnInvalidBytes: false);

    /// <summary>Whether a file begins as a GGUF file does. It is at its beginning afterwards.</summary>
    /// <param name="file">The file, at its beginning, seekable.</param>
    public static bool IsGguf(Stream file)
    {
        ArgumentNullException.ThrowIfNull(file);
        Span<byte> start = stackalloc byte[4];
        var isGguf = file.ReadAtLeast(start, 4, throwOnEndOfStream: false) == 4 && BitConverter.ToUInt32(start) == Magic;
        file.Position = 0;
        return isGguf;
    }

    /// <summary>Reads the header.</summary>
    /// <param name="file">The file, at its beginning.</param>
    /// <param name="name">Name of the model if the file has none.</param>
    /// <param name="path">Path of the file, for messages.</param>
    /// <exception cref="ModelFileException">It is not a GGUF file of a known version, it is damaged, or cut off.</exception>
    public static LanguageModel Read(Stream file, string name, string path)
    {
        using var reader = new BinaryReader(file, _utf8, leaveOpen: true);
        try
        {
            return Read(reader, path, name);
        }
        catch (EndOfStreamException error)
        {
            throw new ModelFileException($"{path}: the file is cut off within its header.", error);
        }
    }

    static LanguageModel Read(BinaryReader reader, string path, string name)
    {
        if (reader.ReadUInt32() != Magic)
            throw new ModelFileException($"{path}: it is no GGUF file.");
        var version = reader.ReadUInt32();
        if (version is < 2 or > 3)
            throw new ModelFileException($"{path}: its format is version {version}; 2 and 3 are known.");
        var (tensors, entries) = (Count(reader, path), Count(reader, path));
        var metadata = new Dictionary<string, object>(StringComparer.Ordinal);
        for (var i = 0; i < entries; i++)
        {
            var key = ReadString(reader, path);
            if (ReadValue(reader, reader.ReadUInt32(), path) is { } value)
                metadata[key] = value;
        }

        double all = 0;
        double inExperts = 0;
        var byType = new Dictionary<uint, double>();
        for (var i = 0; i < tensors; i++)
        {
            var tensor = ReadString(reader, path);
            var dimensions = reader.ReadUInt32();
            if (dimensions > 8)
                throw new ModelFileException($"{path}: the tensor '{tensor}' has {dimensions} dimensions.");
            double count = 1;
            for (var j = 0; j < dimensions; j++)
                count *= reader.ReadUInt64();
            var type = reader.ReadUInt32();
            _ = reader.ReadUInt64();
            all += count;
            byType[type] = byType.GetValueOrDefault(type) + count;
            if (tensor.Contains("_exps", StringComparison.Ordinal))
                inExperts += count;
        }

        if (!(all is >= 1 and <= 1e16))
            throw new ModelFileException($"{path}: its header lists {all:g3} parameters, which is impossible.");
        var architecture = metadata.GetValueOrDefault("general.architecture") as string ?? "";
        var layers = Number("block_count");
        var heads = Number("attention.head_count");
        var keyValueHeads = Number("attention.head_count_kv") ?? heads;
        var keyLength = Number("attention.key_length") ?? (Number("embedding_length") / heads);
        var share = Number("expert_used_count") / Number("expert_count");
        return new LanguageModel
        {
            Name = metadata.GetValueOrDefault("general.name") as string is { Length: > 0 } given ? given : name,
            Parameters = all,
            ActiveParameters = share is > 0 and < 1 ? all - inExperts + (inExperts * share) : null,
            Layers = (int?)layers,
            KvCacheBytesPerToken = layers * keyValueHeads * (keyLength + (Number("attention.value_length") ?? keyLength)) * 2,
            ExpertShare = share is > 0 and < 1 ? share : null,
            Format = FindFormat(byType.MaxBy(pair => pair.Value).Key),
            Origin = string.Create(CultureInfo.InvariantCulture, $"counted in the header of {path}"),
        };

        double? Number(string key) => metadata.GetValueOrDefault($"{architecture}.{key}") is double value && value is > 0 and < 1e7 ? value : null;
    }

    /// <summary>The format of the type that most weights have (ggml, <c>ggml_type</c>): 0 is 32 bits, 1 and 30 are 16 bits, 8 and 14 are 8 and 6 bits, 39 is
    /// MXFP4; the others have 2 to 5.</summary>
    static string? FindFormat(uint type) => type switch { 0 or 1 or 30 or 28 => null, 8 or 9 or 14 or 15 => "int8", 39 => "mxfp4", _ => "int4" };

    static int Count(BinaryReader reader, string path) => reader.ReadUInt64() is <= MaxItems and var count ? (int)count
        : throw new ModelFileException($"{path}: its header is damaged: too many entries.");

    static string ReadString(BinaryReader reader, string path)
    {
        var length = reader.ReadUInt64();
        if (length > MaxStringBytes)
            throw new ModelFileException($"{path}: its header is damaged: a text of {length} bytes.");
        var bytes = reader.ReadBytes((int)length);
        return (ulong)bytes.Length == length ? _utf8.GetString(bytes) : throw new EndOfStreamException();
    }

    /// <summary>A number as double, a text, or null for anything else, which is skipped.</summary>
    static object? ReadValue(BinaryReader reader, uint type, string path)
    {
        switch (type)
        {
            case 0: return (double)reader.ReadByte();
            case 1: return (double)reader.ReadSByte();
            case 2: return (double)reader.ReadUInt16();
            case 3: return (double)reader.ReadInt16();
            case 4: return (double)reader.ReadUInt32();
            case 5: return (double)reader.ReadInt32();
            case 6: return (double)reader.ReadSingle();
            case 7: return reader.ReadByte() != 0;
            case 8: return ReadString(reader, path);
            case 10: return (double)reader.ReadUInt64();
            case 11: return (double)reader.ReadInt64();
            case 12: return reader.ReadDouble();
            case 9:
                var (item, count) = (reader.ReadUInt32(), reader.ReadUInt64());
                if (item == 9 || count > MaxArrayItems)
                    throw new ModelFileException($"{path}: its header is damaged: a list of {count} items.");
                // Per layer, as in models whose layers differ: the largest counts.
                double? largest = null;
                for (var i = 0UL; i < count; i++)
                {
                    if (ReadValue(reader, item, path) is double number)
                        largest = Math.Max(largest ?? number, number);
                }

                return largest;
            default:
                throw new ModelFileException($"{path}: its header is damaged: a value of the unknown type {type}.");
        }
    }
}
