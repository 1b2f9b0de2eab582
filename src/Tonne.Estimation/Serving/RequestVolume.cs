using Tonne.Quantities;

namespace Tonne.Estimation.Serving;

/// <summary>Many requests of one kind: a campaign, a day or a year of a service.</summary>
/// <param name="Name">in_all, per_day or per_year.</param>
/// <param name="Requests">Number of requests.</param>
public sealed record RequestVolume(string Name, double Requests)
{
    const double DaysPerYear = 365.25;

    /// <summary>The volumes for a number of requests or a request rate.</summary>
    /// <param name="requests">Requests of a campaign; null if none.</param>
    /// <param name="requestsPerDay">Requests a day; null if not given.</param>
    public static IEnumerable<RequestVolume> FromRequests(double? requests, double? requestsPerDay)
    {
        if (requests is { } many)
            yield return new RequestVolume("in_all", many);
        if (requestsPerDay is not { } day)
            yield break;
        yield return new RequestVolume("per_day", day);
        yield return new RequestVolume("per_year", day * DaysPerYear);
    }

    /// <summary>kWh of all, from Wh of one.</summary>
    public Figure Energy(Figure one) => RequestFigures.MultiplyByRequests(one, Name + ".facility_energy_kwh", Requests, "kWh");

    /// <summary>kg CO2e of all, from g of one.</summary>
    public Figure Emissions(Figure one) => RequestFigures.MultiplyByRequests(one, Name + ".emissions_kg", Requests, "kg CO2e");
}
