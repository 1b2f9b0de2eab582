namespace Tonne.Grids;

/// <summary>A place whose electricity has an intensity of its own.</summary>
/// <param name="Code">ISO 3166-1 alpha-2, <c>US-EGRID-</c> and a subregion, <c>EU</c> or <c>WORLD</c>.</param>
/// <param name="Name">English name.</param>
/// <param name="Kind">Country, subregion, union or world.</param>
/// <param name="Iso3">ISO 3166-1 alpha-3, for a country; else null.</param>
public sealed record Zone(string Code, string Name, ZoneKind Kind, string? Iso3 = null);
