using System.Net;
using System.Net.Http.Headers;
using System.Runtime.Versioning;
using System.Text;
using System.Text.Json.Nodes;
using Tonne.Ledgers;
using Tonne.Trials.Serving;

namespace Tonne.Trials.Fleets;

/// <summary>A fleet from end to end: a real PostgreSQL, two servers, a node with a real ledger, a backup.</summary>
[UnsupportedOSPlatform("windows")]
public sealed class FleetTrials : IDisposable
{
    const string Database = "tonne";

    readonly TonneCommand _node = new();
    readonly TonneCommand _server = new();

    public FleetTrials()
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
    public async Task A_fleet_counts_what_its_nodes_count()
    {
        await using var postgres = await PrivatePostgres.StartAsync(_server);
        var code = await postgres.CreateFleetAsync(Database);
        foreach (var name in new[] { "first", "second" })
            (await _node.RunAsync("run", "-q", "--name", name, "--project", name, "--zone", "FR", "--", "sh", "-c",
                "i=0; while [ $i -lt 100000 ]; do i=$((i+1)); done")).Expect(0);
        // A recount adds a statement; it is the same unless the factors are others.
        (await _node.RunAsync("ledger", "recount")).Expect(0);
        await using var one = await ServedLedger.StartAsync(_server);
        await using var two = await ServedLedger.StartAsync(_server);

        // A node enrols, once.
        var enrolled = (await _node.RunAsync("fleet", "enroll", "--server", one.Address.ToString(), "--code", code, "--name", "node-1"))
            .Expect(0);
        Assert.Contains("node-1 is enrolled", enrolled.Output, StringComparison.Ordinal);
        Assert.Contains("refuses",
            (await _node.RunAsync("fleet", "enroll", "--server", one.Address.ToString(), "--code", code)).Expect(2).Error,
            StringComparison.Ordinal);
        var file = Path.Combine(_node.Home, "fleet.json");
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(file));
        var identity = JsonNode.Parse(await File.ReadAllTextAsync(file, Cancelled))!;
        var key = (string)identity["key"]!;
        Assert.Equal(("node-1", one.Address.ToString()), ((string)identity["name"]!, (string)identity["server"]!));
        Assert.DoesNotContain(key, enrolled.Output + enrolled.Error, StringComparison.Ordinal);

        // It pushes through one server, and again through the other, which changes nothing.
        (await _node.RunAsync("ledger", "push")).Expect(0);
        var lines = DirectPush.ReadLines(new LedgerHome(_node.Home));
        var first = await DirectPush.SendAsync(one, key, lines);
        Assert.Equal((HttpStatusCode.OK, 0, lines.Count), (first.Status, (int)first.Answer["accepted"]!, (int)first.Answer["known"]!));
        var totals = (await _node.RunAsync("total", "--by", "project", "--json")).Expect(0).Output.Trim();
        Assert.Equal(totals, (await one.GetAsync("/api/v1/totals?by=project")).Trim());
        var second = await DirectPush.SendAsync(two, key, lines);
        Assert.Equal((HttpStatusCode.OK, 0, lines.Count), (second.Status, (int)second.Answer["accepted"]!, (int)second.Answer["known"]!));
        foreach (var server in new[] { one, two })
        {
            Assert.Equal(totals, (await server.GetAsync("/api/v1/totals?by=project")).Trim());
            Assert.Equal((await _node.RunAsync("show", "first", "--json")).Expect(0).Output.Trim(),
                (await server.GetAsync("/api/v1/runs/first")).Trim());
            Assert.Equal((await _node.RunAsync("explain", "last", "energy", "--json")).Expect(0).Output.Trim(),
                (await server.GetAsync("/api/v1/runs/last/explain?figure=energy")).Trim());
            Assert.Equal(2, (int)JsonNode.Parse(await server.GetAsync("/api/v1/runs"))!["total"]!);
            Assert.Contains("\"first\"", await server.GetAsync("/api/v1/runs/first/report"), StringComparison.Ordinal);
        }

        // A line that was changed is refused, and the others are known.
        // Of two runs that started in the same second either can be the first, so the line is sought by its name.
        var named = lines.First(line => Encoding.UTF8.GetString(line.Line.Span).Contains("\"first\"", StringComparison.Ordinal));
        var forged = named with { Line = Encoding.UTF8.GetBytes(Encoding.UTF8.GetString(named.Line.Span)
            .Replace("\"first\"", "\"other\"", StringComparison.Ordinal)) };
        var refused = (await DirectPush.SendAsync(one, key, [forged, .. lines.Where(line => line != named)])).Answer;
        Assert.Single(refused["refused"]!.AsArray());
        Assert.Equal(totals, (await one.GetAsync("/api/v1/totals?by=project")).Trim());

        // The key reads nothing, and the database has neither it nor the code.
        using var client = new HttpClient { BaseAddress = one.Address };
        client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", key);
        using var read = await client.GetAsync(new Uri("/api/v1/runs", UriKind.Relative), Cancelled);
        Assert.Equal(HttpStatusCode.Unauthorized, read.StatusCode);
        var dump = (await _server.RunOtherAsync("/usr/bin/pg_dump", "-h", postgres.Folder, "-U", "postgres", "-n", "tonne", Database))
            .Expect(0).Output;
        Assert.DoesNotContain(key, dump, StringComparison.Ordinal);
        Assert.DoesNotContain(code, dump, StringComparison.Ordinal);

