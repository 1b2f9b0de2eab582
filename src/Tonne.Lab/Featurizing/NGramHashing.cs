using System.Globalization;
using Tonne.Lab.Collecting;

namespace Tonne.Lab.Featurizing;

/// <summary>A text as a vector: its character runs of 1 to 4, each counted with a sign at a place that a hash gives, then scaled to length 1.</summary>
/// <remarks>
/// The text is taken in small letters, blanks as one, digits and placeholders as <c>0</c>, with a blank at both ends. A run of UTF-16 units c1…cn is the 64-bit number
/// c1·65536^(n−1) + … + cn, mixed by the finalizer of splitmix64; the place is the high half of (mix × width), so its upper bits; the sign is its lowest bit, so that the two are
/// independent and what collides cancels on average. Counts are kept within ±127. Source: Weinberger et al., Feature hashing for large scale multitask learning, ICML 2009.
/// </remarks>
public sealed class NGramHashing
{
    /// <summary>Characters of the longest run.</summary>
    public const int LongestRun = 4;

    /// <summary>A hashing.</summary>
    /// <param name="width">Numbers of a vector, 512; at least 8, a multiple of 8.</param>
    public NGramHashing(int width = 512)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(width, 8);
        if (width % 8 != 0)
            throw new ArgumentOutOfRangeException(nameof(width), width, "The width is a multiple of 8.");
        Width = width;
    }

    /// <summary>Numbers of a vector.</summary>
    public int Width { get; }

    /// <summary>Writes the vector of a text; zeros for an empty one.</summary>
    /// <param name="text">Any text.</param>
    /// <param name="to"><see cref="Width"/> numbers.</param>
    public void Write(ReadOnlySpan<char> text, Span<float> to)
    {
        var counts = new int[Width];
        Count(text, counts);
        var square = 0L;
        for (var i = 0; i < Width; i++)
        {
            var count = Math.Clamp(counts[i], -sbyte.MaxValue, sbyte.MaxValue);
            square += count * count;
            to[i] = count;
        }
        var scale = Scale(square);
        for (var i = 0; i < Width; i++)
            to[i] *= scale;
    }

    /// <summary>What counts are multiplied with to be of length 1.</summary>
    /// <param name="square">Sum of their squares.</param>
    internal static float Scale(long square) => square == 0 ? 0 : (float)(1 / Math.Sqrt(square));

    /// <summary>Adds the signed counts of a text's runs.</summary>
    internal void Count(ReadOnlySpan<char> text, Span<int> counts)
    {
        var (run, length, last) = ((ulong)' ', 1, ' ');
        Add(run, counts);
        for (var i = 0; i <= text.Length; i++)
        {
            var c = i < text.Length ? text[i] : ' ';
            if (c == '{' && Writing.Placeholder(text[i..]) is > 0 and var placeholder)
            {
                i += placeholder - 1;
                c = '0';
            }
            else if (c < 128)
                c = char.IsAsciiLetterUpper(c) ? (char)(c | 0x20) : char.IsAsciiDigit(c) ? '0' : c <= ' ' ? ' ' : c;
            else
                c = char.IsWhiteSpace(c) ? ' ' : char.IsDigit(c) ? '0' : char.ToLower(c, CultureInfo.InvariantCulture);
            if (c == last && (c is ' ' or '0'))
                continue;
            last = c;
            run = run << 16 | c;
            length = Math.Min(length + 1, LongestRun);
            Add(run & 0xFFFF, counts);
            if (length >= 2)
                Add(run & 0xFFFF_FFFF, counts);
            if (length >= 3)
                Add(run & 0xFFFF_FFFF_FFFF, counts);
            if (length >= 4)
                Add(run, counts);
        }
    }

    /// <summary>Place and sign of a run.</summary>
    internal static (int Place, int Sign) Hash(ulong run, int width)
    {
        var mix = SplitMix.Mix(run);
        return ((int)Math.BigMul(mix, (ulong)width, out _), 1 - 2 * (int)(mix & 1));
    }

    void Add(ulong run, Span<int> counts)
    {
        var (place, sign) = Hash(run, Width);
        counts[place] += sign;
    }
}
