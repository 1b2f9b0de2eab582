using System.Net;
using System.Net.Sockets;
using System.Text;
using Tonne.Ledgers;
using Tonne.Ledgers.Pushing;

namespace Tonne.Cli.Tests.Commands;

public sealed class FleetCommandTests : IDisposable
{
    readonly Terminal _terminal = new();

    public void Dispose() => _terminal.Dispose();

    [Fact]
    public async Task A_node_keeps_its_key_where_the_agent_reads_it()
    {
        _terminal.Input = "CODE-FROM-INPUT\n";
        var (request, typed) = await AnswerAsync(200,
            """{"key":"tonne_secret","name":"node-1","server_time":"2026-11-30T12:00:00+00:00"}""", "--code", "-", "--name", "node-1");

        Assert.Equal(0, typed.Code);
        Assert.StartsWith("POST /api/v1/fleet/enrol HTTP/1.1\r\n", request, StringComparison.Ordinal);
        Assert.Contains("\"code\":\"CODE-FROM-INPUT\"", request, StringComparison.Ordinal);
        Assert.Contains("\"name\":\"node-1\"", request, StringComparison.Ordinal);
        Assert.DoesNotContain("tonne_secret", typed.Out + typed.Error, StringComparison.Ordinal);
        // The clock of the test machine is not that of the answer.
        Assert.Contains("the clock of this machine", typed.Error, StringComparison.Ordinal);
        var home = new LedgerHome(Path.Combine(_terminal.Folder, "ledger"));
        var settings = FleetSettings.Read(home, out var problem);
        Assert.Null(problem);
        Assert.Equal(("node-1", "tonne_secret"), (settings!.Name, settings.Key));
        if (!OperatingSystem.IsWindows())
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(FleetSettings.GetPath(home)));
    }

    [Theory]
    [InlineData(403, """{"detail":"the code is used (code). Make a new one."}""", "the code is used")]
    [InlineData(404, "<html>", "is not the server of a fleet")]
    [InlineData(200, """{"key":""}""", "status 200")]
    [InlineData(502, "[]", "status 502")]
    public async Task A_refusal_is_reported_and_nothing_is_written(int status, string body, string expected)
    {
        var (_, typed) = await AnswerAsync(status, body, "--code", "X");

        Assert.Equal(2, typed.Code);
        Assert.Contains(expected, typed.Error, StringComparison.Ordinal);
        Assert.False(Directory.Exists(Path.Combine(_terminal.Folder, "ledger")));
    }

    [Theory]
    [InlineData("http://tonne.example.org", "not encrypted")]
    [InlineData("tonne.example.org", "is not an address")]
    [InlineData("https://user:x@tonne.example.org", "is not an address")]
    [InlineData("https://tonne.example.org/path", "is not an address")]
    public void A_server_is_reached_encrypted(string server, string expected) =>
        Assert.Contains(expected, _terminal.Type("fleet", "enroll", "--server", server, "--code", "X").Error, StringComparison.Ordinal);

    [Fact]
    public void Options_are_checked_before_anything_is_sent()
    {
        Assert.Contains("64 hexadecimal digits",
            _terminal.Type("fleet", "enroll", "--server", "https://127.0.0.1:1", "--code", "X", "--certificate-sha256", "12").Error,
            StringComparison.Ordinal);
        Assert.Contains("no code", _terminal.Type("fleet", "enroll", "--server", "https://127.0.0.1:1", "--code", "-").Error,
            StringComparison.Ordinal);
        Assert.Contains("720h", _terminal.Type("fleet", "code", "--valid", "1000h").Error, StringComparison.Ordinal);
        Assert.Contains("give one", _terminal.Type("fleet", "status", "--database", "Host=a", "--database-file", "b").Error,
            StringComparison.Ordinal);
        Assert.Contains("give one", _terminal.Type("serve", "--database", "Host=a", "--database-file", "b").Error,
            StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("fleet status --database Host=db;Password=secret --json", "fleet status --json", "Host=db;Password=secret")]
    [InlineData("fleet code --name n1 --valid 2h --database-file f", "fleet code --name n1 --valid-s 7200 --database-file f", null)]
    [InlineData("fleet revoke n1", "fleet revoke n1", null)]
    [InlineData("fleet export --to d", "fleet export --to d", null)]
    [InlineData("fleet export --account a --parquet d --until 2026-03 --since 2026-01",
        "fleet export --parquet d --since 2026-01 --until 2026-03 --account a", null)]
    [InlineData("serve --database Host=db;Password=secret --port 0 --no-open", "serve --port 0 --no-open", "Host=db;Password=secret")]
    public void A_password_is_passed_on_as_a_variable_and_not_as_an_argument(string typed, string passed, string? variable)
    {
        var program = Path.Combine(_terminal.Folder, "tonne-server");
        File.WriteAllText(program, "");
        _terminal["TONNE_SERVER"] = program;
        IReadOnlyList<string>? arguments = null;
        IReadOnlyDictionary<string, string>? variables = null;
        var context = _terminal.CreateContext() with
        {
            ReplaceProcess = (words, with) =>
            {
                (arguments, variables) = (words, with);
                return 0;
            },
        };

        Assert.Equal(0, Cli.Commands.CommandLine.Invoke(typed.Split(' '), context));

        Assert.Equal([program, .. passed.Split(' ')], arguments);
        Assert.Equal(variable, variables!.GetValueOrDefault("TONNE_DATABASE"));
    }

    /// <summary>A server that answers one request.</summary>
    async Task<(string Request, (int Code, string Out, string Error) Typed)> AnswerAsync(int status, string body, params string[] words)
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var server = Task.Run(async () =>
        {
            using var connection = await listener.AcceptTcpClientAsync();
            var stream = connection.GetStream();
            var buffer = new byte[16 * 1024];
            var request = new StringBuilder();
            // The body of the request is JSON and ends with a brace.
            while (!request.ToString().EndsWith('}'))
                request.Append(Encoding.UTF8.GetString(buffer, 0, await stream.ReadAsync(buffer)));
            await stream.WriteAsync(
                Encoding.UTF8.GetBytes(
                $"HTTP/1.1 {status} X\r\nContent-Type: application/json\r\nContent-Length: {Encoding.UTF8.GetByteCount(body)}\r\nConnection: close\r\n\r\n{body}"));
            return request.ToString();
        });
        var typed = _terminal.Type(
            ["fleet", "enroll", "--server", $"http://127.0.0.1:{((IPEndPoint)listener.LocalEndpoint).Port}", .. words]);
        return (await server, typed);
    }
}
