using System.Net.Mime;
using System.Text;
using Tonne.Estimation.LifeCycles;
using Tonne.Ledgers;
using Tonne.LifeCycles;
using Tonne.LifeCycles.YamlDescriptions;
using Tonne.Reporting.Json;

namespace Tonne.Server.Api;

/// <summary>The route of life cycles: a description is sent and its footprint answered; nothing is kept.</summary>
static class FootprintRoutes
{
    /// <summary>Most bytes of a description.</summary>
    public const int MaxBytes = LifeCycleReader.MaxFileLength;

    /// <summary>Adds the route.</summary>
    public static void Map(IEndpointRouteBuilder routes, RunDirectory runs) =>
        ApiRoutes.Describe(
            routes.MapPost("/footprint", async (HttpContext context, TimeProvider time) =>
            {
                _ = new ApiRequest(context, new([]), time);
                return Results.Text(Account(runs, await ReadAsync(context.Request).ConfigureAwait(false)), MediaTypeNames.Application.Json);
            }),
            "accountLifeCycle", "The footprint of a model's whole life from a description, as 'tonne footprint --json'; files that it names are not read", new([]))
            .Accepts<string>("application/yaml", MediaTypeNames.Application.Json, MediaTypeNames.Text.Plain)
            .Produces<LifeCycleDocument>(StatusCodes.Status200OK, MediaTypeNames.Application.Json);

    /// <summary>Accounts a description.</summary>
    /// <exception cref="DescriptionException">It cannot be accounted.</exception>
    public static string Account(RunDirectory runs, string text)
    {
        var description = LifeCycleReader.Read(text, "description");
        var ledger = runs.OpenLedger();
        return LifeCycleDocument.From(new LifeCycleAccountant().Account(description, query => LifeCycleRuns.Load(ledger, query), request => PhaseEstimator.Estimate(request))).ToJson();
    }

    static async Task<string> ReadAsync(HttpRequest request)
    {
        using var reader = new StreamReader(request.Body, new UTF8Encoding(false, throwOnInvalidBytes: true));
        try
        {
            var text = await reader.ReadToEndAsync(request.HttpContext.RequestAborted).ConfigureAwait(false);
            return text.Length > 0 ? text : throw new RequestProblemException(StatusCodes.Status400BadRequest, "the body is empty", "body", "Send a description: docs/formats/footprint.md has every key.");
        }
        catch (DecoderFallbackException)
        {
            throw new RequestProblemException(StatusCodes.Status400BadRequest, "the body is not UTF-8 text", "body", "Send a description as UTF-8: docs/formats/footprint.md has every key.");
        }
    }
}
