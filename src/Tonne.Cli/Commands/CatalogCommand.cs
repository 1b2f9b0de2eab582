using System.CommandLine;
using Tonne.Catalogs;
using Tonne.Reporting.Json;
using Tonne.Reporting.Terminal;

namespace Tonne.Cli.Commands;

/// <summary><c>tonne catalog KIND [SEARCH]</c>: the factors, each with its source.</summary>
static class CatalogCommand
{
    public static Command Build(CommandContext context)
    {
        var command = new Command("catalog", "Search zones, regions, hardware, models and other factors. Each factor has its bounds, year, quality and source.");
        foreach (var catalog in CatalogDocument.All)
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

    static int Validate(CommandContext context, CatalogDocument catalog)
    {
        var problems = catalog.Validate();
        foreach (var problem in problems)
            context.Error.WriteLine("tonne: " + problem);
        context.Out.WriteLine($"{catalog.Name}: {catalog.Search(null).Count} rows, {problems.Count} problems, factors {FactorSet.ShortHash}");
        return problems.Count == 0 ? 0 : CommandLine.Failure;
    }

    static int Search(CommandContext context, CatalogDocument catalog, string search, bool json)
    {
        var rows = catalog.Search(search);
        if (json)
        {
            context.Out.WriteLine(catalog.ToJson(search));
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
}
