namespace Tonne.Quantities;

/// <summary>A cited number with unit, bounds, quality and source. Factors are leaves of derivations.</summary>
/// <param name="Id">Stable id, unique within a derivation: the same id is the same unknown and cancels in ratios. For example
/// <c>grid/FR/2025/OWID-EMBER-2026</c>.</param>
/// <param name="Label">Name of the quantity, for people.</param>
/// <param name="Unit">Its unit, for example <c>g CO2e/kWh</c>; <c>1</c> if dimensionless.</param>
/// <param name="Bounds">Low, best and high (95 %).</param>
/// <param name="Quality">Measured, modelled or assumed.</param>
/// <param name="Source">Source of the number.</param>
/// <param name="Note">Note for the reader, for example what was assumed; null if none.</param>
public sealed record Factor(string Id, string Label, Unit Unit, Bounds Bounds, Quality Quality, Source Source, string? Note = null);
