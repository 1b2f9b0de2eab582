using System.Security.Claims;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authentication.Cookies;
using Microsoft.AspNetCore.Authentication.OpenIdConnect;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.IdentityModel.Protocols.OpenIdConnect;
using Microsoft.IdentityModel.Tokens;
using Tonne.Formatting;
using Tonne.Server.Api;

namespace Tonne.Server.Security;

/// <summary>Sign-in by OpenID Connect: signed tokens of programs, and the code flow with PKCE and a session for browsers.</summary>
static class PersonSignIn
{
    /// <summary>Address to which the issuer sends a browser back.</summary>
    public const string CallbackAddress = "/signin-oidc";

    /// <summary>Page that is shown after a session has ended.</summary>
    public const string SignedOutAddress = "/signed-out";

    /// <summary>Name of the scheme of signed tokens.</summary>
    public const string BearerScheme = "bearer";

    /// <summary>Name of the scheme of the session of a browser.</summary>
    public const string SessionScheme = "session";

    /// <summary>Name of the scheme of the code flow.</summary>
    public const string IssuerScheme = "issuer";

    const string NameClaim = "name";

    static readonly TimeSpan SessionLength = TimeSpan.FromHours(8);
    static readonly TimeSpan ClockSkew = TimeSpan.FromMinutes(1);

    // Signatures with a private key only: with a secret (HS256), a token could be signed with the public key, and none is unsigned.
    static readonly string[] Algorithms =
    [
        SecurityAlgorithms.RsaSha256, SecurityAlgorithms.RsaSha384, SecurityAlgorithms.RsaSha512,
        SecurityAlgorithms.RsaSsaPssSha256, SecurityAlgorithms.RsaSsaPssSha384, SecurityAlgorithms.RsaSsaPssSha512,
        SecurityAlgorithms.EcdsaSha256, SecurityAlgorithms.EcdsaSha384, SecurityAlgorithms.EcdsaSha512,
    ];

    /// <summary>Adds what sign-ins need.</summary>
    /// <param name="services">The services.</param>
    /// <param name="oidc">The issuer.</param>
    /// <param name="options">The server.</param>
    public static void Add(IServiceCollection services, OidcOptions oidc, ServerOptions options)
    {
        var keys = services.AddDataProtection().SetApplicationName("tonne");
        if (options.SessionKeys is { } folder)
            keys.PersistKeysToFileSystem(PrepareFolder(folder));
        else
            keys.UseEphemeralDataProtectionProvider();
        // It is said in docs/server.md that the keys are in a folder of the owner's.
        // Of a sign-in that fails one line is written, in which nothing of the issuer's answer can look like another line.
        services.AddLogging(logging => logging.AddFilter("Microsoft.AspNetCore.DataProtection", LogLevel.Error)
            .AddFilter("Microsoft.AspNetCore.Authentication", LogLevel.Critical));
        var issuer = new IssuerConfiguration(oidc, options.Time);
        services.AddSingleton(_ => issuer);
        services.AddAuthentication()
            .AddJwtBearer(BearerScheme, bearer =>
            {
                bearer.MapInboundClaims = false;
                bearer.ConfigurationManager = issuer.Manager;
                bearer.IncludeErrorDetails = false;
                bearer.TokenValidationParameters = CreateParameters(oidc, oidc.Audience ?? oidc.ClientId);
            })
            .AddCookie(SessionScheme, session => Configure(session, options.IsEncrypted))
            .AddOpenIdConnect(IssuerScheme, flow => Configure(flow, oidc, issuer, options));
    }

