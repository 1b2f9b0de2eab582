using System.Numerics;
using System.Runtime.InteropServices;
using Tonne.Lab.Collecting;

namespace Tonne.Lab.Cleaning;

/// <summary>
/// Computes the sketch of a text: for each of 128 hash functions the minimum over its four-character sequences. The share of equal values
/// in two sketches estimates the overlap of the two sets.
/// </summary>
/// <remarks>
/// Source: Broder, On the resemblance and containment of documents, 1997. Of each minimum 8 bits are stored: Li and König, b-bit minwise
/// hashing, WWW 2010.
/// </remarks>
static class MinHash
{
    /// <summary>Number of hash functions.</summary>
    public const int Size = 128;

    const int ShingleLength = 4;
    static readonly uint[] Masks = DrawConstants(1);
    static readonly uint[] Factors = DrawConstants(2);

    /// <summary>Computes the sketch of a text.</summary>
    /// <param name="text">Normal form of the text.</param>
    /// <param name="destination">128 bytes.</param>
    public static void Sketch(ReadOnlySpan<char> text, Span<byte> destination)
    {
        Span<uint> least = stackalloc uint[Size];
        least.Fill(uint.MaxValue);
        if (text.Length < ShingleLength)
            Add(text, least);
        for (var i = 0; i + ShingleLength <= text.Length; i++)
            Add(text.Slice(i, ShingleLength), least);
        for (var i = 0; i < Size; i++)
        {
            var value = least[i];
            destination[i] = (byte)(value ^ value >> 8 ^ value >> 16 ^ value >> 24);
        }
    }

    /// <summary>Estimates the similarity of two sketches, 0 to 1, corrected for the 1 in 256 values that are equal by chance.</summary>
    public static double EstimateSimilarity(ReadOnlySpan<byte> a, ReadOnlySpan<byte> b)
    {
        var same = 0;
        for (var i = 0; i < Size; i++)
            same += a[i] == b[i] ? 1 : 0;
        return Math.Max(0, (same / (double)Size - 1 / 256.0) / (1 - 1 / 256.0));
    }

    static void Add(ReadOnlySpan<char> run, Span<uint> least)
    {
        var packed = 0ul;
        foreach (var c in run)
            packed = packed << 16 | c;
        var hash = new Vector<uint>((uint)(SplitMix64.Mix(packed) >> 32));
        var minima = MemoryMarshal.Cast<uint, Vector<uint>>(least);
        var masks = MemoryMarshal.Cast<uint, Vector<uint>>(Masks);
        var factors = MemoryMarshal.Cast<uint, Vector<uint>>(Factors);
        for (var i = 0; i < minima.Length; i++)
            minima[i] = Vector.Min(minima[i], (hash ^ masks[i]) * factors[i]);
    }

    static uint[] DrawConstants(ulong seed)
    {
        var random = new SplitMix64(seed);
        var drawn = new uint[Size];
        for (var i = 0; i < Size; i++)
            drawn[i] = (uint)(random.Next() >> 32) | 1;
        return drawn;
    }
}
