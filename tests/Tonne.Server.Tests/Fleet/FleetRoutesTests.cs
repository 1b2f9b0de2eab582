using System.IO.Compression;
using System.Net.Sockets;
using System.Runtime.Versioning;
using System.Text;
using Tonne.Ledgers.Pushing;
using Tonne.Ledgers.Tests;
using Tonne.Server.Fleet;
using Tonne.Server.Tests.Security;

namespace Tonne.Server.Tests.Fleet;

[UnsupportedOSPlatform("windows")]
public class FleetRoutesTests
{
    const string Run = "20261120-080001-aaaaa1", Other = "20261120-080002-aaaaa2";

    [Theory]
    [InlineData(null)]
    [InlineData("gzip")]
    [InlineData("br")]
    public async Task A_push_is_kept_once_and_read_by_people(string? encoding)
    {
        using var node = new TemporaryHome();
        node.Complete(Run);
        node.Complete(Other);
        await using var fleet = await FleetServer.StartAsync();
        var key = await fleet.EnrolAsync("node-1");
        var plain = FleetServer.Write(FleetServer.ReadLines(node));
        var body = encoding switch
        {
            "gzip" => FleetServer.Compress(plain),
            "br" => FleetServer.Compress(plain, stream => new BrotliStream(stream, CompressionLevel.Fastest, leaveOpen: true)),
            _ => plain,
        };

        var first = await fleet.PushAsync(key, body, encoding,
            report: FleetServer.Encode(
            new NodeReport { Version = "0.1.0", FactorsHash = "abc", Waiting = 3, WaitingSince = fleet.Time.GetUtcNow(), Dropped = 2 }));
        var second = await fleet.PushAsync(key, body, encoding);

        // Two runs of a record and a statement each.
        Assert.Equal((200, 4, 0), (first.Status, (int)first.Answer["accepted"]!, (int)first.Answer["known"]!));
        Assert.Equal((200, 0, 4), (second.Status, (int)second.Answer["accepted"]!, (int)second.Answer["known"]!));
        Assert.Empty(second.Answer["refused"]!.AsArray());
        Assert.Equal(2, (int)(await fleet.Server.GetJsonAsync("/api/v1/runs"))["total"]!);
        await using var local = await RunningServer.StartAsync(home => { home.Complete(Run); home.Complete(Other); });
        foreach (var address in new[] { "/api/v1/totals?by=project", "/api/v1/runs/" + Run, $"/api/v1/runs/{Other}/explain?figure=energy" })
            Assert.Equal(await local.GetAsync(address), await fleet.Server.GetAsync(address));
        Assert.Contains(Run, await fleet.Server.GetAsync($"/api/v1/runs/{Run}/report"), StringComparison.Ordinal);
    }

    [Theory]
    // Reported before a push of four lines, and what waits after it: 6 - 4, 4 - 4, none, and what cannot be.
    [InlineData(6, 2)]
    [InlineData(4, 0)]
    [InlineData(0, 0)]
    [InlineData(-1, -1)]
    public async Task What_a_push_brings_does_not_wait_any_more(long reported, long waiting)
    {
        using var node = new TemporaryHome();
        node.Complete(Run);
        node.Complete(Other);
        await using var fleet = await FleetServer.StartAsync();
        var key = await fleet.EnrolAsync("node-1");
        var report = FleetServer.Encode(
            new NodeReport { Version = "0.1.0", Waiting = reported, WaitingSince = reported > 0 ? fleet.Time.GetUtcNow() : null });

        // The second time all lines are known.
        for (var i = 0; i < 2; i++)
        {
            Assert.Equal(200, (await fleet.PushAsync(key, FleetServer.Write(FleetServer.ReadLines(node)), report: report)).Status);

            var listed = (await fleet.Server.GetJsonAsync("/api/v1/fleet/nodes"))["nodes"]![0]!;
            Assert.Equal((waiting, waiting > 0), ((long)listed["waiting"]!, listed["waiting_since"] is not null));
        }
    }

