using System.Globalization;
using System.Text;
using Tonne.Recording.Traces;

namespace Tonne.Ledgers.RunFolders;

/// <summary>One line of JSON with its checksum: <c>{"crc32c":"1a2b3c4d","NAME":JSON}</c> and a line feed.</summary>
/// <remarks>
/// The checksum is CRC-32C of the bytes of JSON, in eight lower-case hexadecimal digits. The envelope has no other spaces or fields, so
/// every changed bit is detected.
/// </remarks>
static class ChecksummedLine
{
    internal static byte[] Write(string name, ReadOnlySpan<byte> json)
    {
        var head = Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{{\"crc32c\":\"{Crc32C.Of(json):x8}\",\"{name}\":"));
        var line = new byte[head.Length + json.Length + 2];
        head.CopyTo(line, 0);
        json.CopyTo(line.AsSpan(head.Length));
        line[^2] = (byte)'}';
        line[^1] = (byte)'\n';
        return line;
    }

    /// <summary>Reads the JSON inside a line, with or without its line feed.</summary>
    /// <returns>What is wrong; null if the line is valid.</returns>
    internal static string? Read(string name, ReadOnlyMemory<byte> line, out ReadOnlyMemory<byte> json)
    {
        json = default;
        var bytes = line.Span;
        if (bytes.Length > 0 && bytes[^1] == '\n')
            line = line[..^1];
        bytes = line.Span;
        var head = Encoding.UTF8.GetBytes($"{{\"crc32c\":\"00000000\",\"{name}\":");
        const int at = 11;
        if (bytes.Length < head.Length + 2 || bytes[^1] != '}' || !bytes[..at].SequenceEqual(head.AsSpan(0, at)) || !bytes[(at + 8)..head.Length].SequenceEqual(head.AsSpan(at + 8)))
            return $"is not a line with a checksum of a {name}";
        if (!uint.TryParse(bytes.Slice(at, 8), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var sum) || bytes.Slice(at, 8).ContainsAnyInRange((byte)'A', (byte)'F'))
            return "has an invalid checksum";
        var inside = line[head.Length..^1];
        if (Crc32C.Of(inside.Span) != sum)
            return "does not match its checksum";
        json = inside;
        return null;
    }
}
