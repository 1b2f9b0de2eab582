using Tonne.Services.Requests;

namespace Tonne.Server.Proxying;

/// <summary>The measured energy of a request and what follows from it.</summary>
/// <param name="Energy">Its part of the service's IT energy.</param>
/// <param name="FacilityRatio">Facility energy ÷ IT energy of the service so far.</param>
/// <param name="KilogramsPerJoule">Emissions of the service so far ÷ its IT energy, kg CO2e/J.</param>
/// <param name="Method">Method of the account.</param>
sealed record MeasuredRequest(RequestEnergy Energy, double FacilityRatio, double KilogramsPerJoule, string Method)
{
    /// <summary>Facility energy, Wh.</summary>
    public double WattHours => ToWattHours(Energy.Total.Value);

    /// <summary>Emissions, mg CO2e.</summary>
    public double Milligrams => Energy.Total.Value / 1e6 * KilogramsPerJoule * 1e6;

    /// <summary>Microjoules of IT energy as facility energy, Wh.</summary>
    public double ToWattHours(long microjoules) => microjoules / 1e6 / 3600 * FacilityRatio;
}
