using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Runtime.Versioning;
using System.Text;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Tonne.Ledgers;
using Tonne.Ledgers.Pushing;
using Tonne.Tests.Issuers;
using Tonne.Trials.Serving;

namespace Tonne.Trials.Fleets;

/// <summary>
/// Who sees what: a real PostgreSQL, a real server, an issuer with real keys, and people who ask for what is not theirs in every way that
/// an address allows.
/// </summary>
/// <remarks>TONNE_ISOLATION_REQUESTS changes the number of requests, TONNE_ISOLATION_SEED the seed.</remarks>
[UnsupportedOSPlatform("windows")]
public sealed partial class IsolationTrials : IDisposable
{
    const string Database = "tonne";
    const int UsualRequests = 3_000;
    const int AtOnce = 4;

    // Of the accounts, the last has no member.
    static readonly string?[] Accounts = ["physics", "chem", "bio", "law", null];
    static readonly string[] Persons = ["ada", "bob", "cem", "dan", "eve", "fay", "gil", "hal"];

    readonly TonneCommand _node = new();
    readonly TonneCommand _server = new();
    readonly StandInIssuer _issuer = new();
    readonly List<SecretRun> _runs = [];
    readonly Dictionary<string, HashSet<string>> _roles = new(StringComparer.Ordinal);

