using System.Globalization;
using Tonne.Ledgers;

namespace Tonne.Cli.Commands;

/// <summary>Reads times as people write them in options; without a zone they are UTC.</summary>
static class TimeText
{
    // There is a year before and after each that is taken.
    const int FirstYear = 1900;
    const int LastYear = 9990;

    /// <summary>A date, a month, a year, a time, or a time before now such as <c>30d</c> or <c>12h</c>.</summary>
    /// <exception cref="InvalidInputException">It is none of these.</exception>
    public static DateTimeOffset Parse(string text, string option, DateTimeOffset now)
    {
        try
        {
            return QueryTime.Parse(text, now);
        }
        catch (FormatException error)
        {
            throw new InvalidInputException($"{option} {error.Message}");
        }
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
