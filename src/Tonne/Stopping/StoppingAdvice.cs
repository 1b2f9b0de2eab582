using System.Collections.Immutable;
using System.Globalization;
using Tonne.Accounting;
using Tonne.Formatting;
using Tonne.Quantities;
using Tonne.Runs;

namespace Tonne.Stopping;

/// <summary>
/// Advice on early stopping: how much each epoch improved the metric per kWh, the epoch after which the gain falls below a wanted one,
/// and the gain of the epochs after it.
/// </summary>
/// <remarks>
/// <code>
/// best(i) = best value up to epoch i                    E(i) = energy of the epochs up to i
/// stop    = the earliest i with the largest  best(i) − w · E(i)        w: wanted gain per kWh
/// </code>
/// From the stop to any later epoch, the mean gain is less than w per kWh; from any earlier epoch to the stop, it is at least w. So
/// training continues over a plateau if the gain after it is large enough.
/// The stop is the corner of the concave hull of best over energy at which the slope falls below w (the marginal rule). If w is not given,
/// it is a tenth of the mean gain per kWh: (best at the end − first value) ÷ energy after the first value.
/// Accuracies are shares of 1; a series with a value above 1.5 is taken as per cent. The gain of a loss is its decrease.
/// </remarks>
public sealed class StoppingAdvice
{
    const double DefaultTargetShareOfMean = 0.1;

    // Metrics in order of preference: the first one that a run has is used.
    static readonly (string Name, bool MoreIsBetter)[] _metrics =
    [
        ("validation_accuracy", true), ("validation_f1", true), ("validation_loss", false),
        ("accuracy", true), ("f1", true), ("loss", false),
        ("validation_perplexity", false), ("perplexity", false),
    ];

    // Index of the first epoch with a value of the metric.
    readonly int _firstIndex;

    StoppingAdvice(string metric, bool moreIsBetter, IReadOnlyList<StoppingPoint> points, double? wanted)
    {
        (Metric, MoreIsBetter, IsUserTarget) = (metric, moreIsBetter, wanted is not null);
        IsShare = metric.EndsWith("accuracy", StringComparison.Ordinal) || metric.EndsWith("f1", StringComparison.Ordinal);
        var isPercent = IsShare && points.Any(point => double.IsFinite(point.Value) && point.Value > 1.5);
        Steps = ComputeSteps(points, isPercent ? 100 : 1);
        _firstIndex = Steps.TakeWhile(step => step.Best is null).Count();
        if (_firstIndex == Steps.Length)
            throw new ArgumentException($"No epoch has a value of {metric}.", nameof(points));
        var (totalGain, totalKilowattHours) = GetChangesFromFirst(Steps[^1]);
        MeanPerKilowattHour = totalKilowattHours > 0 ? totalGain / totalKilowattHours : null;
        TargetPerKilowattHour = wanted ?? DefaultTargetShareOfMean * (MeanPerKilowattHour ?? 0);
        StopIndex = Enumerable.Range(_firstIndex, Steps.Length - _firstIndex).MaxBy(i =>
        {
            var (gain, kilowattHours) = GetChangesFromFirst(Steps[i]);
            return gain - TargetPerKilowattHour * kilowattHours;
        });
    }

    (double Gain, double KilowattHours) GetChangesFromFirst(StoppingStep step)
    {
        var first = Steps[_firstIndex];
        return (GetImprovement(step.Best!.Value, first.Best!.Value), (step.EnergySoFar - first.EnergySoFar).KilowattHours);
    }

