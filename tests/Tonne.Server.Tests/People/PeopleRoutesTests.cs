using System.Text;
using System.Text.Json.Nodes;
using Tonne.Ledgers.PostgreSql.Members;

namespace Tonne.Server.Tests.People;

/// <summary>What a person who does not own the fleet gets, and that nothing kept for one person reaches another.</summary>
public class PeopleRoutesTests
{
    [Theory]
    [InlineData("GET", "/api/v1/fleet/nodes")]
    [InlineData("POST", "/api/v1/fleet/codes")]
    [InlineData("POST", "/api/v1/fleet/nodes/node-1/revoke")]
    [InlineData("GET", "/api/v1/doctor")]
    [InlineData("POST", "/API/v1/Fleet/Codes/")]
    public async Task Nodes_codes_and_the_machine_are_for_the_owner_of_the_fleet(string method, string address)
    {
        await using var server = await PeopleServer.StartAsync();
        await server.Store.GrantAsync(new("pat", "physics", MemberRole.Owner), "test", CancellationToken.None);

        foreach (var person in new[] { "ada", "bob", "pat", "nobody" })
            Assert.Equal(403, (await server.SendAsync(
                address, server.Issuer.CreateToken(person), new HttpMethod(method), method == "POST" ? "{}" : null)).Status);
        Assert.Contains(server.Store.Audit, line => line.StartsWith("person ada from 127.0.0.1: refused ", StringComparison.Ordinal));
        Assert.Equal(200, (await server.SendAsync(
            address, server.Issuer.CreateToken("olga"), new HttpMethod(method), method == "POST" ? "{}" : null)).Status);
        // At the next request, on every server.
        await server.Store.UngrantAsync("olga", "*", "test", CancellationToken.None);
        Assert.Equal(403, (await server.SendAsync(
            address, server.Issuer.CreateToken("olga"), new HttpMethod(method), method == "POST" ? "{}" : null)).Status);
    }

    [Fact]
    public async Task Lists_and_sums_that_are_kept_are_each_persons_own()
    {
        await using var server = await PeopleServer.StartAsync();
        var (ada, bob, nobody) = (server.Issuer.CreateToken("ada"), server.Issuer.CreateToken("bob"), server.Issuer.CreateToken("nobody"));

        // The clock stands still, so whatever is kept stays.
        for (var i = 0; i < 3; i++)
        {
            Assert.Equal([PeopleServer.Physics, PeopleServer.Bobs], await server.ListAsync(ada));
            Assert.Equal([PeopleServer.Biology, PeopleServer.Bobs], await server.ListAsync(bob));
            Assert.Empty(await server.ListAsync(nobody));
            foreach (var (token, runs) in new[] { (ada, 2), (nobody, 0), (bob, 2), (server.Issuer.CreateToken("olga"), 3) })
            {
                Assert.Contains($"tonne_ledger_runs{{status=\"completed\"}} {runs}\n", (await server.SendAsync("/metrics", token)).Text,
                    StringComparison.Ordinal);
                Assert.Equal(runs, (int)JsonNode.Parse((await server.SendAsync("/api/v1/totals", token)).Text)!["total"]!["runs"]!);
                Assert.Equal(runs, (await server.SendAsync("/api/v1/filters", token)).Text.Split("\"runs\"").Length > 1
                    ? JsonNode.Parse((await server.SendAsync("/api/v1/filters", token)).Text)!["projects"]!.AsArray()
                        .Sum(project => (int)project!["runs"]!) : 0);
            }
        }
    }

    [Fact]
    public async Task A_role_that_has_ended_shows_nothing_more_whatever_was_kept()
    {
        await using var server = await PeopleServer.StartAsync();
        var ada = server.Issuer.CreateToken("ada");
        Assert.Equal(2, (await server.ListAsync(ada)).Count);
        Assert.Contains("} 2\n", (await server.SendAsync("/metrics", ada)).Text, StringComparison.Ordinal);

        await server.Store.UngrantAsync("ada", "physics", "test", CancellationToken.None);

        // The clock stands still, so nothing that was kept has become old.
        Assert.Empty(await server.ListAsync(ada));
        Assert.Contains("tonne_ledger_runs{status=\"completed\"} 0\n", (await server.SendAsync("/metrics", ada)).Text,
            StringComparison.Ordinal);
        await server.Store.GrantAsync(new("ada", "biology", MemberRole.Viewer), "test", CancellationToken.None);
        Assert.Equal([PeopleServer.Biology], await server.ListAsync(ada));
    }

