using System.Globalization;
using Microsoft.AspNetCore.WebUtilities;
using Tonne.Catalogs;
using Tonne.Formatting;
using Tonne.Ledgers;
using Tonne.LifeCycles.YamlDescriptions;

namespace Tonne.Server.Api;

/// <summary>Turns whatever prevents an answer into a <see cref="ProblemDocument"/>.</summary>
static class ProblemAnswer
{
    const string ContentType = "application/problem+json";
    const string RetryAfterSeconds = "30";
    const string Report = "Please report it with the address; the ledger is not affected.";

    /// <summary>Answers the request, and turns exceptions and bare statuses into problems.</summary>
    public static async Task CatchAsync(HttpContext context, RequestDelegate next)
    {
        try
        {
            await next(context).ConfigureAwait(false);
            if (context.Response is { HasStarted: false, StatusCode: >= 400, ContentType: null, ContentLength: null })
                await WriteBareAsync(context).ConfigureAwait(false);
        }
        catch (Exception) when (context.RequestAborted.IsCancellationRequested || context.Response.HasStarted)
        {
            // Nobody waits for the answer, or a part of it is on its way: the connection ends.
            context.Abort();
        }
#pragma warning disable CA1031 // Every defect must end in an answer.
        catch (Exception error)
#pragma warning restore CA1031
        {
            await WriteAsync(context, error).ConfigureAwait(false);
        }
    }

    /// <summary>Writes a problem.</summary>
    public static Task WriteAsync(HttpContext context, int status, string what, string where, string remedy)
    {
        context.Response.StatusCode = status;
        var (title, place, advice) = (Clean(what), Clean(where), Clean(remedy));
        return context.Response.WriteAsJsonAsync(
            new ProblemDocument("about:blank", title, status, $"{title.TrimEnd('.')} ({place}). {advice}", place, advice), ApiJson.Readable.ProblemDocument, ContentType, context.RequestAborted);
    }

    static Task WriteAsync(HttpContext context, Exception error) => error switch
    {
        RequestProblemException problem => WriteAsync(SetRetryAfter(context, problem.Status), problem.Status, problem.Message, problem.Where, problem.Remedy),
        BadHttpRequestException bad => WriteAsync(context, bad.StatusCode, bad.Message, "request", "Correct the request; docs/server.md describes it."),
        UnknownNameException unknown => WriteAsync(context, StatusCodes.Status400BadRequest, unknown.Message, $"{unknown.Unknown.Kind} '{unknown.Unknown.Name}'", "Use one of the names that the catalogs have: /api/v1/catalogs."),
        DescriptionException description => WriteAsync(context, StatusCodes.Status422UnprocessableEntity, string.Join(" ", description.Problems), "body", "Correct the description; docs/formats/footprint.md has every key."),
        LedgerDamagedException damaged => WriteAsync(context, StatusCodes.Status409Conflict, damaged.Message, damaged.Problem.File, damaged.Problem.Remedy),
        LedgerUnavailableException ledger => WriteAsync(SetRetryAfter(context, StatusCodes.Status503ServiceUnavailable, ledger.RetryAfter), StatusCodes.Status503ServiceUnavailable, ledger.Message, ledger.Place, ledger.Advice),
        FormatException format => WriteAsync(context, StatusCodes.Status400BadRequest, format.Message, "parameters", "Correct the value; /openapi/v1.json describes each parameter."),
        _ => WriteDefectAsync(context, error),
    };

    /// <summary>Says when to ask again, where that helps.</summary>
    static HttpContext SetRetryAfter(HttpContext context, int status, TimeSpan? time = null)
    {
        if (status is StatusCodes.Status429TooManyRequests or StatusCodes.Status503ServiceUnavailable && context.Response.Headers.RetryAfter.Count == 0)
            context.Response.Headers.RetryAfter = time is { } known ? known.TotalSeconds.ToString("0", CultureInfo.InvariantCulture) : RetryAfterSeconds;
        return context;
    }

    static Task WriteDefectAsync(HttpContext context, Exception error)
    {
        context.RequestServices.GetRequiredService<ILoggerFactory>().CreateLogger("tonne").Fail(context.Request.Method, TextSanitizer.ToOneLine(context.Request.Path), error);
        return WriteAsync(context, StatusCodes.Status500InternalServerError, $"internal error ({error.GetType().Name})", $"{context.Request.Method} {context.Request.Path}", Report);
    }

    static Task WriteBareAsync(HttpContext context)
    {
        var (what, remedy) = context.Response.StatusCode switch
        {
            StatusCodes.Status404NotFound => ("there is no such address", "/openapi/v1.json lists all addresses."),
            StatusCodes.Status405MethodNotAllowed => ("this address does not take that method", $"Use {context.Response.Headers.Allow}."),
            StatusCodes.Status415UnsupportedMediaType => ("this address does not take that type of content", "/openapi/v1.json lists the types."),
            var status => (ReasonPhrases.GetReasonPhrase(status), "Correct the request; docs/server.md describes it."),
        };
        return WriteAsync(context, context.Response.StatusCode, what, $"{context.Request.Method} {context.Request.Path}", remedy);
    }

    static string Clean(string text) => TextSanitizer.ToOneLine(text);
}
