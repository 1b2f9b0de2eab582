using System.Text;
using Tonne.Formatting;

namespace Tonne.Reporting.Terminal;

/// <summary>Breaks styled text into lines between words; a word wider than a line is cut.</summary>
static class StyledTextWrapper
{
    /// <summary>The lines, each at most <paramref name="maxColumns"/> columns; empty if there is no text.</summary>
    /// <param name="parts">Text; a part that follows another without a space is joined to it.</param>
    /// <param name="maxColumns">Columns of a line.</param>
    internal static List<List<StyledText>> Wrap(IReadOnlyList<StyledText> parts, int maxColumns)
    {
        var lines = new List<List<StyledText>>();
        var line = new List<StyledText>();
        var used = 0;
        foreach (var word in SplitIntoWords(parts))
        {
            var width = word.Sum(piece => TextSanitizer.CountColumns(piece.Text));
            if (used > 0 && used + 1 + width > maxColumns)
                EndLine();
            if (used > 0)
            {
                line.Add(line[^1].Style == word[0].Style ? word[0] with { Text = " " } : " ");
                used++;
            }

            foreach (var piece in width <= maxColumns ? word : SplitWord(word, maxColumns))
            {
                var columns = TextSanitizer.CountColumns(piece.Text);
                if (used + columns > maxColumns)
                    EndLine();
                line.Add(piece);
                used += columns;
            }
        }

        EndLine();
        return lines;

        void EndLine()
        {
            if (line.Count > 0)
                lines.Add(line);
            line = [];
            used = 0;
        }
    }

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

    /// <summary>A word wider than a line, in pieces that fit.</summary>
    static IEnumerable<StyledText> SplitWord(List<StyledText> word, int maxColumns)
    {
        foreach (var part in word)
        {
            var text = part.Text;
            while (TextSanitizer.CountColumns(text) > maxColumns)
            {
                var cut = FindCut(text, maxColumns);
                yield return part with { Text = text[..cut] };
                text = text[cut..];
            }

            yield return part with { Text = text };
        }
    }

    static int FindCut(string text, int maxColumns)
    {
        var used = 0;
        var at = 0;
        foreach (var rune in text.EnumerateRunes())
        {
            var width = TextSanitizer.CountColumns(rune.ToString());
            if (used + width > maxColumns)
                break;
            used += width;
            at += rune.Utf16SequenceLength;
        }

        // The last no-break space that fits is the best place for a cut.
        var blank = text.LastIndexOf(StyledTextWriter.NoBreak, Math.Max(0, at - 1), Math.Max(0, at));
        return blank > 0 ? blank + 1 : Math.Max(1, at);
    }
}
