namespace Tonne.Estimates;

/// <summary>One point of a <see cref="ServingSweep"/>.</summary>
/// <param name="JoulesPerToken">J per output token, accelerators alone.</param>
/// <param name="JoulesPerTokenLow">Its 2.5 % limit, for a model that was not measured.</param>
/// <param name="JoulesPerTokenHigh">Its 97.5 % limit.</param>
/// <param name="ItWattHours">Wh per request at the plug.</param>
/// <param name="FacilityWattHours">Wh per request with the building.</param>
/// <param name="OperationalGrams">g CO2e per request from electricity.</param>
/// <param name="TotalGrams">g CO2e per request with making the machines.</param>
/// <param name="Fits">Whether the weights fit.</param>
public readonly record struct SweptServing(
    double JoulesPerToken, double JoulesPerTokenLow, double JoulesPerTokenHigh, double ItWattHours, double FacilityWattHours, double OperationalGrams, double TotalGrams, bool Fits);
