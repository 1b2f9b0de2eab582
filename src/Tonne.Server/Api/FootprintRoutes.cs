using System.Net.Mime;
using System.Text;
using Tonne.Estimation.LifeCycles;
using Tonne.Ledgers;
using Tonne.LifeCycles;
using Tonne.LifeCycles.YamlDescriptions;
using Tonne.Reporting.Html;
using Tonne.Reporting.Json;

namespace Tonne.Server.Api;

/// <summary>The route of life cycles: a description is sent and its footprint answered; nothing is kept.</summary>
static class FootprintRoutes
{
    /// <summary>Most bytes of a description.</summary>
    public const int MaxBytes = LifeCycleReader.MaxFileLength;

    /// <summary>Adds the routes.</summary>
    public static void Map(IEndpointRouteBuilder routes, IRunDirectory runs)
    {
        Map(routes, "/footprint", "accountLifeCycle", "The footprint of a model's whole life from a description, as 'tonne footprint --json'; files that it names are not read", (text, _) => Account(runs, text))
            .Produces<LifeCycleDocument>(StatusCodes.Status200OK, MediaTypeNames.Application.Json);
        Map(routes, "/footprint/report", "getLifeCycleReport", "All that the page of a life cycle shows, as in 'tonne footprint --html'",
            (text, now) => PageDocument.FromLifeCycle(AccountLife(runs, text), now).Json).Produces<object>(StatusCodes.Status200OK, MediaTypeNames.Application.Json);
    }

    static RouteHandlerBuilder Map(IEndpointRouteBuilder routes, string pattern, string id, string summary, Func<string, DateTimeOffset, string> answer) =>
        ApiRoutes.Describe(
            routes.MapPost(pattern, async (HttpContext context, TimeProvider time) =>
            {
                var request = new ApiRequest(context, new([]), time);
                return Results.Text(answer(await ReadAsync(context.Request).ConfigureAwait(false), request.Now), MediaTypeNames.Application.Json);
            }),
            id, summary, new([])).Accepts<string>("application/yaml", MediaTypeNames.Application.Json, MediaTypeNames.Text.Plain);

    /// <summary>Accounts a description.</summary>
    /// <exception cref="DescriptionException">It cannot be accounted.</exception>
    public static string Account(IRunDirectory runs, string text) => LifeCycleDocument.From(AccountLife(runs, text)).ToJson();

    static LifeCycle AccountLife(IRunDirectory runs, string text)
    {
        var description = LifeCycleReader.Read(text, "description");
        var ledger = runs.OpenReader();
        return new LifeCycleAccountant().Account(description, query => LifeCycleRuns.Load(ledger, query), request => PhaseEstimator.Estimate(request));
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
