using Tonne.Quantities;

namespace Tonne.Estimation.Serving;

/// <summary>Energy and emissions of one request, each with its 95 % bounds.</summary>
/// <param name="ItEnergyKwh">Energy at the plug of the machines, kWh.</param>
/// <param name="FacilityEnergyKwh">Energy of the facility, PUE included, kWh.</param>
/// <param name="OperationalKg">Operational emissions, kg CO2e.</param>
/// <param name="EmissionsKg">Operational and embodied emissions, kg CO2e.</param>
public readonly record struct RequestEstimate(Bounds ItEnergyKwh, Bounds FacilityEnergyKwh, Bounds OperationalKg, Bounds EmissionsKg);
