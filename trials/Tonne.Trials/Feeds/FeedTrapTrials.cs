using System.Globalization;
using System.Text.RegularExpressions;
using Tonne.Grids;
using Tonne.Instruments.Feeds;
using Tonne.Instruments.Feeds.Replay;

namespace Tonne.Trials.Feeds;

/// <summary>
/// Every documented trap of the providers, played over HTTP: none crashes or hangs, and a value that comes out is the played one or a gap.
/// </summary>
public sealed partial class FeedTrapTrials
{
    const string ProperAnswer = "data as an object by region";

    static readonly DateTimeOffset _now = new(2026, 10, 5, 12, 0, 0, TimeSpan.Zero);

    static readonly Dictionary<string, string> _zones = new(StringComparer.Ordinal)
    {
        ["neso"] = "GB", ["energy-charts"] = "DE", ["energinet"] = "DK-DK1", ["eirgrid"] = "IE", ["rte"] = "FR", ["elia"] = "BE",
            ["caiso"] = "US-CAL-CISO", ["nyiso"] = "US-NY-NYIS",
        ["ercot"] = "US-TEX-ERCO", ["electricity-maps"] = "DE", ["watttime"] = "US-CAL-CISO", ["entsoe"] = "DE", ["eia"] = "US-CAL-CISO",
    };

