namespace Tonne.Quantities;

/// <summary>The source of a factor, so that a reader can check it.</summary>
/// <param name="Id">Short stable id, as in the SOURCES.md beside the table, for example <c>OWID-EMBER-2026</c>.</param>
/// <param name="Title">Title and publisher, as one would cite it.</param>
/// <param name="Year">The year the value holds for, or of publication; null if unknown.</param>
/// <param name="Licence">Licence of the origin, for example <c>CC BY 4.0</c>.</param>
/// <param name="Link">A public address, if there is one.</param>
public sealed record Source(string Id, string Title, int? Year = null, string? Licence = null, string? Link = null);
