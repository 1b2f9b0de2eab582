using System.Globalization;
using System.Text;
using System.Text.Json;
using Tonne.Accounting;
using Tonne.Formatting;
using Tonne.Hardware;
using Tonne.Quantities;
using Tonne.Reporting.Explaining;
using Tonne.Runs;

namespace Tonne.Reporting.Markdown;

/// <summary>The <c>co2_eq_emissions</c> metadata of a model card on the Hugging Face Hub, as YAML.</summary>
/// <remarks>
/// The fields follow the Hub's documentation, "Displaying carbon emissions for your model": emissions as a number in grams, source,
/// training_type, geographical_location, hardware_used. The number is the operational emissions, because the tools behind most figures on
/// the Hub report electricity only. Interval, boundary and embodied emissions are in comments and in the source. <c>training_type</c> is
/// the run's tag of that name; without it the line is a comment.
/// </remarks>
public static class HuggingFaceCard
{
    /// <summary>The metadata block, between lines of <c>---</c>.</summary>
    public static string Render(RunRecord record, Footprint footprint)
    {
        var operational = footprint.Operational;
        var yaml = new StringBuilder("---\nco2_eq_emissions:\n");
        yaml.Append(CultureInfo.InvariantCulture, $"  emissions: {Grams(operational.Value)}\n");
        yaml.Append(CultureInfo.InvariantCulture, $"  # grams; 95 % interval {Grams(operational.Bounds.Low)} to {Grams(operational.Bounds.High)}; {Comment(BoundaryText.Describe(operational.Boundary, ", "))}\n");
        yaml.Append(footprint.Embodied is { } embodied
            ? string.Create(CultureInfo.InvariantCulture, $"  # embodied emissions, not in this number: {Grams(embodied.Value)} grams ({Grams(embodied.Bounds.Low)} to {Grams(embodied.Bounds.High)})\n")
            : "  # embodied emissions are unknown and not in this number\n");
        Text("source", $"tonne, method {footprint.Method}, factors {footprint.Factors.FactorsHash}; energy {FormatEnergy(footprint.Energy)}, PUE {DisplayValue.FormatMetric(footprint.Factors.Pue.Bounds.Best)}, "
            + $"{DisplayValue.FormatMetric(footprint.Factors.Grid.Intensity.Bounds.Best)} g CO2e/kWh ({footprint.Factors.Grid.Intensity.Source.Title})");
        if (record.Opening.Tags.TryGetValue("training_type", out var type))
            Text("training_type", type);
        else
            yaml.Append("  # training_type: pre-training or fine-tuning; set it with --tag training_type=...\n");
        if (PlaceName.FormatWithOrigin(record.Opening.Place, footprint.Factors.Grid) is { } place)
            Text("geographical_location", place);
        else
            yaml.Append(record.Opening.Place.IntensityGramsPerKwh is null
                ? "  # geographical_location: unknown; the world's mean intensity was used\n"
                : "  # geographical_location: only an intensity was given, no place\n");
        Text("hardware_used", HardwareName.Format(record.Opening.Machine));
        return yaml.Append("---\n").ToString();

        // A JSON string is a double-quoted scalar of YAML 1.2.
        void Text(string key, string value) => yaml.Append(CultureInfo.InvariantCulture, $"  {key}: \"{JsonEncodedText.Encode(TextSanitizer.ToOneLine(value), System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping)}\"\n");
    }

    static string Comment(string text) => TextSanitizer.ToOneLine(text);

    static string FormatEnergy(Figure energy) => energy.Quality == Quality.Measured || energy.MeasuredShare < 0.005 ? EnumWords.Format(energy.Quality) : $"{DisplayValue.FormatPercent(energy.MeasuredShare)} measured, otherwise {EnumWords.Format(energy.Quality)}";

    /// <summary>Formats grams with four digits, as a number that YAML and JSON read alike.</summary>
    static string Grams(double kilograms)
    {
        var grams = double.Parse((kilograms * 1000).ToString("G4", CultureInfo.InvariantCulture), CultureInfo.InvariantCulture);
        return (decimal)grams is var plain && (plain != 0 || grams == 0) ? plain.ToString(CultureInfo.InvariantCulture) : grams.ToString("R", CultureInfo.InvariantCulture);
    }
}