    [Fact]
    public async Task A_run_of_others_is_answered_as_one_that_does_not_exist()
    {
        await using var server = await PeopleServer.StartAsync();
        var ada = server.Issuer.CreateToken("ada");

        foreach (var part in new[] { "", "/report", "/explain", "/advice", "/live" })
        {
            var (status, text) = await server.SendAsync($"/api/v1/runs/{PeopleServer.Biology}{part}", ada);
            var (missing, other) = await server.SendAsync($"/api/v1/runs/20261120-080002-bbbbb2{part}", ada);
            Assert.Equal((404, 404), (status, missing));
            Assert.Equal(other.Replace("bbbbb2", "aaaaa2", StringComparison.Ordinal), text);
        }

        Assert.Equal(404, (await server.SendAsync("/api/v1/runs/run-of-2", ada)).Status);
        Assert.Equal(404, (await server.SendAsync($"/api/v1/compare?run={PeopleServer.Physics}&run={PeopleServer.Biology}", ada)).Status);
        Assert.Equal(200, (await server.SendAsync($"/api/v1/compare?run={PeopleServer.Physics}&run={PeopleServer.Bobs}", ada)).Status);
        Assert.Contains("\"total\": 0", (await server.SendAsync("/api/v1/runs?account=biology", ada)).Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Tools_of_language_models_read_for_the_person_too()
    {
        await using var server = await PeopleServer.StartAsync();

        foreach (var (person, sees) in new[] { ("ada", true), ("bob", false) })
        {
            var text = await CallAsync(server, person, "runs", "{}");
            Assert.Equal(sees, text.Contains(PeopleServer.Physics, StringComparison.Ordinal));
            Assert.Equal(!sees, text.Contains(PeopleServer.Biology, StringComparison.Ordinal));
            var one = await CallAsync(server, person, "runs", $$"""{"run":"{{PeopleServer.Physics}}"}""");
            Assert.Equal(sees, one.Contains("energy_kwh", StringComparison.Ordinal));
        }
    }

    [Fact]
    public async Task A_person_sees_the_budgets_of_their_accounts_and_their_own()
    {
        await using var server = await PeopleServer.StartAsync();
        var budgets = new Tonne.Ledgers.Budgets.BudgetFile(server.Fleet.Server.Options.Home);
        foreach (var (project, account, user) in new (
            string?, string?, string?)[] { (null, "physics", null), (null, "biology", null), (null, null, "bob"), ("mnist", null, null),
            (null, null, null) })
            budgets.Set(new Tonne.Ledgers.Budgets.Budget { Project = project, Account = account, User = user,
                Limit = Tonne.Ledgers.Budgets.Allowance.Parse("50kg"), Period = Tonne.Ledgers.Budgets.BudgetPeriod.Month });

        Assert.Equal(1, await CountAsync("ada"));
        Assert.Equal(2, await CountAsync("bob"));
        Assert.Equal(0, await CountAsync("nobody"));
        Assert.Equal(5, await CountAsync("olga"));
        Assert.DoesNotContain(
            "biology", (await server.SendAsync("/api/v1/budgets", server.Issuer.CreateToken("ada"))).Text, StringComparison.Ordinal);

        async Task<int> CountAsync(string person) =>
            JsonNode.Parse((await server.SendAsync("/api/v1/budgets", server.Issuer.CreateToken(person))).Text)!["budgets"]!.AsArray()
                .Count;
    }

    [Fact]
    public async Task The_pages_are_the_same_for_everybody_and_have_nothing_stored()
    {
        await using var server = await PeopleServer.StartAsync();

        foreach (var page in new[] { "/", "/runs/" + PeopleServer.Biology, "/totals", "/nodes" })
        {
            var texts = new List<string>();
            foreach (var person in new[] { "ada", "bob", "olga" })
                texts.Add((await server.SendAsync(page, server.Issuer.CreateToken(person))).Text);
            Assert.Single(texts.Distinct(StringComparer.Ordinal));
            Assert.DoesNotContain("run-of-", texts[0], StringComparison.Ordinal);
        }
    }

    static async Task<string> CallAsync(PeopleServer server, string person, string tool, string arguments)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri("/mcp", UriKind.Relative))
        {
            Content = new StringContent(
                $$$"""{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"{{{tool}}}","arguments":{{{arguments}}} } }""",
                    Encoding.UTF8, "application/json"),
        };
        request.Headers.Accept.ParseAdd("application/json, text/event-stream");
        request.Headers.Authorization = new("Bearer", server.Issuer.CreateToken(person));
        using var response = await server.Fleet.Client.SendAsync(request, TestContext.Current.CancellationToken);
        return await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
    }
}
