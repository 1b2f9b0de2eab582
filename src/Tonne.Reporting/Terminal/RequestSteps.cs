using System.Globalization;
using Tonne.Estimation.Serving;
using Tonne.Formatting;
using Tonne.Quantities;

namespace Tonne.Reporting.Terminal;

/// <summary>The lines that screens of requests share: a step from the accelerator outwards, totals of many requests, what was assumed.</summary>
static class RequestSteps
{
    /// <summary>A figure of one request on a line of its own.</summary>
    public static void Step(this Sheet sheet, string label, Bounds bounds, string unit, string words)
    {
        var readout = Readout.Of(bounds, unit);
        sheet.Row(label, Inked.Strong(Sheet.Whole(readout.Text)), " ", Inked.Faint(Sheet.Whole(readout.Interval(sheet.Screen.Dash))), " ", Inked.Faint(words));
    }

    /// <summary>Energy and emissions of many requests.</summary>
    public static void Campaigns(this Sheet sheet, Figure energy, Figure emissions, double? requests, double? requestsPerDay)
    {
        foreach (var campaign in RequestCampaign.Of(requests, requestsPerDay))
        {
            var (kilowattHours, kilograms) = (Readout.Of(campaign.Energy(energy)), Readout.Of(campaign.Emissions(emissions)));
            sheet.Row(campaign.Name.Replace('_', ' '),
                Inked.Strong(Sheet.Whole(kilowattHours.Text)), " ", Inked.Faint(Sheet.Whole(kilowattHours.Interval(sheet.Screen.Dash))), " with the building, ",
                Inked.Strong(Sheet.Whole(kilograms.Text)), " ", Inked.Faint(Sheet.Whole(kilograms.Interval(sheet.Screen.Dash))), " ", Inked.Faint(Many(campaign.Requests) + " requests"));
        }
    }

    /// <summary>What was assumed, a sentence a line.</summary>
    public static void Assumed(this Sheet sheet, IReadOnlyList<string> assumptions)
    {
        foreach (var (index, said) in assumptions.Index())
            sheet.Row(index == 0 ? "assumed" : "", said);
    }

    /// <summary>How the carbon of a boundary is counted, for example <c>location-based, lifecycle</c>.</summary>
    public static string CarbonWords(Boundary boundary) => $"{boundary.Method}-based, {boundary.Basis}";

    static string Many(double number) => number < 1e15 ? number.ToString("#,0.###", CultureInfo.InvariantCulture) : number.ToString("0.###e0", CultureInfo.InvariantCulture);
}
