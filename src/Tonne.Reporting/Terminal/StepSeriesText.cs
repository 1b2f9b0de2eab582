using Tonne.Accounting;
using Tonne.Formatting;
using Tonne.Quantities;
using Tonne.Reporting.Explaining;
using Tonne.Runs;

namespace Tonne.Reporting.Terminal;

/// <summary>The series of steps of a run, where no epochs were printed: energy per step and per token, and the loss.</summary>
static class StepSeriesText
{
    /// <summary>One line for each series; none if there are none.</summary>
    /// <param name="record">The facts.</param>
    /// <param name="footprint">The figures.</param>
    /// <param name="unknown">Text for what is unknown.</param>
    internal static IEnumerable<string> Describe(RunRecord record, Footprint footprint, string unknown)
    {
        foreach (var (series, figures) in (record.StepSeries ?? []).Zip(footprint.StepSeries))
        {
            var energy = RunHeadline.GetFacilityEnergy(figures, footprint);
            var text = $"{DisplayValue.FormatCount(series.FirstStep)} to {DisplayValue.FormatCount(series.LastStep)}";
            text += figures.IsWithheld ? $": energy {unknown}"
                : $" in {DisplayValue.FormatDuration(series.DurationSeconds)}: {Format(energy)}, {FormatSmall(energy / series.Steps)} per step";
            if (!figures.IsWithheld && series.Tokens is > 0 and var tokens)
                text += $", {FormatSmall(energy / tokens)} per token";
            if (FormatLoss(series) is { } loss)
                text += $", loss {loss}";
            yield return text;
        }

        static string Format(double kilowattHours) => DisplayValue.Format(kilowattHours, "kWh");

        // A step or a token is small: joules have smaller units than watt-hours.
        static string FormatSmall(double kilowattHours) => DisplayValue.Format(kilowattHours * Energy.JoulesPerKilowattHour, "J");
    }

    /// <summary>Writes a row for each series.</summary>
    internal static void WriteRows(StyledTextWriter sheet, RunRecord record, Footprint footprint)
    {
        foreach (var line in Describe(record, footprint, sheet.Capabilities.Dash))
            sheet.WriteRow("steps", line);
    }

    static string? FormatLoss(StepSeriesRecord series) =>
        series.FirstMetrics.TryGetValue("loss", out var first) && !series.Spans.IsEmpty && series.Spans[^1].Metrics.TryGetValue("loss", out var last)
            ? $"{DisplayValue.FormatMetric(first)} to {DisplayValue.FormatMetric(last)}" : null;
}
