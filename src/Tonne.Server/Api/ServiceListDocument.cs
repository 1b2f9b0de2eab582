using Tonne.Reporting.Services;

namespace Tonne.Server.Api;

/// <summary>The services of the ledger, schema <c>tonne.services/1</c>.</summary>
/// <param name="Schema">Schema.</param>
/// <param name="Services">The services, by name.</param>
sealed record ServiceListDocument(string Schema, IReadOnlyList<ServiceListDocument.ServicePart> Services)
{
    /// <summary>The document of some services.</summary>
    public static ServiceListDocument From(IEnumerable<ServiceDocument> services) => new(
        "tonne.services/1",
        [.. services.Select(static service => new ServicePart(
            service.Name, service.IsRecorded, service.Days is [var first, ..] ? first.Day : null, service.Boundary, service.Quality,
            service.Today, service.Week, service.All, service.KgPerDay, service.Alerts, service.Problems, "/api/v1/services/" + service.Name))]);

    /// <summary>A service.</summary>
    /// <param name="Name">Its name.</param>
    /// <param name="IsRecorded">Whether it is recorded now.</param>
    /// <param name="Since">First recorded day (UTC); null if no hour is computed yet.</param>
    /// <param name="Boundary">Boundary of the emissions; null without figures.</param>
    /// <param name="Quality">measured, modelled or assumed; null without figures.</param>
    /// <param name="Today">The day so far (UTC).</param>
    /// <param name="Week">The last seven days, today included.</param>
    /// <param name="All">All of it.</param>
    /// <param name="KgPerDay">Emissions of a day, kg CO2e; null before an hour was recorded.</param>
    /// <param name="Alerts">What is unusual.</param>
    /// <param name="Problems">What could not be read.</param>
    /// <param name="Address">Where all of it is.</param>
    public sealed record ServicePart(
        string Name, bool IsRecorded, string? Since, string? Boundary, string? Quality, ServiceDocument.AmountsPart Today,
        ServiceDocument.AmountsPart Week, ServiceDocument.AmountsPart All, ServiceDocument.BoundsPart? KgPerDay, IReadOnlyList<string> Alerts,
        IReadOnlyList<string> Problems, string Address);
}
