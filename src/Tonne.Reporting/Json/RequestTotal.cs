using Tonne.Estimation.Serving;
using Tonne.Quantities;

namespace Tonne.Reporting.Json;

/// <summary>Totals of many requests, as JSON.</summary>
/// <param name="Name">in_all, per_day or per_year.</param>
/// <param name="Requests">Number of requests.</param>
/// <param name="FacilityEnergyKwh">Facility energy (PUE included) in kWh.</param>
/// <param name="EmissionsKg">Total emissions in kg CO2e: operational and embodied.</param>
public sealed record RequestTotal(string Name, double Requests, QuantityDocument FacilityEnergyKwh, QuantityDocument EmissionsKg)
{
    internal static IReadOnlyList<RequestTotal> CreateAll(Figure energy, Figure emissions, double? requests, double? requestsPerDay) =>
    [
        .. RequestVolume.FromRequests(requests, requestsPerDay).Select(total => new RequestTotal(total.Name, total.Requests,
            QuantityDocument.From(total.Energy(energy)), QuantityDocument.From(total.Emissions(emissions)))),
    ];
}
