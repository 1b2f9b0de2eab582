using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using Tonne.Ledgers.Pushing;

namespace Tonne.Ledgers.Tests.Pushing;

/// <summary>A server with a certificate of its own, that nobody but the configuration trusts.</summary>
public sealed class PushConnectionTests : IDisposable
{
    readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    readonly X509Certificate2 _certificate = CreateCertificate();
    readonly Task _serving;

    public PushConnectionTests()
    {
        _listener.Start();
        _serving = ServeAsync();
    }

    string Fingerprint => _certificate.GetCertHashString(HashAlgorithmName.SHA256);

    public void Dispose()
    {
        _listener.Stop();
        _ = _serving.Wait(TimeSpan.FromSeconds(10));
        _certificate.Dispose();
    }

    static X509Certificate2 CreateCertificate()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=localhost", key, HashAlgorithmName.SHA256);
        using var made = request.CreateSelfSigned(
            new DateTimeOffset(2020, 1, 1, 0, 0, 0, TimeSpan.Zero), new DateTimeOffset(2040, 1, 1, 0, 0, 0, TimeSpan.Zero));
        return X509CertificateLoader.LoadPkcs12(made.Export(X509ContentType.Pkcs12), null);
    }

    async Task ServeAsync()
    {
        while (true)
        {
            try
            {
                using var client = await _listener.AcceptTcpClientAsync();
                await using var secure = new SslStream(client.GetStream());
                await secure.AuthenticateAsServerAsync(_certificate);
                var buffer = new byte[4096];
                _ = await secure.ReadAsync(buffer);
                await secure.WriteAsync(
                    Encoding.ASCII.GetBytes(
                        "HTTP/1.1 302 Found\r\nLocation: https://elsewhere.example.org/\r\n"
                            + "Content-Length: 0\r\nConnection: close\r\n\r\n"));
            }
            catch (Exception error) when (error is IOException or AuthenticationException)
            {
                // The client does not trust it.
            }
            catch (Exception error) when (error is SocketException or InvalidOperationException)
            {
                return;
            }
        }
    }

    async Task<HttpStatusCode> AskAsync(string? fingerprint)
    {
        var settings = new FleetSettings
        {
            Server = new Uri($"https://localhost:{((IPEndPoint)_listener.LocalEndpoint).Port}/"),
            Name = "n",
            Key = "k",
            CertificateSha256 = fingerprint,
        };
        using var http = PushConnection.Create(settings);
        using var response = await http.GetAsync(settings.Server, TestContext.Current.CancellationToken);
        return response.StatusCode;
    }

    [Fact]
    public async Task The_certificate_with_the_fingerprint_is_trusted_and_no_redirect_followed() =>
        Assert.Equal(HttpStatusCode.Found, await AskAsync(Fingerprint));

    [Fact]
    public async Task One_that_the_system_does_not_trust_is_refused() =>
        Assert.IsType<AuthenticationException>((await Assert.ThrowsAsync<HttpRequestException>(() => AskAsync(null))).InnerException);

    [Fact]
    public async Task Another_one_than_the_fingerprint_s_is_refused() =>
        Assert.IsType<AuthenticationException>(
            (await Assert.ThrowsAsync<HttpRequestException>(() => AskAsync(new string('0', 64)))).InnerException);
}
