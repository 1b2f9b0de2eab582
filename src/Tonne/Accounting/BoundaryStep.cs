using Tonne.Quantities;

namespace Tonne.Accounting;

/// <summary>One step from a narrower boundary to a wider one: what the step adds, and the total up to and including it.</summary>
/// <param name="Name"><c>dynamic</c>, <c>idle</c>, <c>infrastructure</c>, <c>facility</c> (cooling and power distribution) or
/// <c>embodied</c> (hardware manufacturing).</param>
/// <param name="EnergyAdded">kWh that this step adds; null for embodied.</param>
/// <param name="EmissionsAdded">kg CO2e that this step adds.</param>
/// <param name="Energy">Total up to and including this step, kWh.</param>
/// <param name="Emissions">Total up to and including this step, kg CO2e, location-based.</param>
/// <param name="Water">Total up to and including this step, L; null if unknown.</param>
public sealed record BoundaryStep(string Name, Figure? EnergyAdded, Figure EmissionsAdded, Figure Energy, Figure Emissions, Figure? Water);
