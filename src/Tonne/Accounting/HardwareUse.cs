using Tonne.Quantities;

namespace Tonne.Accounting;

/// <summary>Hardware of one kind that a life-cycle phase uses, and for how long.</summary>
/// <param name="Name">Name of the hardware.</param>
/// <param name="Manufacturing">Emissions of manufacturing one device, M, kg CO2e.</param>
/// <param name="Hours">Number of devices × hours for which they are held, h.</param>
/// <param name="Lifetime">Lifetime of a device, L, h.</param>
/// <param name="Utilisation">Share of the lifetime in which the device is used, U, 0 to 1.</param>
public sealed record HardwareUse(string Name, Factor Manufacturing, Derivation Hours, Derivation Lifetime, Derivation Utilisation);
