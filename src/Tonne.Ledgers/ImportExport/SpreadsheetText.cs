using System.Globalization;

namespace Tonne.Ledgers.ImportExport;

/// <summary>Text for a cell of a CSV file that people open in a spreadsheet.</summary>
/// <remarks>
/// A spreadsheet executes a cell that begins with <c>=</c>, <c>+</c>, <c>-</c>, <c>@</c>, a tab or a carriage return; an apostrophe before
/// it makes it text. Source: OWASP, CSV Injection. Control characters except line breaks and tabs, with which a terminal can be changed, become <c>?</c>.
/// </remarks>
static class SpreadsheetText
{
    /// <summary>The text without control characters, and with an apostrophe before it if a spreadsheet would execute it.</summary>
    internal static string Escape(string text)
    {
        if (text.Any(IsUnsafe))
            text = string.Concat(text.Select(c => IsUnsafe(c) ? '?' : c));
        return text.TrimStart() is ['=' or '+' or '-' or '@', ..]
            && !double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out _) ? "'" + text : text;

        static bool IsUnsafe(char c) => char.IsControl(c) && c is not ('\n' or '\r' or '\t');
    }
}
