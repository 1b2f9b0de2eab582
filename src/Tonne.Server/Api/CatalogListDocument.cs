using Tonne.Quantities;

namespace Tonne.Server.Api;

/// <summary>The catalogs, schema <c>tonne.catalogs/1</c>.</summary>
/// <param name="Schema">Schema.</param>
/// <param name="FactorsHash">Hash of the factor tables.</param>
/// <param name="Catalogs">Name and description of each.</param>
/// <param name="Sources">What the rows cite by id, each with its licence.</param>
sealed record CatalogListDocument(string Schema, string FactorsHash, IReadOnlyList<CatalogListDocument.CatalogPart> Catalogs, IReadOnlyList<Source> Sources)
{
    /// <summary>A catalog and the address of its rows.</summary>
    public sealed record CatalogPart(string Name, string Description, string Rows);
}
