using System.Globalization;
using Tonne.Accounting;
using Tonne.Formatting;
using Tonne.Quantities;
using Tonne.Reporting.Explaining;
using Tonne.Reporting.Json;
using Tonne.Runs;

namespace Tonne.Reporting.Terminal;

/// <summary>Writes the summary at the end of a run: at most five lines, then the tables of stages and epochs if there are any.</summary>
/// <remarks>
/// The lines: emissions, energy and duration; where the energy went; place and PUE; the most important warning; where to read more.
/// Everything else is in <see cref="RunReport"/>.
/// </remarks>
public static class RunSummaryText
{
    const int MaxEpochRows = 12;
    const int MinWarningColumns = 24;
    const int LabelColumns = 8;

    /// <summary>Writes the summary.</summary>
    /// <param name="writer">Receives the text, with <c>\n</c> at line ends.</param>
    /// <param name="record">The record of the run.</param>
    /// <param name="footprint">The footprint of the run.</param>
    /// <param name="screen">Width, colours and characters of the terminal.</param>
    /// <param name="reference">Name of the run in the suggested commands; null if the run is not in the ledger. Default
    /// <c>last</c>.</param>
    /// <param name="isTraced">
    /// Whether the caller prints the stages (as a <see cref="Teaching.PipelineTrace"/>) and the epochs itself; then both tables are left
    /// out.
    /// Default false.
    /// </param>
    public static void Write(
        TextWriter writer, RunRecord record, Footprint footprint, TerminalCapabilities screen, string? reference = "last", bool isTraced = false)
    {
        ArgumentNullException.ThrowIfNull(record);
        ArgumentNullException.ThrowIfNull(footprint);
        var sheet = new StyledTextWriter(writer, screen, LabelColumns);
        WriteHeadline(sheet, RunHeadline.From(record, footprint));
        EnergyBar.Write(sheet, record, footprint);
        WritePlace(sheet, record, footprint);
        var warnings = WarningImportance.Sort(RunDocument.CollectWarnings(record, footprint.Warnings));
        WriteMostImportantWarning(sheet, warnings);
        WriteNextCommands(sheet, warnings.Count - 1, reference);
        if (isTraced)
            return;
        StepSeriesText.WriteRows(sheet, record, footprint);
        StageTable.WriteIfAny(sheet, record, footprint);
        if (record.Epochs.Length > 0)
        {
            sheet.WriteBlankLine();
            EpochTable.Write(writer, record, footprint, screen, withObservations: false, MaxEpochRows);
        }
    }

    /// <summary>
    /// Writes emissions with interval and quality, facility energy, duration, and the exit code or signal of a run that failed.
    /// </summary>
    internal static void WriteHeadline(StyledTextWriter sheet, RunHeadline headline, string label = "tonne")
    {
        var shortFailure = headline.FormatFailure(isShort: true);
        sheet.WriteRow(label, ChooseFitting(
            sheet,
            Compose(RunHeadline.EnergyName, headline.FormatFailure()),
            Compose(RunHeadline.EnergyName, shortFailure),
            Compose("facility", shortFailure)));

        List<StyledText> Compose(string energy, string? failure)
        {
            var dot = StyledText.Faint($" {sheet.Capabilities.Dot} ");
            var parts = new List<StyledText>();
            if (headline.Emissions is { } emissions)
            {
                parts.Add(StyledText.Strong(StyledTextWriter.ToUnbreakable(emissions.Text)));
                if (emissions.Low is not null)
                    parts.AddRange([" ", StyledText.Faint(emissions.FormatInterval(sheet.Capabilities.Dash))]);
                var quality = StyledText.FromQuality(headline.Quality ?? Quality.Assumed);
                parts.AddRange([dot, quality with { Text = StyledTextWriter.ToUnbreakable(headline.FormatQuality()) }]);
            }

            if (headline.Energy is { } used)
                parts.AddRange([dot, StyledTextWriter.ToUnbreakable($"{used.Text} {energy}")]);
            if (headline.DurationSeconds is { } seconds)
                parts.AddRange([dot, StyledTextWriter.ToUnbreakable(DisplayValue.FormatDuration(seconds))]);
            if (failure is not null)
                parts.AddRange([dot, new StyledText(StyledTextWriter.ToUnbreakable(failure), TextStyle.Warning)]);
            return parts;
        }
    }

