using System.Buffers.Text;
using System.Text;
using System.Text.Json.Nodes;
using Tonne.Server.Security;
using Tonne.Tests.Issuers;

namespace Tonne.Server.Tests.People;

/// <summary>Tokens of programs, signed by an issuer that is real: RS256 keys, discovery document and list of keys.</summary>
public class SignedTokenTests
{
    static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_person_sees_the_runs_of_their_accounts_and_their_own()
    {
        await using var server = await PeopleServer.StartAsync();

        Assert.Equal([PeopleServer.Physics, PeopleServer.Bobs], await server.ListAsync(server.Issuer.CreateToken("ada")));
        Assert.Equal([PeopleServer.Biology, PeopleServer.Bobs], await server.ListAsync(server.Issuer.CreateToken("bob")));
        Assert.Equal([PeopleServer.Physics, PeopleServer.Biology], await server.ListAsync(server.Issuer.CreateToken("carol")));
        Assert.Empty(await server.ListAsync(server.Issuer.CreateToken("nobody")));
        Assert.Equal(3, (await server.ListAsync(server.Issuer.CreateToken("olga"))).Count);
        // The token of the server is still the owner's way in.
        Assert.Equal(3, (await server.ListAsync(server.Fleet.Server.Options.Token.Text)).Count);
        Assert.Contains(server.Store.Audit, line => line.StartsWith("person ada from 127.0.0.1: list ", StringComparison.Ordinal));
    }

    public static TheoryData<string> Wrong { get; } =
    [
        "another audience", "several audiences without this one", "no audience", "another issuer", "no issuer", "expired", "not yet valid",
            "never expires", "unsigned",
        "unsigned with a signature", "signed with the public key as a secret", "signed with another key", "another key under the known id",
            "changed",
        "without its signature", "the key is in the token", "another algorithm is named", "rubbish", "encrypted",
    ];

    [Theory, MemberData(nameof(Wrong))]
    public async Task A_token_that_is_wrong_in_any_way_opens_nothing(string how)
    {
        await using var server = await PeopleServer.StartAsync();
        var issuer = server.Issuer;
        using var elsewhere = new StandInIssuer();
        var right = issuer.CreateToken("olga");
        var now = DateTimeOffset.UtcNow;
        var token = how switch
        {
            "another audience" => issuer.CreateToken("olga", claims => claims["aud"] = "another-client"),
            "several audiences without this one" => issuer.CreateToken("olga", claims => claims["aud"] = new JsonArray("a", "b")),
            "no audience" => issuer.CreateToken("olga", claims => claims.Remove("aud")),
            "another issuer" => issuer.CreateToken("olga", claims => claims["iss"] = elsewhere.Name),
            "no issuer" => issuer.CreateToken("olga", claims => claims.Remove("iss")),
            "expired" => issuer.CreateToken("olga", claims => claims["exp"] = now.AddMinutes(-10).ToUnixTimeSeconds()),
            "not yet valid" => issuer.CreateToken("olga", claims => claims["nbf"] = now.AddMinutes(10).ToUnixTimeSeconds()),
            "never expires" => issuer.CreateToken("olga", claims => claims.Remove("exp")),
            "unsigned" => issuer.CreateUnsigned("olga"),
            "unsigned with a signature" => issuer.CreateUnsigned("olga", right.Split('.')[2]),
            "signed with the public key as a secret" => issuer.CreateWithSecret("olga", issuer.PublicKeyPem),
            "signed with another key" => issuer.CreateForged("olga"),
            "another key under the known id" => issuer.CreateForged("olga", issuer.KeyId),
            "changed" => string.Join(
                '.', right.Split('.')[0], Base64Url.EncodeToString(Encoding.UTF8.GetBytes(issuer.CreateClaims("carol").ToJsonString())),
                right.Split('.')[2]),
            "without its signature" => string.Join('.', right.Split('.')[0], right.Split('.')[1], ""),
            // Keys that a token brings along (RFC 7515, 4.1.2 and 4.1.3) are not looked at.
            "the key is in the token" => elsewhere.CreateToken("olga", new JsonObject
            {
                ["alg"] = "RS256", ["kid"] = elsewhere.KeyId, ["jku"] = elsewhere.Name + "/keys", ["x5u"] = elsewhere.Name + "/keys",
            }).Replace(Base64Url.EncodeToString(Encoding.UTF8.GetBytes(elsewhere.Name)),
                Base64Url.EncodeToString(Encoding.UTF8.GetBytes(issuer.Name)), StringComparison.Ordinal),
            "another algorithm is named" => issuer.CreateToken("olga", StandInIssuer.CreateHeader("ES256", issuer.KeyId)),
            "encrypted" => "e30.e30.e30.e30.e30",
            _ => "e30.e30.e30",
        };

        foreach (var address in new[] { "/api/v1/runs", "/metrics", "/", "/api/v1/fleet/nodes", "/openapi/v1.json" })
        {
            var (status, text) = await server.SendAsync(address, token);
            Assert.True(status is 401, $"{address}: {status}");
            Assert.DoesNotContain("IDX", text, StringComparison.Ordinal);
            Assert.DoesNotContain("run-of-", text, StringComparison.Ordinal);
        }

        // No address that a token names is asked.
        Assert.Equal(0, elsewhere.CountRequests("/keys") + elsewhere.CountRequests("/.well-known/openid-configuration"));
        Assert.Empty(server.Store.Audit);
        Assert.Equal(3, (await server.ListAsync(right)).Count);
    }

