using System.Net;
using System.Security.Cryptography.X509Certificates;
using Microsoft.AspNetCore.Authentication;
using Microsoft.Extensions.Primitives;
using Tonne.Ledgers.Pushing;
using Tonne.Server.Api;
using Tonne.Server.Fleet;

namespace Tonne.Server.Security;

/// <summary>
/// Refuses requests for another host, from another site, or of nobody who is known, before any route sees them. Whose request it is,
/// is known from here on (<see cref="RequestPerson"/>).
/// </summary>
/// <param name="options">Names, token, socket, the keys of nodes, the issuer, the proxy.</param>
/// <param name="certificate">The certificate of the server, whose names are its own; null without TLS.</param>
sealed class RequestGuard(ServerOptions options, X509Certificate2? certificate = null)
{
    const string TokenParameter = "token";
    const string Bearer = "Bearer ";

    const string SignedOutPage = """
        <!doctype html>
        <html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
        <title>tonne</title></head><body>
        <h1>You are signed out</h1>
        <p><a href="/">Sign in again</a></p>
        </body></html>
        """;

    readonly BadTokenLimit _badTokens = new(options.Time);

    // A node that was revoked and goes on must not use up the attempts of people.
    readonly BadTokenLimit _badKeys = new(options.Time);

    /// <summary>Checks a request, and passes it on if it is allowed.</summary>
    public Task InvokeAsync(HttpContext context, RequestDelegate next)
    {
        SecurityHeaders.Set(context.Response, options.IsEncrypted);
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
            // A node's key opens these addresses and no other; the code of a node that enrols is checked at its address.
            if (IsAt(request, FleetRoutes.PushAddress) || IsAt(request, FleetRoutes.KeyAddress))
                return CheckNodeAsync(context, fleet.Nodes, next);
            if (IsAt(request, FleetRoutes.EnrolAddress))
                return next(context);
        }

        if (options.Oidc is not null)
        {
            if (IsAt(request, PersonSignIn.CallbackAddress))
                return PersonSignIn.AnswerCallbackAsync(context);
            if (IsAt(request, PersonSignIn.SignedOutAddress) && HttpMethods.IsGet(request.Method))
            {
                context.Response.ContentType = "text/html; charset=utf-8";
                return context.Response.WriteAsync(SignedOutPage, context.RequestAborted);
            }
        }

