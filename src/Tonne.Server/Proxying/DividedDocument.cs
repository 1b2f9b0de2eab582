namespace Tonne.Server.Proxying;

/// <summary>Measured energy of the service that was divided, facility energy, Wh: requests + idle = energy.</summary>
/// <param name="EnergyWh">All of it.</param>
/// <param name="RequestsWh">The part of the requests.</param>
/// <param name="IdleWh">What fell on no request.</param>
sealed record DividedDocument(double EnergyWh, double RequestsWh, double IdleWh);
