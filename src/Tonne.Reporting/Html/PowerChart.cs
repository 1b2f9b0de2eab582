using Tonne.Formatting;
using Tonne.Quantities;
using Tonne.Reporting.Html.Documents;
using Tonne.Reporting.Terminal;
using Tonne.Runs;

namespace Tonne.Reporting.Html;

/// <summary>The power timeline of a run in its page.</summary>
static class PowerChart
{
    /// <summary>Creates the chart.</summary>
    public static ReportPower Create(PowerTimeline timeline, RunRecord record)
    {
        var sums = new double[timeline.Edges.Length - 1];
        foreach (var component in timeline.Components)
        {
            for (var i = 0; i < sums.Length; i++)
                sums[i] += component.Watts[i];
        }

        var (energy, time) = (0d, timeline.Edges[^1] - timeline.Edges[0]);
        for (var i = 0; i < sums.Length; i++)
            energy += sums[i] * (timeline.Edges[i + 1] - timeline.Edges[i]);
        var mean = time > 0 ? energy / time : 0;
        var finding = $"{DisplayValue.Format(mean, "W", 2)} on average, {DisplayValue.Format(sums.Max(), "W", 2, mean)} at most";
        var note = "Power of this job at the plug, before PUE, by component. "
            + (timeline.IsReduced
                ? $"{DisplayValue.FormatCount(timeline.Samples)} samples are shown as {DisplayValue.FormatCount(sums.Length)} parts; the highest and the lowest sample of every "
                    + "interval are kept."
                : $"One step from each of {DisplayValue.FormatCount(timeline.Samples)} samples to the next.");
        return new ReportPower(
            finding, note, [.. timeline.Edges.Select(edge => Math.Round(edge, 3))],
            [.. timeline.Components.Select(component => new ReportPowerSeries(
                EnumWords.Format(component.Component),
                component.Device is null ? EnumWords.Format(component.Component) : $"{EnumWords.Format(component.Component)}:{TextSanitizer.ToOneLine(component.Device)}",
                EnumWords.Format(record.Components.FirstOrDefault(part => part.Component == component.Component && part.Device == component.Device)?.Quality ?? Quality.Assumed),
                [.. component.Watts.Select(watts => Math.Round(watts, watts < 10 ? 3 : 1))]))],
            [.. timeline.Stages.Select(stage => new ReportSpan(TextSanitizer.ToOneLine(stage.Name), Math.Round(stage.From, 3), Math.Round(stage.To, 3)))],
            timeline.Samples, timeline.IsReduced);
    }
}
