using System.Text;
using System.Text.Json.Nodes;
using Tonne.Ledgers.PostgreSql.Members;
using Tonne.Server.Tests.Security;

namespace Tonne.Server.Tests.People;

/// <summary>What of the OWASP API Security Top 10 (2023) no other test shows; docs/security-api.md names the test of each.</summary>
[System.Runtime.Versioning.UnsupportedOSPlatform("windows")]
public class ApiSecurityTests
{
    // API3: what a request may not set is not set by naming it.
    [Fact]
    public async Task Members_that_a_request_does_not_have_change_nothing()
    {
        await using var server = await PeopleServer.StartAsync();
        var olga = server.Issuer.CreateToken("olga");

        var (made, code) = await server.SendAsync("/api/v1/fleet/codes", olga, HttpMethod.Post,
            """{"name":"node-9","valid_s":60,"by":"root","created_by":"root","code":"mine","expires_at":"2999-01-01T00:00:00Z"}""");

        Assert.Equal(200, made);
        var document = JsonNode.Parse(code)!;
        Assert.NotEqual("mine", (string)document["code"]!);
        Assert.Equal(server.Fleet.Time.GetUtcNow().AddSeconds(60), (DateTimeOffset)document["expires_at"]!);
        Assert.Contains("person olga from 127.0.0.1: code", server.Store.Audit);
        var (enrolled, node) = await server.SendAsync("/api/v1/fleet/enrol", null, HttpMethod.Post, new JsonObject
        {
            ["code"] = (string)document["code"]!, ["name"] = "node-9", ["version"] = "0.1.0", ["key"] = "mine", ["runs"] = 7,
                ["owns_fleet"] = true,
        }.ToJsonString());
        Assert.Equal(200, enrolled);
        Assert.NotEqual("mine", (string)JsonNode.Parse(node)!["key"]!);
        Assert.DoesNotContain(
            await server.Store.FindMembershipsAsync(null, CancellationToken.None), membership => membership.Person == "node-9");
    }

    // API4: no request asks for more than a page, and none is compared without a bound.
    [Theory]
    [InlineData("/api/v1/runs?limit=501", 400)]
    [InlineData("/api/v1/runs?limit=-1", 400)]
    [InlineData("/api/v1/runs?limit=99999999999", 400)]
    [InlineData("/api/v1/runs?offset=2147483647", 200)]
    [InlineData("/api/v1/runs?offset=2147483648", 400)]
    [InlineData("/api/v1/runs?limit=500", 200)]
    [InlineData("/api/v1/compare?COMPARED", 400)]
    [InlineData("/api/v1/runs?q=LONG", 431)]
    public async Task No_request_asks_for_more_than_there_is_a_bound_for(string address, int expected)
    {
        await using var server = await PeopleServer.StartAsync();
        var path = address.Replace(
            "COMPARED", string.Join('&', Enumerable.Range(0, 101).Select(i => $"run=r{i}")), StringComparison.Ordinal)
            .Replace("LONG", new string('x', 40_000), StringComparison.Ordinal);

        var olga = server.Issuer.CreateToken("olga");
        var answer = await AccessTests.SendAsync(server.Address, Encoding.Latin1.GetBytes(
            $"GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer {olga}\r\nConnection: close\r\n\r\n"));

        // A line that is too long is refused by the server before any of ours sees it.
        Assert.True(answer.StartsWith($"HTTP/1.1 {expected}", StringComparison.Ordinal)
            || (expected == 431 && answer.StartsWith("HTTP/1.1 414", StringComparison.Ordinal)),
            answer.Split('\r')[0]);
    }

    // API4: a header that is too long, by a token or by cookies.
    [Fact]
    public async Task Headers_have_a_bound_also_where_people_sign_in()
    {
        await using var server = await PeopleServer.StartAsync();

        var answer = await AccessTests.SendAsync(server.Address, Encoding.Latin1.GetBytes(
            $"GET /api/v1/runs HTTP/1.1\r\nHost: 127.0.0.1\r\nCookie: tonne-session={new string('x', 40_000)}\r\n"
            + "Connection: close\r\n\r\n"));

        Assert.StartsWith("HTTP/1.1 431", answer, StringComparison.Ordinal);
    }

    // API8: an answer to a defect has nothing of the inside.
    [Fact]
    public async Task A_defect_is_answered_without_the_inside()
    {
        await using var server = await PeopleServer.StartAsync();
        server.Store.Defect = "Host=db.internal;Password=hunter2 at Tonne.Server.Fleet.Secret()";

        foreach (var address in new[] { "/api/v1/runs", "/api/v1/person", "/api/v1/fleet/nodes", "/api/v1/totals", "/metrics" })
        {
            var (status, text) = await server.SendAsync(address, server.Issuer.CreateToken("olga"));
            Assert.Equal(500, status);
            foreach (var inside in new[] { "hunter2", "db.internal", "Tonne.Server", " at ", ".cs" })
                Assert.DoesNotContain(inside, text, StringComparison.Ordinal);
        }
    }

