using System.CommandLine;
using System.Text.Json;
using Tonne.Catalogs;
using Tonne.Cli.Terminal;
using Tonne.Estimation.LanguageModels;
using Tonne.Estimation.Training;
using Tonne.Facilities;
using Tonne.Grids;
using Tonne.Hardware;
using Tonne.Reporting.Teaching;
using Tonne.Reporting.Terminal;

namespace Tonne.Cli.Commands;

/// <summary><c>tonne catalog KIND [SEARCH]</c>: the factors, each with its source.</summary>
static class CatalogCommand
{
    static readonly Catalog[] _catalogs =
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

    public static Command Build(CommandContext context)
    {
        var command = new Command("catalog", "Search zones, regions, hardware, models and other factors. Each factor has its bounds, year, quality and source.");
        foreach (var catalog in _catalogs)
        {
            var search = new Argument<string[]>("search") { Description = "Words that a row must contain", Arity = ArgumentArity.ZeroOrMore };
            var validate = new Option<bool>("--validate") { Description = "Check the tables; exit 1 if something is wrong" };
            var json = new Option<bool>("--json") { Description = "One JSON document (schema tonne.catalog/1)" };
            var one = new Command(catalog.Name, catalog.Description + ".") { search, validate, json };
            one.SetAction(parsed => parsed.GetValue(validate)
                ? Validate(context, catalog)
                : Search(context, catalog, string.Join(' ', parsed.GetValue(search) ?? []), parsed.GetValue(json)));
            command.Subcommands.Add(one);
        }

        return command;
    }

    static int Validate(CommandContext context, Catalog catalog)
    {
        var problems = catalog.Validate();
        foreach (var problem in problems)
            context.Error.WriteLine("tonne: " + problem);
        context.Out.WriteLine($"{catalog.Name}: {catalog.Search(null).Count} rows, {problems.Count} problems, factors {FactorSet.ShortHash}");
        return problems.Count == 0 ? 0 : CommandLine.Failure;
    }

    static int Search(CommandContext context, Catalog catalog, string search, bool json)
    {
        var rows = catalog.Search(search);
        if (json)
        {
            context.Out.WriteLine(JsonText.Build(writer => Write(writer, catalog, search, rows)));
            return 0;
        }

        if (rows.Count == 0)
        {
            var nearest = NameMatching.FindNearest(search, catalog.Search(null).Select(row => (NameMatching.ToKey(row.Name), row.Name)));
            throw new InvalidInputException($"no row of {catalog.Name} contains '{search}'." + (nearest.Count > 0 ? $" Similar:  {string.Join(", ", nearest)}." : ""));
        }

        var table = new TextTable("NAME", "VALUE", "YEAR", "QUALITY", "SOURCE", "NOTE") { OptionalColumns = [5, 3, 2], FlexibleColumn = 5 };
        foreach (var row in rows)
            table.Add(row.Name, row.ValueText, row.Year?.ToString() ?? "-", row.Quality.ToString().ToLowerInvariant(), row.Source, row.Note ?? "");
        table.Write(context.Out, context.IsOutTerminal ? context.Width : null);
        return 0;
    }

    static void Write(Utf8JsonWriter writer, Catalog catalog, string search, IReadOnlyList<CatalogEntry> rows)
    {
        writer.WriteString("schema", "tonne.catalog/1");
        writer.WriteString("catalog", catalog.Name);
        writer.WriteString("factors_hash", FactorSet.ShortHash);
        writer.WriteString("search", search);
        writer.WriteStartArray("rows");
        foreach (var row in rows)
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
            writer.WriteString("quality", row.Quality.ToString().ToLowerInvariant());
            writer.WriteString("source", row.Source);
            if (row.Note is { } note)
                writer.WriteString("note", note);
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
    }

    sealed record Catalog(string Name, string Description, Func<string?, IReadOnlyList<CatalogEntry>> Search, Func<IReadOnlyList<string>> Validate);
}
