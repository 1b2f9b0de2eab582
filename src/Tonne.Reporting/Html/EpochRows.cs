using System.Globalization;
using Tonne.Accounting;
using Tonne.Formatting;
using Tonne.Quantities;
using Tonne.Reporting.Explaining;
using Tonne.Reporting.Html.Documents;
using Tonne.Reporting.Teaching;
using Tonne.Reporting.Terminal;
using Tonne.Runs;
using Tonne.Stopping;

namespace Tonne.Reporting.Html;

/// <summary>The epochs of a run in its page, by series.</summary>
static class EpochRows
{
    // More series or epochs would make a page too large to pass on; the JSON of the run has all.
    const int MaxSeries = 24;
    const int MaxEpochs = 2_000;
    const int MaxObservations = 400;
    const int MaxMetrics = 6;

    static readonly string[] _preferred = ["loss", "validation_loss", "accuracy", "validation_accuracy", "f1", "validation_f1",
        "perplexity", "validation_perplexity"];

    /// <summary>Creates the rows; null if there are no epochs.</summary>
    public static ReportEpochs? Create(RunRecord record, Footprint footprint)
    {
        if (record.Epochs.IsEmpty)
            return null;
        var energies = footprint.Epochs.Select(part => RunHeadline.GetFacilityEnergy(part, footprint)).ToArray();
        var unit = StoppingUnit.Choose(Energy.FromKilowattHours(energies.Max()));
        var observations = record.Epochs.Length <= MaxObservations ? Observations.Describe(record) : [];
        var all = EpochSeries.Split(record.Epochs);
        var series = new List<ReportEpochSeries>();
        var free = StoppingAdvice.FromEachSeries(record, footprint, 0);
        var advice = StoppingAdvice.FromEachSeries(record, footprint);
        var advised = 0;
        foreach (var one in all)
        {
            var hasAdvice = !one.IsLate && advised < free.Count && free[advised].Steps[0].Epoch == record.Epochs[one.From].Number
                && free[advised].Steps.Length == one.Count;
            if (series.Count < MaxSeries)
                series.Add(CreateSeries(record, footprint, one, energies, observations, hasAdvice ? free[advised] : null,
                    hasAdvice ? advice[advised] : null));
            advised += hasAdvice ? 1 : 0;
        }

        return new ReportEpochs(Describe(record, all, series, advice), StageTable.BoundaryNote, unit.Name, unit.KilowattHours, series);
    }

    static ReportEpochSeries CreateSeries(
        RunRecord record, Footprint footprint, EpochSeries series, double[] energies, IReadOnlyList<string> observations,
        StoppingAdvice? free, StoppingAdvice? advice)
    {
        var epochs = record.Epochs.Skip(series.From).Take(series.Count).ToList();
        var names = epochs.SelectMany(epoch => epoch.Metrics.Keys).Distinct(StringComparer.Ordinal)
            .OrderBy(name => Array.IndexOf(_preferred, name) is >= 0 and var rank ? rank : _preferred.Length)
            .ThenBy(name => name, StringComparer.Ordinal)
            .Take(MaxMetrics).ToList();
        var (largest, largestEmissions) = (energies.Max(), footprint.Epochs.Max(part => part.Emissions.Value));
        var step = Math.Max(1, (int)Math.Ceiling(epochs.Count / (double)MaxEpochs));
        var rows = epochs.Index().Where(one => one.Index % step == 0 || one.Index == epochs.Count - 1).Select(one =>
        {
            var (index, epoch) = (series.From + one.Index, one.Item);
            double?[] values =
                [.. names.Select(name => epoch.Metrics.TryGetValue(name, out var value) && double.IsFinite(value) ? value : (double?)null)];
            return new ReportEpoch(
                epoch.Number, epoch.StartSeconds, epoch.DurationSeconds,
                epoch.IsLate ? "unknown" : DisplayValue.FormatDuration(epoch.DurationSeconds), values,
                [.. names.Select(name => epoch.Metrics.TryGetValue(name, out var value) ? DisplayValue.FormatMetric(value) : "")],
                epoch.IsLate ? null : SixDigitRounding.Round(energies[index]),
                epoch.IsLate ? "unknown" : DisplayValue.Format(energies[index], "kWh", 2, largest),
                epoch.IsLate ? "unknown" : DisplayValue.Format(footprint.Epochs[index].Emissions.Value, "kg CO2e", 2, largestEmissions),
                observations.Count > 0 ? TextSanitizer.ToOneLine(observations[index]) : "");
        }).ToList();
        var isFree = free is { EpochsAfter: > 0 };
        return new ReportEpochSeries(
            epochs[0].Stage == StageRecord.Outside ? null : TextSanitizer.ToOneLine(epochs[0].Stage), series.IsResumed, series.IsLate,
            names, rows,
            advice is { EpochsAfter: > 0 } ? advice.Stop.Epoch : null, isFree ? free!.Stop.Epoch : null,
            isFree ? DescribeFreeStop(free!) : null, advice is null ? [] : [.. advice.ToSentences().Select(TextSanitizer.ToOneLine)]);
    }

    static string DescribeFreeStop(StoppingAdvice free)
    {
        var share = free.Steps[^1].EnergySoFar > Energy.Zero ? free.EnergyAfter / free.Steps[^1].EnergySoFar : 0;
        var metric = free.Metric.Replace('_', ' ');
        var later = free.EpochsAfter == 1 ? "the one after it" : $"the {free.EpochsAfter} after it";
        return $"Stopping after epoch {free.Stop.Epoch} would have cost nothing: no later epoch improved the {metric}, "
            + $"and {later} used {DisplayValue.FormatPercent(share)} of the epochs' energy.";
    }

    static string Describe(RunRecord record, IReadOnlyList<EpochSeries> all, List<ReportEpochSeries> shown,
        IReadOnlyList<StoppingAdvice> advice)
    {
        if (all.Count > 1)
        {
            return all.Count > shown.Count ? $"The first {shown.Count} of {all.Count} series of epochs"
                : $"{all.Count} series of epochs, {DisplayValue.FormatCount(record.Epochs.Length)} in all";
        }

        if (shown[0].IsWithheld)
            return "The output came from a buffer, so the energies of the epochs are unknown";
        if (shown[0].FreeStop is { } stop)
            return $"Nothing was gained after epoch {stop} of {record.Epochs[^1].Number}";
        if (advice.Count == 0)
            return $"{DisplayValue.FormatCount(record.Epochs.Length)} epochs";
        var metric = advice[0].Metric.Replace('_', ' ');
        if (advice[0].EpochsAfter == 0)
            return $"There was no reason to stop before the last epoch: the {metric} still improved";
        var gain = advice[0].IsShare ? $"{(advice[0].GainAfter * 100).ToString("G2", CultureInfo.InvariantCulture)} points of {metric}"
            : $"{advice[0].GainAfter.ToString("G2", CultureInfo.InvariantCulture)} of {metric}";
        var share = advice[0].Steps[^1].EnergySoFar > Energy.Zero ? advice[0].EnergyAfter / advice[0].Steps[^1].EnergySoFar : 0;
        return $"The last {advice[0].EpochsAfter} of {record.Epochs.Length} epochs gained {gain} "
            + $"for {DisplayValue.FormatPercent(share)} of the epochs' energy";
    }
}
