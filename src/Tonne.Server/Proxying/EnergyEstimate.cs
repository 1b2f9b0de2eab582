namespace Tonne.Server.Proxying;

/// <summary>An estimate of one request.</summary>
/// <param name="WattHours">Facility energy, Wh.</param>
/// <param name="Milligrams">Emissions, mg CO2e.</param>
/// <param name="Method">How it was computed.</param>
sealed record EnergyEstimate(double WattHours, double Milligrams, string Method);
