using System.Text.Json;
using System.Text.Json.Nodes;
using Json.Schema;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Tonne.Server.Tests.Fleet;

namespace Tonne.Server.Tests.Api;

public class OpenApiTests
{
    const string Run = "20261120-080001-aaaaa1";

    [Theory]
    [InlineData(false, 25)]
    [InlineData(true, 32)]
    public async Task Every_route_is_in_the_document_with_its_parameters(bool withFleet, int count)
    {
        await using var server = await RunningServer.StartAsync(configure: options => withFleet ? options with { Fleet = new HeldStore(options.Time) } : options);
        var paths = (await server.GetJsonAsync("/openapi/v1.json"))["paths"]!.AsObject();

        var routes = server.Services.GetServices<EndpointDataSource>().SelectMany(source => source.Endpoints).OfType<RouteEndpoint>()
            .Where(route => route.RoutePattern.RawText is not ("/mcp" or "/mcp/" or "/openapi/{documentName}.json") && !IsPage(route.RoutePattern.RawText!)).ToList();

        Assert.Equal(count, routes.Count);
        Assert.All(routes, route =>
        {
            var method = route.Metadata.GetMetadata<HttpMethodMetadata>()!.HttpMethods.Single().ToLowerInvariant();
            var operation = paths[route.RoutePattern.RawText!]?[method];
            Assert.True(operation is not null, route.RoutePattern.RawText);
            var described = operation["parameters"]?.AsArray().Select(parameter => (string)parameter!["name"]!) ?? [];
            var taken = route.Metadata.GetMetadata<Tonne.Server.Api.QueryParameters>()!.List.Select(parameter => parameter.Name).Concat(route.RoutePattern.Parameters.Select(part => part.Name));
            Assert.Equal(taken.Order(StringComparer.Ordinal), described.Order(StringComparer.Ordinal));
        });
    }

    static bool IsPage(string address) => Tonne.Server.Pages.DashboardPages.Addresses.Contains(address, StringComparer.Ordinal) || address.StartsWith("/assets/", StringComparison.Ordinal);

    [Theory]
    [InlineData("/api/v1/runs", "/api/v1/runs")]
    [InlineData("/api/v1/filters", "/api/v1/filters")]
    [InlineData("/api/v1/runs/{run}", "/api/v1/runs/" + Run)]
    [InlineData("/api/v1/runs/{run}/explain", "/api/v1/runs/" + Run + "/explain?figure=energy")]
    [InlineData("/api/v1/runs/{run}/advice", "/api/v1/runs/" + Run + "/advice")]
    [InlineData("/api/v1/compare", "/api/v1/compare?run=" + Run + "&run=20261120-080002-aaaaa2")]
    [InlineData("/api/v1/totals", "/api/v1/totals?by=month")]
    [InlineData("/api/v1/budgets", "/api/v1/budgets")]
    [InlineData("/api/v1/months/{month}", "/api/v1/months/2026-11?against=2026-10")]
    [InlineData("/api/v1/catalogs", "/api/v1/catalogs")]
    [InlineData("/api/v1/estimates/training", "/api/v1/estimates/training?parameters=7e9&tokens=2e12&hardware=h100")]
    [InlineData("/api/v1/services", "/api/v1/services")]
    [InlineData("/api/v1/version", "/api/v1/version")]
    public async Task Answers_match_the_schema_of_their_route(string path, string address)
    {
        await using var server = await RunningServer.StartAsync(home =>
        {
            home.Complete(Run);
            home.Complete("20261120-080002-aaaaa2");
        });
        var document = await server.GetJsonAsync("/openapi/v1.json");
        var schema = document["paths"]![path]!["get"]!["responses"]!["200"]!["content"]!["application/json"]!["schema"]!.DeepClone().AsObject();
        // The references point into the document; here what they name becomes part of the schema.
        schema["$defs"] = document["components"]!["schemas"]!.DeepClone();
        var built = JsonSchema.FromText(schema.ToJsonString().Replace("#/components/schemas/", "#/$defs/", StringComparison.Ordinal));

        var result = built.Evaluate(JsonSerializer.SerializeToElement(await server.GetJsonAsync(address)), new EvaluationOptions { OutputFormat = OutputFormat.List });

        Assert.True(result.IsValid, string.Join("\n", (result.Details ?? []).Where(detail => detail.Errors is not null).Select(detail => $"{detail.InstanceLocation}: {string.Join(", ", detail.Errors!.Values)}")));
        Assert.False(built.Evaluate(JsonSerializer.SerializeToElement(new JsonArray())).IsValid);
    }
}