        return IdentifyAsync(context, next);
    }

    /// <summary>Finds out who sends the request.</summary>
    Task IdentifyAsync(HttpContext context, RequestDelegate next)
    {
        var request = context.Request;
        if (options.PersonHeader is { } header && header.Find(request) is { } named)
            return EnterByProxyAsync(context, header, named, next);
        if (options.IsOwnersSocket)
            return EnterAsync(context, RequestPerson.Owner, next);
        if (request.Query.ContainsKey(TokenParameter) && !options.IsTokenOff)
            return SignInAsync(context);
        if (request.Headers.Authorization.Count > 0)
        {
            return request.Headers.Authorization is not [{ } only] || !only.StartsWith(Bearer, StringComparison.OrdinalIgnoreCase)
                ? RefuseAsync(context, isTried: true)
                : IsToken(only[Bearer.Length..].Trim()) ? EnterAsync(context, RequestPerson.Owner, next)
                : options.Oidc is { } oidc && IsSigned(only) ? EnterByTokenAsync(context, oidc, next)
                : RefuseAsync(context, isTried: true);
        }

        if (!options.IsTokenOff && options.Token.MatchesCookie(request.Cookies[GetCookieName(request)]))
            return EnterByCookieAsync(context, RequestPerson.Owner, next);
        return options.Oidc is null ? RefuseAsync(context, isTried: false) : EnterBySessionAsync(context, next);
    }

    static Task EnterAsync(HttpContext context, RequestPerson person, RequestDelegate next)
    {
        context.Features.Set(person);
        return next(context);
    }

    /// <summary>Takes the name that a proxy gives, if it is the proxy.</summary>
    static Task EnterByProxyAsync(HttpContext context, PersonHeader header, StringValues named, RequestDelegate next)
    {
        if (!header.IsFromProxy(context.Connection))
        {
            return ProblemAnswer.WriteAsync(
                context, StatusCodes.Status403Forbidden, "only the proxy may say who sends a request", $"header {header.Name}",
                "Leave the header out; --trusted-proxy names the addresses of the proxy.");
        }

        return named is not [{ } name] || RequestPerson.FindNameProblem(name) is not null
            ? ProblemAnswer.WriteAsync(
                context, StatusCodes.Status403Forbidden, "the proxy gives no name of a person, or several", $"header {header.Name}",
                "The proxy must replace this header with one name, without blanks.")
            : EnterAsync(context, new RequestPerson(name, PersonOrigin.Proxy), next);
    }

    /// <summary>Takes a signed token of the issuer.</summary>
    async Task EnterByTokenAsync(HttpContext context, OidcOptions oidc, RequestDelegate next)
    {
        await context.RequestServices.GetRequiredService<IssuerConfiguration>().GetAsync(context.RequestAborted).ConfigureAwait(false);
        var result = await context.AuthenticateAsync(PersonSignIn.BearerScheme).ConfigureAwait(false);
        if (!result.Succeeded)
            await RefuseAsync(context, isTried: true).ConfigureAwait(false);
        else if (PersonSignIn.FindPerson(result.Principal, oidc.PersonClaim, out var problem) is { } person)
            await EnterAsync(context, person, next).ConfigureAwait(false);
        else
        {
            await ProblemAnswer.WriteAsync(context, StatusCodes.Status403Forbidden, problem!, "header Authorization",
                "Ask the issuer for a token with the name of the person; --oidc-person-claim names its claim.").ConfigureAwait(false);
        }
    }

    /// <summary>Takes the session of a browser; without one a page leads to the issuer.</summary>
    async Task EnterBySessionAsync(HttpContext context, RequestDelegate next)
    {
        var result = await context.AuthenticateAsync(PersonSignIn.SessionScheme).ConfigureAwait(false);
        if (result.Succeeded && PersonSignIn.FindPerson(result.Principal) is { } person)
            await EnterByCookieAsync(context, person, next).ConfigureAwait(false);
        else if (IsPage(context.Request))
            await PersonSignIn.ChallengeAsync(context, GetTarget(context.Request, context.Request.QueryString)).ConfigureAwait(false);
        else
            await RefuseAsync(context, isTried: false).ConfigureAwait(false);
    }

    /// <summary>Takes a cookie, which a browser sends by itself: what changes something must come from a page of this server.</summary>
    static Task EnterByCookieAsync(HttpContext context, RequestPerson person, RequestDelegate next)
    {
        var request = context.Request;
        var isReading = HttpMethods.IsGet(request.Method) || HttpMethods.IsHead(request.Method);
        // An Origin of another site was refused before.
        if (isReading || request.Headers.Origin.Count > 0 || request.Headers["Sec-Fetch-Site"] is ["same-origin"])
            return EnterAsync(context, person, next);
        return ProblemAnswer.WriteAsync(
            context, StatusCodes.Status403Forbidden, "it is not known which page sent this request", "header Origin",
            "Send it from a page of this server, or from a program with the header Authorization instead of a cookie.");
    }

    static bool IsPage(HttpRequest request) => HttpMethods.IsGet(request.Method)
        && request.Headers.Accept.ToString().Contains("text/html", StringComparison.OrdinalIgnoreCase);

    bool IsToken(string text) => !options.IsTokenOff && options.Token.Matches(text);

    /// <summary>Whether it may be a signed token: three parts with full stops between.</summary>
    static bool IsSigned(string header) => header.AsSpan().Count('.') == 2;

    /// <summary>The address of a request on this server. One leading slash: //host would be another server.</summary>
    static string GetTarget(HttpRequest request, QueryString query) =>
        "/" + request.Path.ToUriComponent().TrimStart('/', '\\') + query.ToUriComponent();

    /// <summary>What a node sends as its key; empty if nothing.</summary>
    public static string ReadKey(HttpRequest request) =>
        request.Headers.Authorization is [{ } only] && only.StartsWith(Bearer, StringComparison.OrdinalIgnoreCase)
            ? only[Bearer.Length..].Trim() : "";

    /// <summary>Whether a request is for an address, as routing finds it: in upper or lower case, with a slash after it or not.</summary>
    static bool IsAt(HttpRequest request, string address) =>
        request.Path.StartsWithSegments(address, StringComparison.OrdinalIgnoreCase, out var rest) && (!rest.HasValue || rest == "/");

    async Task CheckNodeAsync(HttpContext context, INodeRegistry nodes, RequestDelegate next)
    {
        var header = ReadKey(context.Request);
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

    /// <summary>Removes the cookie that takes the place of the token.</summary>
    public static void ForgetToken(HttpContext context) =>
        context.Response.Cookies.Delete(GetCookieName(context.Request), new CookieOptions { Path = "/" });

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
            Secure = options.IsEncrypted,
            Path = "/",
            IsEssential = true,
        });
        var rest = QueryString.Create(request.Query.Where(pair => pair.Key != TokenParameter).SelectMany(pair => pair.Value, static (pair, value) => KeyValuePair.Create(pair.Key, value)));
        var target = GetTarget(request, rest);
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
            return ProblemAnswer.WriteAsync(context, StatusCodes.Status429TooManyRequests, "too many wrong tokens", "token",
                options.Oidc is null ? "Wait a second; the token is in the address that 'tonne serve' printed."
                    : "Wait a second, and ask the issuer for a new token.");
        }

        context.Response.Headers.WWWAuthenticate = "Bearer";
        return ProblemAnswer.WriteAsync(context, StatusCodes.Status401Unauthorized, isTried ? "the token is wrong" : "the token is missing", "header Authorization, or cookie",
            options.Oidc is null ? "Open the address that 'tonne serve' printed, or send the header Authorization: Bearer TOKEN."
                : "Open a page to sign in, or send the header Authorization: Bearer TOKEN with a token of the issuer.");
    }
}
