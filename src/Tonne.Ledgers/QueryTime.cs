using System.Globalization;

namespace Tonne.Ledgers;

/// <summary>Times as people write them in a query; without a zone they are UTC.</summary>
public static class QueryTime
{
    // There is a year before and after each that is taken.
    const int FirstYear = 1900;
    const int LastYear = 9990;

    static readonly string[] _dates = ["yyyy-MM-dd", "yyyy-MM", "yyyy"];
    static readonly string[] _times = ["yyyy-MM-dd'T'HH:mmK", "yyyy-MM-dd'T'HH:mm:ssK", "yyyy-MM-dd'T'HH:mm:ss.FFFFFFFK", "yyyy-MM-dd HH:mm", "yyyy-MM-dd HH:mm:ss"];

    /// <summary>A date, a month, a year, a time, or a time before now such as <c>30d</c>, <c>2w</c> or <c>12h</c>.</summary>
    /// <param name="text">The text.</param>
    /// <param name="now">The time now.</param>
    /// <exception cref="FormatException">It is none of these.</exception>
    public static DateTimeOffset Parse(string text, DateTimeOffset now)
    {
        ArgumentNullException.ThrowIfNull(text);
        if ((DateTimeOffset.TryParseExact(text, _dates, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var time)
            || DateTimeOffset.TryParseExact(text, _times, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out time)) && IsTaken(time))
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

        throw new FormatException($"'{text}' is not a time: write 2026-11-01, 2026-11, 2026-11-01T08:00Z, or 30d, 2w or 12h for a time before now.");
    }

    /// <summary>Whether a year is taken, so that there is one before and one after it.</summary>
    internal static bool IsTaken(DateTimeOffset time) => time.Year is > FirstYear and < LastYear;
}
