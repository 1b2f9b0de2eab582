using System.Text.Json;
using Tonne.Catalogs;
using Tonne.Reporting.Json;

namespace Tonne.Server.Api;

/// <summary>The routes of the factors: catalogs with sources, and the version of all.</summary>
static class CatalogRoutes
{
    /// <summary>Adds the routes.</summary>
    public static void Map(IEndpointRouteBuilder routes)
    {
        routes.MapDocument("/catalogs", "listCatalogs", "The catalogs of factors", typeof(CatalogListDocument), new([]), static _ => JsonSerializer.Serialize(
            new CatalogListDocument("tonne.catalogs/1", FactorSet.ShortHash, [.. CatalogDocument.All.Select(catalog => new CatalogListDocument.CatalogPart(catalog.Name, catalog.Description, "/api/v1/catalogs/" + catalog.Name))], [.. SourceList.All.OrderBy(source => source.Id, StringComparer.Ordinal)]),
            ApiJson.Readable.CatalogListDocument));
        routes.MapDocument("/catalogs/{catalog}", "searchCatalog", "Rows of a catalog, each with bounds, year and source, as 'tonne catalog --json'", null,
            new([new("search", "Words that a row must contain. Default: all rows")]), static request => Find(request.GetRoute("catalog")).ToJson(request["search"] ?? ""));
        routes.MapDocument("/version", "getVersion", "Version of tonne, of the accounting method and of the factors", typeof(VersionDocument), new([]), static _ => JsonSerializer.Serialize(
            VersionDocument.Current, ApiJson.Readable.VersionDocument));
    }

    static CatalogDocument Find(string name) => CatalogDocument.All.FirstOrDefault(catalog => catalog.Name == name)
        ?? throw new RequestProblemException(StatusCodes.Status404NotFound, $"there is no catalog '{name}'", "path", $"There are {string.Join(", ", CatalogDocument.All.Select(catalog => catalog.Name))}.");
}
