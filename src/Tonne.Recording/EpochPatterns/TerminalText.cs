using System.Buffers;
using System.Text;

namespace Tonne.Recording.EpochPatterns;

/// <summary>
/// Converts a line to visible text: without colour codes, cursor moves and other control characters. Bytes that are not UTF-8 become
/// U+FFFD.
/// </summary>
static class TerminalText
{
    static readonly SearchValues<char> Controls = SearchValues.Create([.. Enumerable.Range(0, 0xA0).Select(code => (char)code).Where(char.IsControl)]);

    public static string Decode(ReadOnlySpan<byte> line)
    {
        var text = Encoding.UTF8.GetString(line);
        return text.AsSpan().ContainsAny(Controls) ? Strip(text) : text;
    }

    static string Strip(string text)
    {
        var clean = new StringBuilder(text.Length);
        for (var i = 0; i < text.Length; i++)
        {
            if (text[i] == '\x1b')
                i = SkipEscape(text, i);
            else if (text[i] == '\t')
                clean.Append(' ');
            else if (!char.IsControl(text[i]))
                clean.Append(text[i]);
        }

        return clean.ToString();
    }

    /// <summary>The last character of an escape sequence (ECMA-48: CSI … final byte, OSC … BEL or ST, else one character).</summary>
    static int SkipEscape(string text, int i)
    {
        if (i + 1 >= text.Length)
            return i;
        switch (text[i + 1])
        {
            case '[':
                for (i += 2; i < text.Length && text[i] is not (>= '@' and <= '~'); i++)
                {
                }

                return i;
            case ']':
                for (i += 2; i < text.Length && text[i] is not ('\a' or '\x1b'); i++)
                {
                }

                return i < text.Length && text[i] == '\x1b' ? i + 1 : i;
            default:
                return i + 1;
        }
    }
}
