using Tonne.Formatting;
using Tonne.Quantities;

namespace Tonne.Reporting.Terminal;

/// <summary>
/// The line that opens an estimate, in the order of a run's headline: emissions with their interval, quality, facility energy, and what
/// else matters.
/// </summary>
static class EstimateHeadline
{
    /// <summary>Writes the line.</summary>
    /// <param name="sheet">Receives the text.</param>
    /// <param name="emissions">Total emissions.</param>
    /// <param name="facilityEnergy">Facility energy, the boundary of those emissions.</param>
    /// <param name="quality">Quality of the energy.</param>
    /// <param name="unit">Functional unit of the figures, such as <c>a request</c>; null for the whole.</param>
    /// <param name="more">A further figure in words.</param>
    internal static void Write(StyledTextWriter sheet, DisplayValue emissions, DisplayValue facilityEnergy, Quality quality, string? unit, string more)
    {
        var dot = StyledText.Faint($" {sheet.Capabilities.Dot} ");
        sheet.WriteLine(
            StyledText.Strong(StyledTextWriter.ToUnbreakable(unit is null ? emissions.Text : $"{emissions.Text} {unit}")), " ",
            StyledText.Faint(emissions.FormatInterval(sheet.Capabilities.Dash)), dot, StyledText.FromQuality(quality), dot,
            StyledTextWriter.ToUnbreakable($"{facilityEnergy.Text} facility energy"), dot, StyledTextWriter.ToUnbreakable(more));
    }
}
