using System.Net.Mime;

namespace Tonne.Server.Api;

/// <summary>Adds routes whose parameters are checked and described from one list.</summary>
static class ApiRoutes
{
    extension(IEndpointRouteBuilder routes)
    {
        /// <summary>Adds a route that answers a JSON document.</summary>
        /// <param name="pattern">Path.</param>
        /// <param name="id">Id of the operation in the OpenAPI document.</param>
        /// <param name="summary">What it answers.</param>
        /// <param name="document">Type of the document; null where a format page describes it.</param>
        /// <param name="parameters">Parameters.</param>
        /// <param name="answer">Returns the document as JSON text.</param>
        public void MapDocument(string pattern, string id, string summary, Type? document, QueryParameters parameters, Func<ApiRequest, string> answer) =>
            Describe(
                routes.MapGet(pattern, (HttpContext context, TimeProvider time) => Results.Text(answer(new ApiRequest(context, parameters, time)), MediaTypeNames.Application.Json)),
                id, summary, parameters).Produces(StatusCodes.Status200OK, document ?? typeof(object), MediaTypeNames.Application.Json);

        /// <summary>Adds a route that writes its own answer.</summary>
        public RouteHandlerBuilder MapAnswer(string pattern, string id, string summary, QueryParameters parameters, Func<ApiRequest, Task> answer) =>
            Describe(routes.MapGet(pattern, (HttpContext context, TimeProvider time) => answer(new ApiRequest(context, parameters, time))), id, summary, parameters);
    }

    /// <summary>Describes a route.</summary>
    public static RouteHandlerBuilder Describe(RouteHandlerBuilder route, string id, string summary, QueryParameters parameters) =>
        route.WithName(id).WithSummary(summary).WithMetadata(parameters);
}
