using System.Globalization;
using System.Text;
using Tonne.Accounting;
using Tonne.Formatting;
using Tonne.Hardware;
using Tonne.Quantities;
using Tonne.Reporting.Explaining;
using Tonne.Reporting.Json;
using Tonne.Runs;

namespace Tonne.Reporting.Markdown;

/// <summary>Writes the section "Environmental Impact" of a model card as Markdown.</summary>
/// <remarks>
/// The first five items have the names of the Hugging Face model card template, so that the section can replace the template's.
/// </remarks>
public static class ModelCard
{
    /// <summary>The section, with <c>\n</c> at line ends.</summary>
    public static string Render(RunRecord record, Footprint footprint)
    {
        var card = new StringBuilder("## Environmental Impact\n\n");
        var (place, grid, machine) = (record.Opening.Place, footprint.Factors.Grid, record.Opening.Machine);
        var region = place.Region?.Split(':', 2);
        Item("Hardware Type", HardwareName.Format(machine));
        Item("Hours used", DisplayValue.Format(record.DurationSeconds / 3600, "1", 3));
        Item("Cloud Provider", region is [var provider, _] ? provider : DescribeProvider(machine.Kind));
        Item("Compute Region", PlaceName.FormatWithOrigin(place, grid) ?? (place.IntensityGramsPerKwh is null ? "unknown; the world's mean intensity was used" : "not given; an intensity was"));
        Item("Carbon Emitted", $"{DisplayValue.Format(footprint.Total).FormatWithInterval()}: {DisplayValue.Format(footprint.Operational.Bounds, footprint.Operational.Unit, footprint.Total.Value).FormatWithInterval()} operational, "
            + (footprint.Embodied is { } embodied ? $"{DisplayValue.Format(embodied.Bounds, embodied.Unit, footprint.Total.Value).FormatWithInterval()} embodied" : "embodied emissions unknown and not included"));
        Item("Energy", $"{DisplayValue.Format(footprint.FacilityEnergy).FormatWithInterval()} {RunHeadline.EnergyName} (PUE included), "
            + $"{DisplayValue.Format(footprint.Energy.Bounds, footprint.Energy.Unit, footprint.FacilityEnergy.Value).FormatWithInterval()} IT energy (before PUE)");
        Item("Quality", $"{EnumWords.Format(footprint.Energy.Quality)}, {DisplayValue.FormatPercent(footprint.Energy.MeasuredShare)} of the energy measured by a meter");
        Item("Carbon intensity", $"{DisplayValue.FormatFactor(grid.Intensity).FormatWithInterval()}, {BoundaryText.FormatBasis(grid)}{(grid.Year is { } year ? string.Create(CultureInfo.InvariantCulture, $", {year}") : "")}");
        Item("PUE", $"{DisplayValue.FormatFactor(footprint.Factors.Pue).FormatWithInterval()}, {footprint.Factors.PueHow}");
        if (footprint.Water is { } water)
            Item("Water", DisplayValue.Format(water).FormatWithInterval());
        Item("Boundary", BoundaryText.Describe(footprint.Total.Boundary, ", "));
        card.Append('\n');
        card.Append("This is one run. Experiments, failed runs, storage, networks and the use of the model are not in it.\n");
        card.Append("Values in brackets are 95 % intervals.\n\n");
        var warnings = RunDocument.CollectWarnings(record, footprint.Warnings).ToList();
        foreach (var warning in warnings)
            card.Append(CultureInfo.InvariantCulture, $"- {TextSanitizer.EscapeMarkdown(warning.Text)}\n");
        if (warnings.Count > 0)
            card.Append('\n');
        MarkdownReport.WriteMethodAndSources(card, footprint, "###");
        return card.ToString();

        void Item(string label, string text) => card.Append(CultureInfo.InvariantCulture, $"- **{label}:** {TextSanitizer.EscapeMarkdown(text)}\n");
    }

    /// <summary>What is known of the cloud provider where no region is.</summary>
    static string DescribeProvider(HostKind host) => host switch
    {
        HostKind.Vm => "unknown: a virtual machine whose provider was not found",
        HostKind.Unknown => "unknown",
        _ => "none",
    };
}
