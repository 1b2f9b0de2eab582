using System.Globalization;
using Tonne.Formatting;
using Tonne.Stopping;

namespace Tonne.Reporting.Terminal;

/// <summary>Stopping advice as a table of the epochs and the sentences below it.</summary>
public static class StoppingTable
{
    const int MaxRows = 40;

    /// <summary>Writes the table. Of more than 40 epochs, 40 at equal distances are shown, and the one to stop after.</summary>
    /// <param name="writer">Receives the text, with <c>\n</c> at line ends.</param>
    /// <param name="advice">The advice.</param>
    /// <param name="screen">Width, colours and characters of the terminal.</param>
    public static void Write(TextWriter writer, StoppingAdvice advice, TerminalCapabilities screen)
    {
        var sheet = new StyledTextWriter(writer, screen);
        var (steps, unit) = (advice.Steps, StoppingUnit.Choose(advice.Steps[^1].EnergySoFar));
        var shown = steps.Length <= MaxRows ? [.. Enumerable.Range(0, steps.Length)]
            : Enumerable.Range(0, MaxRows).Select(i => (int)Math.Round(i * (steps.Length - 1) / (double)(MaxRows - 1))).Append(advice.StopIndex).Distinct().Order().ToList();
        var (energy, sum) = (steps.Max(step => step.Energy).KilowattHours, steps[^1].EnergySoFar.KilowattHours);
        var rows = shown.Select(i => steps[i]).Select(step => new[]
        {
            step.Epoch.ToString(CultureInfo.InvariantCulture),
            step.Value is { } value ? advice.FormatValue(value) : "",
            step.Gain is { } gain ? gain > 0 ? "+" + advice.FormatGain(gain).Split(' ')[0] : "0" : "",
            DisplayValue.Format(step.Energy.KilowattHours, "kWh", like: energy),
            DisplayValue.Format(step.EnergySoFar.KilowattHours, "kWh", like: sum),
            step.GainPerKilowattHour is { } rate ? advice.FormatRate(rate, unit).Split(' ')[0] : "",
        }).Prepend(["epoch", advice.Metric.Replace("validation_", "val. ", StringComparison.Ordinal).Replace('_', ' '), advice.IsShare ? "points" : "gained", "energy", "so far", "per " + unit.Name]).ToList();
        var widths = Enumerable.Range(0, rows[0].Length).Select(column => rows.Max(row => TextSanitizer.CountColumns(row[column]))).ToArray();
        for (var i = 0; i < rows.Count; i++)
        {
            var cells = "  " + string.Join("  ", rows[i].Select((cell, column) => new string(' ', widths[column] - TextSanitizer.CountColumns(cell)) + cell));
            var after = i > 0 ? shown[i - 1].CompareTo(advice.StopIndex) : -1;
            if (after == 0 && advice.EpochsAfter > 0)
                sheet.WriteRaw(StyledText.Strong(cells), StyledText.Strong(screen.Unicode ? "  ← stop" : "  <- stop"));
            else
                sheet.WriteRaw(i == 0 || after > 0 ? StyledText.Faint(cells) : cells);
        }

        sheet.WriteBlankLine();
        foreach (var sentence in advice.ToSentences())
            sheet.WriteLine(sentence);
    }
}
