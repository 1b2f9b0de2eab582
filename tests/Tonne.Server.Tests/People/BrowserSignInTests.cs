using System.Net.Http.Headers;
using System.Text.Json.Nodes;
using System.Web;
using Tonne.Tests.Issuers;

namespace Tonne.Server.Tests.People;

/// <summary>The code flow with PKCE, the session of a browser, and its end.</summary>
public class BrowserSignInTests
{
    [Fact]
    public async Task A_page_leads_to_the_issuer_and_back_to_itself()
    {
        await using var server = await PeopleServer.StartAsync();
        using var browser = new PrivateBrowser();

        var (status, text, at, _) = await browser.OpenAsync(new Uri(server.Address, "/api/v1/runs?sort=started"));

        Assert.True(status == 200, text);
        Assert.Equal("/api/v1/runs?sort=started", at.PathAndQuery);
        Assert.Equal([PeopleServer.Physics, PeopleServer.Bobs], JsonNode.Parse(text)!["runs"]!.AsArray()
            .Select(run => (string)run!["id"]!));
        // Page, issuer, callback, page.
        Assert.Equal(["/api/v1/runs", "/authorize", "/signin-oidc", "/api/v1/runs"], browser.Opened.Select(opened => opened.AbsolutePath));
        var asked = HttpUtility.ParseQueryString(browser.Opened[1].Query);
        Assert.Equal(("code", "S256", "query", server.Address.AbsoluteUri.TrimEnd('/') + "/signin-oidc"),
            (asked["response_type"], asked["code_challenge_method"], asked["response_mode"] ?? "query", asked["redirect_uri"]));
        Assert.Equal(1, server.Issuer.Redeemed);
        Assert.Equal("tonne-session", Assert.Single(browser.Cookies[server.Address.Authority].Keys));
        Assert.Contains("person ada from 127.0.0.1: sign in 127.0.0.1", server.Store.Audit);
        var person = JsonNode.Parse((await browser.OpenAsync(new Uri(server.Address, "/api/v1/person"))).Text)!;
        Assert.Equal(
            """{"schema":"tonne.person/1","name":"ada","known_by":"issuer","owns_fleet":false,"can_sign_out":true,"memberships":"""
            + """[{"account":"physics","role":"viewer"}]}""", person.ToJsonString());
    }