    static readonly List<Trap> _traps =
    [
        // Status and transport, with each provider that documents it.
        new("401 bad key", "electricity-maps", Status(401, """{"error":"Unauthorized"}"""), Fails<FeedFailure.Unauthorized>()),
        new("401 with the zone in its text", "electricity-maps", Status(401, """{"message":"Token unauthorized for zoneKey=DE"}"""),
            Fails<FeedFailure.ZoneNotCovered>()),
        new("403 zone not in the plan", "electricity-maps", Status(403, """{"error":"Request unauthorized for zoneKey=DE"}"""),
            Fails<FeedFailure.ZoneNotCovered>()),
        new("403 bad key of EIA", "eia", Status(403, """{"error":{"code":"API_KEY_INVALID","message":"x"}}"""),
            Fails<FeedFailure.Unauthorized>()),
        new("403 region outside the plan", "watttime", (path, _, reply) => IsLogin(path) ? reply
            : new PlayedReply(403, """{"error":"Forbidden"}"""), Fails<FeedFailure.ZoneNotCovered>()),
        new("404", "elia", Status(404, "{}"), Fails<FeedFailure.ZoneNotCovered>()),
        new("422 names the country", "energy-charts",
            Status(422, """{"detail":[{"loc":["query","country"],"msg":"unexpected value","type":"value_error"}]}"""),
            Fails<FeedFailure.ZoneNotCovered>()),
        new("422 of another field", "energy-charts",
            Status(422, """{"detail":[{"loc":["query","start"],"msg":"bad","type":"value_error"}]}"""), Fails<FeedFailure.Unreadable>()),
        new("400 of NESO", "neso", Status(400, """{"error":{"code":"400 Bad Request","message":"Please enter a valid date"}}"""),
            Fails<FeedFailure.Unreadable>()),
        new("400 of Opendatasoft", "rte", Status(400, """{"error_code":"ODSQLError","message":"x"}"""), Fails<FeedFailure.Unreadable>()),
        new("429 without Retry-After", "energy-charts", Status(429, ""), Fails<FeedFailure.RateLimited>()) { Calls = 1 },
        new("429 with Retry-After 1, then the answer", "neso", (_, call, reply) => call == 0
            ? new PlayedReply(429, "") { RetryAfter = "1" } : reply, Answers),
        new("429 with Retry-After 3600 does not wait", "neso", (_, _, _) => new PlayedReply(429, "") { RetryAfter = "3600" }, answer =>
            Assert.Equal(TimeSpan.FromHours(1), Assert.IsType<FeedFailure.RateLimited>(answer.Failure).RetryAfter)) { Calls = 1 },
        new("429 with a date in Retry-After", "neso", (_, _, _) =>
            new PlayedReply(429, "") { RetryAfter = "Mon, 05 Oct 2026 14:00:00 GMT" }, answer =>
            Assert.Equal(TimeSpan.FromHours(2), Assert.IsType<FeedFailure.RateLimited>(answer.Failure).RetryAfter)) { Calls = 1 },
        new("500 with a page, then the answer", "energy-charts", (_, call, reply) => call == 0 ? new PlayedReply(500, "<html>error</html>",
            "text/html") : reply, Answers),
        new("500 for ever", "rte", Status(500, "<html>error</html>"), Fails<FeedFailure.Unreachable>()) { Calls = 3 },
        new("503 with Retry-After 3600 does not wait", "energinet", (_, _, _) => new PlayedReply(503, "") { RetryAfter = "3600" },
            Fails<FeedFailure.RateLimited>()) { Calls = 1 },
        new("a redirect is not followed", "elia", Status(302, ""), Fails<FeedFailure.Unreachable>()),
        new("slower than the timeout", "ercot", (_, _, reply) => reply with { Delay = TimeSpan.FromSeconds(4) },
            Fails<FeedFailure.Unreachable>()),
        new("the connection is closed", "elia", (_, _, _) => null, Fails<FeedFailure.Unreachable>()),
        new("200 and empty", "neso", Status(200, ""), Fails<FeedFailure.NoValues>()),
        new("a bot wall: 200 text/html", "ercot", (_, _, _) => new PlayedReply(200, "<!DOCTYPE html><html>Request unsuccessful.</html>",
            "text/html"), Fails<FeedFailure.Unreadable>()),
        new("a bot wall in place of a table", "caiso", (_, _, _) => new PlayedReply(200, "<html></html>", "text/html"),
            Fails<FeedFailure.Unreadable>()),
        new("a bot wall in place of XML", "entsoe", (_, _, _) => new PlayedReply(200, "<html><body>x</body></html>", "text/html"),
            Fails<FeedFailure.Unreadable>()),
        new("""200 {"error":"no data"}""", "energy-charts", Status(200, """{"error":"no data"}"""), Fails<FeedFailure.Unreadable>()),
        new("total_count 0", "elia", Status(200, """{"total_count":0,"results":[]}"""), Fails<FeedFailure.NoValues>()),
        new("ENTSO-E acknowledgement 999", "entsoe",
            Status(200,
            """<?xml version="1.0"?><Acknowledgement_MarketDocument xmlns="x"><Reason><code>999</code><text>No matching data found</text></Reason></Acknowledgement_MarketDocument>"""), Fails<FeedFailure.NoValues>()),
        new("ENTSO-E acknowledgement with 400", "entsoe",
            Status(400,
            """<?xml version="1.0"?><Acknowledgement_MarketDocument xmlns="x"><Reason><code>999</code><text>The period is too long</text></Reason></Acknowledgement_MarketDocument>"""), Fails<FeedFailure.NoValues>()),
        new("an XML document type", "entsoe",
            Status(200,
            """<?xml version="1.0"?><!DOCTYPE a [<!ENTITY b SYSTEM "file:///etc/hostname">]><GL_MarketDocument>&b;</GL_MarketDocument>"""),
            Fails<FeedFailure.Unreadable>()),

        // Values.
        new("null intensities", "electricity-maps",
            Replace(@"""carbonIntensity"":[\d.]+,""datetime"":""2026-10-05T0[0-3]", match => Regex.Replace(match.Value, ":[\\d.]+,", ":null,", RegexOptions.None, _patience)), answer =>
        {
            Answers(answer);
            Gap(answer.Observed, _now.Date.AddHours(2));
        }),
        new("both columns null", "energy-charts", (path, _, reply) => path.Contains("co2eq", StringComparison.Ordinal)
            ? reply with { Body = NumbersOf("co2eq").Replace(NumbersOf("co2eq_forecast").Replace(reply.Body, Nulls), Nulls) } : reply,
            Fails<FeedFailure.NoValues>()),
        new("the first half of both columns null", "energy-charts", (path, _, reply) => path.Contains("co2eq", StringComparison.Ordinal)
            ? reply with { Body = NumbersOf("co2eq").Replace(reply.Body, HalfNulls) } : reply, Answers),
        new("columns of different lengths", "energy-charts",
            Replace(@"""co2eq"":\[[^,]*,", _ => "\"co2eq\":["), Fails<FeedFailure.Unreadable>()),
        new("no such endpoint, so generation by fuel", "energy-charts", (path, _, reply) =>
            path.Contains("co2eq", StringComparison.Ordinal) ? new PlayedReply(404, "{}") : reply, answer =>
        {
            Answers(answer);
            Assert.Contains(answer.Warnings, warning => warning.Code == "intensity-computed");
        }),
        new("one fuel is late", "energy-charts", (path, _, reply) => path.Contains("co2eq", StringComparison.Ordinal)
            ? new PlayedReply(404, "{}")
            : Replace(@"""name"":""Wind onshore"",""data"":\[[^\]]*", match => HalfNulls(match))(path, 0, reply)!, answer =>
        {
            Answers(answer);
            Gap(answer.Observed, _now.AddHours(-20));
        }),
        new("no prices", "energy-charts", (path, _, reply) => path.Contains("/price", StringComparison.Ordinal) ? new PlayedReply(500, "")
            : reply, answer =>
        {
            Answers(answer);
            Assert.Contains(answer.Warnings, warning => warning.Code == "no-prices");
        }),
        new("hours and then quarter hours in one day", "energy-charts", (path, _, reply) =>
            path.Contains("co2eq", StringComparison.Ordinal) ? HoursFirst(reply) : reply, answer =>
        {
            Answers(answer);
            Assert.Equal(TimeSpan.FromMinutes(15), answer.Observed!.Step);
            Assert.NotNull(answer.Observed.Find(_now.AddHours(-19).AddMinutes(50)));
        }),
        new("repeated and missing hours", "elia", Replace("""\{"datetime":"2026-10-05T0([45]):00[^}]*\},?""", match =>
            match.Groups[1].Value == "4" ? match.Value.TrimEnd(',') + "," + match.Value : ""), answer =>
        {
            Answers(answer);
            Gap(answer.Observed, _now.Date.AddHours(5).AddMinutes(30));
        }),
        new("reversed order", "electricity-maps", (_, _, reply) => Reversed(reply), Answers),
        new("reversed order of five-minute rows", "energinet", (_, _, reply) => Reversed(reply), Answers),
        new("limit cuts at 100", "energinet", (path, _, _) => new PlayedFeeds(_now).Answer(path.Replace("limit=0", "limit=100",
            StringComparison.Ordinal)), Answers),
        new("limit cuts at 100 and there are no more pages", "energinet", (path, _, _) =>
            new PlayedFeeds(_now).Answer(Regex.Replace(path, @"&offset=\d+", "&offset=99999", RegexOptions.None,
            _patience).Replace("limit=0", "limit=100", StringComparison.Ordinal)), answer =>
        {
            Answers(answer);
            Assert.Contains(answer.Warnings, warning => warning.Code == "answer-cut");
        }),
        new("a bare list in place of pages", "rte", (_, _, reply) => reply with { Body = Regex.Match(reply.Body, @"\[.*\]",
            RegexOptions.Singleline, _patience).Value }, Answers),
        new("0 for missing", "rte", Replace(@"""taux_co2"":null", _ => "\"taux_co2\":0"), answer =>
        {
            Answers(answer);
            Assert.Contains(answer.Warnings, warning => warning.Code == "zero-for-missing");
            Gap(answer.Observed, _now.AddMinutes(-30));
        }),
        new("negative values", "neso", Replace(@"""actual"":(\d)", match => "\"actual\":-" + match.Groups[1].Value), answer =>
        {
            Assert.Null(answer.Observed);
            Assert.Contains(answer.Warnings, warning => warning.Code == "impossible-intensity");
        }),
        new("numbers as texts", "neso",
            Replace(@"""(actual|forecast)"":([\d.]+)", match => $"\"{match.Groups[1].Value}\":\"{match.Groups[2].Value}\""), Answers),
        new("another unit", "watttime", Replace("lbs_co2_per_mwh", _ => "percentile"), Fails<FeedFailure.Unreadable>()),
        new("another basis than asked for", "electricity-maps", Replace("\"lifecycle\"", _ => "\"direct\""),
            Fails<FeedFailure.Unreadable>()),
        new("an expired token: one more login", "watttime", (path, call, reply) => !IsLogin(path) && call == 1
            ? new PlayedReply(401, "expired") : reply, Answers),
        new("a login that is refused", "watttime", Status(401, "no"), Fails<FeedFailure.Unauthorized>()),
        new("forecast shorter than the span", "neso", (path, _, reply) => path.Contains("fw48h", StringComparison.Ordinal)
            ? Shortened(reply) : reply, answer =>
        {
            Answers(answer);
            Assert.Contains(answer.Warnings, warning => warning.Code == "forecast-ends-early");
        }),
        new("data as a list by region", "neso", (_, _, reply) =>
            reply with { Body = "{\"data\":[" + reply.Body["{\"data\":".Length..^1] + "]}" }, Answers) { Zone = "GB-NESO-13" },
        new(ProperAnswer, "neso", (_, _, reply) => reply, Answers) { Zone = "GB-NESO-13" },
        new("plain ends of lines and no mark", "caiso", (_, _, reply) => reply with { Body = reply.Body.TrimStart('\uFEFF').Replace("\r\n",
            "\n", StringComparison.Ordinal).Trim() }, Answers),
        new("ends of lines of another system and a mark", "nyiso", (_, _, reply) => reply with { Body = "\uFEFF" + reply.Body.Replace("\n",
            "\r\n", StringComparison.Ordinal) + "\r\n\r\n,,,\r\n" }, Answers),
        new("a last row of 00:00", "caiso", (path, _, reply) => path.Contains("history", StringComparison.Ordinal)
            ? reply with { Body = reply.Body.TrimEnd() + "\r\n00:00,1,1,1,1,1,1,1,1,1,1,1,1,1\r\n" } : reply, answer =>
                Assert.NotNull(answer.Observed)) { ChecksValues = false },
        new("a day without a file", "nyiso", (path, _, reply) => path.Contains("20261004", StringComparison.Ordinal)
            ? new PlayedReply(404, "") : reply, answer =>
        {
            Answers(answer);
            Assert.Contains(answer.Warnings, warning => warning.Code == "day-missing");
        }),
        new("a time zone that is not known", "nyiso", Replace("EDT", _ => "XXX"), Fails<FeedFailure.Unreadable>()),
        new("numbers in place of texts", "eia", Replace(@"""value"":""([-\d.]+)""", match => $"\"value\":{match.Groups[1].Value}"),
            Answers),
        new("an hour of one fuel is null", "eia",
            Replace(@"""period"":""2026-10-05T04"",""respondent"":""CISO"",""fueltype"":""WND"",""value"":""[\d.]+""", _ =>
            "\"period\":\"2026-10-05T04\",\"fueltype\":\"WND\",\"value\":null"), answer =>
        {
            Answers(answer);
            // The period that ends at 04:00 is the hour from 03:00.
            Gap(answer.Observed, _now.Date.AddHours(3).AddMinutes(30));
            Assert.NotNull(answer.Observed!.Find(new DateTimeOffset(_now.Date.AddHours(4).AddMinutes(30), TimeSpan.Zero)));
        }),
        new("an unknown fuel", "ercot", Replace("Natural Gas\":", _ => "Fusion\":"), answer => Assert.Contains(answer.Warnings, warning =>
            warning.Code == "unknown-fuel")) { ChecksValues = false },
        new("positions outside the period", "entsoe", Replace("<position>2</position>", _ => "<position>999</position>"),
            Fails<FeedFailure.Unreadable>()),
        new("an answer of 20 MB", "elia", (_, _, _) => new PlayedReply(200, new string(' ', 20_000_000)), Fails<FeedFailure.Unreadable>()),
        .. _zones.Keys.Select(id => new Trap($"cut in the middle ({id})", id, (path, _, reply) => IsLogin(path) ? reply
            : reply with { Bytes = reply.Content[..(reply.Content.Length / 2)] }, answer =>
        {
            // A table that is cut is a shorter table; everything else is not readable.
            if (id is not ("caiso" or "nyiso"))
                Assert.IsType<FeedFailure.Unreadable>(answer.Failure);
        }) { ChecksValues = id is not ("caiso" or "nyiso") }),
    ];

    static TimeSpan _patience => TimeSpan.FromSeconds(5);

    public static TheoryData<string> Names => [.. _traps.Select(trap => trap.Name)];

    [Theory]
    [MemberData(nameof(Names))]
    public async Task A_trap_changes_no_value_and_ends_in_a_known_failure_or_in_values(string name)
    {
        var trap = _traps.Single(each => each.Name == name);
        using var server = new ReplayServer(_now, trap.Change);
        using var feeds = new IntensityFeeds(server.Options(new PlayedTime(_now)));
        var start = TimeProvider.System.GetTimestamp();

        var answer = await feeds.Find(trap.Feed)!.ReadAsync(IntensityFeeds.FindZone(trap.Zone ?? _zones[trap.Feed])!, _now.AddHours(-22),
            _now.AddHours(20), TestContext.Current.CancellationToken);

        // A trap that was not played shows nothing.
        Assert.Equal(trap.Name != ProperAnswer, server.Trapped);
        trap.Check(answer);
        Assert.Equal(answer.Failure is null, answer.Observed is not null || answer.Forecast is not null);
        if (trap.ChecksValues)
        {
            AssertPlayed(server.Played, answer.Observed);
            AssertPlayed(server.Played, answer.Forecast);
        }

        if (trap.Calls is { } calls)
            Assert.Equal(calls, server.Calls);
        // The longest is a timeout of two seconds, or a wait of one; a call of any kind ends within ten.
        Assert.InRange(TimeProvider.System.GetElapsedTime(start), TimeSpan.Zero, TimeSpan.FromSeconds(12));
    }

    static bool IsLogin(string path) => path.EndsWith("/login", StringComparison.Ordinal);

    static Func<string, int, PlayedReply, PlayedReply?> Status(int status, string body) => (_, _, _) => new PlayedReply(status, body);

    static Func<string, int, PlayedReply, PlayedReply?> Replace(string pattern, MatchEvaluator by) =>
        (path, _, reply) => IsLogin(path) ? reply : reply with { Body = Regex.Replace(reply.Body, pattern, by, RegexOptions.None,
            _patience) };

    static Action<IntensityAnswer> Fails<T>()
        where T : FeedFailure => answer => Assert.IsType<T>(answer.Failure);

    static void Answers(IntensityAnswer answer) => Assert.Null(answer.Failure);

    static void Gap(IntensitySeries? series, DateTime time) => Gap(series, new DateTimeOffset(time, TimeSpan.Zero));

    static void Gap(IntensitySeries? series, DateTimeOffset time)
    {
        Assert.NotNull(series);
        Assert.Null(series.Find(time));
    }

    static void AssertPlayed(PlayedFeeds played, IntensitySeries? series)
    {
        for (var i = 0; i < (series?.Values.Length ?? 0); i++)
        {
            if (series!.Values[i] is { } value)
                Assert.Equal(played.Grams(series.Start + (series.Step * i)), value.GramsPerKilowattHour, 1e-6);
        }
    }

    static Regex NumbersOf(string name) => new($"\"{name}\":\\[[^\\]]*", RegexOptions.None, _patience);

    static string Nulls(Match match) => NumberPattern().Replace(match.Value, "$1null");

    static string HalfNulls(Match match)
    {
        var all = NumberPattern().Matches(match.Value);
        var end = all[all.Count / 2].Index;
        return NumberPattern().Replace(match.Value[..end], "$1null") + match.Value[end..];
    }

    /// <summary>The rows of the only list of objects, in reverse.</summary>
    static PlayedReply Reversed(PlayedReply reply)
    {
        var rows = ObjectPattern().Matches(reply.Body);
        if (rows.Count == 0)
            return reply;
        var (first, last) = (rows[0].Index, rows[^1].Index + rows[^1].Length);
        return reply with { Body = reply.Body[..first] + string.Join(',', rows.Reverse().Select(row => row.Value)) + reply.Body[last..] };
    }

    /// <summary>The first ten half hours only.</summary>
    static PlayedReply Shortened(PlayedReply reply)
    {
        var at = 0;
        for (var i = 0; i < 10; i++)
            at = reply.Body.IndexOf("\"from\"", at + 1, StringComparison.Ordinal);
        return reply with { Body = reply.Body[..(at - 2)] + "]}" };
    }

    /// <summary>Leaves only whole hours in the first twelve hours.</summary>
    static PlayedReply HoursFirst(PlayedReply reply)
    {
        string[] seconds = NumbersOf("unix_seconds").Match(reply.Body).Value.Split('[')[1].Split(',');
        string[] observed = NumbersOf("co2eq").Match(reply.Body).Value.Split('[')[1].Split(',');
        string[] forecast = NumbersOf("co2eq_forecast").Match(reply.Body).Value.Split('[')[1].Split(',');
        var kept = Enumerable.Range(0, seconds.Length).Where(i => i >= 48 || long.Parse(seconds[i],
            CultureInfo.InvariantCulture) % 3600 == 0).ToList();
        string Pick(string[] from) => string.Join(',', kept.Select(i => from[i]));
        return reply with { Body = $$"""{"unix_seconds":[{{Pick(seconds)}}],"co2eq":[{{Pick(observed)}}],"co2eq_forecast":[{{Pick(forecast)}}],"deprecated":false}""" };
    }

    [GeneratedRegex(@"([\[,])-?[\d.]+", RegexOptions.None, 5000)]
    private static partial Regex NumberPattern();

    [GeneratedRegex(@"\{[^{}\[\]]*\}", RegexOptions.None, 5000)]
    private static partial Regex ObjectPattern();

    sealed record Trap(string Name, string Feed, Func<string, int, PlayedReply, PlayedReply?> Change, Action<IntensityAnswer> Check)
    {
        internal string? Zone { get; init; }

        internal bool ChecksValues { get; init; } = true;

        /// <summary>How many requests it takes; null if that does not matter.</summary>
        internal int? Calls { get; init; }
    }
}