    public IsolationTrials()
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
        _issuer.Dispose();
    }

    [Fact]
    public async Task Of_thousands_of_random_requests_none_shows_a_run_of_others()
    {
        var requests = ReadNumber("TONNE_ISOLATION_REQUESTS", UsualRequests);
        var seed = ReadNumber("TONNE_ISOLATION_SEED", 20261130);
        await using var postgres = await PrivatePostgres.StartAsync(_server);
        await using var server = await StartAsync(postgres);
        await FillAsync(server, new Random(seed));
        var watch = Stopwatch.StartNew();

        // Half of them, then the same people after some have lost what they had, and others have got it.
        var seen = await AskAsync(server, seed, requests / 2);
        await RevokeAsync();
        seen += await AskAsync(server, seed + 1, requests - (requests / 2));

        TestContext.Current.TestOutputHelper?.WriteLine(
            $"{requests} requests in {watch.Elapsed.TotalSeconds:0} s; {seen} texts of visible runs were seen");
        // Or the people see nothing at all.
        Assert.True(seen > requests, $"{seen} texts of visible runs in {requests} requests");
        // Nobody read without a line in the audit log, which the command shows.
        var audit = (await _server.RunAsync("fleet", "audit", "--person", "ada", "--limit", "100000", "--json")).Expect(0).Output;
        var lines = JsonNode.Parse(audit)!["lines"]!.AsArray();
        Assert.True(lines.Count > requests / 50, $"{lines.Count}");
        Assert.All(lines, line =>
            Assert.True(((string)line!["who"]!).StartsWith("person ada from 127.0.0.1", StringComparison.Ordinal)
            || (string)line["subject"]! == "ada"));
    }

    [Fact]
    public async Task A_browser_signs_in_sees_its_own_and_signs_out()
    {
        await using var postgres = await PrivatePostgres.StartAsync(_server);
        await using var server = await StartAsync(postgres, "--no-token");
        await FillAsync(server, new Random(1));
        using var handler = new HttpClientHandler();
        using var browser = new HttpClient(handler) { BaseAddress = server.Address };
        browser.DefaultRequestHeaders.Accept.ParseAdd("text/html");

        var page = await browser.GetAsync(new Uri("/totals?by=account", UriKind.Relative), Cancelled);

        Assert.Equal((HttpStatusCode.OK, "/totals?by=account"), (page.StatusCode, page.RequestMessage!.RequestUri!.PathAndQuery));
        Assert.Equal(1, _issuer.Redeemed);
        var person = JsonNode.Parse(await browser.GetStringAsync(new Uri("/api/v1/person", UriKind.Relative), Cancelled))!;
        Assert.Equal(("ada", false), ((string)person["name"]!, (bool)person["owns_fleet"]!));
        var runs = JsonNode.Parse(await browser.GetStringAsync(new Uri("/api/v1/runs?limit=500", UriKind.Relative), Cancelled))!;
        Assert.Equal(_runs.Where(run => MaySee("ada", run)).Select(run => run.Id).Order(StringComparer.Ordinal),
            runs["runs"]!.AsArray().Select(run => (string)run!["id"]!).Order(StringComparer.Ordinal));
        using var out1 = new HttpRequestMessage(HttpMethod.Post, new Uri("/api/v1/sign-out", UriKind.Relative));
        using var refused = await browser.SendAsync(out1, Cancelled);
        Assert.Equal(HttpStatusCode.Forbidden, refused.StatusCode);
        using var out2 = new HttpRequestMessage(HttpMethod.Post, new Uri("/api/v1/sign-out", UriKind.Relative));
        out2.Headers.TryAddWithoutValidation("Origin", server.Address.GetLeftPart(UriPartial.Authority));
        using var done = await browser.SendAsync(out2, Cancelled);
        Assert.Equal(HttpStatusCode.OK, done.StatusCode);
        // The issuer has nobody signed in now: the page leads there, and back to a refusal.
        _issuer.Person = null;
        using var after = await browser.GetAsync(new Uri("/totals", UriKind.Relative), Cancelled);
        Assert.Equal(HttpStatusCode.Forbidden, after.StatusCode);
        // The token is off, and was not printed.
        Assert.Equal("", server.Token);
    }

    [Fact]
    public async Task Chromium_signs_in_shows_the_person_and_signs_out()
    {
        Needs.Program("/usr/bin/chromium", "chromium");
        Assert.SkipUnless(Directory.Exists(Path.Combine(TonneCommand.Repository, "web", "node_modules", "playwright-core")),
            "the modules of web/ are missing (npm ci in web/)");
        var node = Needs.Program("/usr/bin/node", "nodejs");
        await using var postgres = await PrivatePostgres.StartAsync(_server);
        await using var server = await StartAsync(postgres);
        await FillAsync(server, new Random(3));

        var script = Path.Combine(TonneCommand.Repository, "web", "trial", "sign-in.mjs");
        var result = JsonNode.Parse((await _server.RunOtherAsync(node, script, "--address", server.Address.ToString())).Expect(0).Output)!;

        Assert.Empty(result["errors"]!.AsArray());
        Assert.Equal(["/totals", "/authorize", "/signin-oidc", "/totals", "/end"], result["visited"]!.AsArray()
            .Select(path => (string)path!));
        Assert.Equal(("/totals?by=account", "ada"), ((string)result["at"]!, (string)result["person"]!));
        Assert.DoesNotContain("/nodes", result["links"]!.AsArray().Select(link => (string)link!));
        Assert.Contains("/totals", result["links"]!.AsArray().Select(link => (string)link!));
        Assert.DoesNotContain("tonne", (string)result["readable"]!, StringComparison.Ordinal);
        Assert.Equal("""{"httpOnly":true,"sameSite":"Lax"}""", result["session"]!.ToJsonString());
        Assert.StartsWith(_issuer.Name + "/end?client_id=", (string)result["end"]!, StringComparison.Ordinal);
        Assert.False((bool)result["after"]!);
    }

    [Fact]
    public async Task A_node_changes_its_key_and_pushes_on()
    {
        await using var postgres = await PrivatePostgres.StartAsync(_server);
        await using var server = await StartAsync(postgres);
        await FillAsync(server, new Random(2));
        var file = Path.Combine(_node.Home, "fleet.json");
        var old = (string)JsonNode.Parse(await File.ReadAllTextAsync(file, Cancelled))!["key"]!;

        var rotated = (await _node.RunAsync("fleet", "rotate-key", "--json")).Expect(0);

        var made = (string)JsonNode.Parse(await File.ReadAllTextAsync(file, Cancelled))!["key"]!;
        Assert.NotEqual(old, made);
        Assert.DoesNotContain(made, rotated.Output + rotated.Error, StringComparison.Ordinal);
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(file));
        Assert.Equal(HttpStatusCode.OK, await PushAsync(server, old, []));
        (await _node.RunAsync("ledger", "push", "--all")).Expect(0);
        Assert.Equal(HttpStatusCode.Unauthorized, await PushAsync(server, old, []));
        Assert.Equal(HttpStatusCode.OK, await PushAsync(server, made, []));
        var audit = (await _server.RunAsync("fleet", "audit")).Expect(0).Output;
        Assert.Contains("make new key", audit, StringComparison.Ordinal);
        Assert.Contains("use new key, end the old one", audit, StringComparison.Ordinal);
    }

    async Task<ServedLedger> StartAsync(PrivatePostgres postgres, params string[] words)
    {
        await postgres.CreateFleetAsync(Database);
        var secret = _server.Write("secret", StandInIssuer.ClientSecret);
        File.SetUnixFileMode(secret, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        return await ServedLedger.StartAsync(_server, 0,
            ["--oidc-authority", _issuer.Name, "--oidc-client-id", StandInIssuer.ClientId, "--oidc-client-secret-file", secret, .. words]);
    }

    /// <summary>A node with a real run, from which the runs of all accounts and users are made, and the roles of the people.</summary>
    async Task FillAsync(ServedLedger server, Random random)
    {
        (await _node.RunAsync(
            "run", "-q", "--name", "base", "--zone", "FR", "--", "sh", "-c", "i=0; while [ $i -lt 100000 ]; do i=$((i+1)); done"))
            .Expect(0);
        var code = (await _server.RunAsync("fleet", "code")).Expect(0).Output.Trim();
        (await _node.RunAsync("fleet", "enroll", "--server", server.Address.ToString(), "--code", code, "--name", "node-1")).Expect(0);
        var key = (string)JsonNode.Parse(await File.ReadAllTextAsync(Path.Combine(_node.Home, "fleet.json"), Cancelled))!["key"]!;
        var lines = DirectPush.ReadLines(new LedgerHome(_node.Home)).Take(2).ToList();
        var pushed = new List<PushedLine>();
        foreach (var account in Accounts)
        {
            foreach (var user in Persons.Append("nobody-here"))
            {
                var (run, made) = SecretRun.Create(random, lines, account, user);
                _runs.Add(run);
                pushed.AddRange(made);
            }
        }

        Assert.Equal(HttpStatusCode.OK, await PushAsync(server, key, pushed));
        // gil and hal have no role; the owner of the fleet is somebody else.
        foreach (var (person, account, role) in new[]
        {
            ("ada", "physics", "viewer"), ("bob", "physics", "member"), ("bob", "chem", "viewer"), ("cem", "chem", "owner"),
                ("dan", "bio", "member"),
            ("eve", "bio", "viewer"), ("eve", "physics", "viewer"), ("eve", "chem", "viewer"), ("fay", "law", "owner"),
                ("olga", "*", "owner"),
        })
        {
            (await _server.RunAsync("fleet", "grant", person, "--account", account, "--role", role)).Expect(0);
            GetRoles(person).Add(account);
        }
    }

    /// <summary>Takes roles away from some, and gives them to others.</summary>
    async Task RevokeAsync()
    {
        (await _server.RunAsync("fleet", "ungrant", "bob", "--account", "physics")).Expect(0);
        GetRoles("bob").Remove("physics");
        (await _server.RunAsync("fleet", "ungrant", "eve")).Expect(0);
        GetRoles("eve").Clear();
        (await _server.RunAsync("fleet", "ungrant", "olga")).Expect(0);
        GetRoles("olga").Clear();
        (await _server.RunAsync("fleet", "grant", "gil", "--account", "law", "--role", "viewer")).Expect(0);
        GetRoles("gil").Add("law");
        var members = JsonNode.Parse((await _server.RunAsync("fleet", "members", "--json")).Expect(0).Output)!["members"]!.AsArray();
        Assert.Equal(_roles.Sum(person => person.Value.Count), members.Count);
    }

    HashSet<string> GetRoles(string person) => _roles.TryGetValue(person, out var roles) ? roles : _roles[person] =
        new(StringComparer.Ordinal);

    /// <summary>The rule of docs/formats/database.md.</summary>
    bool MaySee(string person, SecretRun run) =>
        run.User == person || (run.Account is { } account && GetRoles(person).Contains(account)) || GetRoles(person).Contains("*");

    async Task<int> AskAsync(ServedLedger server, int seed, int requests)
    {
        foreach (var person in Persons.Append("olga"))
            GetRoles(person);
        var counts = await Task.WhenAll(
            Enumerable.Range(0, AtOnce)
            .Select(part => Task.Run(() => AskAsync(server, new Random(seed + (part * 1000)), requests / AtOnce), Cancelled)));
        return counts.Sum();
    }

    async Task<int> AskAsync(ServedLedger server, Random random, int requests)
    {
        var seen = 0;
        using var client = new HttpClient(
            new SocketsHttpHandler { UseCookies = false, AllowAutoRedirect = false }) { BaseAddress = server.Address, Timeout =
            TimeSpan.FromMinutes(2) };
        string[] people = [.. Persons, "olga", "zoe"];
        var tokens = people.ToDictionary(person => person, person => _issuer.CreateToken(person), StringComparer.Ordinal);
        for (var i = 0; i < requests; i++)
        {
            var person = people[random.Next(people.Length)];
            using var request = Next(random);
            var asked = Uri.UnescapeDataString(request.RequestUri!.OriginalString) + (
                request.Content is null ? "" : await request.Content.ReadAsStringAsync(Cancelled));
            request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", tokens[person]);
            using var response = await client.SendAsync(request, Cancelled);
            var text = await response.Content.ReadAsStringAsync(Cancelled);
            foreach (var run in _runs)
            {
                var shown = Array.FindAll(run.Secrets, secret => text.Contains(secret, StringComparison.OrdinalIgnoreCase));
                if (MaySee(person, run))
                    seen += shown.Length;
                else
                {
                    // What was asked for may be repeated.
                    Assert.True(Array.TrueForAll(shown, secret => asked.Contains(secret, StringComparison.OrdinalIgnoreCase)),
                        $"{person} sees {string.Join(", ", shown)} of {run.Account}, {run.User}, in the answer to {asked}:\n{text}");
                }
            }

            Check(person, asked, (int)response.StatusCode, text);
        }

        return seen;
    }

    /// <summary>Numbers must be those of the visible runs: nothing is counted that is not shown.</summary>
    void Check(string person, string asked, int status, string text)
    {
        var visible = _runs.Count(run => MaySee(person, run));
        Assert.True(status is 200 or 400 or 403 or 404 or 405 or 409 or 422, $"{asked}: {status}: {text}");
        if (asked == "/api/v1/runs")
            Assert.Equal(visible, (int)JsonNode.Parse(text)!["total"]!);
        else if (asked == "/api/v1/totals")
            Assert.Equal(visible, (int)JsonNode.Parse(text)!["total"]!["runs"]!);
        else if (asked == "/metrics")
            Assert.Equal(visible, int.Parse(CompletedRuns().Match(text).Groups[1].Value, CultureInfo.InvariantCulture));
        else if (asked.StartsWith("/api/v1/fleet/nodes", StringComparison.Ordinal)
            || asked.StartsWith("/api/v1/fleet/codes", StringComparison.Ordinal))
            Assert.Equal(GetRoles(person).Contains("*"), status == 200);
    }

    /// <summary>A request of any kind, for any run, by anything that is known of it.</summary>
    HttpRequestMessage Next(Random random)
    {
        var run = _runs[random.Next(_runs.Count)];
        var other = _runs[random.Next(_runs.Count)];
        var named = random.Next(7) switch
        {
            0 => run.Name,
            1 => run.Id[^6..],
            2 => run.Id[..(run.Id.Length - random.Next(1, 6))],
            3 => "last",
            4 => run.Name[..^random.Next(1, 5)],
            _ => run.Id,
        };
        string[] words = [run.Name, run.Name[5..9], run.Project, run.User, run.Id[^6..], "name", "project-", "zq", "secret",
            run.Account ?? "physics"];
        string[] filters =
        [
            "project=" + run.Project, "account=" + (run.Account ?? "law"), "user=" + run.User, "name=" + run.Name[..9], "tag=secret",
                "tag=secret%3D" + run.Name,
            "status=completed", "kind=recorded", "since=2000", "until=2099", "q=" + words[random.Next(words.Length)],
        ];
        string[] sorts = ["name", "-name", "project", "user", "-energy", "emissions", "started", "-started", "machine", "duration"];
        var filter = string.Join(
            '&', Enumerable.Range(0, random.Next(3)).Select(_ => filters[random.Next(filters.Length - 1)]).Distinct(StringComparer.Ordinal)
            .GroupBy(each => each.Split('=')[0], StringComparer.Ordinal).Select(group => group.First()));
        var words1 = Uri.EscapeDataString(words[random.Next(words.Length)]);
        string[] keys = ["account", "user", "project", "month", "project,user", "account,project", "node", "tag:secret", "model"];
        return random.Next(24) switch
        {
            0 => Get("/api/v1/runs"),
            1 => Get($"/api/v1/runs?limit={random.Next(1, 501)}&sort={sorts[random.Next(sorts.Length)]}&offset={random.Next(60)}"),
            2 => Get($"/api/v1/runs?q={words1}&sort={sorts[random.Next(sorts.Length)]}"),
            3 => Get($"/api/v1/runs?limit=500&{filter}"),
            4 => Get($"/api/v1/runs/{Uri.EscapeDataString(named)}"),
            5 => Get($"/api/v1/runs/{Uri.EscapeDataString(named)}/report"),
            6 => Get($"/api/v1/runs/{Uri.EscapeDataString(named)}/explain?figure=energy"),
            7 => Get($"/api/v1/runs/{Uri.EscapeDataString(named)}/advice"),
            8 => Get($"/api/v1/runs/{Uri.EscapeDataString(named)}/live"),
            9 => Get($"/api/v1/compare?run={Uri.EscapeDataString(named)}&run={other.Id}"),
            10 => Get($"/api/v1/compare/report?run={run.Id}&run={other.Name}"),
            11 => Get("/api/v1/totals"),
            12 => Get($"/api/v1/totals?by={keys[random.Next(keys.Length)]}"),
            13 => Get($"/api/v1/totals?by={keys[random.Next(keys.Length)]}&{filter}".TrimEnd('&')),
            14 => Get("/api/v1/filters"),
            15 => Get("/metrics"),
            16 => Get("/api/v1/person"),
            17 => Get(random.Next(2) == 0 ? "/api/v1/fleet/nodes" : "/api/v1/budgets"),
            18 => Get(random.Next(4) switch { 0 => "/", 1 => "/runs/" + run.Id, 2 => "/compare?run=" + run.Id, _ => "/nodes" },
                "text/html"),
            19 => Get($"/api/v1/runs/{run.Id}", "text/csv"),
            20 => Call("runs", new JsonObject { ["search"] = words[random.Next(words.Length)], ["limit"] = 50 }),
            21 => Call(random.Next(3) switch { 0 => "runs", 1 => "explain", _ => "advise" }, new JsonObject { ["run"] = named }),
            22 => random.Next(2) == 0 ? Call("compare", new JsonObject { ["names"] = new JsonArray(named, other.Id) })
                : Call("totals", new JsonObject { ["by"] = "project" }),
            _ => Post("/api/v1/footprint",
                $"name: x\nphases:\n  - name: training\n    runs: {{project: {run.Project}}}\n  - name: more\n    run: {run.Id}\n",
                "application/yaml"),
        };
    }

    static HttpRequestMessage Get(string address, string accept = "application/json")
    {
        var request = new HttpRequestMessage(HttpMethod.Get, new Uri(address, UriKind.Relative));
        request.Headers.TryAddWithoutValidation("Accept", accept);
        return request;
    }

    static HttpRequestMessage Post(string address, string body, string type) =>
        new(HttpMethod.Post, new Uri(address, UriKind.Relative)) { Content = new StringContent(body, Encoding.UTF8, type) };

    static HttpRequestMessage Call(string tool, JsonObject arguments)
    {
        var call = new JsonObject
        {
            ["jsonrpc"] = "2.0", ["id"] = 1, ["method"] = "tools/call", ["params"] =
                new JsonObject { ["name"] = tool, ["arguments"] = arguments },
        };
        var request = Post("/mcp", call.ToJsonString(), "application/json");
        request.Headers.TryAddWithoutValidation("Accept", "application/json, text/event-stream");
        return request;
    }

    static int ReadNumber(string variable, int usual) =>
        int.TryParse(Environment.GetEnvironmentVariable(variable), NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number
            : usual;

    static async Task<HttpStatusCode> PushAsync(ServedLedger server, string key, IReadOnlyList<PushedLine> lines)
    {
        var (status, answer) = await DirectPush.SendAsync(server, key, lines);
        if (status == HttpStatusCode.OK)
            Assert.Equal((lines.Count, 0), ((int)answer["accepted"]!, answer["refused"]!.AsArray().Count));
        return status;
    }

    [GeneratedRegex("""tonne_ledger_runs\{status="completed"\} (\d+)""", RegexOptions.None, 1000)]
    private static partial Regex CompletedRuns();
}
