using Tonne.Estimation.Serving;
using Tonne.Quantities;

namespace Tonne.Reporting.Json;

/// <summary>What many requests come to, as JSON.</summary>
/// <param name="Name">in_all, per_day or per_year.</param>
/// <param name="Requests">How many.</param>
/// <param name="FacilityEnergyKwh">kWh with the building.</param>
/// <param name="EmissionsKg">kg CO2e, electricity and making the hardware.</param>
public sealed record RequestTotal(string Name, double Requests, QuantityDocument FacilityEnergyKwh, QuantityDocument EmissionsKg)
{
    internal static IReadOnlyList<RequestTotal> CreateAll(Figure energy, Figure emissions, double? requests, double? requestsPerDay) =>
    [
        .. RequestVolume.FromRequests(requests, requestsPerDay).Select(total => new RequestTotal(total.Name, total.Requests,
            QuantityDocument.From(total.Energy(energy)), QuantityDocument.From(total.Emissions(emissions)))),
    ];
}
