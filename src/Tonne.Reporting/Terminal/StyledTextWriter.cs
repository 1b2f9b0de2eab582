using System.Text;
using Tonne.Formatting;

namespace Tonne.Reporting.Terminal;

/// <summary>Writes styled text to a terminal: wraps by columns, then colours, and leaves no blank at the end of a line.</summary>
/// <param name="writer">Where to, with <c>\n</c> at line ends.</param>
/// <param name="screen">What can be shown.</param>
/// <param name="labelColumns">Columns of the label of a row, its space included. Default 10.</param>
sealed class StyledTextWriter(TextWriter writer, TerminalCapabilities screen, int labelColumns = 10)
{
    /// <summary>Holds words together where a line is broken.</summary>
    public const char NoBreak = '\u00A0';

    const int Margin = 2;

    public TerminalCapabilities Capabilities => screen;

    /// <summary>Columns beside the label of a row.</summary>
    public int RowColumns => screen.Width - Margin - labelColumns;

    /// <summary>The text as one word.</summary>
    public static string ToUnbreakable(string text) => text.Replace(' ', NoBreak);

    public void WriteBlankLine() => writer.Write('\n');

    /// <summary>A line of its own, broken between words.</summary>
    public void WriteLine(params IReadOnlyList<StyledText> parts) => WriteHanging(new string(' ', Margin), new string(' ', Margin), parts);

    /// <summary>A line behind a label; what follows hangs under its text.</summary>
    public void WriteRow(string label, params IReadOnlyList<StyledText> parts) =>
        WriteHanging(StyledText.Faint(new string(' ', Margin) + TextSanitizer.FitToColumns(label, labelColumns, screen.Unicode)), new string(' ', Margin + labelColumns), parts);

    /// <summary>Text that is already laid out: no margin, no breaking.</summary>
    public void WriteRaw(params IReadOnlyList<StyledText> parts)
    {
        var end = parts.Count;
        while (end > 0 && string.IsNullOrWhiteSpace(parts[end - 1].Text))
            end--;
        for (var i = 0; i < end; i++)
            WritePiece(parts[i] with { Text = screen.ToSupportedText(i == end - 1 ? parts[i].Text.TrimEnd() : parts[i].Text) });
        writer.Write('\n');
    }

    /// <summary>Text behind a first prefix, and behind another of the same width on the lines that follow.</summary>
    public void WriteHanging(StyledText first, string rest, params IReadOnlyList<StyledText> parts)
    {
        var room = Math.Max(8, screen.Width - TextSanitizer.CountColumns(first.Text));
        var prefix = first;
        var written = false;
        var line = new List<StyledText>();
        var used = 0;
        foreach (var word in SplitIntoWords([.. parts.Select(part => part with { Text = screen.ToSupportedText(part.Text.Replace(" %", NoBreak + "%")) })]))
        {
            var width = word.Sum(piece => TextSanitizer.CountColumns(piece.Text));
            if (used > 0 && used + 1 + width > room)
                Flush();
            if (used > 0)
            {
                line.Add(line[^1].Style == word[0].Style ? word[0] with { Text = " " } : " ");
                used++;
            }

            foreach (var piece in width <= room ? word : SplitWord(word, room))
            {
                var columns = TextSanitizer.CountColumns(piece.Text);
                if (used + columns > room)
                    Flush();
                line.Add(piece);
                used += columns;
            }
        }

        Flush();

        void Flush()
        {
            if (line.Count == 0 && written)
                return;
            var text = screen.ToSupportedText(prefix.Text);
            WritePiece(prefix with { Text = line.Count == 0 ? text.TrimEnd() : text });
            for (var i = 0; i < line.Count;)
            {
                var run = line[i..].TakeWhile(piece => piece.Style == line[i].Style).ToList();
                WritePiece(line[i] with { Text = string.Concat(run.Select(piece => piece.Text)) });
                i += run.Count;
            }

            writer.Write('\n');
            line.Clear();
            used = 0;
            prefix = prefix with { Text = rest };
            written = true;
        }
    }

    void WritePiece(StyledText piece)
    {
        var text = piece.Text.Replace(NoBreak, ' ');
        var code = !screen.Colour || string.IsNullOrWhiteSpace(text) ? null : piece.Style switch
        {
            TextStyle.Strong => "1",
            TextStyle.Faint => "2",
            TextStyle.Measured => "32",
            TextStyle.Modelled => "36",
            TextStyle.Assumed => "33",
            TextStyle.Warning => "31",
            TextStyle.Bar => "32",
            _ => null,
        };
        writer.Write(code is null ? text : $"\u001b[{code}m{text}\u001b[0m");
    }

    /// <summary>Words with their ink; a part that follows another without a blank is glued to it.</summary>
    static IEnumerable<List<StyledText>> SplitIntoWords(IReadOnlyList<StyledText> parts)
    {
        var word = new List<StyledText>();
        foreach (var part in parts)
        {
            var text = new StringBuilder();
            foreach (var c in part.Text)
            {
                if (c != ' ')
                {
                    text.Append(c);
                    continue;
                }

                if (text.Length > 0)
                    word.Add(part with { Text = text.ToString() });
                text.Clear();
                if (word.Count > 0)
                    yield return word;
                word = [];
            }

            if (text.Length > 0)
                word.Add(part with { Text = text.ToString() });
        }

        if (word.Count > 0)
            yield return word;
    }

    /// <summary>A word too wide for a line, in pieces none of which is.</summary>
    static IEnumerable<StyledText> SplitWord(List<StyledText> word, int room)
    {
        foreach (var part in word)
        {
            var text = part.Text;
            while (TextSanitizer.CountColumns(text) > room)
            {
                var cut = SplitWord(text, room);
                yield return part with { Text = text[..cut] };
                text = text[cut..];
            }

            yield return part with { Text = text };
        }
    }

    static int SplitWord(string text, int room)
    {
        var used = 0;
        var at = 0;
        foreach (var rune in text.EnumerateRunes())
        {
            var width = TextSanitizer.CountColumns(rune.ToString());
            if (used + width > room)
                break;
            used += width;
            at += rune.Utf16SequenceLength;
        }

        // Where a word must be cut and holds no-break blanks, the last of them is the kindest place.
        var blank = text.LastIndexOf(NoBreak, Math.Max(0, at - 1), Math.Max(0, at));
        return blank > 0 ? blank + 1 : Math.Max(1, at);
    }
}