    [Fact]
    public async Task A_node_is_listed_with_what_it_says_of_itself()
    {
        await using var fleet = await FleetServer.StartAsync();
        var key = await fleet.EnrolAsync("node-1");
        await fleet.PushAsync(key, [], report: FleetServer.Encode(new NodeReport
        {
            Version = "99.0.0", FactorsHash = "1 abc", Waiting = 3, WaitingSince = fleet.Time.GetUtcNow(), Dropped = 2,
                Problem = "the disk is\nnearly full",
        }));

        var node = (await fleet.Server.GetJsonAsync("/api/v1/fleet/nodes"))["nodes"]!.AsArray().Single()!;

        Assert.Equal(("node-1", "ok", "99.0.0", "1 abc", 3, 2),
            ((string)node["name"]!, (string)node["state"]!, (string)node["version"]!, (string)node["factors_hash"]!, (int)node["waiting"]!,
            (int)node["dropped"]!));
        Assert.DoesNotContain("\n", (string)node["problem"]!, StringComparison.Ordinal);
        Assert.Equal(fleet.Time.GetUtcNow(), (DateTimeOffset)node["last_seen_at"]!);
        fleet.Time.Advance(TimeSpan.FromMinutes(16));
        Assert.Equal("silent", (string)(await fleet.Server.GetJsonAsync("/api/v1/fleet/nodes"))["nodes"]![0]!["state"]!);
    }

