using Tonne.Formatting;
using Tonne.Reporting.Teaching;

namespace Tonne.Reporting.Terminal;

/// <summary>Equivalents on a screen: one row, nothing where there are none.</summary>
static class EquivalentWords
{
    /// <summary>Writes <c>as much   as 41 km in an average European car (29–52) or as …</c>.</summary>
    public static void Row(Sheet sheet, IReadOnlyList<Equivalent> equivalents)
    {
        if (equivalents.Count > 0)
            sheet.Row("as much", Parts(sheet.Screen, equivalents));
    }

    /// <summary>The equivalents in line, each with its interval and year.</summary>
    public static List<Inked> Parts(Screen screen, IReadOnlyList<Equivalent> equivalents)
    {
        var parts = new List<Inked>();
        foreach (var equivalent in equivalents)
        {
            var count = Readout.Of(equivalent.Count, "1");
            parts.AddRange([parts.Count > 0 ? " or as " : "as ", Inked.Strong(count.Value), " ", equivalent.Name]);
            if (count.Low is not null)
                parts.AddRange([" ", Inked.Faint(count.Interval(screen.Dash))]);
        }

        return parts;
    }
}
