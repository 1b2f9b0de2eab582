using System.Numerics;

namespace Tonne.Lab.Collecting;

/// <summary>Seeded pseudo-random numbers, the same on every machine and runtime: splitmix64.</summary>
/// <remarks>Source: Steele, Lea, Flood, Fast splittable pseudorandom number generators, OOPSLA 2014.</remarks>
/// <param name="seed">The seed.</param>
struct SplitMix64(ulong seed)
{
    ulong _state = seed;

    /// <summary>The next 64 bits.</summary>
    public ulong Next() => unchecked(Mix(_state += 0x9E3779B97F4A7C15));

    /// <summary>A whole number from 0 to <paramref name="below"/> − 1, from the high half of a product.</summary>
    public int Next(int below) => (int)((Int128)Next() * below >> 64);

    /// <summary>A bijection of 64 bits in which each bit of the result depends on each bit of the value.</summary>
    public static ulong Mix(ulong value)
    {
        unchecked
        {
            value = (value ^ value >> 30) * 0xBF58476D1CE4E5B9;
            value = (value ^ value >> 27) * 0x94D049BB133111EB;
            return value ^ value >> 31;
        }
    }

    /// <summary>A hash of a text, the same on every machine.</summary>
    public static ulong HashText(ReadOnlySpan<char> text)
    {
        var hash = 0x243F6A8885A308D3ul;
        foreach (var c in text)
            hash = Mix(unchecked(hash + c + 0x9E3779B97F4A7C15));
        return BitOperations.RotateLeft(hash, 1);
    }
}