    ImmutableArray<StoppingStep> ComputeSteps(IReadOnlyList<StoppingPoint> points, double scale)
    {
        var steps = ImmutableArray.CreateBuilder<StoppingStep>(points.Count);
        double? best = null;
        var energySoFar = Energy.Zero;
        foreach (var point in points)
        {
            energySoFar += point.Energy;
            double? value = double.IsFinite(point.Value) ? point.Value / scale : null;
            double? gain = best is null ? null : value is { } current ? Math.Max(0, GetImprovement(current, best.Value)) : 0;
            if (value is { } candidate && (best is null || GetImprovement(candidate, best.Value) > 0))
                best = candidate;
            var gainPerKilowattHour = gain / point.Energy.KilowattHours;
            steps.Add(new(point.Epoch, value, best, gain, point.Energy, energySoFar, point.Emissions,
                gainPerKilowattHour is { } rate && double.IsFinite(rate) ? rate : null));
        }

        return steps.MoveToImmutable();
    }

    /// <summary>Canonical name of the metric used.</summary>
    public string Metric { get; }

    /// <summary>Whether larger values are better.</summary>
    public bool MoreIsBetter { get; }

    /// <summary>Whether the metric is a share of 1, such as an accuracy. A hundredth of it is called a point.</summary>
    public bool IsShare { get; }

    /// <summary>Stage of the epochs; null if none was given.</summary>
    public string? Stage { get; private init; }

    /// <summary>Whether epochs before the first were not seen, because the training was resumed. Default: no.</summary>
    public bool IsResumed { get; private init; }

    /// <summary>The epochs in order.</summary>
    public ImmutableArray<StoppingStep> Steps { get; }

    /// <summary>The wanted gain per kWh.</summary>
    public double TargetPerKilowattHour { get; }

    /// <summary>Whether the user gave the wanted gain; otherwise it is a tenth of the mean gain per kWh.</summary>
    public bool IsUserTarget { get; }

    /// <summary>Mean gain per kWh over all epochs after the first value; null if there are none or they used no energy.</summary>
    public double? MeanPerKilowattHour { get; }

    /// <summary>Index in <see cref="Steps"/> of the epoch to stop after.</summary>
    public int StopIndex { get; }

    /// <summary>The epoch to stop after.</summary>
    public StoppingStep Stop => Steps[StopIndex];

    /// <summary>Number of epochs after the stop.</summary>
    public int EpochsAfter => Steps.Length - 1 - StopIndex;

    /// <summary>Total gain of the epochs after the stop.</summary>
    public double GainAfter => GetImprovement(Steps[^1].Best!.Value, Stop.Best!.Value);

    /// <summary>Energy of the epochs after the stop.</summary>
    public Energy EnergyAfter => Steps[^1].EnergySoFar - Stop.EnergySoFar;

    /// <summary>Operational emissions of the epochs after the stop.</summary>
    public Emissions EmissionsAfter => Steps.Skip(StopIndex + 1).Aggregate(Emissions.Zero, (sum, step) => sum + step.Emissions);

    /// <summary>Computes the advice for a run.</summary>
    /// <param name="record">The record of the run.</param>
    /// <param name="footprint">The footprint of the same run.</param>
    /// <param name="wantedPerKilowattHour">Wanted gain per kWh, in shares of 1 (0.01 is a point) or units of the loss; not below 0. Null: a
    /// tenth of the run's mean gain per kWh.</param>
    /// <returns>Null if no epoch has accuracy, F1, loss or perplexity, or the energy of the epochs is unknown. Of several series of epochs,
    /// the longest is used; of equally long ones, the last.</returns>
    /// <exception cref="ArgumentOutOfRangeException">The wanted gain is negative or not a number.</exception>
    public static StoppingAdvice? FromRun(RunRecord record, Footprint footprint, double? wantedPerKilowattHour = null) =>
        EpochSeries.FindLongest(EpochSeries.Split(record.Epochs).Where(series => !series.IsLate)) is { } longest
            ? FromSeries(record, footprint, longest, wantedPerKilowattHour)
            : null;

