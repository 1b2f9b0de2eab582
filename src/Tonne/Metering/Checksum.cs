using System.Buffers.Binary;
using System.Numerics;

namespace Tonne.Metering;

/// <summary>CRC-32C (Castagnoli) of a block, by the processor's own instruction where it has one.</summary>
static class Checksum
{
    internal static uint Of(ReadOnlySpan<byte> bytes)
    {
        var sum = uint.MaxValue;
        while (bytes.Length >= 8)
        {
            sum = BitOperations.Crc32C(sum, BinaryPrimitives.ReadUInt64LittleEndian(bytes));
            bytes = bytes[8..];
        }

        foreach (var b in bytes)
            sum = BitOperations.Crc32C(sum, b);
        return ~sum;
    }
}
