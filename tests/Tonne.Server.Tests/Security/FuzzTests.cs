using System.Globalization;
using System.Runtime.Versioning;
using System.Text;

namespace Tonne.Server.Tests.Security;

/// <summary>Random requests over real connections, signed and not: never a 500, never an answer that does not come, never a file outside.</summary>
/// <remarks>TONNE_SERVE_FUZZ and TONNE_SERVE_FUZZ_SEED change the number of requests and the seed.</remarks>
[UnsupportedOSPlatform("windows")]
public class FuzzTests
{
    const int Requests = 600;
    const int Seed = 20261129;
    const int AtOnce = 8;

    // Longer than any answer takes here; it only ends a test that would hang.
    static readonly TimeSpan _hang = TimeSpan.FromSeconds(60);

    static readonly string[] _paths =
    [
        "/", "/api/v1/runs", "/api/v1/runs/last", "/api/v1/runs/20261120-080001-aaaaa1", "/api/v1/runs/last/explain",
            "/api/v1/runs/last/live", "/api/v1/compare", "/api/v1/totals", "/api/v1/budgets", "/api/v1/months/2026-11", "/api/v1/catalogs",
        "/api/v1/catalogs/zones", "/api/v1/estimates/training", "/api/v1/estimates/inference", "/api/v1/footprint", "/api/v1/version", "/metrics", "/mcp", "/openapi/v1.json",
    ];

    static readonly string[] _names =
    [
        "project", "tag", "status", "kind", "since", "until", "q", "sort", "offset", "limit", "figure", "run", "by", "year-before", "search", "hardware", "parameters", "tokens", "model", "chips", "hours", "precision", "runs",
        "space", "zone", "region", "intensity", "pue", "output-tokens", "prompt-tokens", "experts", "task", "software", "batch", "layers", "like", "tune", "distilled",
    ];

    static readonly string[] _values =
    [
        "0", "-1", "1e308", "1e-320", "NaN", "inf", "99999999999999999999", "h100", "a100,h100", "llama-3.1-8b", "7e9", "2e12", "FR", "gcp:europe-west9", "56", "1.2", "2026-11", "30d", "9999999d", "last", "true", "=", "a=b", "month,project",
        "tag:", "../../../../etc/passwd", "/etc/passwd", "%00", "%", "%2e%2e%2f", "%c0%ae", "%ff%fe", "\u202E", "<script>", "'\"", "{{7*7}}", "${jndi:x}", "emissions", "stages.train.energy_kwh", "8/128", "lr=4,layers=3", "embedding", "image-generation",
    ];

    static readonly string[] _methods = ["GET", "GET", "GET", "GET", "POST", "HEAD", "PUT", "DELETE", "OPTIONS", "PATCH", "TRACE", "CONNECT", "FOO"];

    [Fact]
    public async Task No_request_breaks_the_server()
    {
        var count = int.TryParse(Environment.GetEnvironmentVariable("TONNE_SERVE_FUZZ"), CultureInfo.InvariantCulture, out var more) ? more : Requests;
        var seed = int.TryParse(Environment.GetEnvironmentVariable("TONNE_SERVE_FUZZ_SEED"), CultureInfo.InvariantCulture, out var other) ? other : Seed;
        await using var server = await RunningServer.StartAsync(home => home.Complete("20261120-080001-aaaaa1"));
        // It is made at the first request, which takes seconds where the machine is busy.
        await server.GetAsync("/openapi/v1.json");
        var failures = new List<string>();

        await Parallel.ForEachAsync(Enumerable.Range(0, count), new ParallelOptions { MaxDegreeOfParallelism = AtOnce, CancellationToken = TestContext.Current.CancellationToken }, async (i, cancelled) =>
        {
            var request = Write(new Random(unchecked((seed * 31) + i)), server.Options.Token.Text);
            var sent = AccessTests.SendAsync(server.Address, request, patienceSeconds: 2);
            var answer = await Task.WhenAny(sent, Task.Delay(_hang, TimeProvider.System, cancelled)) == sent ? await sent : "no answer";
            // 505 is the answer to a version of HTTP that there is not.
            if ((answer.StartsWith("HTTP/1.1 5", StringComparison.Ordinal) && !answer.StartsWith("HTTP/1.1 505", StringComparison.Ordinal)) || answer == "no answer" || answer.Contains("root:x:", StringComparison.Ordinal))
            {
                lock (failures)
                    failures.Add($"{i}: {Encoding.Latin1.GetString(request)}\n{answer}");
            }
        });

        Assert.True(failures.Count == 0, $"{failures.Count} of {count}:\n" + string.Join("\n\n", failures.Take(5)));
        await server.GetAsync("/api/v1/runs/last");
    }

