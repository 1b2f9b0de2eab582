using System.Globalization;
using System.Text;

namespace Tonne.Formatting;

/// <summary>Makes text from outside (names, notes, labels) safe to print: no escape sequence, no line break, no hidden direction change survives.</summary>
public static class TextSanitizer
{
    /// <summary>The text on one line of a terminal: control, format and unpaired surrogate characters become <c>?</c>, white space one blank.</summary>
    public static string ToOneLine(string? text)
    {
        if (string.IsNullOrEmpty(text))
            return "";
        var safe = new StringBuilder(text.Length);
        foreach (var rune in text.EnumerateRunes())
        {
            if (rune.Value is ' ' or '\t' or '\n' or '\r')
            {
                if (safe.Length > 0 && safe[^1] != ' ')
                    safe.Append(' ');
                continue;
            }

            var category = Rune.GetUnicodeCategory(rune);
            if (rune == Rune.ReplacementChar || category is UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.LineSeparator
                or UnicodeCategory.ParagraphSeparator or UnicodeCategory.Surrogate or UnicodeCategory.PrivateUse or UnicodeCategory.OtherNotAssigned)
                safe.Append('?');
            else if (category == UnicodeCategory.SpaceSeparator)
                safe.Append(' ');
            else
                safe.Append(rune.ToString());
        }

        return safe.ToString().TrimEnd();
    }

    /// <summary>The text inside a Markdown paragraph or table cell: one line, with every character that Markdown or HTML could read as markup escaped.</summary>
    public static string EscapeMarkdown(string? text)
    {
        var safe = new StringBuilder();
        foreach (var c in ToOneLine(text))
        {
            if (c == '<')
            {
                safe.Append("&lt;");
                continue;
            }

            if (c == '>')
            {
                safe.Append("&gt;");
                continue;
            }

            if (c == '&')
            {
                safe.Append("&amp;");
                continue;
            }

            if (c is '\\' or '`' or '*' or '_' or '[' or ']' or '|' or '#' or '~' or '!' or '$')
                safe.Append('\\');
            safe.Append(c);
        }

        return safe.ToString();
    }

    /// <summary>Columns the text takes on a terminal: wide East Asian characters and emoji count two, combining marks none.</summary>
    public static int CountColumns(string text)
    {
        var columns = 0;
        foreach (var rune in text.EnumerateRunes())
            columns += ColumnsOf(rune);
        return columns;
    }

    /// <summary>The text in a given number of columns: cut with an ellipsis, or filled with blanks on the right.</summary>
    public static string FitToColumns(string text, int columns, bool unicode = true)
    {
        var have = CountColumns(text);
        if (have <= columns)
            return text + new string(' ', columns - have);
        var ellipsis = unicode ? "…" : "~";
        var fitted = new StringBuilder();
        var used = 0;
        foreach (var rune in text.EnumerateRunes())
        {
            var width = ColumnsOf(rune);
            if (used + width > columns - 1)
                break;
            fitted.Append(rune.ToString());
            used += width;
        }

        return fitted.Append(ellipsis).Append(' ', columns - 1 - used).ToString();
    }

    static int ColumnsOf(Rune rune)
    {
        if (Rune.GetUnicodeCategory(rune) is UnicodeCategory.NonSpacingMark or UnicodeCategory.EnclosingMark)
            return 0;
        // The blocks that terminals draw two columns wide (Unicode Standard Annex 11, East Asian Wide, coarsely).
        return rune.Value is (>= 0x1100 and <= 0x115F) or (>= 0x2E80 and <= 0xA4CF) or (>= 0xAC00 and <= 0xD7A3) or (>= 0xF900 and <= 0xFAFF)
            or (>= 0xFE30 and <= 0xFE6F) or (>= 0xFF00 and <= 0xFF60) or (>= 0xFFE0 and <= 0xFFE6) or (>= 0x1F300 and <= 0x1FAFF) or (>= 0x20000 and <= 0x3FFFD)
            ? 2
            : 1;
    }
}
