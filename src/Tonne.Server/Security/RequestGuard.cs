using System.Net;
using System.Security.Cryptography.X509Certificates;
using Microsoft.Extensions.Primitives;
using Tonne.Ledgers.Pushing;
using Tonne.Server.Api;
using Tonne.Server.Fleet;

namespace Tonne.Server.Security;

/// <summary>Refuses requests for another host, from another site, or without the token, before any route sees them.</summary>
/// <param name="options">Names, token, socket, the keys of nodes.</param>
/// <param name="certificate">The certificate of the server, whose names are its own; null without TLS.</param>
sealed class RequestGuard(ServerOptions options, X509Certificate2? certificate = null)
{
    const string TokenParameter = "token";
    const string Bearer = "Bearer ";

    readonly BadTokenLimit _badTokens = new(options.Time);

    // A node that was revoked and goes on must not use up the attempts of people.
    readonly BadTokenLimit _badKeys = new(options.Time);
    readonly bool _isEncrypted = options.Certificate is not null || options.Proxy?.Scheme == "https";

    /// <summary>Checks a request, and passes it on if it is allowed.</summary>
    public Task InvokeAsync(HttpContext context, RequestDelegate next)
    {
        SecurityHeaders.Set(context.Response, _isEncrypted);
        var request = context.Request;
        if (!IsOwnHost(request.Host))
        {
            return ProblemAnswer.WriteAsync(context, StatusCodes.Status421MisdirectedRequest, "this server does not have that name", $"header Host: {request.Host.Value}",
                "Use the address that 'tonne serve' printed; for a name of your own give --behind-proxy URL.");
        }

        if (IsFromOtherSite(request))
        {
            return ProblemAnswer.WriteAsync(context, StatusCodes.Status403Forbidden, "a page of another site sent this request", $"header Origin: {request.Headers.Origin}",
                "Open the address that 'tonne serve' printed, or send the request from a program without the header Origin.");
        }

        if (options.Fleet is { } fleet)
        {
            // A node's key opens this address and no other; the code of a node that enrols is checked at its address.
            if (IsAt(request, FleetRoutes.PushAddress))
                return CheckNodeAsync(context, fleet.Nodes, next);
            if (IsAt(request, FleetRoutes.EnrolAddress))
                return next(context);
        }

        if (options.Socket is not null)
            return next(context);
        if (request.Query.ContainsKey(TokenParameter))
            return SignInAsync(context);
        return HasToken(request) ? next(context) : RefuseAsync(context, isTried: request.Headers.Authorization.Count > 0);
    }

    /// <summary>Whether a request is for an address, as routing finds it: in upper or lower case, with a slash after it or not.</summary>
    static bool IsAt(HttpRequest request, string address) =>
        request.Path.StartsWithSegments(address, StringComparison.OrdinalIgnoreCase, out var rest) && (!rest.HasValue || rest == "/");

    async Task CheckNodeAsync(HttpContext context, INodeRegistry nodes, RequestDelegate next)
    {
        var header = context.Request.Headers.Authorization is [{ } only] && only.StartsWith(Bearer, StringComparison.OrdinalIgnoreCase) ? only[Bearer.Length..].Trim() : "";
        var node = header.Length > 0 ? await nodes.FindAsync(header, context.RequestAborted).ConfigureAwait(false) : null;
        if (node is null)
        {
            if (_badKeys.IsExceeded())
            {
                context.Response.Headers.RetryAfter = "1";
                await ProblemAnswer.WriteAsync(context, StatusCodes.Status429TooManyRequests, "too many wrong keys", "header Authorization", "Wait a second; enrol the node again.").ConfigureAwait(false);
                return;
            }

            context.Response.Headers.WWWAuthenticate = "Bearer";
            await ProblemAnswer.WriteAsync(
                context, StatusCodes.Status401Unauthorized, "the key of the node is missing, unknown, expired or revoked", "header Authorization", "Enrol the node again: tonne fleet enroll.").ConfigureAwait(false);
            return;
        }

        context.Features.Set(node);
        await next(context).ConfigureAwait(false);
    }

    /// <summary>Whether the request names this server. A page whose name was made to point here (DNS rebinding) names itself.</summary>
    bool IsOwnHost(HostString host)
    {
        if (!host.HasValue)
            return false;
        if (options.Proxy is { } proxy && host.Value.Equals(proxy.Authority, StringComparison.OrdinalIgnoreCase))
            return true;
        var name = host.Host.Trim('[', ']');
        // Who has the certificate's key is this server, whatever name leads to it.
        if (certificate is not null && IPAddress.TryParse(name, out _) is false && certificate.MatchesHostname(name, allowWildcards: true, allowCommonName: false))
            return true;
        return name.Equals("localhost", StringComparison.OrdinalIgnoreCase)
            || (IPAddress.TryParse(name, out var address) && (IPAddress.IsLoopback(address) || address.Equals(options.Address) || IsAny(options.Address)));
    }

