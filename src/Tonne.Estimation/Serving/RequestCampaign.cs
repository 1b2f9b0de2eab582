using Tonne.Quantities;

namespace Tonne.Estimation.Serving;

/// <summary>Many requests of one kind: a campaign, a day or a year of a service.</summary>
/// <param name="Name">in_all, per_day or per_year.</param>
/// <param name="Requests">How many.</param>
public sealed record RequestCampaign(string Name, double Requests)
{
    const double DaysPerYear = 365.25;

    /// <summary>Those that a number of requests or a rate means.</summary>
    /// <param name="requests">Requests of a campaign; null if none.</param>
    /// <param name="requestsPerDay">Requests a day; null if not given.</param>
    public static IEnumerable<RequestCampaign> Of(double? requests, double? requestsPerDay)
    {
        if (requests is { } many)
            yield return new RequestCampaign("in_all", many);
        if (requestsPerDay is not { } day)
            yield break;
        yield return new RequestCampaign("per_day", day);
        yield return new RequestCampaign("per_year", day * DaysPerYear);
    }

    /// <summary>kWh of all, from Wh of one.</summary>
    public Figure Energy(Figure one) => RequestParts.Times(one, Name + ".facility_energy_kwh", Requests, "kWh");

    /// <summary>kg CO2e of all, from g of one.</summary>
    public Figure Emissions(Figure one) => RequestParts.Times(one, Name + ".emissions_kg", Requests, "kg CO2e");
}
