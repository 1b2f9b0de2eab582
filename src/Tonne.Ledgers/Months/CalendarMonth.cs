using System.Globalization;

namespace Tonne.Ledgers.Months;

/// <summary>A month of the calendar, UTC.</summary>
public sealed record CalendarMonth
{
    // There is a month before and after each that is taken.
    const int FirstYear = 1900;
    const int LastYear = 9990;

    CalendarMonth(DateTimeOffset start) => Start = start;

    /// <summary>Its first moment, UTC.</summary>
    public DateTimeOffset Start { get; }

    /// <summary>The first moment of the next month, UTC.</summary>
    public DateTimeOffset End => Start.AddMonths(1);

    /// <summary>The month before.</summary>
    public CalendarMonth Previous => new(Start.AddMonths(-1));

    /// <summary>In words: <c>November 2026</c>.</summary>
    public string Name => Start.UtcDateTime.ToString("MMMM yyyy", CultureInfo.InvariantCulture);

    /// <summary>The month that a time is in.</summary>
    /// <param name="time">The time.</param>
    public static CalendarMonth Of(DateTimeOffset time) => new(new DateTimeOffset(time.UtcDateTime.Year, time.UtcDateTime.Month, 1, 0, 0,
        0, TimeSpan.Zero));

    /// <summary>Reads a month such as <c>2026-11</c>.</summary>
    /// <param name="text">Year and month.</param>
    /// <exception cref="FormatException">It has no such form; the message says what to write.</exception>
    public static CalendarMonth Parse(string text) =>
        DateTimeOffset.TryParseExact(text, "yyyy-MM", CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var start)
        && start.Year is > FirstYear and < LastYear
            ? new CalendarMonth(start)
            : throw new FormatException($"'{text}' is not a month: write year and month, as in 2026-11.");

    /// <summary>As it is written: <c>2026-11</c>.</summary>
    public override string ToString() => Start.UtcDateTime.ToString("yyyy-MM", CultureInfo.InvariantCulture);
}
