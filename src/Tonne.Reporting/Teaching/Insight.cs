using Tonne.Accounting;
using Tonne.Formatting;
using Tonne.Hardware;
using Tonne.Reporting.Explaining;
using Tonne.Runs;

namespace Tonne.Reporting.Teaching;

/// <summary>Derives the most important observation about a run from its own numbers.</summary>
/// <remarks>
/// It names the largest contribution, then the largest source of uncertainty. The first rule that matches is used: late epochs that
/// improved little; embodied emissions above operational; one stage at half or more; a machine mostly idle; else the largest component.
/// </remarks>
static class Insight
{
    /// <summary>Returns the insight as one sentence.</summary>
    public static string Describe(RunRecord record, Footprint footprint)
    {
        var first = DescribeLateEpochs(record) ?? DescribeHardware(footprint) ?? DescribeStage(record) ?? DescribeIdle(record) ?? DescribeLargest(record) ?? "No energy was counted";
        return $"{first}; {DescribeUncertainty(footprint)}.";
    }

    static string? DescribeLateEpochs(RunRecord record)
    {
        var all = EpochSeries.Split(record.Epochs);
        if (EpochSeries.FindLongest(all.Where(one => !one.IsLate)) is not { } series)
            return null;
        var epochs = record.Epochs.Skip(series.From).Take(series.Count).Where(epoch => epoch.Metrics.TryGetValue("loss", out var loss) && double.IsFinite(loss)).ToList();
        if (epochs.Count < 4 || epochs.Count != series.Count)
            return null;
        var half = epochs.Count / 2;
        var (first, middle, last) = (epochs[0].Metrics["loss"], epochs[^(half + 1)].Metrics["loss"], epochs[^1].Metrics["loss"]);
        double total = epochs.Sum(EnergyOf);
        if (total <= 0 || first <= last)
            return null;
        var bought = (middle - last) / (first - last);
        var paid = epochs.TakeLast(half).Sum(EnergyOf) / total;
        if (bought > 0.35 || paid < 0.35)
            return null;
        var what = bought <= 0 ? "nothing more of" : DisplayValue.FormatPercent(bought) + " of";
        var where = all.Count == 1 ? "The" : $"In series {all.Index().First(one => one.Item == series).Index + 1} of {all.Count}, the";
        return $"{where} last {half} of {epochs.Count} {(series.IsResumed ? "resumed epochs" : "epochs")} brought {what} the fall in loss for {DisplayValue.FormatPercent(paid)} of the epochs' energy";

        static double EnergyOf(EpochRecord epoch) => epoch.Energy.Sum(use => (double)use.Microjoules);
    }

    static string? DescribeHardware(Footprint footprint) =>
        footprint.Embodied is { } embodied && embodied.Value > footprint.Operational.Value
            ? $"Embodied emissions are larger than operational ones: {DisplayValue.FormatPercent(embodied.Value / footprint.Total.Value)} of the total"
            : null;

    static string? DescribeStage(RunRecord record)
    {
        double total = record.Stages.Sum(stage => stage.Energy.Sum(use => use.Microjoules));
        if (record.Stages.Count(stage => stage.Name != StageRecord.Outside) < 2 || total <= 0)
            return null;
        var largest = record.Stages.MaxBy(stage => stage.Energy.Sum(use => use.Microjoules))!;
        var share = largest.Energy.Sum(use => use.Microjoules) / total;
        return share < 0.5 || largest.Name == StageRecord.Outside ? null
            : $"The stage {TextSanitizer.ToOneLine(largest.Name)} used {DisplayValue.FormatPercent(share)} of the energy";
    }

    static string? DescribeIdle(RunRecord record)
    {
        double machine = record.Components.Sum(part => part.MachineMicrojoules);
        double idle = record.Components.Sum(part => part.IdleMicrojoules);
        return machine > 0 && idle / machine >= 0.5
            ? $"{DisplayValue.FormatPercent(idle / machine)} of the machine's energy was idle and held by no job"
            : null;
    }

    static string? DescribeLargest(RunRecord record)
    {
        double total = record.Components.Sum(part => part.JobMicrojoules);
        if (total <= 0)
            return null;
        var largest = record.Components.GroupBy(part => part.Component)
            .Select(group => (Component: group.Key, Energy: group.Sum(part => part.JobMicrojoules)))
            .MaxBy(item => item.Energy);
        if (largest.Component == Component.Platform)
            return "The energy is one sum; which parts of the machine used it is not known";
        var name = largest.Component switch
        {
            Component.Cpu => "The processor",
            Component.Memory => "Memory",
            Component.Gpu => "The accelerator",
            _ => "Supply losses, fans and the board",
        };
        return $"{name} used {DisplayValue.FormatPercent(largest.Energy / total)} of the energy";
    }

    internal static string DescribeUncertainty(Footprint footprint)
    {
        var weights = FactorContribution.ComputeAll(footprint.Total.Derivation);
        return weights.Count == 0 || weights[0].Share == 0
            ? "no factor is uncertain"
            : $"{DisplayValue.FormatPercent(weights[0].Share)} of the uncertainty is one factor: {TextSanitizer.ToOneLine(weights[0].Factor.Label)}";
    }
}
