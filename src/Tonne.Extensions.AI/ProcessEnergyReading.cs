using Tonne.Quantities;

namespace Tonne.Extensions.AI;

/// <summary>Energy and emissions of this process since its recording began.</summary>
/// <param name="Microjoules">Energy at the plug, µJ.</param>
/// <param name="EnergyKwh">Energy of the facility, kWh.</param>
/// <param name="OperationalKg">Operational emissions, kg CO2e.</param>
/// <param name="EmissionsKg">Operational and embodied emissions, kg CO2e.</param>
/// <param name="Method">How they are known.</param>
/// <param name="Boundary">Boundary of the emissions.</param>
/// <param name="IntensityGramsPerKwh">Carbon intensity, g CO2e/kWh.</param>
/// <param name="Pue">Power usage effectiveness.</param>
sealed record ProcessEnergyReading(
    long Microjoules, Bounds EnergyKwh, Bounds OperationalKg, Bounds EmissionsKg, string Method, string Boundary,
    double IntensityGramsPerKwh, double Pue);