    /// <summary>Who a token or a session is for.</summary>
    /// <param name="principal">What the token says.</param>
    /// <param name="claim">The claim with the name.</param>
    /// <param name="problem">What is wrong with it; null if nothing is.</param>
    public static RequestPerson? FindPerson(ClaimsPrincipal principal, string claim, out string? problem)
    {
        problem = null;
        var names = principal.FindAll(claim).ToList();
        if (names.Count != 1)
            problem = names.Count == 0 ? $"the token has no claim '{claim}'" : $"the token has more than one claim '{claim}'";
        // An object or a number is written as text where a claim is read.
        else if (names[0].ValueType != ClaimValueTypes.String)
            problem = $"the claim '{claim}' is not a text";
        else if (RequestPerson.FindNameProblem(names[0].Value) is { } wrong)
            problem = wrong;
        // Who may write any address into their profile is not its owner yet.
        else if (claim == "email"
            && principal.FindFirst("email_verified")?.Value.Equals("false", StringComparison.OrdinalIgnoreCase) == true)
            problem = "the issuer has not verified the address of this person";
        return problem is null ? new RequestPerson(names[0].Value, PersonOrigin.Issuer) : null;
    }

    /// <summary>Who a session is for.</summary>
    public static RequestPerson? FindPerson(ClaimsPrincipal session) => FindPerson(session, NameClaim, out _);

    /// <summary>Answers what the issuer sends a browser back with.</summary>
    public static async Task AnswerCallbackAsync(HttpContext context)
    {
        var handlers = context.RequestServices.GetRequiredService<IAuthenticationHandlerProvider>();
        await context.RequestServices.GetRequiredService<IssuerConfiguration>().GetAsync(context.RequestAborted).ConfigureAwait(false);
        if (await handlers.GetHandlerAsync(context, IssuerScheme).ConfigureAwait(false) is not IAuthenticationRequestHandler handler
            || !await handler.HandleRequestAsync().ConfigureAwait(false))
        {
            await ProblemAnswer.WriteAsync(context, StatusCodes.Status404NotFound, "there is no such address", CallbackAddress,
                "Open the first page to sign in.").ConfigureAwait(false);
        }
    }

    /// <summary>Sends a browser to the issuer.</summary>
    /// <param name="context">The request.</param>
    /// <param name="target">Where it comes back to: a path of this server.</param>
    public static async Task ChallengeAsync(HttpContext context, string target)
    {
        await context.RequestServices.GetRequiredService<IssuerConfiguration>().GetAsync(context.RequestAborted).ConfigureAwait(false);
        await context.ChallengeAsync(IssuerScheme, new AuthenticationProperties { RedirectUri = target }).ConfigureAwait(false);
    }

    /// <summary>Ends the session of a browser.</summary>
    /// <returns>The address at which the issuer ends its own session too; null if it has none.</returns>
    public static async Task<string?> SignOutAsync(HttpContext context, OidcOptions oidc)
    {
        await context.SignOutAsync(SessionScheme).ConfigureAwait(false);
        try
        {
            var configuration = await context.RequestServices.GetRequiredService<IssuerConfiguration>().GetAsync(context.RequestAborted)
                .ConfigureAwait(false);
            return Uri.TryCreate(configuration.EndSessionEndpoint, UriKind.Absolute, out var end) && end.Scheme is "https" or "http"
                ? new UriBuilder(end) { Query = end.Query.TrimStart('?') + (
                    end.Query.Length > 1 ? "&" : "") + "client_id=" + Uri.EscapeDataString(oidc.ClientId) }
                    .Uri.AbsoluteUri
                : null;
        }
        catch (RequestProblemException)
        {
            // The session here has ended in any case.
            return null;
        }
    }

    static TokenValidationParameters CreateParameters(OidcOptions oidc, string audience) => new()
    {
        ValidAudience = audience,
        ValidateAudience = true,
        ValidateIssuer = true,
        ValidateIssuerSigningKey = true,
        ValidateLifetime = true,
        RequireExpirationTime = true,
        RequireSignedTokens = true,
        ValidAlgorithms = Algorithms,
        ClockSkew = ClockSkew,
        NameClaimType = oidc.PersonClaim,
    };

    static void Configure(CookieAuthenticationOptions session, bool isEncrypted)
    {
        // The prefix makes browsers take it only with TLS, and from this very host.
        session.Cookie.Name = isEncrypted ? "__Host-tonne-session" : "tonne-session";
        session.Cookie.HttpOnly = true;
        session.Cookie.IsEssential = true;
        session.Cookie.Path = "/";
        // Not strict: a browser that comes back from the issuer would not send it.
        session.Cookie.SameSite = SameSiteMode.Lax;
        session.Cookie.SecurePolicy = isEncrypted ? CookieSecurePolicy.Always : CookieSecurePolicy.SameAsRequest;
        session.ExpireTimeSpan = SessionLength;
        session.SlidingExpiration = false;
    }

