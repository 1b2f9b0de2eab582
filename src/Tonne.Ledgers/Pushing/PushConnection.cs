using System.Net.Http.Headers;
using System.Net.Security;
using System.Security.Cryptography;

namespace Tonne.Ledgers.Pushing;

/// <summary>Makes the HTTP client of a push. It follows no redirect and keeps no cookie, so that the key goes to one server only.</summary>
/// <remarks>A certificate must be trusted by the system, or be the one whose fingerprint is configured.</remarks>
public static class PushConnection
{
    static readonly TimeSpan _connectTimeout = TimeSpan.FromSeconds(20);

    /// <summary>Makes a client; the caller disposes it.</summary>
    /// <param name="settings">The server.</param>
    public static HttpClient Create(FleetSettings settings)
    {
        ArgumentNullException.ThrowIfNull(settings);
        var handler = new SocketsHttpHandler
        {
            AllowAutoRedirect = false,
            UseCookies = false,
            MaxConnectionsPerServer = 1,
            ConnectTimeout = _connectTimeout,
            // A name that moves to another address is found again.
            PooledConnectionLifetime = TimeSpan.FromMinutes(15),
            MaxResponseHeadersLength = 64,
        };
        if (settings.CertificateSha256 is { } fingerprint)
        {
            var expected = Convert.FromHexString(fingerprint);
            handler.SslOptions = new SslClientAuthenticationOptions
            {
                RemoteCertificateValidationCallback = (_, certificate, _, _) =>
                    certificate is not null && CryptographicOperations.FixedTimeEquals(
                        SHA256.HashData(certificate.GetRawCertData()), expected),
            };
        }

        var client = new HttpClient(handler) { Timeout = Timeout.InfiniteTimeSpan };
        client.DefaultRequestHeaders.UserAgent.Add(new ProductInfoHeaderValue("tonne", null));
        return client;
    }
}
