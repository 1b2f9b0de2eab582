using Tonne.Quantities;

namespace Tonne.Services.Imports;

/// <summary>The figures of a reply, each with 95 % bounds.</summary>
/// <param name="EnergyKwh">Facility energy, PUE included, kWh.</param>
/// <param name="OperationalKg">Operational emissions, kg CO2e.</param>
/// <param name="EmissionsKg">Operational and embodied emissions, kg CO2e.</param>
/// <param name="Method">How the energy is known: <c>estimated/…</c>.</param>
/// <param name="Boundary">Boundary of the emissions, in words.</param>
/// <param name="IntensityGramsPerKwh">Carbon intensity of the grid, g CO2e/kWh.</param>
/// <param name="Pue">Power usage effectiveness.</param>
public sealed record ReplyFigures(
    Bounds EnergyKwh, Bounds OperationalKg, Bounds EmissionsKg, string Method, string Boundary, double IntensityGramsPerKwh, double Pue);
