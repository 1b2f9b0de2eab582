using Tonne.Quantities;

namespace Tonne.Estimation.Serving;

/// <summary>One point of a <see cref="ServingSweep"/>, each figure with its 95 % bounds.</summary>
/// <param name="JoulesPerToken">J per output token, accelerators alone.</param>
/// <param name="ItWattHours">Wh per request at the plug.</param>
/// <param name="FacilityWattHours">Wh per request with the building.</param>
/// <param name="OperationalGrams">g CO2e per request from electricity.</param>
/// <param name="TotalGrams">g CO2e per request with making the machines.</param>
/// <param name="WeightsFit">Whether the weights fit.</param>
public readonly record struct ServingSweepResult(Bounds JoulesPerToken, Bounds ItWattHours, Bounds FacilityWattHours, Bounds OperationalGrams, Bounds TotalGrams, bool WeightsFit);