    [Fact]
    public async Task An_audience_of_its_own_takes_the_place_of_the_client()
    {
        await using var server = await PeopleServer.StartAsync(oidc => oidc with { Audience = "tonne-api" });

        Assert.Equal(3, (await server.ListAsync(server.Issuer.CreateToken("olga", claims => claims["aud"] = "tonne-api"))).Count);
        Assert.Equal(401, (await server.SendAsync("/api/v1/runs", server.Issuer.CreateToken("olga"))).Status);
    }

    [Fact]
    public async Task A_new_key_of_the_issuer_is_found_and_the_old_one_ends()
    {
        await using var server = await PeopleServer.StartAsync();
        await server.ListAsync(server.Issuer.CreateToken("ada"));

        var signOld = server.Issuer.RotateKey();
        var before = signOld(server.Issuer.CreateClaims("ada"));
        // The first look after the first one may be had at once; however often it is asked, there are few.
        var token = server.Issuer.CreateToken("ada");
        while ((await server.SendAsync("/api/v1/runs", token)).Status != 200)
            await Task.Delay(TimeSpan.FromMilliseconds(50), TimeProvider.System, Cancelled);

        Assert.Equal(401, (await server.SendAsync("/api/v1/runs", before)).Status);
        for (var i = 0; i < 20; i++)
            Assert.NotEqual(200, (await server.SendAsync("/api/v1/runs", server.Issuer.CreateForged("olga"))).Status);
        Assert.InRange(server.Issuer.CountRequests("/keys"), 2, 4);
    }

    [Fact]
    public async Task Without_the_issuer_signed_tokens_wait_and_the_servers_token_works()
    {
        await using var server = await PeopleServer.StartAsync();
        server.Issuer.IsDown = true;

        var (status, text) = await server.SendAsync("/api/v1/runs", server.Issuer.CreateToken("ada"));

        Assert.Equal(503, status);
        Assert.DoesNotContain("Exception", text, StringComparison.Ordinal);
        Assert.DoesNotContain("IDX", text, StringComparison.Ordinal);
        Assert.Equal(3, (await server.ListAsync(server.Fleet.Server.Options.Token.Text)).Count);
        server.Issuer.IsDown = false;
        // The clock of the server decides when it is asked again.
        server.Fleet.Time.Advance(TimeSpan.FromSeconds(6));
        Assert.Equal(2, (await server.ListAsync(server.Issuer.CreateToken("ada"))).Count);
    }

    public static TheoryData<string> Nameless { get; } =
        ["none", "several", "number", "empty", "blank", "holder of the token", "ada\u202E", "ada\u200B", "*", "ada\n", "\uD800"];

