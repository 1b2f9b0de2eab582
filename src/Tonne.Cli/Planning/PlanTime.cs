using System.Globalization;
using Tonne.Cli.Commands;
using Tonne.Ledgers;

namespace Tonne.Cli.Planning;

/// <summary>Reads durations and times to come, as people write them.</summary>
static class PlanTime
{
    static readonly string[] _days = ["sun", "mon", "tue", "wed", "thu", "fri", "sat"];
    static readonly string[] _clocks = ["H:mm", "HH:mm", "H:mm:ss"];

    /// <summary>Reads <c>6h</c>, <c>90min</c>, <c>1d12h</c>, <c>1.5h</c>, <c>45s</c> or <c>06:30</c> (hours and minutes).</summary>
    /// <exception cref="InvalidInputException">It is none, or not above zero where it must be.</exception>
    public static TimeSpan ParseDuration(string text, string option, bool mayBeZero = false)
    {
        if (mayBeZero && text == "0")
            return TimeSpan.Zero;
        if (TryParseDuration(text) is not { } duration || duration > TimeSpan.FromDays(366) || (duration == TimeSpan.Zero && !mayBeZero))
            throw new InvalidInputException($"{option} '{text}' is not a duration{(mayBeZero ? "" : " above zero")} of at most 366 days: write 6h, 90min, 1d12h or 45s.");
        return duration;
    }

    /// <summary>Reads a time to come: a date or time (UTC unless it names a zone), <c>18:00</c>, <c>fri-18:00</c>, <c>tomorrow</c>, or a duration from now such as <c>24h</c> or <c>+2d</c>.</summary>
    /// <exception cref="InvalidInputException">It is none of these.</exception>
    public static DateTimeOffset ParseTime(string text, string option, DateTimeOffset now)
    {
        var word = text.Trim().ToLowerInvariant();
        if (TryParseDuration(word.TrimStart('+')) is { } ahead && !word.Contains(':', StringComparison.Ordinal))
            return now + ahead;
        var midnight = new DateTimeOffset(now.UtcDateTime.Date, TimeSpan.Zero);
        if (ParseClock(word) is { } clock)
            return midnight + clock > now ? midnight + clock : midnight.AddDays(1) + clock;
        if (word is "tomorrow" or "today")
            return midnight.AddDays(word == "today" ? 1 : 2);
        var day = Array.FindIndex(_days, name => word.Length >= 3 && word.StartsWith(name, StringComparison.Ordinal) && IsDay(word, name));
        if (day >= 0)
        {
            var rest = word[(word.IndexOfAny(['-', ' ']) is >= 0 and var cut ? cut + 1 : word.Length)..];
            var time = rest.Length == 0 ? TimeSpan.FromDays(1) : ParseClock(rest) ?? throw Fail();
            var at = midnight.AddDays((day - (int)midnight.DayOfWeek + 7) % 7) + time;
            return at > now ? at : at.AddDays(7);
        }

        if (word.StartsWith("tomorrow", StringComparison.Ordinal) && ParseClock(word["tomorrow".Length..].TrimStart('-', ' ')) is { } next)
            return midnight.AddDays(1) + next;
        try
        {
            return QueryTime.Parse(text, now);
        }
        catch (FormatException)
        {
            throw Fail();
        }

        InvalidInputException Fail() => new(
            $"{option} '{text}' is not a time: write 2026-12-01T18:00Z, 18:00, fri-18:00, tomorrow-06:00 or 24h from now; without a zone times are UTC.");
    }

    /// <summary>The minute that a time is in.</summary>
    public static DateTimeOffset FloorToMinute(DateTimeOffset time) => new(time.UtcTicks - (time.UtcTicks % TimeSpan.TicksPerMinute), TimeSpan.Zero);

    static bool IsDay(string word, string name)
    {
        var end = word.IndexOfAny(['-', ' ']) is >= 0 and var cut ? cut : word.Length;
        return end == 3 || Array.Exists(Enum.GetNames<DayOfWeek>(), full => string.Equals(full, word[..end], StringComparison.OrdinalIgnoreCase) && full.StartsWith(name, StringComparison.OrdinalIgnoreCase));
    }

    static TimeSpan? ParseClock(string text) =>
        DateTime.TryParseExact(text.TrimEnd('z'), _clocks, CultureInfo.InvariantCulture, DateTimeStyles.None, out var clock) ? clock.TimeOfDay : null;

    static TimeSpan? TryParseDuration(string text)
    {
        if (ParseClock(text) is { } clock)
            return clock;
        var (sum, at) = (TimeSpan.Zero, 0);
        (string Unit, double Seconds)[] units = [("min", 60), ("ms", 0.001), ("s", 1), ("m", 60), ("h", 3600), ("d", 86_400), ("w", 7 * 86_400)];
        while (at < text.Length)
        {
            var end = at;
            while (end < text.Length && (char.IsAsciiDigit(text[end]) || text[end] == '.'))
                end++;
            var unit = Array.Find(units, unit => text.AsSpan(end).StartsWith(unit.Unit, StringComparison.Ordinal));
            if (end == at || unit.Unit is null || !double.TryParse(text.AsSpan(at, end - at), NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var amount) || amount * unit.Seconds > 1e9)
                return null;
            sum += TimeSpan.FromSeconds(amount * unit.Seconds);
            at = end + unit.Unit.Length;
        }

        return at == 0 ? null : sum;
    }
}