    [Fact]
    public async Task The_session_is_for_this_host_with_TLS_and_not_for_scripts()
    {
        await using var server =
            await PeopleServer.StartAsync(configure: options => options with { Proxy = new Uri("https://tonne.example.org") });
        using var browser = new PrivateBrowser();
        var (_, _, _, back) = await browser.OpenAsync(new Uri(server.Address, "/totals"), redirects: 1);

        // The name that users see, whatever the request says.
        Assert.StartsWith("https://tonne.example.org/signin-oidc?", back!.AbsoluteUri, StringComparison.Ordinal);
        foreach (var temporary in browser.SetCookies)
        {
            Assert.Contains("; secure", temporary, StringComparison.Ordinal);
            Assert.Contains("; httponly", temporary, StringComparison.Ordinal);
        }

        var (status, _, _, next) = await browser.OpenAsync(new Uri(server.Address, back.PathAndQuery), redirects: 0);

        Assert.Equal((302, "/totals"), (status, next!.AbsolutePath));
        var session = Assert.Single(browser.SetCookies, cookie => cookie.StartsWith("__Host-tonne-session=", StringComparison.Ordinal));
        foreach (var flag in new[] { "; path=/", "; secure", "; samesite=lax", "; httponly" })
            Assert.Contains(flag, session, StringComparison.Ordinal);
        Assert.DoesNotContain("domain", session, StringComparison.Ordinal);
        Assert.DoesNotContain("ada", session, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_program_without_a_token_is_refused_and_not_led_anywhere()
    {
        await using var server = await PeopleServer.StartAsync();

        foreach (var (address, method) in new[] { ("/api/v1/runs", HttpMethod.Get), ("/mcp", HttpMethod.Post), ("/metrics", HttpMethod.Get),
            ("/", HttpMethod.Post) })
            Assert.Equal(401, (await server.SendAsync(address, null, method)).Status);
        Assert.Equal(0, server.Issuer.CountRequests("/authorize"));
    }

    [Theory]
    [InlineData("/\\evil.example/a")]
    [InlineData("//evil.example/a")]
    [InlineData("/%5Cevil.example/a")]
    [InlineData("/%2F/evil.example/a")]
    public async Task It_leads_back_to_this_server_only(string path)
    {
        await using var server = await PeopleServer.StartAsync();
        using var browser = new PrivateBrowser();

        var (_, _, _, back) = await browser.OpenAsync(new Uri($"{server.Address.GetLeftPart(UriPartial.Authority)}{path}"), redirects: 2);

        Assert.Equal(server.Address.Authority, back!.Authority);
    }

    public static TheoryData<string> Attacks { get; } =
        ["another state", "no state", "a code of somebody else", "a code that was used", "refused", "another browser", "another audience"];

    [Theory, MemberData(nameof(Attacks))]
    public async Task A_sign_in_that_is_not_this_browsers_fails_without_saying_why(string attack)
    {
        await using var server = await PeopleServer.StartAsync();
        using var browser = new PrivateBrowser();
        using var other = new PrivateBrowser();
        if (attack == "refused")
            server.Issuer.Person = null;
        if (attack == "another audience")
            server.Issuer.IdTokenAudience = "another-client";
        var (_, _, _, back) = await browser.OpenAsync(new Uri(server.Address, "/"), redirects: 1);
        var (_, _, _, stolen) = await other.OpenAsync(new Uri(server.Address, "/"), redirects: 1);
        var parts = HttpUtility.ParseQueryString(back!.Query);
        if (attack == "a code that was used")
        {
            await browser.OpenAsync(back, redirects: 0);
            browser.Cookies.Clear();
        }

        var target = attack switch
        {
            "another state" => new Uri(server.Address, $"/signin-oidc?code={parts["code"]}&state=forged"),
            "no state" => new Uri(server.Address, $"/signin-oidc?code={parts["code"]}"),
            // The code of another browser, with the state of this one: PKCE has another verifier.
            "a code of somebody else" =>
                new Uri(server.Address,
                $"/signin-oidc?code={HttpUtility.ParseQueryString(stolen!.Query)["code"]}&state={Uri.EscapeDataString(parts["state"]!)}"),
            // A link that signs somebody else's browser in (login CSRF).
            "another browser" => stolen!,
            _ => back,
        };

        var (status, text, _, _) = await browser.OpenAsync(target, redirects: 0);

        Assert.True(status == 403, $"{status}: {text}");
        Assert.Contains("the sign-in failed", text, StringComparison.Ordinal);
        foreach (var inside in new[] { "IDX", "Exception", "internal detail", "script", "invalid_grant", "Correlation" })
            Assert.DoesNotContain(inside, text, StringComparison.Ordinal);
        Assert.DoesNotContain("tonne-session", browser.Cookies[server.Address.Authority].Keys);
    }

    [Fact]
    public async Task The_session_ends_after_eight_hours()
    {
        await using var server = await PeopleServer.StartAsync();
        using var browser = new PrivateBrowser();
        await browser.OpenAsync(new Uri(server.Address, "/api/v1/person"));
        server.Fleet.Time.Advance(TimeSpan.FromHours(7.9));
        Assert.Equal(200, await GetAsync(browser, server));

        server.Fleet.Time.Advance(TimeSpan.FromHours(0.2));

        Assert.Equal(401, await GetAsync(browser, server));
    }

    [Fact]
    public async Task A_session_that_was_changed_or_made_elsewhere_is_none()
    {
        await using var server = await PeopleServer.StartAsync();
        await using var elsewhere = await PeopleServer.StartAsync();
        using var browser = new PrivateBrowser();
        await browser.OpenAsync(new Uri(server.Address, "/api/v1/person"));
        await browser.OpenAsync(new Uri(elsewhere.Address, "/api/v1/person"));
        var session = browser.Cookies[server.Address.Authority]["tonne-session"];

        foreach (var forged in new[] { session[..^8] + "AAAAAAAA", session[..(session.Length / 2)], "x",
            browser.Cookies[elsewhere.Address.Authority]["tonne-session"] })
            Assert.Equal(401, (await server.SendAsync("/api/v1/runs", null, null, null, ("Cookie", "tonne-session=" + forged))).Status);
        Assert.Equal(200, (await server.SendAsync("/api/v1/runs", null, null, null, ("Cookie", "tonne-session=" + session))).Status);
    }

    [Fact]
    public async Task What_changes_something_must_come_from_a_page_of_this_server()
    {
        await using var server = await PeopleServer.StartAsync();
        server.Issuer.Person = "olga";
        using var browser = new PrivateBrowser();
        await browser.OpenAsync(new Uri(server.Address, "/api/v1/person"));
        var own = server.Address.GetLeftPart(UriPartial.Authority);

        Assert.Equal(403, await PostAsync(browser, server, []));
        Assert.Equal(403, await PostAsync(browser, server, [("Origin", "https://evil.example")]));
        Assert.Equal(403, await PostAsync(browser, server, [("Origin", "null")]));
        Assert.Equal(403, await PostAsync(browser, server, [("Sec-Fetch-Site", "cross-site"), ("Sec-Fetch-Mode", "navigate")]));
        Assert.Equal(403, await PostAsync(browser, server, [("Sec-Fetch-Site", "same-site")]));
        Assert.DoesNotContain(server.Store.Audit, line => line.Contains("code", StringComparison.Ordinal));
        Assert.Equal(200, await PostAsync(browser, server, [("Origin", own)]));
        Assert.Equal(200, await PostAsync(browser, server, [("Sec-Fetch-Site", "same-origin")]));
    }

    [Fact]
    public async Task Signing_out_ends_the_session_here_and_leads_to_where_the_issuer_ends_its_own()
    {
        await using var server = await PeopleServer.StartAsync();
        using var browser = new PrivateBrowser();
        await browser.OpenAsync(new Uri(server.Address, "/api/v1/person"));

        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri(server.Address, "/api/v1/sign-out"));
        request.Headers.TryAddWithoutValidation("Origin", server.Address.GetLeftPart(UriPartial.Authority));
        var (status, text, _) = await browser.SendAsync(request);

        Assert.Equal(200, status);
        Assert.Equal($"{server.Issuer.Name}/end?client_id={StandInIssuer.ClientId}", (string)JsonNode.Parse(text)!["location"]!);
        Assert.Empty(browser.Cookies[server.Address.Authority]);
        Assert.Equal(401, await GetAsync(browser, server));
        Assert.Contains("You are signed out", (await server.SendAsync("/signed-out", null)).Text, StringComparison.Ordinal);
        Assert.Contains(server.Store.Audit, line => line.StartsWith("person ada from 127.0.0.1: sign out", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_person_whose_name_cannot_be_one_does_not_sign_in()
    {
        await using var server = await PeopleServer.StartAsync();
        server.Issuer.Person = "holder of the token";
        using var browser = new PrivateBrowser();

        var (status, _, _, _) = await browser.OpenAsync(new Uri(server.Address, "/"));

        Assert.Equal(403, status);
        Assert.DoesNotContain("tonne-session", browser.Cookies[server.Address.Authority].Keys);
    }

    static async Task<int> GetAsync(PrivateBrowser browser, PeopleServer server)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(server.Address, "/api/v1/runs"));
        return (await browser.SendAsync(request)).Status;
    }

    static async Task<int> PostAsync(PrivateBrowser browser, PeopleServer server, (string Name, string Value)[] headers)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri(server.Address, "/api/v1/fleet/codes"))
        {
            Content = new StringContent("{}", new MediaTypeHeaderValue("application/json")),
        };
        foreach (var (name, value) in headers)
            request.Headers.TryAddWithoutValidation(name, value);
        return (await browser.SendAsync(request)).Status;
    }
}
