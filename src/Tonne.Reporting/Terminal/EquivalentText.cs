using Tonne.Formatting;
using Tonne.Reporting.Teaching;

namespace Tonne.Reporting.Terminal;

/// <summary>Writes equivalents on a screen: one row, nothing if there are none.</summary>
static class EquivalentText
{
    /// <summary>Writes <c>equals    41 km in an average European car (29–52) or …</c>.</summary>
    public static void WriteRow(StyledTextWriter sheet, IReadOnlyList<Equivalent> equivalents)
    {
        if (equivalents.Count > 0)
            sheet.WriteRow("equals", FormatParts(sheet.Capabilities, equivalents));
    }

    /// <summary>The equivalents in line, each with its interval and year.</summary>
    public static List<StyledText> FormatParts(TerminalCapabilities screen, IReadOnlyList<Equivalent> equivalents)
    {
        var parts = new List<StyledText>();
        foreach (var equivalent in equivalents)
        {
            var count = DisplayValue.Format(equivalent.Count, "1");
            parts.AddRange([parts.Count > 0 ? " or " : "", StyledText.Strong(count.Value), " ", equivalent.Name]);
            if (count.Low is not null)
                parts.AddRange([" ", StyledText.Faint(count.FormatInterval(screen.Dash))]);
        }

        return parts;
    }
}