    static void Configure(OpenIdConnectOptions flow, OidcOptions oidc, IssuerConfiguration issuer, ServerOptions options)
    {
        flow.ConfigurationManager = issuer.Manager;
        flow.Backchannel = issuer.Backchannel;
        flow.ClientId = oidc.ClientId;
        flow.ClientSecret = oidc.ClientSecret;
        flow.SignInScheme = SessionScheme;
        flow.CallbackPath = CallbackAddress;
        flow.RemoteSignOutPath = default;
        flow.SignedOutCallbackPath = default;
        flow.ResponseType = OpenIdConnectResponseType.Code;
        // In the address, so that cookies of the same site come along.
        flow.ResponseMode = OpenIdConnectResponseMode.Query;
        flow.UsePkce = true;
        flow.SaveTokens = false;
        flow.GetClaimsFromUserInfoEndpoint = false;
        flow.MapInboundClaims = false;
        flow.DisableTelemetry = true;
        flow.TokenValidationParameters = CreateParameters(oidc, oidc.ClientId);
        flow.Scope.Clear();
        flow.Scope.Add("openid");
        flow.Scope.Add("profile");
        if (oidc.PersonClaim == "email")
            flow.Scope.Add("email");
        var secure = options.IsEncrypted ? CookieSecurePolicy.Always : CookieSecurePolicy.SameAsRequest;
        (flow.NonceCookie.SameSite, flow.NonceCookie.SecurePolicy) = (SameSiteMode.Lax, secure);
        (flow.CorrelationCookie.SameSite, flow.CorrelationCookie.SecurePolicy) = (SameSiteMode.Lax, secure);
        flow.Events.OnRedirectToIdentityProvider = redirect =>
        {
            // The name that users see, whatever the request says.
            if (options.Proxy is { } proxy)
                redirect.ProtocolMessage.RedirectUri = proxy.GetLeftPart(UriPartial.Authority) + CallbackAddress;
            return Task.CompletedTask;
        };
        flow.Events.OnTokenValidated = async validated =>
        {
            if (FindPerson(validated.Principal!, oidc.PersonClaim, out var problem) is not { } person)
            {
                validated.Fail(problem!);
                return;
            }

            // Of all that the issuer says, the session keeps the name.
            validated.Principal =
                new ClaimsPrincipal(new ClaimsIdentity([new Claim(NameClaim, person.Name)], IssuerScheme, NameClaim, null));
            validated.HttpContext.Features.Set(person);
            await options.Fleet!.NoteAsync(RequestPerson.Describe(validated.HttpContext), "sign in", oidc.Authority.Host,
                validated.HttpContext.RequestAborted).ConfigureAwait(false);
        };
        flow.Events.OnRemoteFailure = failure =>
        {
            failure.HandleResponse();
            var reason = failure.Failure?.Message ?? "unknown";
            failure.HttpContext.RequestServices.GetRequiredService<ILoggerFactory>().CreateLogger("tonne")
                .Warn("a sign-in failed: " + TextSanitizer.ToOneLine(reason));
            return ProblemAnswer.WriteAsync(
                failure.HttpContext, StatusCodes.Status403Forbidden, "the sign-in failed", "the issuer's answer",
                "Open the first page to try again; the log of the server says why.");
        };
    }

    static DirectoryInfo PrepareFolder(string folder)
    {
        const UnixFileMode owner = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;
        try
        {
            if (OperatingSystem.IsWindows())
                return Directory.CreateDirectory(folder);
            var made = Directory.CreateDirectory(folder, owner);
            return (File.GetUnixFileMode(folder) & ~owner) == UnixFileMode.None ? made
                : throw new ServerStartException($"other users can open {folder}, which has the keys of sessions: chmod 700 {folder}.");
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new ServerStartException($"the keys of sessions cannot be kept in {folder}: {error.Message}", error);
        }
    }
}
