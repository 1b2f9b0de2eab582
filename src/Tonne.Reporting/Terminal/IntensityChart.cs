using System.Globalization;
using Tonne.Formatting;
using Tonne.Grids;

namespace Tonne.Reporting.Terminal;

/// <summary>Draws a series of intensities as bars over time, with a row for the chosen hours and one for the clock.</summary>
static class IntensityChart
{
    const int Rows = 5;
    const string Levels = " ▁▂▃▄▅▆▇█";

    /// <summary>Writes the chart.</summary>
    /// <param name="sheet">Receives it.</param>
    /// <param name="series">The series.</param>
    /// <param name="from">Left edge.</param>
    /// <param name="to">Right edge, after the left one.</param>
    /// <param name="chosen">Spans to mark below the bars; empty for none.</param>
    internal static void Write(StyledTextWriter sheet, IntensitySeries series, DateTimeOffset from, DateTimeOffset to,
        IReadOnlyList<(DateTimeOffset From, DateTimeOffset To)> chosen) =>
        WriteRows(sheet, series, from, to, chosen.Count > 0 ? [("run", chosen)] : []);

    /// <summary>Writes the chart with a row for each of several jobs.</summary>
    /// <param name="sheet">Receives it.</param>
    /// <param name="series">The series.</param>
    /// <param name="from">Left edge.</param>
    /// <param name="to">Right edge, after the left one.</param>
    /// <param name="rows">Name and spans of each row below the bars.</param>
    internal static void WriteRows(
        StyledTextWriter sheet, IntensitySeries series, DateTimeOffset from, DateTimeOffset to,
            IReadOnlyList<(string Name, IReadOnlyList<(DateTimeOffset From, DateTimeOffset To)> Spans)> rows)
    {
        var screen = sheet.Capabilities;
        var columns = Math.Max(12, Math.Min(screen.Width - 12, (int)Math.Ceiling((to - from) / series.Step)));
        var each = (to - from) / columns;
        var values = Enumerable.Range(0, columns).Select(i => series.Average(from + (each * i), from + (each * (i + 1)), out _)?.GramsPerKilowattHour).ToList();
        if (values.Max() is not { } high)
            return;
        var top = high > 0 ? high : 1;
        for (var row = Rows - 1; row >= 0; row--)
        {
            var label = row == Rows - 1 ? Format(top) : row == 0 ? "0" : "";
            var bars = string.Concat(values.Select(value => value is { } grams ? Draw((grams / top * Rows) - row, screen.Unicode) : row == 0 ? (screen.Unicode ? '·' : '.') : ' '));
            sheet.WriteRaw($"{label,8} ", new StyledText(bars, TextStyle.Plain));
        }

        foreach (var (name, spans) in rows)
        {
            var marks = Enumerable.Range(0, columns).Select(i => Covers(spans, from + (each * i), from + (each * (i + 1)))).ToArray();
            // A span shorter than half a column has one all the same.
            foreach (var (begin, end) in spans)
            {
                if ((end - begin) * 2 < each && (int)((begin - from) / each) is >= 0 and var at && at < columns)
                    marks[at] = true;
            }

            var label = TextSanitizer.FitToColumns(name, Math.Min(8, TextSanitizer.CountColumns(name)), screen.Unicode);
            var line = string.Concat(marks.Select(mark => mark ? (screen.Unicode ? '━' : '=') : ' '));
            sheet.WriteRaw(new string(' ', Math.Max(0, 8 - TextSanitizer.CountColumns(label))) + label + " ", StyledText.Strong(line));
        }

        sheet.WriteRaw($"{"UTC",8} ", StyledText.Faint(DrawClock(from, each, columns)));
    }

    static string Format(double grams) => grams.ToString(grams < 10 ? "0.#" : "0", CultureInfo.InvariantCulture) + " g";

    static char Draw(double level, bool unicode) => unicode
        ? Levels[(int)Math.Round(Math.Clamp(level, 0, 1) * (Levels.Length - 1))]
        : level >= 0.75 ? '#' : level >= 0.25 ? ':' : ' ';

    /// <summary>Whether a chosen span has half of a column or more.</summary>
    static bool Covers(IReadOnlyList<(DateTimeOffset From, DateTimeOffset To)> chosen, DateTimeOffset from, DateTimeOffset to)
    {
        var covered = TimeSpan.Zero;
        foreach (var span in chosen)
        {
            var (begin, end) = (span.From > from ? span.From : from, span.To < to ? span.To : to);
            if (end > begin)
                covered += end - begin;
        }

        return covered * 2 >= to - from;
    }

    static string DrawClock(DateTimeOffset from, TimeSpan each, int columns)
    {
        var line = new char[columns];
        Array.Fill(line, ' ');
        var last = -12;
        for (var i = 0; i < columns; i++)
        {
            var (at, next) = (from + (each * i), from + (each * (i + 1)));
            var midnight = new DateTimeOffset(next.UtcDateTime.Date, TimeSpan.Zero);
            var isMidnight = midnight >= at && midnight < next && midnight > from;
            if (i > 0 && !isMidnight)
                continue;
            var text = i == 0 ? at.UtcDateTime.ToString("MM-dd HH:mm", CultureInfo.InvariantCulture) : midnight.UtcDateTime.ToString("MM-dd", CultureInfo.InvariantCulture);
            if (i < last || i + text.Length > columns)
                continue;
            text.CopyTo(0, line, i, text.Length);
            last = i + text.Length + 1;
        }

        return new string(line).TrimEnd();
    }
}
