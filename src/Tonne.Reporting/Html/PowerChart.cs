using Tonne.Formatting;
using Tonne.Quantities;
using Tonne.Reporting.Explaining;
using Tonne.Reporting.Html.Documents;
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
        var finding = $"{DisplayValue.Format(mean, "W", 2, sums.Max())} on average, {DisplayValue.Format(sums.Max(), "W", 2)} at most";
        var note = "Power of this job at the plug, before PUE, by component. "
            + (timeline.IsReduced
                ? $"{DisplayValue.FormatCount(timeline.Samples)} samples are shown as {DisplayValue.FormatCount(sums.Length)} parts; "
                    + "the highest and the lowest sample of every interval are kept."
                : $"One step from each of {DisplayValue.FormatCount(timeline.Samples)} samples to the next.");
        return new ReportPower(
            finding, note, [.. timeline.Edges.Select(edge => Math.Round(edge, 3))],
            [.. timeline.Components.GroupBy(component => component.Component).SelectMany(kind => CreateSeries([.. kind], record))],
            [.. timeline.Stages.Select(stage => new ReportSpan(TextSanitizer.ToOneLine(stage.Name), Math.Round(stage.From, 3),
                Math.Round(stage.To, 3)))],
            timeline.Samples, timeline.IsReduced);
    }

    /// <summary>A series for each device; one for all where there are many.</summary>
    static IEnumerable<ReportPowerSeries> CreateSeries(List<PowerTimeline.ComponentSeries> devices, RunRecord record)
    {
        var kind = EnumWords.Format(devices[0].Component);
        if (devices.Count < BoundaryText.MinGroupedDevices)
            return devices.Select(device => Create(device.Device is null ? kind : $"{kind}:{TextSanitizer.ToOneLine(device.Device)}",
                GetQuality(device), device.Watts));
        var sums = Enumerable.Range(0, devices[0].Watts.Length).Select(i => devices.Sum(device => device.Watts[i]));
        return [Create($"{kind}×{devices.Count}", devices.Max(GetQuality), sums)];

        ReportPowerSeries Create(string name, Quality quality, IEnumerable<double> watts) =>
            new(kind, name, EnumWords.Format(quality), [.. watts.Select(one => Math.Round(one, one < 10 ? 3 : 1))]);

        Quality GetQuality(PowerTimeline.ComponentSeries series) =>
            record.Components.FirstOrDefault(part => part.Component == series.Component && part.Device == series.Device)?.Quality
                ?? Quality.Assumed;
    }
}
