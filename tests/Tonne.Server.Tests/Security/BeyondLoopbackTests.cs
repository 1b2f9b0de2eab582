using System.Net;
using System.Net.Security;
using System.Runtime.Versioning;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Tonne.Server.Security;

namespace Tonne.Server.Tests.Security;

/// <summary>TLS, a proxy before the server, and the browser that is opened.</summary>
[UnsupportedOSPlatform("windows")]
public sealed class BeyondLoopbackTests : IDisposable
{
    readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("tonne-tls-");

    string At(string name) => Path.Combine(_folder.FullName, name);

    static X509Certificate2 CreateCertificate()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=localhost", key, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        names.AddDnsName("localhost");
        names.AddIpAddress(IPAddress.Loopback);
        request.CertificateExtensions.Add(names.Build());
        return request.CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(1));
    }

    [Theory]
    [InlineData("one file")]
    [InlineData("two files")]
    [InlineData("PKCS #12")]
    public async Task TLS_serves_with_the_certificate_of_the_file(string form)
    {
        using var certificate = CreateCertificate();
        using var key = certificate.GetECDsaPrivateKey()!;
        var (pem, keyPem) = (certificate.ExportCertificatePem(), key.ExportPkcs8PrivateKeyPem());
        await File.WriteAllTextAsync(At("host.pem"), form == "one file" ? pem + "\n" + keyPem : pem, TestContext.Current.CancellationToken);
        await File.WriteAllTextAsync(At("key.pem"), keyPem, TestContext.Current.CancellationToken);
        await File.WriteAllBytesAsync(At("host.pfx"), certificate.Export(X509ContentType.Pkcs12), TestContext.Current.CancellationToken);
        await using var server = await RunningServer.StartAsync(configure: options => options with
        {
            Certificate = At(form == "PKCS #12" ? "host.pfx" : "host.pem"),
            CertificateKey = form == "two files" ? At("key.pem") : null,
        });
        Assert.Equal("https", server.Address.Scheme);
        using var handler = new SocketsHttpHandler
        {
            AllowAutoRedirect = false,
            UseCookies = false,
            // This certificate and no other.
            SslOptions = new SslClientAuthenticationOptions { RemoteCertificateValidationCallback = (_, seen, _, _) => seen?.GetCertHashString(HashAlgorithmName.SHA256) == certificate.GetCertHashString(HashAlgorithmName.SHA256) },
        };
        using var client = new HttpClient(handler) { BaseAddress = server.Address };

        using var refused = await client.GetAsync(new Uri("/api/v1/version", UriKind.Relative), TestContext.Current.CancellationToken);
        using var entered = await client.GetAsync(new Uri("/?token=" + server.Options.Token.Text, UriKind.Relative), TestContext.Current.CancellationToken);

        Assert.Equal(HttpStatusCode.Unauthorized, refused.StatusCode);
        Assert.Equal(["max-age=31536000"], refused.Headers.GetValues("Strict-Transport-Security"));
        Assert.Contains("; secure", entered.Headers.GetValues("Set-Cookie").Single(), StringComparison.OrdinalIgnoreCase);
        // Nothing is said in plain text.
        using var plain = new HttpClient();
        await Assert.ThrowsAnyAsync<HttpRequestException>(() => plain.GetAsync(new Uri($"http://127.0.0.1:{server.Address.Port}/"), TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task A_file_without_a_certificate_is_refused_with_its_remedy()
    {
        await File.WriteAllTextAsync(At("host.pem"), "no certificate", TestContext.Current.CancellationToken);

        var error = await Assert.ThrowsAsync<ServerStartException>(() => RunningServer.StartAsync(configure: options => options with { Certificate = At("host.pem") }));

        Assert.Contains("Give a PEM file", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("tonne.example.org", 200)]
    [InlineData("tonne.example.org:7070", 200)]
    [InlineData("node.cluster.example.org", 200)]
    [InlineData("a.node.cluster.example.org", 421)]
    [InlineData("evil.example.org", 421)]
    [InlineData("cn.example.org", 421)]
    [InlineData("10.1.2.3", 421)]
    public async Task Names_of_the_certificate_are_names_of_the_server(string host, int status)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=cn.example.org", key, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        names.AddDnsName("tonne.example.org");
        names.AddDnsName("*.cluster.example.org");
        request.CertificateExtensions.Add(names.Build());
        using var certificate = request.CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(1));
        await File.WriteAllTextAsync(At("host.pem"), certificate.ExportCertificatePem() + "\n" + key.ExportPkcs8PrivateKeyPem(), TestContext.Current.CancellationToken);
        await using var server = await RunningServer.StartAsync(configure: options => options with { Certificate = At("host.pem") });
        using var handler = new SocketsHttpHandler
        {
            SslOptions = new SslClientAuthenticationOptions
            {
                RemoteCertificateValidationCallback = (_, given, _, _) => given?.GetCertHashString() == certificate.GetCertHashString(),
            },
        };
        using var client = new HttpClient(handler);
        using var asked = new HttpRequestMessage(HttpMethod.Get, new Uri(server.Address, "/api/v1/version"));
        asked.Headers.Host = host;
        asked.Headers.Authorization = new("Bearer", server.Options.Token.Text);

        using var response = await client.SendAsync(asked, TestContext.Current.CancellationToken);

        Assert.Equal(status, (int)response.StatusCode);
    }

    [Theory]
    [InlineData("tonne.example.org", "https://tonne.example.org", 200)]
    [InlineData("tonne.example.org", null, 200)]
    [InlineData("evil.example.org", null, 421)]
    [InlineData("tonne.example.org", "https://evil.example.org", 403)]
    public async Task Behind_a_proxy_only_its_name_and_its_pages_are_known(string host, string? origin, int status)
    {
        await using var server = await RunningServer.StartAsync(configure: static options => options with { Proxy = new Uri("https://tonne.example.org") });
        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri("/api/v1/version", UriKind.Relative));
        request.Headers.Host = host;
        if (origin is not null)
            request.Headers.Add("Origin", origin);

        using var response = await server.Client.SendAsync(request, TestContext.Current.CancellationToken);

        Assert.True((int)response.StatusCode == status, $"{(int)response.StatusCode}, expected {status}");
        Assert.True(response.Headers.Contains("Strict-Transport-Security"));
    }

    // Other users can read the arguments of a process, so the address with the token is in a file of the user's.
    [Fact]
    public void The_browser_gets_a_file_that_only_the_user_can_read()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "the program that opens addresses is another");
        var (program, opened) = (At("xdg-open"), At("opened"));
        File.WriteAllText(program, $"#!/bin/sh\nprintf %s \"$1\" >'{opened}.part' && mv '{opened}.part' '{opened}'\n");
        File.SetUnixFileMode(program, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        var path = Environment.GetEnvironmentVariable("PATH");
        Environment.SetEnvironmentVariable("PATH", _folder.FullName + ":" + path);
        try
        {
            string? Variable(string name) => name switch { "DISPLAY" => ":0", "XDG_STATE_HOME" => At("state"), _ => null };
            _ = new TokenFile(Path.Combine(At("state"), "tonne", "serve-token")).ReadOrCreate();

            Browser.Open("http://127.0.0.1:7070/?token=secret", Variable);

            Assert.True(SpinWait.SpinUntil(() => File.Exists(opened), TimeSpan.FromSeconds(20)), "nothing was opened");
            var page = File.ReadAllText(opened);
            Assert.DoesNotContain("secret", page, StringComparison.Ordinal);
            Assert.Contains("url=http://127.0.0.1:7070/?token=secret", File.ReadAllText(page), StringComparison.Ordinal);
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(page));
        }
        finally
        {
            Environment.SetEnvironmentVariable("PATH", path);
        }
    }

    public void Dispose() => _folder.Delete(recursive: true);
}