    static byte[] Write(Random random, string token)
    {
        var method = Pick(random, _methods);
        var body = random.Next(4) == 0 || method == "POST" ? Body(random) : [];
        var text = new StringBuilder($"{method} {Path(random)} HTTP/1.1\r\n");
        text.Append($"Host: {(random.Next(10) == 0 ? Junk(random, 12) : "127.0.0.1")}\r\n");
        if (random.Next(10) != 0)
            text.Append($"Authorization: Bearer {token}\r\n");
        for (var i = random.Next(4); i > 0; i--)
        {
            var name = Pick(random, ["Accept", "Origin", "Cookie", "Last-Event-ID", "Content-Type", "X-Forwarded-Host", "Range", "Transfer-Encoding", "Expect", "Accept-Encoding", "If-None-Match", "Mcp-Session-Id", "Upgrade"]);
            text.Append($"{name}: {(random.Next(2) == 0 ? Pick(random, _values) : Junk(random, 30))}\r\n");
        }

        // A stream of a run that has ended is short; one whose request says so ends at once.
        text.Append(random.Next(20) == 0 ? $"Content-Length: {Pick(random, ["-1", "x", "99999999999", "1"])}\r\n" : $"Content-Length: {body.Length}\r\n");
        text.Append("Connection: close\r\n\r\n");
        byte[] request = [.. Encoding.Latin1.GetBytes(text.ToString()), .. body];
        if (random.Next(8) == 0)
            request[random.Next(request.Length)] = (byte)random.Next(256);
        return random.Next(16) == 0 ? request[..random.Next(request.Length)] : request;
    }

    static string Path(Random random)
    {
        var path = random.Next(5) == 0 ? "/" + string.Join('/', Enumerable.Range(0, random.Next(5)).Select(_ => random.Next(2) == 0 ? Pick(random, _values) : Junk(random, 8))) : Pick(random, _paths);
        if (random.Next(6) == 0)
            path = path.Replace("last", Uri.EscapeDataString(Pick(random, _values)), StringComparison.Ordinal);
        var query = Enumerable.Range(0, random.Next(6)).Select(_ => $"{(random.Next(12) == 0 ? Junk(random, 6) : Pick(random, _names))}={(random.Next(3) == 0 ? Pick(random, _values) : Uri.EscapeDataString(random.Next(6) == 0 ? Junk(random, 20) : Pick(random, _values)))}");
        return path + "?" + string.Join('&', query);
    }

    static byte[] Body(Random random)
    {
        var text = random.Next(4) switch
        {
            0 => Junk(random, 200),
            1 => "format: tonne.life/1\nname: x\nphases:\n- kind: training\n  " + Pick(random, _names) + ": " + Pick(random, _values) + "\n  model_file: /etc/passwd\n",
            2 => "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"" + Pick(random, ["tools/call", "tools/list", "initialize", "x"]) + "\",\"params\":{\"name\":\"explain\",\"arguments\":{\"run\":\"" + Pick(random, _values).Replace("\"", "", StringComparison.Ordinal) + "\"}}}",
            _ => "a: &a [*a, *a]\nb: !!python/object:os.system x\n? " + Junk(random, 40),
        };
        return Encoding.Latin1.GetBytes(text);
    }

    static string Pick(Random random, string[] from) => from[random.Next(from.Length)];

    static string Junk(Random random, int length) => string.Concat(Enumerable.Range(0, random.Next(1, length)).Select(_ => (char)(random.Next(3) == 0 ? random.Next(1, 256) : random.Next(33, 127))));
}
