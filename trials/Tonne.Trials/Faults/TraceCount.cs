using System.Buffers.Binary;
using System.Text;
using System.Text.Json.Nodes;

namespace Tonne.Trials.Faults;

/// <summary>
/// The content of a trace, read by the description of the format without code of tonne: magic, then length, kind, payload, checksum.
/// </summary>
/// <param name="Id">Id of the run; null until the opening is whole.</param>
/// <param name="Name">Name of the run; null until the opening is whole.</param>
/// <param name="Samples">Whole samples.</param>
/// <param name="Length">Bytes.</param>
sealed record TraceCount(string? Id, string? Name, int Samples, int Length)
{
    const int Opening = 1;
    const int Sample = 2;

    internal static TraceCount Of(string path)
    {
        byte[] bytes;
        try
        {
            using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
            using var copy = new MemoryStream();
            file.CopyTo(copy);
            bytes = copy.ToArray();
        }
        catch (IOException)
        {
            return new TraceCount(null, null, 0, 0);
        }

        var (samples, id, name) = (0, default(string), default(string));
        for (var at = 8; at + 9 <= bytes.Length;)
        {
            var length = BinaryPrimitives.ReadInt32LittleEndian(bytes.AsSpan(at));
            if (at + length + 9 > bytes.Length)
                break;
            if (bytes[at + 4] == Opening)
            {
                var opening = JsonNode.Parse(Encoding.UTF8.GetString(bytes, at + 5, length))!;
                (id, name) = ((string?)opening["id"], (string?)opening["name"]);
            }

            samples += bytes[at + 4] == Sample ? 1 : 0;
            at += length + 9;
        }

        return new TraceCount(id, name, samples, bytes.Length);
    }
}