    /// <summary>Computes the advice for each series of epochs of a run: folds, models one after another.</summary>
    /// <param name="record">The record of the run.</param>
    /// <param name="footprint">The footprint of the same run.</param>
    /// <param name="wantedPerKilowattHour">Wanted gain per kWh, as for a run.</param>
    /// <returns>The series in order, without those that have no metric or whose energy is unknown.</returns>
    /// <exception cref="ArgumentOutOfRangeException">The wanted gain is negative or not a number.</exception>
    public static IReadOnlyList<StoppingAdvice> FromEachSeries(RunRecord record, Footprint footprint, double? wantedPerKilowattHour = null) =>
        [.. EpochSeries.Split(record.Epochs).Where(series => !series.IsLate)
            .Select(series => FromSeries(record, footprint, series, wantedPerKilowattHour)).OfType<StoppingAdvice>()];

    static StoppingAdvice? FromSeries(RunRecord record, Footprint footprint, EpochSeries series, double? wantedPerKilowattHour)
    {
        var epochs = record.Epochs;
        var (start, end) = (series.From, series.From + series.Count);
        foreach (var (name, moreIsBetter) in _metrics)
        {
            var points = Enumerable.Range(start, end - start).Select(i => new StoppingPoint(
                epochs[i].Number,
                epochs[i].Metrics.TryGetValue(name, out var value) ? value : double.NaN,
                Energy.FromKilowattHours(footprint.Epochs[i].Energy.Value),
                Emissions.FromKilograms(footprint.Epochs[i].Emissions.Value))).ToList();
            if (points.Any(point => double.IsFinite(point.Value)))
            {
                var target = ValidateTarget(wantedPerKilowattHour);
                return new StoppingAdvice(name, moreIsBetter, points, target) { Stage = epochs[start].Stage, IsResumed = series.IsResumed };
            }
        }

        return null;
    }

    /// <summary>Computes the advice for a series of epochs, whether measured or not.</summary>
    /// <param name="metric">Canonical name of the metric; one that ends with <c>accuracy</c> or <c>f1</c> is a share.</param>
    /// <param name="moreIsBetter">Whether larger values are better.</param>
    /// <param name="points">The epochs in order.</param>
    /// <param name="wantedPerKilowattHour">Wanted gain per kWh, not below 0. Null: a tenth of the mean gain per kWh.</param>
    /// <exception cref="ArgumentException">No epoch has a value.</exception>
    /// <exception cref="ArgumentOutOfRangeException">The wanted gain is negative or not a number.</exception>
    public static StoppingAdvice FromEpochs(
        string metric, bool moreIsBetter, IReadOnlyList<StoppingPoint> points, double? wantedPerKilowattHour = null) =>
        new(metric, moreIsBetter, points, ValidateTarget(wantedPerKilowattHour));

    /// <summary>The advice in sentences: the gain, the epoch to stop after, the gain of the later epochs, and the uncertainty.</summary>
    public IReadOnlyList<string> ToSentences()
    {
        var (name, unit) = (Metric.Replace('_', ' '), StoppingUnit.Choose(Steps[^1].EnergySoFar));
        var (first, last) = (Steps[_firstIndex], Steps[^1]);
        if (_firstIndex == Steps.Length - 1)
            return [$"Only one epoch has a value of {name}, {FormatValue(first.Value!.Value)}, so there is nothing to compare it with."];

        List<string> sentences = [DescribeTotalGain(name, unit)];
        var target = IsUserTarget
            ? $"the {FormatRate(TargetPerKilowattHour, unit)} wanted"
            : $"{FormatRate(TargetPerKilowattHour, unit)}, a tenth of that mean";
        if (EpochsAfter == 0)
            sentences.Add($"Every epoch up to the last gained at least {target}, so there was no reason to stop earlier.");
        else if (GetImprovement(last.Best!.Value, first.Best!.Value) <= 0)
            sentences.Add($"Stop after epoch {Stop.Epoch}: the later epochs gained nothing for {DescribeUseAfterStop()}.");
        else
        {
            sentences.Add($"Stop after epoch {Stop.Epoch}, at {name} {FormatValue(Stop.Best!.Value)}: "
                + $"no later epoch gains {target}, counted from there.");
            var gain = GainAfter > 0 ? FormatGain(GainAfter) : "nothing";
            sentences.Add($"The {FormatEpochs(EpochsAfter)} after it gained {gain} for {DescribeUseAfterStop()}"
                + (GainAfter > 0 && EnergyAfter > Energy.Zero ? $": {FormatRate(GainAfter / EnergyAfter.KilowattHours, unit)}." : "."));
        }

        if (IsResumed)
            sentences.Add(string.Create(CultureInfo.InvariantCulture, $"The training was resumed: the epochs before {Steps[0].Epoch} are not included."));
        if (Steps.Skip(_firstIndex).Any(step => step.Value is null))
            sentences.Add($"Epochs without a value of {name}, or with NaN, count as no gain.");
        sentences.Add(Metric.StartsWith("validation_", StringComparison.Ordinal) || Metric.StartsWith("test_", StringComparison.Ordinal)
            ? "This is hindsight from one run: with few validation examples, the best of many epochs is partly chance."
            : $"There are no validation figures: {name} of the training examples keeps improving even if the model only memorises them.");
        return sentences;
    }

