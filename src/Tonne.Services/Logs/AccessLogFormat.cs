using System.Collections.Immutable;
using System.Globalization;
using System.Text.RegularExpressions;
using Tonne.Recording.EpochPatterns;
using Tonne.Services.Requests;

namespace Tonne.Services.Logs;

/// <summary>Reads requests from lines of an access log.</summary>
/// <remarks>
/// The expression names what it finds by its groups; <c>time</c> must be there:
/// <code>
/// time                              10/Oct/2000:13:55:36 -0700, ISO 8601 with an offset or Z, or s or ms since 1970
/// seconds, milliseconds, microseconds    how long the request took (nginx $request_time; Apache %T, %D)
/// waiting_seconds, first_token_seconds   from its arrival to the start of its computation, and to its first token
/// prompt_tokens, cached_tokens, output_tokens    tokens
/// model, id, path, status           texts; status decides whether the request counts
/// </code>
/// </remarks>
public sealed class AccessLogFormat
{
    const string Example = @"^(?<time>\S+) (?<path>\S+) (?<status>\d+) (?<seconds>[\d.]+) (?<output_tokens>\d+)$";

    // Common log format, and with referrer and agent the combined one; what follows is not used.
    const string Common = """
        ^\S+ \S+ \S+ \[(?<time>[^\]]+)\] "\S+ (?<path>\S+)[^"]*" (?<status>\d{3}) (?:\d+|-)(?: .*)?$
        """;

    static readonly string[] _clfTimes = ["dd/MMM/yyyy:HH:mm:ss zzz", "d/MMM/yyyy:HH:mm:ss zzz"];

    readonly Regex _expression;

    AccessLogFormat(string pattern, AccessLogTime time, IEnumerable<string>? paths, string model) =>
        (_expression, Time, Paths, Model) = (UserRegex.Build(pattern, "time", Example), time, [.. paths ?? []], model);

    /// <summary>What the time of a line is.</summary>
    public AccessLogTime Time { get; }

    /// <summary>Requests count whose path begins with one of these; all if there is none.</summary>
    public ImmutableArray<string> Paths { get; }

    /// <summary>The model, where a line does not name it.</summary>
    public string Model { get; }

    /// <summary>The common and the combined log format of Apache and nginx: time (to the second), path and status; no duration, no
    /// tokens.</summary>
    /// <param name="time">What the time of a line is.</param>
    /// <param name="paths">Requests count whose path begins with one of these. Default: null, all.</param>
    /// <param name="model">The model. Default: empty, unknown.</param>
    public static AccessLogFormat CreateCommon(AccessLogTime time, IEnumerable<string>? paths = null, string model = "") =>
        new(Common.Trim(), time, paths, model);

    /// <summary>A format by a regular expression.</summary>
    /// <param name="pattern">The expression; it cannot run without end.</param>
    /// <param name="time">What the time of a line is.</param>
    /// <param name="paths">Requests count whose path begins with one of these. Default: null, all.</param>
    /// <param name="model">The model, where a line does not name it. Default: empty, unknown.</param>
    /// <exception cref="FormatException">It is no regular expression, or has no group <c>time</c>.</exception>
    public static AccessLogFormat FromRegex(string pattern, AccessLogTime time, IEnumerable<string>? paths = null, string model = "")
    {
        ArgumentNullException.ThrowIfNull(pattern);
        return new(pattern, time, paths, model);
    }

    /// <summary>Reads a line.</summary>
    /// <param name="line">The line.</param>
    /// <param name="request">The request; null if the line has none that counts.</param>
    /// <param name="reason">Why not; null if there is one.</param>
    /// <returns>Whether there is one.</returns>
    public bool TryRead(string line, out ServedRequest? request, out string? reason)
    {
        ArgumentNullException.ThrowIfNull(line);
        request = null;
        Match match;
        try
        {
            match = _expression.Match(line);
        }
        catch (RegexMatchTimeoutException)
        {
            reason = "The expression took too long for this line.";
            return false;
        }

        if (!match.Success)
        {
            reason = "The line does not have the format.";
            return false;
        }

        if (!TryReadTime(match.Groups["time"].ValueSpan, out var time))
        {
            reason = $"'{match.Groups["time"].Value}' is no time that is known.";
            return false;
        }

        reason = FindExclusion(match);
        if (reason is not null)
            return false;
        var duration = ReadSpan(match, "seconds", 1) ?? ReadSpan(match, "milliseconds", 1e-3) ?? ReadSpan(match, "microseconds", 1e-6)
            ?? TimeSpan.Zero;
        var arrival = Time == AccessLogTime.Arrival ? time : time - duration;
        request = new ServedRequest
        {
            Id = ReadText(match, "id"),
            Model = ReadText(match, "model") is { Length: > 0 } model ? model : Model,
            Arrival = arrival,
            Start = arrival + ReadSpan(match, "waiting_seconds", 1),
            FirstToken = arrival + ReadSpan(match, "first_token_seconds", 1),
            End = arrival + duration,
            PromptTokens = ReadCount(match, "prompt_tokens"),
            CachedTokens = ReadCount(match, "cached_tokens"),
            OutputTokens = ReadCount(match, "output_tokens"),
        };
        return true;
    }

    string? FindExclusion(Match match)
    {
        var status = ReadText(match, "status");
        if (status.Length > 0 && status[0] != '2')
            return $"The request ended with status {status}.";
        var path = ReadText(match, "path");
        return Paths.Length > 0 && !Paths.Any(prefix => path.StartsWith(prefix, StringComparison.Ordinal))
            ? $"Its path {path} is not one of the model's." : null;
    }

    static bool TryReadTime(ReadOnlySpan<char> text, out DateTimeOffset time)
    {
        if (DateTimeOffset.TryParseExact(text, _clfTimes, CultureInfo.InvariantCulture, DateTimeStyles.None, out time))
            return IsPlausible(time);
        if (double.TryParse(text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var number)
            && number is >= 1e8 and < 1e14)
        {
            // 1e11 s would be in the year 5138, and 1e11 ms is in 1973.
            time = DateTimeOffset.UnixEpoch.AddSeconds(number < 1e11 ? number : number / 1e3);
            return true;
        }

        return DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out time) && IsPlausible(time);
    }

    static bool IsPlausible(DateTimeOffset time) => time.Year is >= 1990 and < 5_000;

    static string ReadText(Match match, string group) =>
        match.Groups[group] is { Success: true } found && found.Value != "-" ? found.Value : "";

    // Beyond a day, a duration is not believed.
    static TimeSpan? ReadSpan(Match match, string group, double seconds) =>
        double.TryParse(match.Groups[group].ValueSpan, NumberStyles.AllowDecimalPoint | NumberStyles.AllowExponent,
            CultureInfo.InvariantCulture, out var number) && number * seconds is >= 0 and <= 86_400
            ? TimeSpan.FromSeconds(number * seconds) : null;

    static long ReadCount(Match match, string group) =>
        long.TryParse(match.Groups[group].ValueSpan, NumberStyles.None, CultureInfo.InvariantCulture, out var count) && count <= 100_000_000
            ? count : 0;
}
