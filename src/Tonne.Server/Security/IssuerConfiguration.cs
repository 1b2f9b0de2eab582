using Microsoft.IdentityModel.Protocols;
using Microsoft.IdentityModel.Protocols.OpenIdConnect;

namespace Tonne.Server.Security;

/// <summary>The discovery document and the keys of the issuer, kept and fetched again when they change. Thread-safe.</summary>
/// <remarks>
/// They come from the address that was configured, and from what its discovery document names; no address in a token is asked. A key
/// that is not known leads to one look at most in <see cref="LeastInterval"/>, however many such tokens come.
/// </remarks>
sealed class IssuerConfiguration : IDisposable
{
    const int MaxAnswerBytes = 1 << 20;

    static readonly TimeSpan LeastInterval = TimeSpan.FromSeconds(10);
    static readonly TimeSpan UsualInterval = TimeSpan.FromMinutes(30);
    static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);
    static readonly TimeSpan PauseAfterFailure = TimeSpan.FromSeconds(5);

    readonly OidcOptions _options;
    readonly TimeProvider _time;
    long _failed;

    /// <summary>Prepares it; nothing is asked yet.</summary>
    /// <param name="options">The issuer.</param>
    /// <param name="time">The clock.</param>
    public IssuerConfiguration(OidcOptions options, TimeProvider time)
    {
        (_options, _time) = (options, time);
        Backchannel = new HttpClient(new SocketsHttpHandler { AllowAutoRedirect = false, UseCookies = false })
        {
            Timeout = Patience,
            MaxResponseContentBufferSize = MaxAnswerBytes,
        };
        Manager = new ConfigurationManager<OpenIdConnectConfiguration>(
            options.Authority.AbsoluteUri.TrimEnd('/') + "/.well-known/openid-configuration", new OpenIdConnectConfigurationRetriever(),
            new HttpDocumentRetriever(Backchannel) { RequireHttps = options.Authority.Scheme == Uri.UriSchemeHttps })
        {
            RefreshInterval = LeastInterval,
            AutomaticRefreshInterval = UsualInterval,
            // A key that the issuer has withdrawn is not taken any longer than it takes to know that.
            UseLastKnownGoodConfiguration = false,
        };
    }

    /// <summary>Asks the issuer, with limits on time and size. It follows no redirect.</summary>
    public HttpClient Backchannel { get; }

    /// <summary>What the handlers of tokens use.</summary>
    public ConfigurationManager<OpenIdConnectConfiguration> Manager { get; }

    /// <summary>The configuration.</summary>
    /// <exception cref="Api.RequestProblemException">The issuer does not answer.</exception>
    public async Task<OpenIdConnectConfiguration> GetAsync(CancellationToken cancellationToken)
    {
        var failed = Volatile.Read(ref _failed);
        // Many who ask meanwhile do not wait for it one after another.
        if (failed != 0 && _time.GetElapsedTime(failed) < PauseAfterFailure)
            throw CreateUnavailable();
        try
        {
            var configuration = await Manager.GetConfigurationAsync(cancellationToken).ConfigureAwait(false);
            Volatile.Write(ref _failed, 0);
            return configuration;
        }
        catch (Exception error) when (IsFailure(error))
        {
            Volatile.Write(ref _failed, _time.GetTimestamp());
            throw CreateUnavailable();
        }
    }

    /// <summary>Whether an exception means that the issuer does not answer as it should.</summary>
    public static bool IsFailure(Exception error) =>
        error is InvalidOperationException or IOException or HttpRequestException or TaskCanceledException;

    /// <summary>What is answered then; the address is not a secret, and why it failed is in the log only.</summary>
    public Api.RequestProblemException CreateUnavailable() => new(
        StatusCodes.Status503ServiceUnavailable, "the issuer of sign-ins does not answer",
            _options.Authority.GetLeftPart(UriPartial.Authority),
        "Ask again later; the server's token works without it.");

    /// <inheritdoc/>
    public void Dispose() => Backchannel.Dispose();
}
