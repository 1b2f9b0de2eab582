using Tonne.Formatting;
using Tonne.Quantities;

namespace Tonne.Reporting.Terminal;

/// <summary>A warning as one sentence, followed by its remedy.</summary>
public static class WarningText
{
    /// <summary>The text and the remedy on one line, safe to print.</summary>
    public static string Format(Warning warning)
    {
        ArgumentNullException.ThrowIfNull(warning);
        return TextSanitizer.ToOneLine(warning.Remedy is { } remedy ? $"{warning.Text} {remedy}" : warning.Text);
    }
}