    [Theory, MemberData(nameof(Nameless))]
    public async Task A_token_without_the_name_of_a_person_is_nobodys(string how)
    {
        await using var server = await PeopleServer.StartAsync();
        var token = server.Issuer.CreateToken("olga", claims =>
        {
            switch (how)
            {
                case "none":
                    claims.Remove("preferred_username");
                    break;
                case "several":
                    claims["preferred_username"] = new JsonArray("ada", "olga");
                    break;
                case "number":
                    claims["preferred_username"] = new JsonObject { ["name"] = "olga" };
                    break;
                case "empty":
                    claims["preferred_username"] = "";
                    break;
                case "blank":
                    claims["preferred_username"] = "olga ";
                    break;
                default:
                    claims["preferred_username"] = how;
                    break;
            }
        });

        var (status, text) = await server.SendAsync("/api/v1/runs", token);

        Assert.True(status is 403 or 401, text);
        Assert.DoesNotContain("run-of-", text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_address_that_is_not_verified_is_nobodys()
    {
        await using var server = await PeopleServer.StartAsync(oidc => oidc with { PersonClaim = "email" });
        string Create(bool isVerified) => server.Issuer.CreateToken("x", claims =>
            (claims["email"], claims["email_verified"]) = ("carol", isVerified));

        Assert.Equal(403, (await server.SendAsync("/api/v1/runs", Create(isVerified: false))).Status);
        Assert.Equal(2, (await server.ListAsync(Create(isVerified: true))).Count);
    }

    [Fact]
    public async Task Wrong_tokens_are_limited_and_right_ones_are_not()
    {
        await using var server = await PeopleServer.StartAsync();
        var statuses = new List<int>();
        for (var i = 0; i < 12; i++)
            statuses.Add((await server.SendAsync("/api/v1/runs", server.Issuer.CreateForged("olga"))).Status);

        // Ten at once, and the clock stands still.
        Assert.Equal([.. Enumerable.Repeat(401, 10), 429, 429], statuses);
        await server.ListAsync(server.Issuer.CreateToken("ada"));
    }

    [Fact]
    public async Task A_node_and_its_key_are_nobody_and_a_person_is_no_node()
    {
        await using var server = await PeopleServer.StartAsync();
        var key = await server.Fleet.EnrolAsync("node-2");

        Assert.Equal(401, (await server.SendAsync("/api/v1/runs", key)).Status);
        Assert.Equal(401, (await server.Fleet.PushAsync(server.Issuer.CreateToken("olga"), [])).Status);
        Assert.Equal(401, (await server.SendAsync("/api/v1/fleet/key", server.Issuer.CreateToken("olga"), HttpMethod.Post)).Status);
    }

    [Fact]
    public async Task The_token_of_the_server_can_be_switched_off()
    {
        await using var server = await PeopleServer.StartAsync(configure: options => options with { IsTokenOff = true });
        var token = server.Fleet.Server.Options.Token;
        var cookie = $"tonne-{server.Address.Port}={token.CookieValue}";

        Assert.Equal(401, (await server.SendAsync("/api/v1/runs", token.Text)).Status);
        Assert.Equal(401, (await server.SendAsync("/api/v1/runs", null, null, null, ("Cookie", cookie))).Status);
        Assert.Equal(401, (await server.SendAsync("/api/v1/runs?token=" + token.Text, null)).Status);
        Assert.Equal(3, (await server.ListAsync(server.Issuer.CreateToken("olga"))).Count);
    }

    [Theory]
    [InlineData("http://login.example.org", "not encrypted")]
    [InlineData("https://login.example.org/?a=b", "a query")]
    [InlineData("https://user@login.example.org", "a user")]
    public void The_address_of_an_issuer_is_checked_at_the_start(string authority, string expected)
    {
        var oidc = new OidcOptions { Authority = new Uri(authority), ClientId = "tonne" };

        Assert.Contains(oidc.FindProblems(), problem => problem.Contains(expected, StringComparison.Ordinal));
        Assert.Empty((oidc with { Authority = new Uri("https://login.example.org/realms/a") }).FindProblems());
        Assert.Empty((oidc with { Authority = new Uri("http://127.0.0.1:8080") }).FindProblems());
    }
}