    // API8: no page of another site reads or asks, whoever is signed in.
    [Theory]
    [InlineData("OPTIONS", "/api/v1/runs")]
    [InlineData("OPTIONS", "/api/v1/fleet/codes")]
    [InlineData("OPTIONS", "/mcp")]
    [InlineData("GET", "/api/v1/person")]
    public async Task No_other_origin_is_allowed(string method, string address)
    {
        await using var server = await PeopleServer.StartAsync();

        var answer = await AccessTests.SendAsync(server.Address, Encoding.Latin1.GetBytes(
            $"{method} {address} HTTP/1.1\r\nHost: 127.0.0.1\r\nOrigin: https://evil.example\r\nAccess-Control-Request-Method: POST\r\n"
            + $"Access-Control-Request-Headers: authorization\r\nAuthorization: Bearer {server.Issuer.CreateToken("olga")}\r\n"
            + "Connection: close\r\n\r\n"));

        Assert.StartsWith("HTTP/1.1 403", answer, StringComparison.Ordinal);
        Assert.DoesNotContain("Access-Control-Allow", answer, StringComparison.OrdinalIgnoreCase);
    }

    // API7: the only addresses that are asked are those of the configured issuer.
    [Fact]
    public async Task The_issuer_is_asked_at_its_own_addresses_and_no_redirect_is_followed()
    {
        using var inside = new Tonne.Tests.Issuers.StandInIssuer();
        await using var server =
            await PeopleServer.StartAsync(
            oidc => oidc with { Authority = new Uri(oidc.Authority, "/redirect-to/" + inside.Address.Authority) });

        var (status, _) = await server.SendAsync("/api/v1/runs", server.Issuer.CreateToken("olga"));

        Assert.Equal(503, status);
        Assert.True(server.Issuer.CountRequests($"/redirect-to/{inside.Address.Authority}/.well-known/openid-configuration") > 0);
        Assert.Equal(0, inside.CountRequests("/.well-known/openid-configuration"));
    }

    // API5: a method that an address does not have is none that nobody thought of.
    [Theory]
    [InlineData("DELETE", "/api/v1/fleet/nodes/node-1")]
    [InlineData("PUT", "/api/v1/fleet/nodes")]
    [InlineData("PATCH", "/api/v1/runs/" + PeopleServer.Physics)]
    [InlineData("DELETE", "/api/v1/runs/" + PeopleServer.Physics)]
    [InlineData("POST", "/api/v1/person")]
    [InlineData("POST", "/api/v1/members")]
    [InlineData("GET", "/api/v1/audit")]
    [InlineData("GET", "/api/v1/sign-out")]
    public async Task Nothing_is_changed_by_a_method_that_is_not_described(string method, string address)
    {
        await using var server = await PeopleServer.StartAsync();

        var (status, _) = await server.SendAsync(
            address, server.Issuer.CreateToken("olga"), new HttpMethod(method), method == "GET" ? null : "{}");

        Assert.True(status is 404 or 405, $"{status}");
    }

    // API9: every route is in the OpenAPI document (OpenApiTests), and what is not needs who asks as well.
    [Fact]
    public async Task Every_route_needs_to_know_who_asks()
    {
        await using var server = await PeopleServer.StartAsync();
        var document = JsonNode.Parse(
            (await server.SendAsync("/openapi/v1.json", server.Issuer.CreateToken("olga"))).Text)!["paths"]!.AsObject();

        Assert.True(document.Count > 20);
        foreach (var (path, operations) in document)
        {
            foreach (var (method, _) in operations!.AsObject())
            {
                var (status, _) = await server.SendAsync(
                    path.Replace("{", "", StringComparison.Ordinal).Replace("}", "", StringComparison.Ordinal), null,
                    new HttpMethod(method.ToUpperInvariant()), method == "post" ? "{}" : null);
                // The code of a node that enrols is in the body.
                Assert.True(path == "/api/v1/fleet/enrol" ? status is 400 or 403 : status is 401, $"{method} {path}: {status}");
            }
        }
    }

    // API1: a role that is given in another case, with blanks or in another form of Unicode is another one.
    [Fact]
    public async Task Names_are_compared_exactly()
    {
        await using var server = await PeopleServer.StartAsync();
        await server.Store.GrantAsync(new("jos\u00E9", "physics", MemberRole.Viewer), "test", CancellationToken.None);

        foreach (var other in new[] { "Ada", "ADA", "\u0430da", "jose\u0301", "jose" })
            Assert.Empty(await server.ListAsync(server.Issuer.CreateToken(other)));
        Assert.NotEmpty(await server.ListAsync(server.Issuer.CreateToken("jos\u00E9")));
    }
}
