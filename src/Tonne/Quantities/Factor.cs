namespace Tonne.Quantities;

/// <summary>A number from the world with its unit, bounds, quality and source: the leaf of every derivation.</summary>
/// <param name="Id">Stable id, unique within a derivation: the same id is the same unknown and cancels in ratios. For example <c>grid/FR/2025/OWID-EMBER-2026</c>.</param>
/// <param name="Label">What it is, in words.</param>
/// <param name="Unit">Its unit, for example <c>g CO2e/kWh</c>; <c>1</c> if dimensionless.</param>
/// <param name="Bounds">Low, best and high (95 %).</param>
/// <param name="Quality">Measured, modelled or assumed.</param>
/// <param name="Source">Where it comes from.</param>
/// <param name="Note">Anything a reader must know, such as what was assumed; null if nothing.</param>
public sealed record Factor(string Id, string Label, Unit Unit, Bounds Bounds, Quality Quality, Source Source, string? Note = null);
