using Tonne.Quantities;

namespace Tonne.Accounting;

/// <summary>One widening of the boundary: what it adds, and what is inside from the work itself up to here.</summary>
/// <param name="Name"><c>dynamic</c>, <c>idle</c>, <c>infrastructure</c>, <c>facility</c> (the building: cooling, distribution) or <c>embodied</c> (making the hardware).</param>
/// <param name="EnergyAdded">kWh that this step adds; null for embodied.</param>
/// <param name="EmissionsAdded">kg CO2e that this step adds.</param>
/// <param name="Energy">kWh up to here.</param>
/// <param name="Emissions">kg CO2e up to here, location-based.</param>
/// <param name="Water">Litres up to here; null if unknown.</param>
public sealed record BoundaryStep(string Name, Figure? EnergyAdded, Figure EmissionsAdded, Figure Energy, Figure Emissions, Figure? Water);
