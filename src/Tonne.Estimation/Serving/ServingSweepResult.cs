using Tonne.Quantities;

namespace Tonne.Estimation.Serving;

/// <summary>One point of a <see cref="ServingSweep"/>, each figure with its 95 % bounds.</summary>
/// <param name="JoulesPerToken">J per output token, accelerators alone.</param>
/// <param name="ItWattHours">Wh per request at the plug.</param>
/// <param name="FacilityWattHours">Facility energy per request, Wh.</param>
/// <param name="OperationalGrams">g CO2e per request from electricity.</param>
/// <param name="TotalGrams">Operational and embodied emissions per request, g CO2e.</param>
/// <param name="WeightsFit">Whether the weights fit.</param>
public readonly record struct ServingSweepResult(Bounds JoulesPerToken, Bounds ItWattHours, Bounds FacilityWattHours, Bounds OperationalGrams, Bounds TotalGrams, bool WeightsFit);
