using System.Text.RegularExpressions;
using Tonne.Formatting;

namespace Tonne.Reporting.Html;

/// <summary>Texts from outside as a page shows them.</summary>
static partial class PageText
{
    /// <summary>How texts are written: on one line, and without absolute paths unless details were asked for.</summary>
    public static Func<string, string> GetCleaner(bool withDetails) => withDetails ? TextSanitizer.ToOneLine : RemovePaths;

    /// <summary>A text on one line, in which absolute paths are left out.</summary>
    public static string RemovePaths(string text) => AbsolutePath().Replace(TextSanitizer.ToOneLine(text), "(path)");

    [GeneratedRegex(@"(?<![\w./:])(?:[A-Za-z]:\\|/)[\w.@~+-]+(?:[/\\][\w.@~+:-]*)+",
        RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex AbsolutePath();
}
