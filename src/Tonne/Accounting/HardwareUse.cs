using Tonne.Quantities;

namespace Tonne.Accounting;

/// <summary>A kind of hardware that a phase holds for a while.</summary>
/// <param name="Name">What it is.</param>
/// <param name="Manufacturing">M of one piece, kg CO2e.</param>
/// <param name="Hours">Pieces × hours held.</param>
/// <param name="Lifetime">L in hours.</param>
/// <param name="Utilisation">U, share of the life that it is held for work, 0 to 1.</param>
public sealed record HardwareUse(string Name, Factor Manufacturing, Derivation Hours, Derivation Lifetime, Derivation Utilisation);
