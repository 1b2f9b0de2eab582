using System.Globalization;
using System.Text;
using Tonne.Accounting;
using Tonne.Formatting;
using Tonne.Hardware;
using Tonne.Reporting.Explaining;
using Tonne.Reporting.Json;
using Tonne.Runs;

namespace Tonne.Reporting.Markdown;

/// <summary>The section "Environmental Impact" of a model card, as Markdown: energy, emissions, hardware, region, method, boundary, uncertainty, sources.</summary>
/// <remarks>The first five items carry the names of the Hugging Face model card template, so that the section takes the place of the template's.</remarks>
public static class ModelCard
{
    /// <summary>The section, with <c>\n</c> at line ends.</summary>
    public static string Of(RunRecord record, Footprint footprint)
    {
        var card = new StringBuilder("## Environmental Impact\n\n");
        var (place, grid, machine) = (record.Opening.Place, footprint.Factors.Grid, record.Opening.Machine);
        var region = place.Region?.Split(':', 2);
        Item("Hardware Type", HardwareName.Of(machine));
        Item("Hours used", Readout.Of(record.DurationSeconds / 3600, "1", 3));
        Item("Cloud Provider", region is [var provider, _] ? provider : "none");
        Item("Compute Region", PlaceName.Said(place, grid) ?? (place.IntensityGramsPerKwh is null ? "unknown; the world's mean intensity was used" : "not given; an intensity was"));
        Item("Carbon Emitted", $"{Readout.Of(footprint.Total).Full()}: {Readout.Of(footprint.Operational.Bounds, footprint.Operational.Unit, footprint.Total.Value).Full()} from electricity, "
            + (footprint.Embodied is { } embodied ? $"{Readout.Of(embodied.Bounds, embodied.Unit, footprint.Total.Value).Full()} from making the hardware" : "making the hardware unknown and not counted"));
        Item("Energy", $"{Readout.Of(footprint.Energy).Full()} at the plug, {Readout.Of(footprint.FacilityEnergy.Bounds, footprint.FacilityEnergy.Unit, footprint.Energy.Value).Full()} with the building");
        Item("Quality", $"{EnumText.Name(footprint.Energy.Quality)}, {Readout.Percent(footprint.Energy.MeasuredShare)} of the energy measured by a meter");
        Item("Carbon intensity", $"{Readout.OfFactor(grid.Intensity).Full()}, {grid.Basis}, {grid.Scope}{(grid.Year is { } year ? string.Create(CultureInfo.InvariantCulture, $", {year}") : "")}");
        Item("Building", $"PUE {Readout.OfFactor(footprint.Factors.Pue).Full()}, {footprint.Factors.PueHow}");
        if (footprint.Water is { } water)
            Item("Water", Readout.Of(water).Full());
        Item("Boundary", BoundaryWords.Sentence(footprint.Total.Boundary, ", "));
        card.Append('\n');
        card.Append("This is one run. Experiments, failed runs, storage, networks and the use of the model are not in it.\n");
        card.Append("Values in brackets are 95 % intervals.\n\n");
        var doubts = RunDocument.DoubtsOf(record, footprint.Doubts).ToList();
        foreach (var doubt in doubts)
            card.Append(CultureInfo.InvariantCulture, $"- {Printable.Markdown(doubt.Text)}\n");
        if (doubts.Count > 0)
            card.Append('\n');
        MarkdownReport.MethodAndSources(card, footprint, "###");
        return card.ToString();

        void Item(string label, string text) => card.Append(CultureInfo.InvariantCulture, $"- **{label}:** {Printable.Markdown(text)}\n");
    }
}