        // What was read is in the audit log.
        var audit = (await postgres.QueryAsync(Database, "select distinct action from tonne.audit order by 1"))
            .Expect(0).Output.Split('\n');
        Assert.Contains("read", audit);
        Assert.Contains("total", audit);
        Assert.Contains("create code", audit);

        (await _node.RunAsync("ledger", "push", "--all")).Expect(0);
        var status = (await _server.RunAsync("fleet", "status")).Expect(0).Output;
        Assert.Contains("node-1  ok", status, StringComparison.Ordinal);
        (await _server.RunAsync("fleet", "upgrade-check")).Expect(0);

        // What was kept was signed, and both sides find nothing changed.
        Assert.Single(Directory.GetFiles(Path.Combine(_node.Home, "push"), "*.receipts.jsonl"));
        (await _node.RunAsync("ledger", "verify")).Expect(0);
        Assert.Contains("0 problems", (await _server.RunAsync("fleet", "verify")).Expect(0).Output, StringComparison.Ordinal);
        // The server accounts as the node does, so a recount changes nothing.
        Assert.StartsWith("2 runs: 0 recounted", (await _server.RunAsync("fleet", "recount")).Expect(0).Output, StringComparison.Ordinal);
        Assert.Contains("finished", (await _server.RunAsync("fleet", "recount", "--status")).Expect(0).Output, StringComparison.Ordinal);
        (await _server.RunAsync("fleet", "revoke", "node-1")).Expect(0);
        Assert.Equal(HttpStatusCode.Unauthorized, (await DirectPush.SendAsync(one, key, lines)).Status);
        Assert.Equal(HttpStatusCode.Unauthorized, (await DirectPush.SendAsync(two, key, lines)).Status);
        Assert.Equal(totals, (await two.GetAsync("/api/v1/totals?by=project")).Trim());
    }

    [Fact]
    public async Task A_backup_is_restored_and_verified()
    {
        await using var postgres = await PrivatePostgres.StartAsync(_server);
        var code = await postgres.CreateFleetAsync(Database);
        (await _node.RunAsync("run", "-q", "--name", "kept", "--zone", "FR", "--", "sh", "-c",
            "i=0; while [ $i -lt 100000 ]; do i=$((i+1)); done")).Expect(0);
        await using (var server = await ServedLedger.StartAsync(_server))
        {
            (await _node.RunAsync("fleet", "enroll", "--server", server.Address.ToString(), "--code", code)).Expect(0);
            var key = (string)JsonNode.Parse(await File.ReadAllTextAsync(Path.Combine(_node.Home, "fleet.json"), Cancelled))!["key"]!;
            Assert.Equal(HttpStatusCode.OK, (await DirectPush.SendAsync(server, key, DirectPush.ReadLines(new LedgerHome(_node.Home)))).Status);
        }

        (await _server.RunOtherAsync("/usr/bin/pg_dump", "-h", postgres.Folder, "-U", "postgres", "-Fc", "-f", _server.At("backup"),
            Database)).Expect(0);
        await postgres.CreateAsync("restored");
        (await _server.RunOtherAsync("/usr/bin/pg_restore", "-h", postgres.Folder, "-U", "postgres", "-d", "restored", "--exit-on-error",
            _server.At("backup"))).Expect(0);
        var exported = _server.At("exported");
        (await _server.RunAsync("fleet", "export", "--to", exported, "--database", postgres.GetAddress("restored", "tonne_login")))
            .Expect(0);

        _server.Home = exported;
        (await _server.RunAsync("ledger", "verify")).Expect(0);
        Assert.Equal((await _node.RunAsync("total", "--json")).Expect(0).Output,
            (await _server.RunAsync("total", "--json")).Expect(0).Output);
        Assert.Equal((await _node.RunAsync("show", "last", "--json")).Expect(0).Output,
            (await _server.RunAsync("show", "last", "--json")).Expect(0).Output);
    }

    [Fact]
    public async Task A_server_starts_while_its_database_is_down_and_says_so()
    {
        _server.Environment["TONNE_DATABASE"] = $"postgres://tonne@/tonne?host={_server.Folder}";
        await using var server = await ServedLedger.StartAsync(_server);

        using var answer = await server.Client.GetAsync(new Uri("/api/v1/runs", UriKind.Relative), Cancelled);

        Assert.Equal(HttpStatusCode.ServiceUnavailable, answer.StatusCode);
        Assert.NotNull(answer.Headers.RetryAfter);
        Assert.Contains("cannot be used", (await _server.RunAsync("fleet", "status")).Expect(1).Error, StringComparison.Ordinal);
        Assert.Contains("give one",
            (await _server.RunAsync("fleet", "status", "--database", "Host=a", "--database-file", "b")).Expect(2).Error,
            StringComparison.Ordinal);
        _server.Environment.Remove("TONNE_DATABASE");
        Assert.Contains("--database", (await _server.RunAsync("fleet", "status")).Expect(2).Error, StringComparison.Ordinal);
    }
}
