using System.Globalization;
using System.Text.RegularExpressions;

namespace Tonne.Ledgers.ImportExport;

/// <summary>Reads a time whose date may be written as three numbers. Day and month are never guessed.</summary>
static partial class NumericDate
{
    /// <summary>Reads a time.</summary>
    /// <param name="text">ISO 8601; a month in letters; or a date such as 10/03/2024, of which one number exceeds 12 or the order is given.</param>
    /// <param name="order">The order of day and month; null if unknown.</param>
    /// <param name="time">The time, its kind unspecified if the text has no time zone.</param>
    /// <returns>Why it cannot be read, as the end of a sentence; null if it was.</returns>
    internal static string? Read(string? text, DateOrder? order, out DateTime time)
    {
        time = default;
        if (text is not null && DayAndMonth().Match(text) is { Success: true } match)
        {
            var (first, second) = (Parse(match.Groups["first"]), Parse(match.Groups["second"]));
            if (order is null && first <= 12 && second <= 12 && first != second)
                return "may be the day or the month first: say which with --date-order dmy or mdy";
            var dayFirst = order is { } given ? given == DateOrder.DayFirst : first > 12;
            var (day, month) = dayFirst ? (first, second) : (second, first);
            text = string.Create(CultureInfo.InvariantCulture, $"{match.Groups["year"].Value}-{month:00}-{day:00}{match.Groups["rest"].Value}");
        }

        return DateTime.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.RoundtripKind, out time) && time.Year is > 2000 and < 9000
            ? null
            : "is not a time";

        static int Parse(Group group) => int.Parse(group.ValueSpan, CultureInfo.InvariantCulture);
    }

    [GeneratedRegex(@"^\s*(?<first>\d{1,2})[/.-](?<second>\d{1,2})[/.-](?<year>\d{4})(?<rest>\D.*)?$", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex DayAndMonth();
}
