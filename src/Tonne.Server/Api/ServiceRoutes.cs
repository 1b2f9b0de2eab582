using System.Text.Json;
using Tonne.Reporting.Services;

namespace Tonne.Server.Api;

/// <summary>The routes of services: deployed models that are recorded by the day.</summary>
static class ServiceRoutes
{
    /// <summary>Adds the routes.</summary>
    public static void Map(IEndpointRouteBuilder routes, ServiceDirectory services)
    {
        routes.MapDocument(
            "/services", "listServices",
            "The services of the ledger: whether each is recorded now, and its requests, energy and emissions today, in seven days and in all",
            typeof(ServiceListDocument), new([]), _ => FormatList(services));
        routes.MapDocument(
            "/services/{service}", "getService",
            "One service: energy and emissions for each request and 1,000 tokens, days, models, gaps, as 'tonne service show --json'",
            typeof(ServiceDocument), new([new("since", "Hours at or after: 2026-11-01, 2026-11, a time with zone, or 30d. Default: all")]),
            request => services.Read(request.GetRoute("service"), request.GetTime("since")).ToJson());
    }

    /// <summary>The list as JSON text.</summary>
    public static string FormatList(ServiceDirectory services) =>
        JsonSerializer.Serialize(ServiceListDocument.From(services.ReadAll()), ApiJson.Readable.ServiceListDocument);
}
