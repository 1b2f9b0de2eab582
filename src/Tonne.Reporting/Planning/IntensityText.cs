using System.Globalization;
using Tonne.Formatting;
using Tonne.Grids;
using Tonne.Quantities;
using Tonne.Reporting.Terminal;

namespace Tonne.Reporting.Planning;

/// <summary>Writes intensities over time to the terminal: the figures of the span, a chart, the origin.</summary>
public static class IntensityText
{
    /// <summary>Writes a series.</summary>
    /// <param name="writer">Receives the text.</param>
    /// <param name="series">The series.</param>
    /// <param name="origin">Where it comes from.</param>
    /// <param name="from">Start of what is shown.</param>
    /// <param name="to">End of what is shown.</param>
    /// <param name="now">The time now, for the present value; null if it is not in the span.</param>
    /// <param name="warnings">Warnings.</param>
    /// <param name="screen">The terminal.</param>
    public static void Write(
        TextWriter writer, IntensitySeries series, string origin, DateTimeOffset from, DateTimeOffset to, DateTimeOffset? now, IReadOnlyList<Warning> warnings, TerminalCapabilities screen)
    {
        ArgumentNullException.ThrowIfNull(series);
        var sheet = new StyledTextWriter(writer, screen);
        var known = new List<(DateTimeOffset At, double Grams)>();
        for (var i = 0; i < series.Values.Length; i++)
        {
            var at = series.Start + (series.Step * i);
            if (series.Values[i] is { } value && at + series.Step > from && at < to)
                known.Add((at, value.GramsPerKilowattHour));
        }

        sheet.WriteBlankLine();
        var present = now is { } time && series.Find(time) is { } found ? string.Create(CultureInfo.InvariantCulture, $"{found.GramsPerKilowattHour:0.#} g CO2e/kWh now") : null;
        sheet.WriteLine(StyledText.Strong(series.Zone.Name), present is null ? "" : $": {present}");
        if (known.Count > 0)
        {
            var (low, high) = (known.MinBy(pair => pair.Grams), known.MaxBy(pair => pair.Grams));
            sheet.WriteLine(string.Create(CultureInfo.InvariantCulture,
                $"lowest {low.Grams:0.#} at {low.At.UtcDateTime:MM-dd HH:mm}, highest {high.Grams:0.#} at {high.At.UtcDateTime:MM-dd HH:mm}, mean {known.Average(pair => pair.Grams):0.#} g CO2e/kWh"));
            sheet.WriteBlankLine();
            IntensityChart.Write(sheet, series, from, to, []);
        }

        sheet.WriteBlankLine();
        sheet.WriteRow("from", TextSanitizer.ToOneLine(origin));
        sheet.WriteRow("method", $"{EnumWords.Format(series.Basis)} basis, {EnumWords.Format(series.Scope)} scope, {EnumWords.Format(series.Kind)} intensity, {EnumWords.Format(series.Signal)}");
        foreach (var warning in warnings)
            sheet.WriteRow("warning", new StyledText(WarningText.Format(warning), TextStyle.Warning));
    }
}
