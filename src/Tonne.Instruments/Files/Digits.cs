using System.Buffers.Text;

namespace Tonne.Instruments.Files;

/// <summary>Whole numbers in the text that the kernel writes.</summary>
static class Digits
{
    /// <summary>One non-negative whole number with nothing but white space around it.</summary>
    internal static bool TryWhole(ReadOnlySpan<byte> text, out long value)
    {
        text = text.Trim(" \t\r\n\0"u8);
        return Utf8Parser.TryParse(text, out value, out var used) && used == text.Length && text.Length > 0 && text[0] is >= (byte)'0' and <= (byte)'9';
    }

    /// <summary>Takes the next non-negative whole number after blanks and moves behind it.</summary>
    internal static bool TryNext(ref ReadOnlySpan<byte> text, out long value)
    {
        text = text.TrimStart(" \t"u8);
        if (text.IsEmpty || text[0] is < (byte)'0' or > (byte)'9' || !Utf8Parser.TryParse(text, out value, out var used))
        {
            value = 0;
            return false;
        }

        text = text[used..];
        return text.IsEmpty || text[0] is (byte)' ' or (byte)'\t' or (byte)'\n' or (byte)'\r' or 0;
    }

    /// <summary>Takes the next word (anything but blanks) and moves behind it.</summary>
    internal static ReadOnlySpan<byte> NextWord(ref ReadOnlySpan<byte> text)
    {
        text = text.TrimStart(" \t"u8);
        var end = text.IndexOfAny(" \t\n\r\0"u8);
        var word = end < 0 ? text : text[..end];
        text = text[word.Length..];
        return word;
    }

    /// <summary>The number after a key at the start of a line, as in <c>usage_usec 123</c>.</summary>
    internal static bool TryKeyed(ReadOnlySpan<byte> text, ReadOnlySpan<byte> key, out long value)
    {
        while (!text.IsEmpty)
        {
            if (text.StartsWith(key))
            {
                var rest = text[key.Length..];
                if (!rest.IsEmpty && rest[0] is (byte)' ' or (byte)'\t')
                    return TryNext(ref rest, out value);
            }

            var end = text.IndexOf((byte)'\n');
            text = end < 0 ? default : text[(end + 1)..];
        }

        value = 0;
        return false;
    }
}
