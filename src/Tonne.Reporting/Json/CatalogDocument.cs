using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using Tonne.Catalogs;
using Tonne.Estimation.LanguageModels;
using Tonne.Estimation.Training;
using Tonne.Facilities;
using Tonne.Grids;
using Tonne.Hardware;
using Tonne.Quantities;
using Tonne.Reporting.Teaching;

namespace Tonne.Reporting.Json;

/// <summary>A catalog of factors, and its rows as JSON, schema <c>tonne.catalog/1</c>.</summary>
/// <param name="Name">Its name in the command line and in addresses.</param>
/// <param name="Description">What it has.</param>
/// <param name="Search">The rows that contain all words of a text; null for all.</param>
/// <param name="Validate">What is wrong with the table; empty if nothing is.</param>
public sealed record CatalogDocument(string Name, string Description, Func<string?, IReadOnlyList<CatalogEntry>> Search, Func<IReadOnlyList<string>> Validate)
{
    static readonly JsonWriterOptions _indented = new() { Indented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>All catalogs.</summary>
    public static IReadOnlyList<CatalogDocument> All { get; } =
    [
        new("zones", "Grid zones and their annual carbon intensity", ZoneCatalog.Search, ZoneCatalog.Validate),
        new("regions", "Cloud regions and their carbon intensity", RegionCatalog.Search, RegionCatalog.Validate),
        new("hardware", "Processors, accelerators, memory, everything else, embodied factors", HardwareCatalog.Search, HardwareCatalog.Validate),
        new("facilities", "PUE and WUE of providers, regions and sites", FacilityCatalog.Search, FacilityCatalog.Validate),
        new("models", "Language models with their sizes, and published trainings with what was measured",
            search => [.. LanguageModelCatalog.Search(search), .. TrainingCatalog.Search(search)],
            () => [.. CatalogEntry.Problems(LanguageModelCatalog.Search(null)), .. TrainingCatalog.Validate()]),
        new("equivalents", "Everyday equivalents of emissions and energy, each with its definition and year", Equivalents.Search, Equivalents.Validate),
        new("claims", "Common claims about the carbon of computing, and the corrected figure of each", ClaimCatalog.Search, ClaimCatalog.Validate),
    ];

    /// <summary>The rows that contain all words of a text, as JSON text, indented.</summary>
    /// <param name="search">The words; empty for all rows.</param>
    public string ToJson(string search)
    {
        using var stream = new MemoryStream();
        using (var writer = new Utf8JsonWriter(stream, _indented))
            Write(writer, search);
        return Encoding.UTF8.GetString(stream.ToArray());
    }

    void Write(Utf8JsonWriter writer, string search)
    {
        writer.WriteStartObject();
        writer.WriteString("schema", "tonne.catalog/1");
        writer.WriteString("catalog", Name);
        writer.WriteString("factors_hash", FactorSet.ShortHash);
        writer.WriteString("search", search);
        writer.WriteStartArray("rows");
        foreach (var row in Search(search))
            Write(writer, row);
        writer.WriteEndArray();
        writer.WriteEndObject();
    }

    static void Write(Utf8JsonWriter writer, CatalogEntry row)
    {
        writer.WriteStartObject();
        writer.WriteString("id", row.Id);
        writer.WriteString("name", row.Name);
        if (row.Bounds is { } bounds)
        {
            writer.WriteNumber("value", bounds.Best);
            writer.WriteNumber("low", bounds.Low);
            writer.WriteNumber("high", bounds.High);
        }

        if (row.Contradiction is { } contradiction)
            writer.WriteString("contradiction", contradiction);
        writer.WriteString("unit", row.Unit);
        if (row.Year is { } year)
            writer.WriteNumber("year", year);
        writer.WriteString("quality", EnumWords.Format(row.Quality));
        writer.WriteString("source", row.Source);
        if (row.Note is { } note)
            writer.WriteString("note", note);
        writer.WriteEndObject();
    }
}