    /// <summary>Whether the server listens on all addresses of the machine; their numbers cannot be rebound.</summary>
    static bool IsAny(IPAddress address) => address.Equals(IPAddress.Any) || address.Equals(IPAddress.IPv6Any);

    bool IsFromOtherSite(HttpRequest request)
    {
        if (request.Headers.Origin is { Count: > 0 } origin)
            return origin.Count > 1 || !IsOwnOrigin(origin.ToString(), request);
        // A link on another site may be followed; what it leads to needs the cookie, which is not sent along.
        return request.Headers["Sec-Fetch-Site"] is ["cross-site" or "same-site"] && request.Headers["Sec-Fetch-Mode"] is not ["navigate"];
    }

    bool IsOwnOrigin(string origin, HttpRequest request) =>
        Uri.TryCreate(origin, UriKind.Absolute, out var uri)
        && ((uri.Scheme == request.Scheme && uri.Authority.Equals(request.Host.Value, StringComparison.OrdinalIgnoreCase))
            || (options.Proxy is { } proxy && uri.Scheme == proxy.Scheme && uri.Authority == proxy.Authority));

    bool HasToken(HttpRequest request) =>
        request.Headers.Authorization is [{ } header]
            ? header.StartsWith(Bearer, StringComparison.OrdinalIgnoreCase) && options.Token.Matches(header[Bearer.Length..].Trim())
            : StringValues.IsNullOrEmpty(request.Headers.Authorization) && options.Token.MatchesCookie(request.Cookies[GetCookieName(request)]);

    // Cookies do not know ports: each server of a machine has its own name.
    static string GetCookieName(HttpRequest request) => $"tonne-{request.Host.Port ?? 0}";

    /// <summary>Takes the token from the address once, sets the cookie, and leads to the address without it.</summary>
    Task SignInAsync(HttpContext context)
    {
        var request = context.Request;
        if (request.Query[TokenParameter] is not [var given] || !options.Token.Matches(given))
            return RefuseAsync(context, isTried: true);
        if (!HttpMethods.IsGet(request.Method))
        {
            context.Response.Headers.Allow = "GET";
            return ProblemAnswer.WriteAsync(context, StatusCodes.Status405MethodNotAllowed, "a token in the address is for opening a page", $"{request.Method} {request.Path}",
                "Send it as a header instead: Authorization: Bearer TOKEN.");
        }

        context.Response.Cookies.Append(GetCookieName(request), options.Token.CookieValue, new CookieOptions
        {
            HttpOnly = true,
            SameSite = SameSiteMode.Strict,
            Secure = _isEncrypted,
            Path = "/",
            IsEssential = true,
        });
        var rest = QueryString.Create(request.Query.Where(pair => pair.Key != TokenParameter).SelectMany(pair => pair.Value, static (pair, value) => KeyValuePair.Create(pair.Key, value)));
        // One leading slash: //host would be another server.
        var target = "/" + request.Path.ToUriComponent().TrimStart('/', '\\') + rest.ToUriComponent();
        if (request.Headers["Sec-Fetch-Site"] is not ["cross-site"])
        {
            context.Response.StatusCode = StatusCodes.Status303SeeOther;
            context.Response.Headers.Location = target;
            return Task.CompletedTask;
        }

        // A browser that comes from elsewhere does not send a strict cookie with a redirect, but does so from a page of this site.
        context.Response.ContentType = "text/html; charset=utf-8";
        return context.Response.WriteAsync($"<!doctype html><meta http-equiv=\"refresh\" content=\"0;url={WebUtility.HtmlEncode(target)}\"><title>tonne</title>", context.RequestAborted);
    }

    Task RefuseAsync(HttpContext context, bool isTried)
    {
        if (isTried && _badTokens.IsExceeded())
        {
            context.Response.Headers.RetryAfter = "1";
            return ProblemAnswer.WriteAsync(context, StatusCodes.Status429TooManyRequests, "too many wrong tokens", "token", "Wait a second; the token is in the address that 'tonne serve' printed.");
        }

        context.Response.Headers.WWWAuthenticate = "Bearer";
        return ProblemAnswer.WriteAsync(context, StatusCodes.Status401Unauthorized, isTried ? "the token is wrong" : "the token is missing", "header Authorization, or cookie",
            "Open the address that 'tonne serve' printed, or send the header Authorization: Bearer TOKEN.");
    }
}
