using System.Globalization;
using Tonne.Formatting;
using Tonne.Reporting.Teaching;

namespace Tonne.Reporting.Html.Documents;

/// <summary>An everyday equivalent of the emissions.</summary>
/// <param name="Name">Name of the unit.</param>
/// <param name="Text">Number of these units as text.</param>
/// <param name="Interval">The interval as text.</param>
/// <param name="Definition">Definition of one unit, with its year.</param>
sealed record ReportEquivalent(string Name, string Text, string Interval, string Definition)
{
    /// <summary>An equivalent in the page.</summary>
    public static ReportEquivalent From(Equivalent equivalent)
    {
        var count = DisplayValue.Format(equivalent.Count, "1");
        return new ReportEquivalent(equivalent.Name, count.Text, count.FormatInterval(),
            string.Create(CultureInfo.InvariantCulture, $"{equivalent.Definition} ({equivalent.Year})"));
    }
}
