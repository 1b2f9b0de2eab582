using System.Net;
using System.Net.Sockets;
using System.Runtime.Versioning;
using System.Text;
using Tonne.Server.Security;
using Tonne.Server.Tests.Fleet;
using Tonne.Server.Tests.Security;

namespace Tonne.Server.Tests.People;

/// <summary>The header of a reverse proxy: believed from the proxy, refused from everybody else.</summary>
[UnsupportedOSPlatform("windows")]
public class PersonHeaderTests
{
    static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    static ServerOptions Trust(ServerOptions options, params string[] proxies) => options with
    {
        Oidc = null,
        Proxy = new Uri("https://tonne.example.org"),
        PersonHeader = new PersonHeader("X-Remote-User", [.. proxies.Select(text => IPNetwork.Parse(text))]),
    };

    [Fact]
    public async Task The_proxy_on_this_machine_names_the_person()
    {
        await using var server = await PeopleServer.StartAsync(configure: options => Trust(options));

        var (status, text) = await server.SendAsync("/api/v1/runs", null, null, null, ("X-Remote-User", "bob"));

        Assert.Equal(200, status);
        Assert.DoesNotContain(PeopleServer.Physics, text, StringComparison.Ordinal);
        Assert.Contains(PeopleServer.Bobs, text, StringComparison.Ordinal);
        Assert.Contains(server.Store.Audit, line => line.StartsWith("person bob from 127.0.0.1", StringComparison.Ordinal));
        // Without the header it is nobody, and with the token the owner.
        Assert.Equal(401, (await server.SendAsync("/api/v1/runs", null)).Status);
        Assert.Equal(200, (await server.SendAsync("/api/v1/runs", server.Fleet.Server.Options.Token.Text)).Status);
        // What the browser sent along with it gives no more than the proxy says.
        var both = await server.SendAsync("/api/v1/runs", server.Fleet.Server.Options.Token.Text, null, null, ("X-Remote-User", "nobody"));
        Assert.DoesNotContain("run-of-", both.Text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("10.0.0.0/8", 403)]
    [InlineData("::1/128", 403)]
    [InlineData("127.0.0.0/8", 200)]
    [InlineData("127.0.0.1/32", 200)]
    public async Task From_another_peer_the_header_is_refused(string network, int expected)
    {
        await using var server = await PeopleServer.StartAsync(configure: options => Trust(options, network));

        var (status, text) = await server.SendAsync(
            "/api/v1/runs", server.Fleet.Server.Options.Token.Text, null, null, ("X-Remote-User", "olga"));

        Assert.True(status == expected, text);
    }

    [Fact]
    public async Task Where_it_is_not_configured_the_header_says_nothing()
    {
        await using var server = await PeopleServer.StartAsync();

        Assert.Equal(401, (await server.SendAsync("/api/v1/runs", null, null, null, ("X-Remote-User", "olga"))).Status);
        var (_, text) = await server.SendAsync("/api/v1/runs", server.Issuer.CreateToken("nobody"), null, null, ("X-Remote-User", "olga"));
        Assert.DoesNotContain("run-of-", text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("X-Remote-User: \r\n")]
    [InlineData("X-Remote-User: olga\r\nX-Remote-User: ada\r\n")]
    [InlineData("X-Remote-User: ada, olga\r\n")]
    [InlineData("X-Remote-User: holder of the token\r\n")]
    [InlineData("X-Remote-User: *\r\n")]
    public async Task A_header_without_one_name_is_nobodys(string header)
    {
        await using var server = await PeopleServer.StartAsync(configure: options => Trust(options));

        var answer = await AccessTests.SendAsync(server.Address,
            Encoding.Latin1.GetBytes($"GET /api/v1/runs HTTP/1.1\r\nHost: tonne.example.org\r\n{header}Connection: close\r\n\r\n"));

        Assert.StartsWith("HTTP/1.1 403", answer, StringComparison.Ordinal);
    }

    [Fact]
    public async Task On_a_socket_behind_a_proxy_nobody_is_the_owner_unasked()
    {
        var folder = Directory.CreateTempSubdirectory("tonne-socket-").FullName;
        var socket = Path.Combine(folder, "private", "socket");
        try
        {
            await using var server = await PeopleServerOnSocketAsync(socket);

            Assert.StartsWith("HTTP/1.1 401", await AskAsync(socket, ""), StringComparison.Ordinal);
            Assert.StartsWith("HTTP/1.1 200", await AskAsync(socket, "X-Remote-User: ada\r\n"), StringComparison.Ordinal);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    static Task<RunningServer> PeopleServerOnSocketAsync(string socket) => RunningServer.StartAsync(configure: options =>
        Trust(options with { Socket = socket, Fleet = new HeldStore(options.Time) }));

    static async Task<string> AskAsync(string socket, string header)
    {
        using var connection = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        await connection.ConnectAsync(new UnixDomainSocketEndPoint(socket), Cancelled);
        return await AccessTests.ExchangeAsync(connection,
            Encoding.Latin1.GetBytes($"GET /api/v1/runs HTTP/1.1\r\nHost: tonne.example.org\r\n{header}Connection: close\r\n\r\n"));
    }

    [Fact]
    public void What_would_let_anybody_in_is_refused_at_the_start()
    {
        using var home = new Ledgers.Tests.TemporaryHome();
        var folder = new ServerOptions { Home = home.Home, Token = AccessToken.Create() };
        var fleet = folder with { Fleet = new HeldStore(TimeProvider.System) };
        var header = new PersonHeader("X-Remote-User", []);
        var proxy = new Uri("https://tonne.example.org");
        var oidc = new OidcOptions { Authority = new Uri("https://login.example.org"), ClientId = "tonne" };

        AssertProblem(fleet with { PersonHeader = header }, "needs --behind-proxy");
        AssertProblem(folder with { Oidc = oidc }, "need --database");
        AssertProblem(folder with { IsTokenOff = true, PersonHeader = header, Proxy = proxy }, "need --database");
        AssertProblem(fleet with { IsTokenOff = true }, "nobody who could read");
        AssertProblem(fleet with { PersonHeader = header with { Name = "Authorization" }, Proxy = proxy }, "another meaning");
        AssertProblem(fleet with { PersonHeader = header with { Name = "X User" }, Proxy = proxy }, "not the name of a header");
        AssertProblem(fleet with { Oidc = oidc, Socket = "/tmp/a/socket" }, "--socket has none");
        AssertProblem(fleet with { Oidc = oidc, Proxy = new Uri("http://tonne.example.org") }, "write https://");
        AssertProblem(fleet with { Socket = "/tmp/a/socket", Proxy = proxy }, "--person-header");
        // TLS or refusal stays: people do not change where it listens.
        AssertProblem(fleet with { Oidc = oidc, Address = IPAddress.Any }, "--certificate");
        Assert.Empty((fleet with { Oidc = oidc, PersonHeader = header, Proxy = proxy, IsTokenOff = true, Address = IPAddress.Any })
            .FindProblems());
        Assert.Empty((fleet with { Socket = "/tmp/a/socket", Proxy = proxy, PersonHeader = header }).FindProblems());
    }

    [Theory]
    [InlineData("--behind-proxy", "--person-header", "X-Remote-User")]
    [InlineData("--oidc-client-id", "--oidc-authority", "https://login.example.org")]
    [InlineData("the issuer is missing", "--oidc-client-id", "tonne")]
    [InlineData("is not an address", "--oidc-authority", "login", "--oidc-client-id", "tonne")]
    [InlineData("is not a network", "--person-header", "X-User", "--trusted-proxy", "10.0.0.0/33")]
    [InlineData("is for --person-header", "--trusted-proxy", "10.0.0.0/8")]
    public void The_command_line_says_what_is_missing(string expected, params string[] words)
    {
        using var home = new Ledgers.Tests.TemporaryHome();

        string message;
        try
        {
            var line = ServerCommandLine.Parse(["serve", .. words], static _ => null);
            message = string.Join('\n', new ServerOptions
            {
                Home = home.Home, Token = AccessToken.Create(), Fleet = new HeldStore(TimeProvider.System), PersonHeader =
                    line.PersonHeader, Oidc = line.Oidc,
            }.FindProblems());
        }
        catch (FormatException error)
        {
            message = error.Message;
        }

        Assert.Contains(expected, message, StringComparison.Ordinal);
    }

    [Fact]
    public void Options_come_from_variables_too()
    {
        var variables = new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["TONNE_OIDC_AUTHORITY"] = "https://login.example.org", ["TONNE_OIDC_CLIENT_ID"] = "tonne", ["TONNE_OIDC_CLIENT_SECRET"] =
                "secret",
            ["TONNE_PERSON_HEADER"] = "X-Remote-User", ["TONNE_TRUSTED_PROXY"] = "10.0.0.0/8, 192.0.2.1",
        };

        var line = ServerCommandLine.Parse(["serve", "--oidc-client-id", "other", "--no-token"], variables.GetValueOrDefault);

        Assert.Equal(new OidcOptions { Authority = new Uri("https://login.example.org"), ClientId = "other", ClientSecret = "secret" },
            line.Oidc);
        Assert.Equal(["10.0.0.0/8", "192.0.2.1/32"], line.PersonHeader!.TrustedProxies.Select(network => network.ToString()));
        Assert.True(line.IsTokenOff);
    }

    static void AssertProblem(ServerOptions options, string expected) =>
        Assert.Contains(options.FindProblems(), problem => problem.Contains(expected, StringComparison.Ordinal));
}