    string DescribeTotalGain(string name, StoppingUnit unit)
    {
        var (first, last) = (Steps[_firstIndex], Steps[^1]);
        if (GetImprovement(last.Best!.Value, first.Best!.Value) <= 0)
        {
            return $"After epoch {first.Epoch} ({name} {FormatValue(first.Value!.Value)}) none of the "
                + $"{FormatEpochs(Steps.Length - 1 - _firstIndex)} that followed improved it.";
        }

        var bestStep = Steps.First(step => step.Best == last.Best);
        return $"From epoch {first.Epoch} to its best in epoch {bestStep.Epoch}, {name} went from "
            + $"{FormatValue(first.Best.Value)} to {FormatValue(last.Best.Value)}"
            + (MeanPerKilowattHour is { } mean ? $"; over all epochs that is {FormatRate(mean, unit)}." : ".");
    }

    string DescribeUseAfterStop()
    {
        var share = Steps[^1].EnergySoFar > Energy.Zero ? EnergyAfter / Steps[^1].EnergySoFar : 0;
        return $"{Format(EnergyAfter)} and {Format(EmissionsAfter)}, {DisplayValue.FormatPercent(share)} of the epochs' energy";
    }

    /// <summary>A value of the metric as text.</summary>
    public string FormatValue(double value) =>
        IsShare ? string.Create(CultureInfo.InvariantCulture, $"{value * 100:0.00} %") : DisplayValue.FormatMetric(value);

    /// <summary>A gain as text.</summary>
    public string FormatGain(double gain) =>
        IsShare ? $"{FormatNumber(gain * 100)} points" : $"{DisplayValue.FormatMetric(gain)} of {Metric.Replace('_', ' ')}";

    /// <summary>A gain per kWh as text, converted to a gain per <paramref name="unit"/>.</summary>
    public string FormatRate(double perKilowattHour, StoppingUnit unit) =>
        $"{FormatNumber(perKilowattHour * unit.KilowattHours * (IsShare ? 100 : 1))}{(IsShare ? " points" : "")} per {unit.Name}";

    static string Format(Energy energy) => DisplayValue.Format(energy.KilowattHours, "kWh");

    static string Format(Emissions emissions) => DisplayValue.Format(emissions.Kilograms, "kg CO2e");

    static string FormatEpochs(int count) => count == 1 ? "1 epoch" : string.Create(CultureInfo.InvariantCulture, $"{count} epochs");

    static string FormatNumber(double value) => DisplayValue.Format(value, "");

    static double? ValidateTarget(double? wanted) => wanted is null or (>= 0 and < double.PositiveInfinity) ? wanted
        : throw new ArgumentOutOfRangeException(nameof(wanted), wanted, "A wanted gain must be a number not below 0.");

    /// <summary>How much better a value is than another; negative if it is worse.</summary>
    double GetImprovement(double value, double reference) => MoreIsBetter ? value - reference : reference - value;
}