    /// <summary>
    /// Writes the place, its carbon intensity and the PUE, each with its origin, in the longest wording that fits a line.
    /// </summary>
    static void WritePlace(StyledTextWriter sheet, RunRecord record, Footprint footprint)
    {
        var (factors, dash) = (footprint.Factors, sheet.Capabilities.Dash);
        var origin = FactorOrigin.Describe(record.Opening.Place, factors);
        var intensity = DisplayValue.FormatFactor(factors.Grid.Intensity);
        var pue = DisplayValue.FormatFactor(factors.Pue);
        var longIntensity = intensity.FormatWithInterval(dash);
        var shortIntensity = DisplayValue.Format(factors.Grid.Intensity.Bounds, factors.Grid.Intensity.Unit).FormatWithInterval(dash);
        var pueWithInterval = pue.FormatWithInterval(dash);
        sheet.WriteRow("place", ChooseFitting(
            sheet,
            Compose(longIntensity, pueWithInterval, factors.PueHow),
            Compose(longIntensity, pueWithInterval, origin.Pue),
            Compose(longIntensity, pue.Text, origin.Pue),
            Compose(shortIntensity, pue.Text, origin.Pue)));

        List<StyledText> Compose(string intensityText, string pueText, string pueOrigin) =>
        [
            .. factors.Grid.Zone is { } zone ? (StyledText[])[StyledText.Strong(TextSanitizer.ToOneLine(zone)), " "] : [],
            StyledTextWriter.ToUnbreakable(intensityText), ", ",
            FormatOrigin(origin.Grid, factors.Grid.Intensity.Quality),
            StyledText.Faint($" {sheet.Capabilities.Dot} "), StyledTextWriter.ToUnbreakable("PUE " + pueText), ", ",
            FormatOrigin(pueOrigin, factors.Pue.Quality),
        ];

        static StyledText FormatOrigin(string text, Quality quality) =>
            new(TextSanitizer.ToOneLine(text), quality == Quality.Assumed ? TextStyle.Assumed : TextStyle.Plain);
    }

    /// <summary>Writes the first warning on one line. Its text is shortened before its remedy is.</summary>
    static void WriteMostImportantWarning(StyledTextWriter sheet, IReadOnlyList<Warning> warnings)
    {
        if (warnings.Count == 0)
            return;
        var (text, remedy) = (TextSanitizer.ToOneLine(warnings[0].Text), TextSanitizer.ToOneLine(warnings[0].Remedy));
        var textColumns = sheet.RowColumns - (remedy.Length > 0 ? TextSanitizer.CountColumns(remedy) + 1 : 0);
        if (TextSanitizer.CountColumns(text) > textColumns && textColumns >= MinWarningColumns)
            text = TextSanitizer.FitToColumns(text, textColumns, sheet.Capabilities.Unicode).TrimEnd();
        sheet.WriteRow("warning", new StyledText(text, TextStyle.Warning), " ", StyledText.Strong(remedy));
    }

    /// <summary>Writes the commands that print more of the run.</summary>
    static void WriteNextCommands(StyledTextWriter sheet, int moreWarnings, string? reference)
    {
        var dot = StyledText.Faint($" {sheet.Capabilities.Dot} ");
        if (reference is null)
        {
            sheet.WriteRow("more", new StyledText("not kept: this run is not in the ledger", TextStyle.Warning));
            return;
        }

        var name = TextSanitizer.ToOneLine(reference);
        StyledText[] show = [StyledText.Strong(StyledTextWriter.ToUnbreakable("tonne show " + name))];
        StyledText[] explain = [dot, StyledTextWriter.ToUnbreakable("tonne explain " + name)];
        var warningText = string.Create(CultureInfo.InvariantCulture, $"{moreWarnings} more warning{(moreWarnings == 1 ? "" : "s")}");
        StyledText[] warnings = moreWarnings < 1 ? [] : [dot, StyledTextWriter.ToUnbreakable(warningText)];
        sheet.WriteRow("more", ChooseFitting(sheet, [.. show, .. explain, .. warnings], [.. show, .. warnings]));
    }

    /// <summary>Returns the first of several wordings that fits a row; the last if none does.</summary>
    static List<StyledText> ChooseFitting(StyledTextWriter sheet, params ReadOnlySpan<List<StyledText>> wordings)
    {
        foreach (var wording in wordings)
        {
            if (CountColumns(wording) <= sheet.RowColumns)
                return wording;
        }

        return wordings[^1];
    }

    static int CountColumns(IEnumerable<StyledText> parts) => parts.Sum(part => TextSanitizer.CountColumns(part.Text));
}
