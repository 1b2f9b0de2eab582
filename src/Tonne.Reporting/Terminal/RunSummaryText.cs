using System.Globalization;
using Tonne.Accounting;
using Tonne.Formatting;
using Tonne.Quantities;
using Tonne.Reporting.Explaining;
using Tonne.Reporting.Json;
using Tonne.Runs;

namespace Tonne.Reporting.Terminal;

/// <summary>Writes the screen that ends a run: at most five lines, then the tables of stages and epochs if there are any.</summary>
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
    /// <param name="writer">Where to, with <c>\n</c> at line ends.</param>
    /// <param name="record">The facts.</param>
    /// <param name="footprint">The figures.</param>
    /// <param name="screen">What can be shown.</param>
    /// <param name="reference">How the run is named in the commands that show more; null if it was not kept. Default <c>last</c>.</param>
    /// <param name="isTraced">
    /// Whether a <see cref="Teaching.PipelineTrace"/> printed beside it shows the stages and the epochs are printed as well; then neither
    /// table is repeated. Default false.
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
        WriteMore(sheet, warnings.Count - 1, reference);
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

    /// <summary>Emissions with their interval and quality, facility energy, duration, and how the run ended if not well.</summary>
    internal static void WriteHeadline(StyledTextWriter sheet, RunHeadline headline, string label = "tonne")
    {
        var failure = headline.FormatFailure(isShort: true);
        sheet.WriteRow(label, ChooseFitting(sheet, Compose(RunHeadline.EnergyName, headline.FormatFailure()), Compose(RunHeadline.EnergyName, failure), Compose("facility", failure)));

        List<StyledText> Compose(string energy, string? failure)
        {
            var dot = StyledText.Faint($" {sheet.Capabilities.Dot} ");
            var parts = new List<StyledText>();
            if (headline.Emissions is { } emissions)
            {
                parts.Add(StyledText.Strong(StyledTextWriter.ToUnbreakable(emissions.Text)));
                if (emissions.Low is not null)
                    parts.AddRange([" ", StyledText.Faint(emissions.FormatInterval(sheet.Capabilities.Dash))]);
                parts.AddRange([dot, StyledText.FromQuality(headline.Quality ?? Quality.Assumed) with { Text = StyledTextWriter.ToUnbreakable(headline.FormatQuality()) }]);
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

    /// <summary>Place and intensity, PUE, each with how it is known; shortened to fit a line.</summary>
    static void WritePlace(StyledTextWriter sheet, RunRecord record, Footprint footprint)
    {
        var (factors, dash) = (footprint.Factors, sheet.Capabilities.Dash);
        var origin = FactorOrigin.Describe(record.Opening.Place, factors);
        var intensity = DisplayValue.FormatFactor(factors.Grid.Intensity);
        var pue = DisplayValue.FormatFactor(factors.Pue);
        var (full, compact) = (intensity.FormatWithInterval(dash), DisplayValue.Format(factors.Grid.Intensity.Bounds, factors.Grid.Intensity.Unit).FormatWithInterval(dash));
        var (withInterval, best) = (pue.FormatWithInterval(dash), pue.Text);
        sheet.WriteRow("place", ChooseFitting(
            sheet, Compose(full, withInterval, factors.PueHow), Compose(full, withInterval, origin.Pue), Compose(full, best, origin.Pue),
            Compose(compact, best, origin.Pue)));

        List<StyledText> Compose(string carbon, string value, string how) =>
        [
            .. factors.Grid.Zone is { } zone ? (StyledText[])[StyledText.Strong(TextSanitizer.ToOneLine(zone)), " "] : [],
            StyledTextWriter.ToUnbreakable(carbon), ", ",
            Known(origin.Grid, factors.Grid.Intensity.Quality),
            StyledText.Faint($" {sheet.Capabilities.Dot} "), StyledTextWriter.ToUnbreakable("PUE " + value), ", ",
            Known(how, factors.Pue.Quality),
        ];

        static StyledText Known(string how, Quality quality) =>
            new(TextSanitizer.ToOneLine(how), quality == Quality.Assumed ? TextStyle.Assumed : TextStyle.Plain);
    }

    /// <summary>Writes the first warning on one line. Its text is shortened before its remedy is.</summary>
    static void WriteMostImportantWarning(StyledTextWriter sheet, IReadOnlyList<Warning> warnings)
    {
        if (warnings.Count == 0)
            return;
        var (text, remedy) = (TextSanitizer.ToOneLine(warnings[0].Text), TextSanitizer.ToOneLine(warnings[0].Remedy));
        var room = sheet.RowColumns - (remedy.Length > 0 ? TextSanitizer.CountColumns(remedy) + 1 : 0);
        if (TextSanitizer.CountColumns(text) > room && room >= MinWarningColumns)
            text = TextSanitizer.FitToColumns(text, room, sheet.Capabilities.Unicode).TrimEnd();
        sheet.WriteRow("warning", new StyledText(text, TextStyle.Warning), " ", StyledText.Strong(remedy));
    }

    static void WriteMore(StyledTextWriter sheet, int moreWarnings, string? reference)
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
        StyledText[] more = moreWarnings < 1 ? []
            : [dot, StyledTextWriter.ToUnbreakable(string.Create(CultureInfo.InvariantCulture, $"{moreWarnings} more warning{(moreWarnings == 1 ? "" : "s")}"))];
        sheet.WriteRow("more", ChooseFitting(sheet, [.. show, .. explain, .. more], [.. show, .. more]));
    }

    /// <summary>Returns the first of several wordings that fits a row; the last if none does.</summary>
    static List<StyledText> ChooseFitting(StyledTextWriter sheet, params ReadOnlySpan<List<StyledText>> wordings)
    {
        foreach (var words in wordings)
        {
            if (CountColumns(words) <= sheet.RowColumns)
                return words;
        }

        return wordings[^1];
    }

    static int CountColumns(IEnumerable<StyledText> parts) => parts.Sum(part => TextSanitizer.CountColumns(part.Text));
}
