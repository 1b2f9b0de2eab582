using System.Buffers.Text;

namespace Tonne.Instruments.Files;

/// <summary>Whole numbers in the text that the kernel writes.</summary>
static class KernelText
{
    /// <summary>One non-negative whole number with nothing but white space around it.</summary>
    internal static bool TryParseNumber(ReadOnlySpan<byte> text, out long value)
    {
        value = 0;
        while (!text.IsEmpty && text[0] is (byte)' ' or (byte)'\t' or (byte)'\r' or (byte)'\n')
            text = text[1..];
        if (text.IsEmpty || text[0] is < (byte)'0' or > (byte)'9' || !Utf8Parser.TryParse(text, out value, out var used))
            return false;
        return IsBlank(text[used..]);
    }

    /// <summary>Takes the next non-negative whole number after blanks and moves behind it.</summary>
    internal static bool TryReadNumber(ref ReadOnlySpan<byte> text, out long value)
    {
        text = SkipBlanks(text);
        if (text.IsEmpty || text[0] is < (byte)'0' or > (byte)'9' || !Utf8Parser.TryParse(text, out value, out var used))
        {
            value = 0;
            return false;
        }

        text = text[used..];
        if (text.IsEmpty || text[0] is (byte)' ' or (byte)'\t' or (byte)'\n' or (byte)'\r' or 0)
            return true;
        // What half of a word says is no number.
        value = 0;
        return false;
    }

    /// <summary>Takes the next word (anything but blanks) and moves behind it.</summary>
    internal static ReadOnlySpan<byte> ReadWord(ref ReadOnlySpan<byte> text)
    {
        text = SkipBlanks(text);
        var end = 0;
        while (end < text.Length && text[end] is not ((byte)' ' or (byte)'\t' or (byte)'\n' or (byte)'\r' or 0))
            end++;
        var word = text[..end];
        text = text[end..];
        return word;
    }

    /// <summary>The number after a key at the start of a line, as in <c>usage_usec 123</c>.</summary>
    internal static bool TryReadKeyed(ReadOnlySpan<byte> text, ReadOnlySpan<byte> key, out long value)
    {
        while (!text.IsEmpty)
        {
            if (text.StartsWith(key))
            {
                var rest = text[key.Length..];
                if (!rest.IsEmpty && rest[0] is (byte)' ' or (byte)'\t')
                    return TryReadNumber(ref rest, out value);
            }

            var end = text.IndexOf((byte)'\n');
            text = end < 0 ? default : text[(end + 1)..];
        }

        value = 0;
        return false;
    }

    /// <summary>Whether there is nothing but white space.</summary>
    internal static bool IsBlank(ReadOnlySpan<byte> text)
    {
        foreach (var b in text)
        {
            if (b is not ((byte)' ' or (byte)'\t' or (byte)'\r' or (byte)'\n' or 0))
                return false;
        }

        return true;
    }

    // Loops of their own: the base library's searches for one of several bytes are compiled at every start.
    static ReadOnlySpan<byte> SkipBlanks(ReadOnlySpan<byte> text)
    {
        var start = 0;
        while (start < text.Length && text[start] is (byte)' ' or (byte)'\t')
            start++;
        return text[start..];
    }
}
