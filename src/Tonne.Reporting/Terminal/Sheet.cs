using System.Text;
using Tonne.Formatting;

namespace Tonne.Reporting.Terminal;

/// <summary>Writes inked text on a screen: wraps by columns, colours what was wrapped, leaves no blank at the end of a line.</summary>
sealed class Sheet(TextWriter writer, Screen screen)
{
    /// <summary>Holds words together where a line is broken.</summary>
    public const char NoBreak = '\u00A0';

    const int Margin = 2;
    const int LabelColumns = 10;

    public Screen Screen => screen;

    /// <summary>Columns beside the label of a row.</summary>
    public int RowColumns => screen.Width - Margin - LabelColumns;

    /// <summary>The text as one word.</summary>
    public static string Whole(string text) => text.Replace(' ', NoBreak);

    public void Blank() => writer.Write('\n');

    /// <summary>A line of its own, broken between words.</summary>
    public void Line(params IReadOnlyList<Inked> parts) => Hang(new string(' ', Margin), new string(' ', Margin), parts);

    /// <summary>A line behind a label; what follows hangs under its text.</summary>
    public void Row(string label, params IReadOnlyList<Inked> parts) =>
        Hang(Inked.Faint(new string(' ', Margin) + Printable.Fit(label, LabelColumns, screen.Unicode)), new string(' ', Margin + LabelColumns), parts);

    /// <summary>Text that is already laid out: no margin, no breaking.</summary>
    public void Raw(params IReadOnlyList<Inked> parts)
    {
        var end = parts.Count;
        while (end > 0 && string.IsNullOrWhiteSpace(parts[end - 1].Text))
            end--;
        for (var i = 0; i < end; i++)
            Put(parts[i] with { Text = screen.Show(i == end - 1 ? parts[i].Text.TrimEnd() : parts[i].Text) });
        writer.Write('\n');
    }

    /// <summary>Text behind a first prefix, and behind another of the same width on the lines that follow.</summary>
    public void Hang(Inked first, string rest, params IReadOnlyList<Inked> parts)
    {
        var room = Math.Max(8, screen.Width - Printable.Columns(first.Text));
        var prefix = first;
        var written = false;
        var line = new List<Inked>();
        var used = 0;
        foreach (var word in WordsOf([.. parts.Select(part => part with { Text = screen.Show(part.Text.Replace(" %", NoBreak + "%")) })]))
        {
            var width = word.Sum(piece => Printable.Columns(piece.Text));
            if (used > 0 && used + 1 + width > room)
                Flush();
            if (used > 0)
            {
                line.Add(line[^1].Ink == word[0].Ink ? word[0] with { Text = " " } : " ");
                used++;
            }

            foreach (var piece in width <= room ? word : Cut(word, room))
            {
                var columns = Printable.Columns(piece.Text);
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
            var text = screen.Show(prefix.Text);
            Put(prefix with { Text = line.Count == 0 ? text.TrimEnd() : text });
            for (var i = 0; i < line.Count;)
            {
                var run = line[i..].TakeWhile(piece => piece.Ink == line[i].Ink).ToList();
                Put(line[i] with { Text = string.Concat(run.Select(piece => piece.Text)) });
                i += run.Count;
            }

            writer.Write('\n');
            line.Clear();
            used = 0;
            prefix = prefix with { Text = rest };
            written = true;
        }
    }

    void Put(Inked piece)
    {
        var text = piece.Text.Replace(NoBreak, ' ');
        var code = !screen.Colour || string.IsNullOrWhiteSpace(text) ? null : piece.Ink switch
        {
            Ink.Strong => "1",
            Ink.Faint => "2",
            Ink.Measured => "32",
            Ink.Modelled => "36",
            Ink.Assumed => "33",
            Ink.Warning => "31",
            Ink.Bar => "32",
            _ => null,
        };
        writer.Write(code is null ? text : $"\u001b[{code}m{text}\u001b[0m");
    }

    /// <summary>Words with their ink; a part that follows another without a blank is glued to it.</summary>
    static IEnumerable<List<Inked>> WordsOf(IReadOnlyList<Inked> parts)
    {
        var word = new List<Inked>();
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
    static IEnumerable<Inked> Cut(List<Inked> word, int room)
    {
        foreach (var part in word)
        {
            var text = part.Text;
            while (Printable.Columns(text) > room)
            {
                var cut = Cut(text, room);
                yield return part with { Text = text[..cut] };
                text = text[cut..];
            }

            yield return part with { Text = text };
        }
    }

    static int Cut(string text, int room)
    {
        var used = 0;
        var at = 0;
        foreach (var rune in text.EnumerateRunes())
        {
            var width = Printable.Columns(rune.ToString());
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
