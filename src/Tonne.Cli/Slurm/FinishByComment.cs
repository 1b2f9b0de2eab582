using System.Globalization;
using System.Text.RegularExpressions;

namespace Tonne.Cli.Slurm;

/// <summary>The latest finish that a user puts into a job's comment: <c>tonne:finish-by=</c> an epoch in s, an ISO 8601 time (local unless it names a zone), or <c>+24h</c> from now.</summary>
/// <remarks>The same rules are in <c>job_submit.lua</c>.</remarks>
static partial class FinishByComment
{
    /// <summary>What the comment has as latest finish; null if the user has not chosen to wait.</summary>
    public static string? Find(string? comment) => comment is not null && Pattern().Match(comment) is { Success: true } match ? match.Groups[1].Value : null;

    /// <summary>Reads it.</summary>
    /// <returns>The time; null if it is not one.</returns>
    public static DateTimeOffset? Parse(string text, DateTimeOffset now, TimeZoneInfo zone)
    {
        if (text.Length is >= 9 and <= 11 && text.All(char.IsAsciiDigit))
            return DateTimeOffset.FromUnixTimeSeconds(long.Parse(text, CultureInfo.InvariantCulture));
        if (Delay().Match(text) is { Success: true } delay)
        {
            var seconds = delay.Groups[2].Value switch { "s" => 1, "m" or "min" => 60, "h" => 3600, "d" => 86_400, _ => 604_800 };
            return now + TimeSpan.FromSeconds(double.Parse(delay.Groups[1].Value, CultureInfo.InvariantCulture) * seconds);
        }

        if (text.Length < 10)
            return null;
        if (SlurmTime.ParseLocal(text, zone) is { } local)
            return local;
        string[] zoned = ["yyyy-MM-ddTHH:mmzzz", "yyyy-MM-ddTHH:mm:sszzz", "yyyy-MM-ddTHH:mmZ", "yyyy-MM-ddTHH:mm:ssZ"];
        return DateTimeOffset.TryParseExact(text, zoned, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var time) ? time.ToUniversalTime() : null;
    }

    [GeneratedRegex("""tonne:finish-by=([^\s;,"']+)""", RegexOptions.CultureInvariant, 1000)]
    private static partial Regex Pattern();

    [GeneratedRegex(@"^\+?([0-9]{1,6}(?:\.[0-9]{1,6})?)(s|min|m|h|d|w)$", RegexOptions.CultureInvariant, 1000)]
    private static partial Regex Delay();
}
