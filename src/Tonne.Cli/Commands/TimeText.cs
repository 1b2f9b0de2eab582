using System.Globalization;

namespace Tonne.Cli.Commands;

/// <summary>Reads times as people write them in options; without a zone they are UTC.</summary>
static class TimeText
{
    // There is a year before and after each that is taken.
    const int FirstYear = 1900;
    const int LastYear = 9990;

    static readonly string[] _dates = ["yyyy-MM-dd", "yyyy-MM", "yyyy"];
    static readonly string[] _times = ["yyyy-MM-dd'T'HH:mmK", "yyyy-MM-dd'T'HH:mm:ssK", "yyyy-MM-dd'T'HH:mm:ss.FFFFFFFK", "yyyy-MM-dd HH:mm", "yyyy-MM-dd HH:mm:ss"];

    /// <summary>A date, a month, a year, a time, or a time before now such as <c>30d</c> or <c>12h</c>.</summary>
    /// <exception cref="InvalidInputException">It is none of these.</exception>
    public static DateTimeOffset Parse(string text, string option, DateTimeOffset now)
    {
        if ((DateTimeOffset.TryParseExact(text, _dates, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var time)
            || DateTimeOffset.TryParseExact(text, _times, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out time)) && time.Year is > FirstYear and < LastYear)
            return time.ToUniversalTime();
        if (text.Length > 1 && double.TryParse(text.AsSpan(0, text.Length - 1), NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var amount) && amount is >= 0 and < 36_500)
        {
            switch (text[^1])
            {
                case 'd':
                    return now.AddDays(-amount);
                case 'h':
                    return now.AddHours(-amount);
                case 'w' when amount < 5_000:
                    return now.AddDays(-7 * amount);
            }
        }

        throw new InvalidInputException($"{option} '{text}' is not a time: write 2026-11-01, 2026-11, 2026-11-01T08:00Z, or 30d, 2w or 12h for a time before now.");
    }

    /// <summary>The first moment of a month or a year.</summary>
    /// <exception cref="InvalidInputException">It is none.</exception>
    public static DateTimeOffset ParseMonthOrYear(string text, string option, bool isYear) =>
        DateTimeOffset.TryParseExact(text, isYear ? "yyyy" : "yyyy-MM", CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var start) && start.Year is > FirstYear and < LastYear
            ? start : throw new InvalidInputException($"{option} '{text}' is not a {(isYear ? "year, such as 2026" : "month, such as 2026-11")}.");

    /// <summary>The first moment of the year, UTC.</summary>
    public static DateTimeOffset StartOfYear(DateTimeOffset time) => new(time.UtcDateTime.Year, 1, 1, 0, 0, 0, TimeSpan.Zero);

    /// <summary>The first moment of the month, UTC.</summary>
    public static DateTimeOffset StartOfMonth(DateTimeOffset time) => new(time.UtcDateTime.Year, time.UtcDateTime.Month, 1, 0, 0, 0, TimeSpan.Zero);
}
