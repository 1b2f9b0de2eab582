namespace Tonne.Grids;

/// <summary>A place as it was named, and the zone whose intensity holds for it.</summary>
/// <param name="Code">Code of the place: <c>FR</c>, <c>US-CA</c>, <c>SE-SE3</c>. It finds the same place again.</param>
/// <param name="Name">English name of the place.</param>
/// <param name="Zone">The zone with a published intensity.</param>
/// <param name="Note">How the zone represents the place, if it is not the place itself; else null.</param>
public sealed record NamedPlace(string Code, string Name, Zone Zone, string? Note = null);
