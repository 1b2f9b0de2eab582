using System.Globalization;
using Tonne.Estimation;
using Tonne.Estimation.Serving;
using Tonne.Formatting;
using Tonne.Quantities;
using Tonne.Reporting.Explaining;

namespace Tonne.Reporting.Terminal;

/// <summary>
/// Writes the lines that estimates of inference and of tasks share: one boundary step, totals of many requests, assumptions.
/// </summary>
static class RequestTextExtensions
{
    /// <summary>Writes a figure of one request on a line of its own.</summary>
    public static void WriteStep(this StyledTextWriter sheet, string label, Bounds bounds, string unit, string words)
    {
        var readout = DisplayValue.Format(bounds, unit);
        sheet.WriteRow(label, StyledText.Strong(StyledTextWriter.ToUnbreakable(readout.Text)), " ", StyledText.Faint(StyledTextWriter.ToUnbreakable(readout.FormatInterval(sheet.Capabilities.Dash))), " ", StyledText.Faint(words));
    }

    /// <summary>Writes energy and emissions of many requests.</summary>
    public static void WriteCampaigns(this StyledTextWriter sheet, Figure energy, Figure emissions, double? requests, double? requestsPerDay)
    {
        foreach (var campaign in RequestVolume.FromRequests(requests, requestsPerDay))
        {
            var (kilowattHours, kilograms) = (DisplayValue.Format(campaign.Energy(energy)), DisplayValue.Format(campaign.Emissions(emissions)));
            sheet.WriteRow(campaign.Name.Replace('_', ' '),
                StyledText.Strong(StyledTextWriter.ToUnbreakable(kilowattHours.Text)), " ", StyledText.Faint(StyledTextWriter.ToUnbreakable(kilowattHours.FormatInterval(sheet.Capabilities.Dash))), " facility energy, ",
                StyledText.Strong(StyledTextWriter.ToUnbreakable(kilograms.Text)), " ", StyledText.Faint(StyledTextWriter.ToUnbreakable(kilograms.FormatInterval(sheet.Capabilities.Dash))), " ", StyledText.Faint(FormatLargeNumber(campaign.Requests) + " requests"));
        }
    }

    /// <summary>Writes the assumptions, one sentence a line.</summary>
    public static void WriteAssumptions(this StyledTextWriter sheet, IReadOnlyList<Assumption> assumptions)
    {
        foreach (var (index, assumption) in assumptions.Index())
            sheet.WriteRow(index == 0 ? "assumed" : "", TextSanitizer.ToOneLine(assumption.Text));
    }

    /// <summary>Formats the carbon method of a boundary, for example <c>location-based, lifecycle</c>.</summary>
    public static string FormatCarbonMethod(Boundary boundary) =>
        $"{EnumWords.Format(boundary.Method ?? AccountingMethod.Location)}-based, {BoundaryText.FormatBasis(boundary.Basis ?? IntensityBasis.Unstated)}";

    static string FormatLargeNumber(double number) => number < 1e15 ? number.ToString("#,0.###", CultureInfo.InvariantCulture) : number.ToString("0.###e0", CultureInfo.InvariantCulture);
}
