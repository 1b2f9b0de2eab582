using System.Net;
using System.Net.Sockets;
using System.Runtime.Versioning;
using System.Text;
using Microsoft.AspNetCore.Http;
using Tonne.Server.Security;

namespace Tonne.Server.Tests.Security;

/// <summary>Requests as an attacker sends them, over a real connection.</summary>
[UnsupportedOSPlatform("windows")]
public class AccessTests
{
    static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    public static TheoryData<string> Addresses { get; } = ["/", "/runs/last", "/assets/dashboard.js", "/api/v1/runs", "/metrics", "/mcp", "/openapi/v1.json", "/nothing", "/api/v1/runs/x/live"];

    [Theory, MemberData(nameof(Addresses))]
    public async Task Nothing_is_answered_without_the_token_on_loopback_too(string address)
    {
        await using var server = await RunningServer.StartAsync();

        foreach (var header in new[] { "", "Authorization: Bearer \r\n", "Authorization: Bearer x\r\n", $"Authorization: Basic {server.Options.Token.Text}\r\n", $"Cookie: tonne-{server.Address.Port}={server.Options.Token.Text}\r\n" })
        {
            var answer = await SendAsync(server, $"GET {address} HTTP/1.1\r\nHost: 127.0.0.1\r\n{header}Connection: close\r\n\r\n");
            Assert.StartsWith("HTTP/1.1 401", answer, StringComparison.Ordinal);
            Assert.DoesNotContain(server.Options.Token.Text, answer, StringComparison.Ordinal);
            Assert.DoesNotContain("schema", answer, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task The_token_in_the_address_becomes_a_cookie_and_leaves_the_address()
    {
        await using var server = await RunningServer.StartAsync();
        var (token, port) = (server.Options.Token.Text, server.Address.Port);

        var answer = await SendAsync(server, $"GET /api/v1/runs?limit=3&token={token} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nConnection: close\r\n\r\n");

        Assert.StartsWith("HTTP/1.1 303", answer, StringComparison.Ordinal);
        Assert.Contains("\r\nLocation: /api/v1/runs?limit=3\r\n", answer, StringComparison.Ordinal);
        var cookie = Assert.Single(answer.Split("\r\n"), line => line.StartsWith("Set-Cookie: ", StringComparison.Ordinal))["Set-Cookie: ".Length..];
        Assert.Contains("httponly", cookie, StringComparison.Ordinal);
        Assert.Contains("samesite=strict", cookie, StringComparison.Ordinal);
        // The cookie opens, and does not reveal the token.
        Assert.DoesNotContain(token, answer, StringComparison.Ordinal);
        Assert.StartsWith("HTTP/1.1 200", await SendAsync(server, $"GET /api/v1/runs HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nCookie: {cookie.Split(';')[0]}\r\nConnection: close\r\n\r\n"), StringComparison.Ordinal);
        // From another site a strict cookie is not sent with a redirect: a page leads on.
        var page = await SendAsync(server, $"GET //evil.example/%22%3E?token={token} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nSec-Fetch-Site: cross-site\r\nSec-Fetch-Mode: navigate\r\nConnection: close\r\n\r\n");
        Assert.StartsWith("HTTP/1.1 200", page, StringComparison.Ordinal);
        Assert.Contains("url=/evil.example/%22%3E\"", page, StringComparison.Ordinal);
        Assert.StartsWith("HTTP/1.1 405", await SendAsync(server, $"POST /api/v1/footprint?token={token} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"), StringComparison.Ordinal);
        Assert.StartsWith("HTTP/1.1 401", await SendAsync(server, $"GET /?token={token}x HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nConnection: close\r\n\r\n"), StringComparison.Ordinal);
        Assert.StartsWith("HTTP/1.1 401", await SendAsync(server, $"GET /?token={token}&token={token} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nConnection: close\r\n\r\n"), StringComparison.Ordinal);
    }

    // No names of the DNS (RFC 5891, 4.2): an empty label, and one of more than 63 octets.
    [Theory]
    [InlineData("\u00e4..b")]
    [InlineData("\u00e4aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa")]
    public async Task A_name_that_cannot_be_one_is_refused_as_any_other(string host)
    {
        await using var server = await RunningServer.StartAsync();
        var context = new DefaultHttpContext();
        context.Request.Headers.Host = host;

        await new RequestGuard(server.Options).InvokeAsync(context, static _ => throw new InvalidOperationException("passed on"));

        Assert.Equal(421, context.Response.StatusCode);
    }

    [Theory]
    [InlineData("evil.example", 421)]
    [InlineData("127.0.0.1.evil.example", 421)]
    [InlineData("10.1.2.3", 421)]
    [InlineData("localhost.", 421)]
    [InlineData("localhost", 200)]
    [InlineData("127.0.0.1:1", 200)]
    [InlineData("[::1]:80", 200)]
    public async Task Another_name_that_points_here_is_refused(string host, int status)
    {
        await using var server = await RunningServer.StartAsync();

        Assert.StartsWith($"HTTP/1.1 {status}", await SendAsync(server, Signed(server, "GET /api/v1/runs", $"Host: {host}\r\n")), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Origin: https://evil.example", 403)]
    [InlineData("Origin: null", 403)]
    [InlineData("Origin: http://127.0.0.1:1", 403)]
    [InlineData("Origin: http://localhost", 403)]
    [InlineData("Origin: http://127.0.0.1\r\nOrigin: https://evil.example", 403)]
    [InlineData("Sec-Fetch-Site: cross-site\r\nSec-Fetch-Mode: no-cors", 403)]
    [InlineData("Sec-Fetch-Site: same-site\r\nSec-Fetch-Mode: cors", 403)]
    [InlineData("Sec-Fetch-Site: cross-site\r\nSec-Fetch-Mode: navigate", 200)]
    [InlineData("Sec-Fetch-Site: same-origin\r\nSec-Fetch-Mode: cors", 200)]
    [InlineData("Origin: http://127.0.0.1", 200)]
    public async Task A_page_of_another_site_is_refused_even_with_the_token(string headers, int status)
    {
        await using var server = await RunningServer.StartAsync();

        Assert.StartsWith($"HTTP/1.1 {status}", await SendAsync(server, Signed(server, "GET /api/v1/runs", $"Host: 127.0.0.1\r\n{headers}\r\n")), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("GET /../../../../etc/passwd", 404)]
    [InlineData("GET /api/v1/runs/..%2f..%2f..%2fetc%2fpasswd", 404)]
    [InlineData("GET /api/v1/runs/%2e%2e/%2e%2e/%2e%2e/etc/passwd", 404)]
    [InlineData("GET /api/v1/catalogs/..%5c..%5cwindows", 404)]
    [InlineData("GET /openapi/..%2f..%2ftonne-server.json", 404)]
    [InlineData("DELETE /api/v1/runs/last", 405)]
    [InlineData("TRACE /api/v1/runs", 405)]
    [InlineData("PUT /api/v1/budgets", 405)]
    public async Task Paths_outside_and_other_methods_are_refused(string request, int status)
    {
        await using var server = await RunningServer.StartAsync();

        var answer = await SendAsync(server, Signed(server, request, "Host: 127.0.0.1\r\nContent-Length: 0\r\n"));

        Assert.StartsWith($"HTTP/1.1 {status}", answer, StringComparison.Ordinal);
        Assert.DoesNotContain("root:", answer, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_body_that_is_too_long_is_refused_before_it_is_sent()
    {
        await using var server = await RunningServer.StartAsync();

        var answer = await SendAsync(server, Signed(server, "POST /api/v1/footprint", $"Host: 127.0.0.1\r\nContent-Type: application/yaml\r\nContent-Length: {Tonne.Server.Api.FootprintRoutes.MaxBytes + 1}\r\n"));

        Assert.StartsWith("HTTP/1.1 413", answer, StringComparison.Ordinal);
    }

    [Theory, MemberData(nameof(Addresses))]
    public async Task Every_answer_has_the_headers(string address)
    {
        await using var server = await RunningServer.StartAsync();

        foreach (var request in new[] { Signed(server, "GET " + address, "Host: 127.0.0.1\r\nLast-Event-ID: end\r\n"), $"GET {address} HTTP/1.1\r\nHost: evil\r\nConnection: close\r\n\r\n" })
        {
            var answer = await SendAsync(server, request);
            Assert.Contains("\r\nContent-Security-Policy: default-src 'none';", answer, StringComparison.Ordinal);
            Assert.Contains("frame-ancestors 'none'", answer, StringComparison.Ordinal);
            Assert.Contains("\r\nX-Content-Type-Options: nosniff\r\n", answer, StringComparison.Ordinal);
            Assert.Contains("\r\nReferrer-Policy: no-referrer\r\n", answer, StringComparison.Ordinal);
            Assert.Contains("\r\nCross-Origin-Resource-Policy: same-origin\r\n", answer, StringComparison.Ordinal);
            Assert.Contains("\r\nCache-Control: no-store", answer, StringComparison.Ordinal);
            Assert.DoesNotContain("\r\nServer:", answer, StringComparison.Ordinal);
            Assert.DoesNotContain("Access-Control-Allow", answer, StringComparison.OrdinalIgnoreCase);
        }
    }

    [Fact]
    public async Task Wrong_tokens_are_limited_and_the_right_one_is_not()
    {
        await using var server = await RunningServer.StartAsync();
        var statuses = new List<int>();
        for (var i = 0; i < 30; i++)
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, new Uri("/api/v1/version", UriKind.Relative));
            request.Headers.Authorization = new("Bearer", $"guess-{i}");
            using var response = await server.Client.SendAsync(request, Cancelled);
            statuses.Add((int)response.StatusCode);
        }

        Assert.Equal(401, statuses[0]);
        Assert.Contains(429, statuses);
        await server.GetAsync("/api/v1/version");
    }

    [Fact]
    public async Task A_socket_needs_no_token_and_a_folder_of_its_owner()
    {
        var folder = Directory.CreateTempSubdirectory("tonne-socket-").FullName;
        var socket = Path.Combine(folder, "private", "socket");
        try
        {
            // What a killed server leaves behind does not stop the next.
            Directory.CreateDirectory(Path.GetDirectoryName(socket)!, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
            using (var left = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified))
                left.Bind(new UnixDomainSocketEndPoint(socket));
            await File.WriteAllTextAsync(socket + ".other", "", Cancelled);
            await using var server = await RunningServer.StartAsync(configure: options => options with { Socket = socket });

            using var connection = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
            await connection.ConnectAsync(new UnixDomainSocketEndPoint(socket), Cancelled);
            Assert.StartsWith("HTTP/1.1 200", await ExchangeAsync(connection, "GET /api/v1/runs HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"u8.ToArray()), StringComparison.Ordinal);
            Assert.Contains("another server", Assert.Throws<ServerStartException>(() => SocketFolder.Prepare(socket)).Message, StringComparison.Ordinal);
            File.SetUnixFileMode(Path.GetDirectoryName(socket)!, (UnixFileMode)0x1FF);
            Assert.Contains("other users", Assert.Throws<ServerStartException>(() => SocketFolder.Prepare(socket)).Message, StringComparison.Ordinal);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    [Fact]
    public void Beyond_this_machine_only_with_a_certificate_or_a_proxy()
    {
        using var home = new Ledgers.Tests.TemporaryHome();
        var options = new ServerOptions { Home = home.Home, Token = AccessToken.Create(), Address = IPAddress.Any };

        Assert.Contains("--certificate", Assert.Single(options.FindProblems()), StringComparison.Ordinal);
        Assert.Empty((options with { Proxy = new Uri("https://tonne.example.org") }).FindProblems());
        Assert.Single((options with { Proxy = new Uri("https://tonne.example.org/path") }).FindProblems());
        Assert.Empty((options with { Address = IPAddress.Parse("127.0.0.53") }).FindProblems());
        Assert.Throws<ServerStartException>(() => ServerApplication.Create(options with { Certificate = "/nothing.pem" }));
    }

    static string Signed(RunningServer server, string request, string headers) =>
        $"{request} HTTP/1.1\r\n{headers}Authorization: Bearer {server.Options.Token.Text}\r\nConnection: close\r\n\r\n";

    static Task<string> SendAsync(RunningServer server, string request) => SendAsync(server.Address, Encoding.Latin1.GetBytes(request));

    internal static async Task<string> SendAsync(Uri server, byte[] request, double patienceSeconds = 30)
    {
        using var connection = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        await connection.ConnectAsync(IPAddress.Loopback, server.Port, Cancelled);
        return await ExchangeAsync(connection, request, patienceSeconds);
    }

    /// <summary>Sends bytes and reads until the server closes the connection; a request that is not whole ends with the sending.</summary>
    internal static async Task<string> ExchangeAsync(Socket connection, byte[] request, double patienceSeconds = 30)
    {
        using var stream = new NetworkStream(connection);
        using var answer = new MemoryStream();
        try
        {
            await stream.WriteAsync(request, Cancelled);
            var reading = stream.CopyToAsync(answer, Cancelled);
            if (await Task.WhenAny(reading, Task.Delay(TimeSpan.FromSeconds(patienceSeconds), TimeProvider.System, Cancelled)) != reading)
                connection.Shutdown(SocketShutdown.Send);
            await reading;
        }
        catch (Exception error) when (error is IOException or SocketException)
        {
            // It may close before it has read all of a request that it refuses.
        }

        return Encoding.Latin1.GetString(answer.ToArray());
    }
}