    [Fact]
    public async Task A_code_enrols_one_node_once_in_its_time_and_under_its_name()
    {
        await using var fleet = await FleetServer.StartAsync();
        var token = fleet.Server.Options.Token.Text;
        var named = (string)(await fleet.PostAsync("/api/v1/fleet/codes", """{"name":"node-1","valid_s":60}""", token)).Answer["code"]!;

        Assert.Equal(403, (await fleet.EnrolAsync("forged", "node-1")).Status);
        Assert.Equal(403, (await fleet.EnrolAsync(named, "node-2")).Status);
        Assert.Equal(200, (await fleet.EnrolAsync(named, "node-1")).Status);
        Assert.Equal(403, (await fleet.EnrolAsync(named, "node-1")).Status);
        var late = (string)(await fleet.PostAsync("/api/v1/fleet/codes", """{"valid_s":60}""", token)).Answer["code"]!;
        fleet.Time.Advance(TimeSpan.FromSeconds(61));
        Assert.Equal(403, (await fleet.EnrolAsync(late, "node-3")).Status);
        Assert.Equal(400, (await fleet.EnrolAsync(late, "../node")).Status);
        Assert.Contains(fleet.Store.Audit, line => line.EndsWith(": code", StringComparison.Ordinal)
            && line.StartsWith("token from 127.0.0.1", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Of_many_who_use_a_code_at_once_one_is_enrolled()
    {
        await using var fleet = await FleetServer.StartAsync();
        var code = (string)(await fleet.PostAsync("/api/v1/fleet/codes", "{}", fleet.Server.Options.Token.Text)).Answer["code"]!;

        var answers = await Task.WhenAll(Enumerable.Range(0, 8).Select(i => fleet.EnrolAsync(code, $"node-{i}")));

        Assert.Single(answers, answer => answer.Status == 200);
    }

    [Fact]
    public async Task Wrong_codes_are_limited_and_a_right_one_is_not()
    {
        await using var fleet = await FleetServer.StartAsync();
        var statuses = new List<int>();
        for (var i = 0; i < 12; i++)
            statuses.Add((await fleet.EnrolAsync($"guess-{i}", "node-1")).Status);

        // Ten at once, and the clock stands still.
        Assert.Equal([.. Enumerable.Repeat(403, 10), 429, 429], statuses);
        await fleet.EnrolAsync("node-1");
    }

    [Fact]
    public async Task A_key_that_is_forged_revoked_or_expired_pushes_nothing()
    {
        using var node = new TemporaryHome();
        node.Complete(Run);
        var body = FleetServer.Write(FleetServer.ReadLines(node));
        await using var fleet = await FleetServer.StartAsync();
        var (revoked, expired) = (await fleet.EnrolAsync("node-1"), await fleet.EnrolAsync("node-2"));
        Assert.Equal(404, (await fleet.PostAsync("/api/v1/fleet/nodes/nobody/revoke", "", fleet.Server.Options.Token.Text)).Status);
        Assert.Equal(200, (await fleet.PostAsync("/api/v1/fleet/nodes/node-1/revoke", "", fleet.Server.Options.Token.Text)).Status);
        fleet.Time.Advance(TimeSpan.FromDays(366));

        foreach (var key in new[] { null, "", "forged", revoked, expired, fleet.Server.Options.Token.Text })
            Assert.Equal(401, (await fleet.PushAsync(key, body)).Status);
        Assert.Equal(0, fleet.Store.Lines);
        var states = (await fleet.Server.GetJsonAsync("/api/v1/fleet/nodes"))["nodes"]!.AsArray().Select(one => (string)one!["state"]!);
        Assert.Equal(["revoked", "expired"], states);
    }

    [Theory]
    [InlineData("/api/v1/runs")]
    [InlineData("/api/v1/fleet/nodes")]
    [InlineData("/api/v1/totals")]
    [InlineData("/")]
    [InlineData("/metrics")]
    [InlineData("/openapi/v1.json")]
    [InlineData("/api/v1/fleet/push/../nodes")]
    [InlineData("/api/v1/fleet/pushed")]
    public async Task A_nodes_key_reads_nothing(string address)
    {
        await using var fleet = await FleetServer.StartAsync();
        var key = await fleet.EnrolAsync("node-1");

        var answer = await AccessTests.SendAsync(fleet.Server.Address,
            Encoding.Latin1.GetBytes(
            $"GET {address} HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer {key}\r\nConnection: close\r\n\r\n"));

        Assert.StartsWith("HTTP/1.1 401", answer, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_node_makes_no_codes_and_revokes_nobody()
    {
        await using var fleet = await FleetServer.StartAsync();
        var key = await fleet.EnrolAsync("node-1");

        Assert.Equal(401, (await fleet.PostAsync("/api/v1/fleet/codes", "{}", key)).Status);
        Assert.Equal(401, (await fleet.PostAsync("/api/v1/fleet/nodes/node-1/revoke", "", key)).Status);
        Assert.Equal(200, (await fleet.PushAsync(key, [], address: "/API/v1/fleet/PUSH/")).Status);
        // A page of another site cannot enrol or push through somebody's browser.
        var answer = await AccessTests.SendAsync(fleet.Server.Address, Encoding.Latin1.GetBytes(
            $"POST /api/v1/fleet/push HTTP/1.1\r\nHost: 127.0.0.1\r\nOrigin: https://evil.example\r\nAuthorization: Bearer {key}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"));
        Assert.StartsWith("HTTP/1.1 403", answer, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_node_gets_a_new_key_and_the_old_one_ends_when_it_is_used()
    {
        await using var fleet = await FleetServer.StartAsync();
        var old = await fleet.EnrolAsync("node-1");

        var (status, answer) = await fleet.PostAsync("/api/v1/fleet/key", "", old);

        Assert.Equal((200, "node-1"), (status, (string)answer["name"]!));
        var made = (string)answer["key"]!;
        Assert.NotEqual(old, made);
        Assert.Equal(200, (await fleet.PushAsync(old, [])).Status);
        Assert.Equal(200, (await fleet.PushAsync(made, [])).Status);
        Assert.Equal(401, (await fleet.PushAsync(old, [])).Status);
        foreach (var key in new[] { null, "forged", old, fleet.Server.Options.Token.Text })
            Assert.Equal(401, (await fleet.PostAsync("/api/v1/fleet/key", "", key)).Status);
    }

    [Fact]
    public async Task Without_a_database_there_is_no_fleet()
    {
        await using var server = await RunningServer.StartAsync();

        await server.GetAsync("/api/v1/fleet/nodes", 404);
    }

    [Fact]
    public async Task Of_a_malformed_push_nothing_is_kept()
    {
        using var node = new TemporaryHome();
        node.Complete(Run);
        await using var fleet = await FleetServer.StartAsync();
        var key = await fleet.EnrolAsync("node-1");
        var body = FleetServer.Write(FleetServer.ReadLines(node));
        var compressed = FleetServer.Compress(body);

        // The two lines of the run are right, the third is not.
        var third = await fleet.PushAsync(key, [.. body, .. "{\"run\":\"..\"}\n"u8]);
        Assert.Equal(400, third.Status);
        Assert.Contains("line 3", (string)third.Answer["title"]!, StringComparison.Ordinal);
        Assert.Equal(400, (await fleet.PushAsync(key, compressed[..^9], "gzip")).Status);
        Assert.Equal(400, (await fleet.PushAsync(key, compressed[..(compressed.Length / 2)], "gzip")).Status);
        Assert.Equal(400, (await fleet.PushAsync(key, [.. compressed[..40], 1, 2, 3, .. compressed[43..]], "gzip")).Status);
        Assert.Equal(400, (await fleet.PushAsync(key, body, "gzip")).Status);
        var brotli = FleetServer.Compress(body, stream => new BrotliStream(stream, CompressionLevel.Fastest, leaveOpen: true));
        Assert.Equal(400, (await fleet.PushAsync(key, brotli[..^1], "br")).Status);
        Assert.Equal(400, (await fleet.PushAsync(key, body, "br")).Status);
        Assert.Equal(415, (await fleet.PushAsync(key, body, "zstd")).Status);
        Assert.Equal(415, (await fleet.PushAsync(key, body, type: "application/json")).Status);
        foreach (var report in new[] { "", "not base64", "e30" /* {} */, "bnVsbA" /* null */ })
            Assert.Equal(400, (await fleet.PushAsync(key, body, report: report)).Status);
        Assert.Equal(400, (await fleet.PushAsync(key, body, address: "/api/v1/fleet/push?node=node-2")).Status);
        Assert.Equal(0, fleet.Store.Lines);
        Assert.Equal(200, (await fleet.PushAsync(key, compressed, "gzip")).Status);
    }

    [Fact]
    public async Task A_push_over_its_limits_is_refused()
    {
        await using var fleet = await FleetServer.StartAsync(new PushLimits { MaxSentBytes = 100_000, MaxBytes = 1_000_000 });
        var key = await fleet.EnrolAsync("node-1");
        // 100 MB of line feeds: 100 kB when they are compressed, of which Brotli makes a hundred bytes.
        var bomb = new byte[100_000_000];
        bomb.AsSpan().Fill((byte)'\n');

        Assert.Equal(413, (await fleet.PushAsync(key, new byte[100_001])).Status);
        Assert.Equal(413, (await fleet.PushAsync(key,
            FleetServer.Compress(bomb[..50_000_000], stream => new GZipStream(stream, CompressionLevel.SmallestSize, leaveOpen: true)),
            "gzip")).Status);
        Assert.Equal(413, (await fleet.PushAsync(key,
            FleetServer.Compress(bomb, stream => new BrotliStream(stream, CompressionLevel.Fastest, leaveOpen: true)), "br")).Status);
        // The limits of other addresses are other.
        Assert.Equal(413, (await fleet.PostAsync("/api/v1/fleet/codes", new string(' ', 20_000), fleet.Server.Options.Token.Text)).Status);
        Assert.Equal(0, fleet.Store.Lines);
    }

    [Fact]
    public async Task A_chunked_body_that_grows_over_the_limit_is_refused()
    {
        await using var fleet = await FleetServer.StartAsync(new PushLimits { MaxSentBytes = 10_000, MaxBytes = 1_000_000 });
        var key = await fleet.EnrolAsync("node-1");
        var chunk = "1000\r\n" + new string('\n', 4096) + "\r\n";

        var answer = await AccessTests.SendAsync(fleet.Server.Address,
            Encoding.Latin1.GetBytes(
            Head(key) + "Transfer-Encoding: chunked\r\nConnection: close\r\n\r\n" + chunk + chunk + chunk + "0\r\n\r\n"));

        Assert.StartsWith("HTTP/1.1 413", answer, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_memory_of_all_pushes_is_limited_and_given_back()
    {
        await using var fleet = await FleetServer.StartAsync(new PushLimits { MaxBytesInAll = 5_000 });
        var key = await fleet.EnrolAsync("node-1");
        var (small, large) = (new byte[4_000], new byte[6_000]);
        small.AsSpan().Fill((byte)'\n');
        large.AsSpan().Fill((byte)'\n');

        Assert.Equal((200, null), await StatusAsync(small));
        Assert.Equal((503, "30"), await StatusAsync(large));
        Assert.Equal((200, null), await StatusAsync(small));

        async Task<(int, string?)> StatusAsync(byte[] body)
        {
            var (status, _, retry) = await fleet.PushAsync(key, body);
            return (status, retry);
        }
    }

    [Fact]
    public async Task A_slow_push_holds_up_nobody_and_ends()
    {
        // The least grace that Kestrel takes is above a second.
        await using var fleet = await FleetServer.StartAsync(
            new PushLimits { MaxPushes = 2, MinBytesPerSecond = 1_000_000, Grace = TimeSpan.FromSeconds(1.5) });
        var (slow, quick) = (await fleet.EnrolAsync("slow"), await fleet.EnrolAsync("quick"));
        using var connection = await OpenAsync(fleet, slow);

        // It is the one push of its node, and has a place of two; the rest is free.
        await WaitForAsync(async () => (await fleet.PushAsync(slow, [])).Status == 429);
        var again = await fleet.PushAsync(slow, []);
        Assert.Equal((429, "30"), (again.Status, again.RetryAfter));
        Assert.Equal(200, (await fleet.PushAsync(quick, [])).Status);
        var answer = await AccessTests.ExchangeAsync(connection, "{"u8.ToArray());
        Assert.True(answer.Length == 0 || answer.StartsWith("HTTP/1.1 408", StringComparison.Ordinal), answer);
        await WaitForAsync(async () => (await fleet.PushAsync(slow, [])).Status == 200);
    }

    [Fact]
    public async Task No_more_pushes_are_taken_at_a_time_than_there_are_places()
    {
        await using var fleet = await FleetServer.StartAsync(
            new PushLimits { MaxPushes = 1, MinBytesPerSecond = 1, Grace = TimeSpan.FromMinutes(1) });
        var (first, second) = (await fleet.EnrolAsync("first"), await fleet.EnrolAsync("second"));
        using (var connection = await OpenAsync(fleet, first))
        {
            await WaitForAsync(async () => (await fleet.PushAsync(second, [])).Status == 429);
            // People are not held up.
            await fleet.Server.GetAsync("/api/v1/fleet/nodes");
        }

        await WaitForAsync(async () => (await fleet.PushAsync(second, [])).Status == 200);
    }

    [Fact]
    public async Task A_database_that_is_down_is_answered_with_a_time_to_ask_again()
    {
        await using var fleet = await FleetServer.StartAsync();
        var key = await fleet.EnrolAsync("node-1");
        fleet.Store.IsDown = true;

        var (status, _, retry) = await fleet.PushAsync(key, []);

        Assert.Equal((503, "30"), (status, retry));
        await fleet.Server.GetAsync("/api/v1/runs", 503);
        fleet.Store.IsDown = false;
        Assert.Equal(200, (await fleet.PushAsync(key, [])).Status);
    }

    [Fact]
    public async Task What_people_read_is_in_the_audit_log()
    {
        using var node = new TemporaryHome();
        node.Complete(Run);
        await using var fleet = await FleetServer.StartAsync();
        await fleet.PushAsync(await fleet.EnrolAsync("node-1"), FleetServer.Write(FleetServer.ReadLines(node)));
        fleet.Store.Audit.Clear();

        await fleet.Server.GetAsync("/api/v1/runs?project=mnist");
        await fleet.Server.GetAsync("/api/v1/runs/last");
        await fleet.Server.GetAsync("/api/v1/totals");
        await fleet.Server.GetAsync("/metrics");
        await fleet.Server.GetAsync("/api/v1/version");
        using var tool = new HttpRequestMessage(HttpMethod.Post, new Uri("/mcp", UriKind.Relative))
        {
            Content = new StringContent(
                """{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"totals","arguments":{}}}""", Encoding.UTF8, "application/json"),
        };
        tool.Headers.Accept.ParseAdd("application/json, text/event-stream");
        using var called = await fleet.Server.Client.SendAsync(tool, FleetServer.Cancelled);
        Assert.Contains("tonne.total", await called.Content.ReadAsStringAsync(FleetServer.Cancelled), StringComparison.Ordinal);

        Assert.Equal(
            ["list /api/v1/runs?project=mnist", $"read run {Run}", "total /api/v1/totals", "total /mcp"],
            fleet.Store.Audit.Select(line => line.Replace("token from 127.0.0.1: ", "", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task What_only_a_folder_has_is_empty_or_says_so()
    {
        using var node = new TemporaryHome();
        node.Complete(Run);
        await using var fleet = await FleetServer.StartAsync();
        await fleet.PushAsync(await fleet.EnrolAsync("node-1"), FleetServer.Write(FleetServer.ReadLines(node)));

        Assert.Empty((await fleet.Server.GetJsonAsync("/api/v1/services"))["services"]!.AsArray());
        await fleet.Server.GetAsync("/api/v1/services/chat", 404);
        Assert.Contains("database", await fleet.Server.GetAsync($"/api/v1/runs/{Run}/live", 404), StringComparison.Ordinal);
        Assert.Contains("tonne_ledger_runs{status=\"completed\"} 1", await fleet.Server.GetAsync("/metrics"), StringComparison.Ordinal);
        Assert.Empty((await fleet.Server.GetJsonAsync("/api/v1/budgets"))["budgets"]!.AsArray());
    }

    [Fact]
    public async Task Two_servers_on_one_store_are_one_fleet()
    {
        using var node = new TemporaryHome();
        node.Complete(Run);
        var body = FleetServer.Write(FleetServer.ReadLines(node));
        await using var first = await FleetServer.StartAsync();
        await using var second = await FleetServer.StartAsync(store: first.Store, time: first.Time);
        var key = await first.EnrolAsync("node-1");

        Assert.Equal(2, (int)(await second.PushAsync(key, body)).Answer["accepted"]!);
        Assert.Equal(2, (int)(await first.PushAsync(key, body)).Answer["known"]!);
        Assert.Equal(await first.Server.GetAsync("/api/v1/totals"), await second.Server.GetAsync("/api/v1/totals"));
        Assert.Equal(200, (await second.PostAsync("/api/v1/fleet/nodes/node-1/revoke", "", second.Server.Options.Token.Text)).Status);
        Assert.Equal(401, (await first.PushAsync(key, body)).Status);
    }

    static string Head(string key) =>
        $"POST /api/v1/fleet/push HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer {key}\r\nContent-Type: {PushBatch.MediaType}\r\n{PushClient.ReportHeader}: {FleetServer.Encode(new NodeReport { Version = "0.1.0" })}\r\n";

    /// <summary>Begins a push whose body does not come.</summary>
    static async Task<Socket> OpenAsync(FleetServer fleet, string key)
    {
        var connection = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        await connection.ConnectAsync(System.Net.IPAddress.Loopback, fleet.Server.Address.Port, FleetServer.Cancelled);
        await connection.SendAsync(Encoding.Latin1.GetBytes(Head(key) + "Content-Length: 1000\r\n\r\n"), FleetServer.Cancelled);
        return connection;
    }

    static async Task WaitForAsync(Func<Task<bool>> isSo)
    {
        while (!await isSo())
            await Task.Delay(TimeSpan.FromMilliseconds(20), TimeProvider.System, FleetServer.Cancelled);
    }
}
