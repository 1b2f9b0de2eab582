using System.Buffers.Text;
using System.Net.Http.Headers;
using System.Runtime.Versioning;
using System.Text;
using System.Text.Json.Nodes;
using Tonne.Ledgers.Pushing;
using Tonne.Trials.Fleets;
using Tonne.Trials.Serving;

namespace Tonne.Trials.Pages;

/// <summary>The page of the nodes in a real browser, on a real server and PostgreSQL with a node in each state.</summary>
/// <remarks>The browser is driven by <c>web/trial/nodes.mjs</c>, which says what it checks.</remarks>
[UnsupportedOSPlatform("windows")]
public sealed class NodesPageTrials : IDisposable
{
    const string Database = "tonne";

    // Markup, and a character that reorders what follows it: the server replaces that one.
    const string HostileProblem = "<img src=x onerror=\"window.__stolen=1\">\u202Eevil";

    readonly TonneCommand _node = new();
    readonly TonneCommand _server = new();

    public NodesPageTrials()
    {
        // Root pushes only what nobody else could have written, which is not so below /tmp.
        if (Environment.IsPrivilegedProcess)
            _node.Home = $"/var/lib/tonne-trial-{Guid.NewGuid():N}";
    }

    static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    public void Dispose()
    {
        if (Environment.IsPrivilegedProcess && Directory.Exists(_node.Home))
            Directory.Delete(_node.Home, recursive: true);
        _node.Dispose();
        _server.Dispose();
    }

    [Fact]
    public async Task The_nodes_have_the_figures_of_the_command_line_and_those_that_need_attention_come_first()
    {
        Needs.Program("/usr/bin/chromium", "chromium");
        var driver = Path.Combine(TonneCommand.Repository, "web", "node_modules", "playwright-core");
        Assert.SkipUnless(Directory.Exists(driver), "the modules of web/ are missing (npm ci in web/)");
        var node = Needs.Program("/usr/bin/node", "nodejs");
        await using var postgres = await PrivatePostgres.StartAsync(_server);
        await postgres.CreateFleetAsync(Database);
        await using (var server = await ServedLedger.StartAsync(_server))
            await FillAsync(server);
        (await postgres.QueryAsync(Database, "update tonne.nodes set last_seen_at = now() - interval '3 hours' where name = 'silent'"))
            .Expect(0);
        (await postgres.QueryAsync(Database, "update tonne.node_keys set expires_at = now() - interval '1 day' where node = 'expired'"))
            .Expect(0);
        (await _server.RunAsync("fleet", "revoke", "gone")).Expect(0);

        var script = Path.Combine(TonneCommand.Repository, "web", "trial", "nodes.mjs");
        var result = JsonNode.Parse((await _server.RunOtherAsync(
            node, script, "--tonne", TonneCommand.Executable,
            "--shots", Environment.GetEnvironmentVariable("TONNE_TRIAL_SHOTS") ?? _server.At("shots"))).Expect(0).Output)!;

        foreach (var list in new[] { "errors", "failed", "axe", "overflow" })
            Assert.True(result[list]!.AsArray().Count == 0, $"{list}: {result[list]!.ToJsonString()}");
        Assert.Equal(0, (int)result["stolen"]!);
        var page = result["page"]!.AsArray();
        Assert.Equal(
            ["expired", "clock", "silent", "broken", "full", "old", "never", "real", "gone"], page.Select(row => (string)row![0]!));
        Assert.Equal(
            ["expired", "implausible", "silent", "ok", "ok", "too old", "ok", "ok", "revoked"], page.Select(row => (string)row![1]!));
        // Name, state, last seen, waiting, since when, dropped, runs, version.
        Assert.Equal(
            result["expected"]!.AsArray().Select(row => row!.ToJsonString()).Order(StringComparer.Ordinal),
            page.Select(row => row!.ToJsonString()).Order(StringComparer.Ordinal));
        Assert.Equal(1, (int)page.Single(row => (string)row![0]! == "real")![6]!);
        Assert.Equal("6 of 8 nodes need attention; 1 is revoked", (string)result["heading"]!);
        // 1234 of silent and 3 of full; clock reports what cannot be, and real has pushed all.
        Assert.Contains("1,237 lines wait at 2 nodes, the oldest since 2025-01-01", (string)result["sum"]!, StringComparison.Ordinal);
        Assert.Contains("2 runs dropped unsent", (string)result["sum"]!, StringComparison.Ordinal);
        Assert.Contains("No nodes yet", (string)result["empty"]!, StringComparison.Ordinal);
        Assert.Contains("tonne fleet code", (string)result["empty"]!, StringComparison.Ordinal);
        Assert.StartsWith("rack-249-node-9999-", (string)result["many"]!["found"]!, StringComparison.Ordinal);
        Assert.Equal("?q=node-9999-", (string)result["many"]!["address"]!);
        // Only a server with a database offers the page, and another one says what it is for.
        Assert.Contains("/nodes", result["links"]!["nodes"]!.AsArray().Select(link => (string)link!));
        Assert.DoesNotContain("/nodes", result["links"]!["folder"]!.AsArray().Select(link => (string)link!));
        Assert.Contains("tonne serve --database-file", (string)result["folder"]!, StringComparison.Ordinal);
        TestContext.Current.TestOutputHelper?.WriteLine($"10,000 nodes: {result["many"]!.ToJsonString()}");
    }

