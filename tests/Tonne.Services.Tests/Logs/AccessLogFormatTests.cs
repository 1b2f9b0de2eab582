using System.Text;
using Tonne.Services.Logs;

namespace Tonne.Services.Tests.Logs;

public class AccessLogFormatTests
{
    // The examples of Apache's documentation (mod_log_config, Log Files): common and combined log format.
    const string Common = """127.0.0.1 - frank [10/Oct/2000:13:55:36 -0700] "GET /apache_pb.gif HTTP/1.0" 200 2326""";
    const string Combined = Common + """ "http://www.example.com/start.html" "Mozilla/4.08 [en] (Win98; I ;Nav)" """;

    [Theory]
    [InlineData(Common)]
    [InlineData(Combined)]
    public void The_documented_formats_have_a_time(string line)
    {
        var format = AccessLogFormat.CreateCommon(AccessLogTime.Arrival);

        Assert.True(format.TryRead(line, out var request, out _));
        Assert.Equal(new DateTimeOffset(2000, 10, 10, 20, 55, 36, TimeSpan.Zero), request!.Arrival.ToUniversalTime());
        Assert.Equal((request.Arrival, 0), (request.End, request.OutputTokens));
    }

    [Theory]
    [InlineData("2026-11-02T08:00:10.250Z")]
    [InlineData("2026-11-02T09:00:10.250+01:00")]
    [InlineData("1793606410.250")]
    [InlineData("1793606410250")]
    public void Named_groups_give_times_and_tokens(string time)
    {
        var format = AccessLogFormat.FromRegex(
            @"^(?<time>\S+) (?<id>\S+) (?<model>\S+) (?<status>\d+) (?<seconds>\S+) (?<waiting_seconds>\S+) (?<first_token_seconds>\S+) "
            + @"(?<prompt_tokens>\d+) (?<cached_tokens>\d+) (?<output_tokens>\d+)$", AccessLogTime.End);

        Assert.True(format.TryRead($"{time} r1 llama 200 4.25 0.25 1.25 900 100 321", out var request, out var reason));

        Assert.Null(reason);
        var arrival = new DateTimeOffset(2026, 11, 2, 8, 0, 6, TimeSpan.Zero);
        Assert.Equal(("r1", "llama", 900, 100, 321), (request!.Id, request.Model, request.PromptTokens, request.CachedTokens,
            request.OutputTokens));
        Assert.Equal((arrival, arrival.AddSeconds(0.25), arrival.AddSeconds(1.25), arrival.AddSeconds(4.25)),
            (request.Arrival.ToUniversalTime(), request.Start!.Value.ToUniversalTime(), request.FirstToken!.Value.ToUniversalTime(),
                request.End.ToUniversalTime()));
    }

    [Theory]
    [InlineData("nothing like it", "format")]
    [InlineData("""h - - [yesterday] "GET /v1/x HTTP/1.1" 200 5""", "yesterday")]
    [InlineData("""h - - [10/Oct/2000:13:55:36 -0700] "GET /v1/x HTTP/1.1" 503 5""", "503")]
    [InlineData("""h - - [10/Oct/2000:13:55:36 -0700] "GET /health HTTP/1.1" 200 5""", "/health")]
    public void A_line_that_does_not_count_has_a_reason(string line, string reason)
    {
        var format = AccessLogFormat.CreateCommon(AccessLogTime.End, ["/v1/"]);

        Assert.False(format.TryRead(line, out var request, out var found));
        Assert.Null(request);
        Assert.Contains(reason, found, StringComparison.Ordinal);
    }

    [Fact]
    public void No_line_makes_a_reader_throw()
    {
        var format = AccessLogFormat.FromRegex(
            @"\[(?<time>[^\]]*)\].*?(?<seconds>[-\d.eE+]*) (?<output_tokens>\d*)$", AccessLogTime.End);
        var common = AccessLogFormat.CreateCommon(AccessLogTime.Arrival);
        for (var seed = 0; seed < 3_000; seed++)
        {
            var random = new Random(seed);
            var line = new StringBuilder(Common);
            for (var i = random.Next(20); i > 0; i--)
                line[random.Next(line.Length)] = (char)random.Next(32, 127);
            line.Append(random.Next(2) == 0 ? " 1e300 99999999999999999999" : " 3.5 17");

            Assert.Equal(common.TryRead(line.ToString(), out var request, out var reason), request is not null);
            Assert.Equal(request is null, reason is not null);
            Assert.Equal(format.TryRead(line.ToString(), out request, out _), request is not null);
            Assert.InRange(request?.OutputTokens ?? 0, 0, 100_000_000);
        }
    }

    [Fact]
    public void An_expression_that_would_run_without_end_is_stopped()
    {
        // The look-ahead needs backtracking, which takes exponential time here.
        var format = AccessLogFormat.FromRegex(@"^(?=a)(?<time>(a+)+)$", AccessLogTime.End);

        Assert.False(format.TryRead(new string('a', 40) + "!", out _, out var reason));
        Assert.Contains("too long", reason, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("(")]
    [InlineData(@"^\S+$")]
    public void An_expression_without_a_time_is_refused(string pattern) =>
        Assert.Throws<FormatException>(() => AccessLogFormat.FromRegex(pattern, AccessLogTime.End));
}
