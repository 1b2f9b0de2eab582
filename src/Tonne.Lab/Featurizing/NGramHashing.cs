using System.Globalization;
using Tonne.Lab.Collecting;

namespace Tonne.Lab.Featurizing;

/// <summary>
/// Converts a text to a vector: its n-grams of 1 to 4 characters are counted, each with a weight and a sign, at a place given by a hash;
/// then the vector is scaled to length 1.
/// </summary>
/// <remarks>
/// The text is taken in lower case, blanks as one, digits and placeholders as <c>0</c>, with a blank at both ends. An n-gram of UTF-16
/// units c1…cn is the 64-bit number c1·65536^(n−1) + … + cn, mixed by the finalizer of splitmix64. The place is the high half of (mix ×
/// width), so its upper bits; the sign is its lowest bit, so that the two are independent and collisions cancel on average. N-grams of 1,
/// 2, 3 and 4 have the weights 8, 4, 2 and 1, because there are far more long ones, each rare, whose collisions would hide the letters (on
/// the SDK's messages a small network erred on 5.0 % unweighted, on 2.9 % weighted). If a sum exceeds ±127, as in long texts, all are
/// scaled down to that. Source: Weinberger et al., Feature hashing for large scale multitask learning, ICML 2009.
/// </remarks>
public sealed class NGramHashing
{
    /// <summary>Characters of the longest n-gram.</summary>
    public const int MaxNGramLength = 4;

    /// <summary>Creates a hashing.</summary>
    /// <param name="width">Numbers of a vector, at least 8, a multiple of 8. Default 512.</param>
    public NGramHashing(int width = 512)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(width, 8);
        if (width % 8 != 0)
            throw new ArgumentOutOfRangeException(nameof(width), width, "The width must be a multiple of 8.");
        Width = width;
    }

    /// <summary>Numbers of a vector.</summary>
    public int Width { get; }

    /// <summary>Writes the vector of a text; zeros for an empty one.</summary>
    /// <param name="text">Any text.</param>
    /// <param name="destination"><see cref="Width"/> numbers.</param>
    public void Vectorize(ReadOnlySpan<char> text, Span<float> destination)
    {
        var counts = new int[Width];
        CountNGrams(text, counts);
        var square = ClampCounts(counts);
        var scale = ComputeScale(square);
        for (var i = 0; i < Width; i++)
            destination[i] = counts[i] * scale;
    }

    /// <summary>Scales counts down to ±127, rounded, if a long text has more; returns the sum of their squares.</summary>
    internal static long ClampCounts(Span<int> counts)
    {
        var (most, square) = (0, 0L);
        foreach (var count in counts)
            most = Math.Max(most, Math.Abs(count));
        foreach (ref var count in counts)
        {
            if (most > sbyte.MaxValue)
                count = (int)Math.Round(count * (double)sbyte.MaxValue / most);
            square += count * count;
        }
        return square;
    }

    /// <summary>The factor that scales counts to length 1.</summary>
    /// <param name="square">Sum of their squares.</param>
    internal static float ComputeScale(long square) => square == 0 ? 0 : (float)(1 / Math.Sqrt(square));

    /// <summary>Adds the signed counts of a text's n-grams.</summary>
    internal void CountNGrams(ReadOnlySpan<char> text, Span<int> counts)
    {
        var (run, length, last) = ((ulong)' ', 1, ' ');
        Add(run, 8, counts);
        for (var i = 0; i <= text.Length; i++)
        {
            var c = i < text.Length ? text[i] : ' ';
            if (c == '{' && TextAnalyzer.MeasurePlaceholder(text[i..]) is > 0 and var placeholder)
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
            length = Math.Min(length + 1, MaxNGramLength);
            Add(run & 0xFFFF, 8, counts);
            if (length >= 2)
                Add(run & 0xFFFF_FFFF, 4, counts);
            if (length >= 3)
                Add(run & 0xFFFF_FFFF_FFFF, 2, counts);
            if (length >= 4)
                Add(run, 1, counts);
        }
    }

    /// <summary>Place and sign of an n-gram.</summary>
    internal static (int Place, int Sign) Hash(ulong run, int width)
    {
        var mix = SplitMix64.Mix(run);
        return ((int)Math.BigMul(mix, (ulong)width, out _), 1 - 2 * (int)(mix & 1));
    }

    void Add(ulong run, int weight, Span<int> counts)
    {
        var (place, sign) = Hash(run, Width);
        counts[place] += sign * weight;
    }
}