    /// <summary>One node with a real run, and others that say what such nodes say.</summary>
    async Task FillAsync(ServedLedger server)
    {
        (await _node.RunAsync("run", "-q", "--zone", "FR", "--", "sh", "-c",
            "i=0; while [ $i -lt 100000 ]; do i=$((i+1)); done")).Expect(0);
        var code = await CreateCodeAsync();
        (await _node.RunAsync("fleet", "enroll", "--server", server.Address.ToString(), "--code", code, "--name", "real")).Expect(0);
        (await _node.RunAsync("ledger", "push")).Expect(0);
        await EnrolAsync(server, "never");
        foreach (var (name, report) in new (string, JsonObject)[]
        {
            ("silent", new() { ["version"] = "0.1.0", ["waiting"] = 1234, ["waiting_since"] = "2025-01-01T12:00:00Z" }),
            ("clock", new() { ["version"] = "0.1.0", ["waiting"] = 5, ["waiting_since"] = "2999-01-01T00:00:00Z" }),
            ("old", new() { ["version"] = "0.0.9", ["waiting"] = 0 }),
            ("broken", new() { ["version"] = "0.1.0", ["waiting"] = 0, ["problem"] = HostileProblem }),
            ("full", new() { ["version"] = "0.1.0", ["waiting"] = 3, ["waiting_since"] = "2025-01-03T12:00:00Z", ["dropped"] = 2 }),
            ("expired", new() { ["version"] = "0.1.0", ["waiting"] = 0 }),
            ("gone", new() { ["version"] = "0.1.0", ["waiting"] = 0 }),
        })
            await PushAsync(server, await EnrolAsync(server, name), report);
    }

    async Task<string> CreateCodeAsync() => (await _server.RunAsync("fleet", "code")).Expect(0).Output.Trim();

    /// <summary>Enrols a node.</summary>
    /// <returns>The key.</returns>
    async Task<string> EnrolAsync(ServedLedger server, string name)
    {
        var asked = new JsonObject { ["code"] = await CreateCodeAsync(), ["name"] = name, ["version"] = "0.1.0" };
        using var body = new StringContent(asked.ToJsonString(), new MediaTypeHeaderValue("application/json"));
        using var client = new HttpClient { BaseAddress = server.Address };
        using var response = await client.PostAsync(new Uri("/api/v1/fleet/enrol", UriKind.Relative), body, Cancelled);
        response.EnsureSuccessStatusCode();
        return (string)JsonNode.Parse(await response.Content.ReadAsStringAsync(Cancelled))!["key"]!;
    }

    static async Task PushAsync(ServedLedger server, string key, JsonObject report)
    {
        using var client = new HttpClient { BaseAddress = server.Address };
        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri("/api/v1/fleet/push", UriKind.Relative));
        request.Content = new ByteArrayContent([]);
        request.Content.Headers.ContentType = new MediaTypeHeaderValue(PushBatch.MediaType);
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", key);
        request.Headers.Add("tonne-node-report", Base64Url.EncodeToString(Encoding.UTF8.GetBytes(report.ToJsonString())));
        using var response = await client.SendAsync(request, Cancelled);
        response.EnsureSuccessStatusCode();
    }
}
