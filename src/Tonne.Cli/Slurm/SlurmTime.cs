using System.Globalization;

namespace Tonne.Cli.Slurm;

/// <summary>Times as Slurm's commands write them. Source: sbatch(1) of Slurm 22.05, <c>--time</c> and <c>--begin</c>.</summary>
static class SlurmTime
{
    static readonly string[] _formats = ["yyyy-MM-dd", "yyyy-MM-ddTHH:mm", "yyyy-MM-ddTHH:mm:ss", "yyyy-MM-ddTH:mm", "yyyy-MM-ddTH:mm:ss"];
    static readonly string[] _clocks = ["H:mm", "HH:mm", "H:mm:ss", "HH:mm:ss"];

    /// <summary>Reads a time limit: minutes, minutes:seconds, hours:minutes:seconds, days-hours, days-hours:minutes or days-hours:minutes:seconds; seconds are rounded up to the minute.</summary>
    /// <returns>The limit, <see cref="Timeout.InfiniteTimeSpan"/> if there is to be none; null if it is not a limit.</returns>
    public static TimeSpan? ParseLimit(string text)
    {
        if (text is "-1" || text.Equals("UNLIMITED", StringComparison.OrdinalIgnoreCase) || text.Equals("INFINITE", StringComparison.OrdinalIgnoreCase))
            return Timeout.InfiniteTimeSpan;
        var days = text.Split('-');
        if (days.Length > 2 || ParseNumbers(days[^1]) is not { } parts || (days.Length == 2 && !IsNumber(days[0])))
            return null;
        var seconds = (days.Length, parts) switch
        {
            (1, [var minutes]) => minutes * 60,
            (1, [var minutes, var rest]) => (minutes * 60) + rest,
            (_, [var hours]) => hours * 3600,
            (_, [var hours, var minutes]) => (hours * 3600) + (minutes * 60),
            (_, [var hours, var minutes, var rest]) => (hours * 3600) + (minutes * 60) + rest,
            _ => -1,
        };
        if (seconds < 0)
            return null;
        if (days.Length == 2)
            seconds += long.Parse(days[0], CultureInfo.InvariantCulture) * 86_400;
        return seconds == 0 ? Timeout.InfiniteTimeSpan : TimeSpan.FromMinutes(Math.Ceiling(seconds / 60.0));
    }

    /// <summary>Reads the time of <c>--begin</c>: local unless it is <c>now</c> or an epoch (<c>uts</c>).</summary>
    /// <returns>The time; null for a form that is not read: dates as MMDDYY and MM/DD/YY, times with AM and PM.</returns>
    public static DateTimeOffset? ParseBegin(string text, DateTimeOffset now, TimeZoneInfo zone)
    {
        var word = text.Trim().ToLowerInvariant();
        if (word.StartsWith("uts", StringComparison.Ordinal))
            return long.TryParse(word.AsSpan(3), NumberStyles.None, CultureInfo.InvariantCulture, out var epoch) && epoch < 253_402_300_800 ? DateTimeOffset.FromUnixTimeSeconds(epoch) : null;
        if (word.StartsWith("now", StringComparison.Ordinal))
            return ParseDelay(word[3..]) is { } delay ? now + delay : null;
        var midnight = TimeZoneInfo.ConvertTime(now, zone).Date;
        if (word is "today" or "tomorrow")
            return ToUtc(word == "today" ? midnight : midnight.AddDays(1), zone);
        TimeSpan? clock = word switch
        {
            "midnight" => TimeSpan.Zero,
            "noon" => TimeSpan.FromHours(12),
            "fika" => TimeSpan.FromHours(15),
            "teatime" => TimeSpan.FromHours(16),
            _ => DateTime.TryParseExact(word, _clocks, CultureInfo.InvariantCulture, DateTimeStyles.None, out var time) ? time.TimeOfDay : null,
        };
        if (clock is { } at)
            return ToUtc(midnight + at, zone) is var today && today > now ? today : ToUtc(midnight.AddDays(1) + at, zone);
        return ParseLocal(text.Trim(), zone);
    }

    /// <summary>Reads a local time of the form <c>2026-12-01T03:00:00</c>; null if it is none.</summary>
    public static DateTimeOffset? ParseLocal(string text, TimeZoneInfo zone) =>
        DateTime.TryParseExact(text, _formats, CultureInfo.InvariantCulture, DateTimeStyles.None, out var local) ? ToUtc(local, zone) : null;

    /// <summary>A time for <c>--begin</c>: local, as sbatch reads it; as an epoch in the hour that a change of the clocks repeats, which a local time does not tell apart.</summary>
    public static string FormatBegin(DateTimeOffset time, TimeZoneInfo zone)
    {
        var local = TimeZoneInfo.ConvertTime(time, zone).DateTime;
        return zone.IsAmbiguousTime(local) ? string.Create(CultureInfo.InvariantCulture, $"uts{time.ToUnixTimeSeconds()}") : local.ToString("yyyy-MM-ddTHH:mm:ss", CultureInfo.InvariantCulture);
    }

    /// <summary>A local time as UTC; one that the clocks skip is an hour later.</summary>
    static DateTimeOffset ToUtc(DateTime local, TimeZoneInfo zone)
    {
        var valid = zone.IsInvalidTime(local) ? local.AddHours(1) : local;
        return new DateTimeOffset(DateTime.SpecifyKind(valid - zone.GetUtcOffset(valid), DateTimeKind.Utc), TimeSpan.Zero);
    }

    static TimeSpan? ParseDelay(string text)
    {
        if (text.Length == 0)
            return TimeSpan.Zero;
        if (text[0] != '+')
            return null;
        var digits = text.Skip(1).TakeWhile(char.IsAsciiDigit).Count();
        if (digits is 0 or > 9)
            return null;
        var seconds = text[(digits + 1)..] switch
        {
            "" or "second" or "seconds" => 1,
            "minute" or "minutes" => 60,
            "hour" or "hours" => 3600,
            "day" or "days" => 86_400,
            "week" or "weeks" => 604_800,
            _ => 0,
        };
        return seconds == 0 ? null : TimeSpan.FromSeconds(long.Parse(text.AsSpan(1, digits), CultureInfo.InvariantCulture) * seconds);
    }

    static long[]? ParseNumbers(string text)
    {
        var parts = text.Split(':');
        return parts.Length <= 3 && parts.All(IsNumber) ? [.. parts.Select(part => long.Parse(part, CultureInfo.InvariantCulture))] : null;
    }

    static bool IsNumber(string text) => text.Length is > 0 and < 9 && text.All(char.IsAsciiDigit);
}
