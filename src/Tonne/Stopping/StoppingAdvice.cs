using System.Collections.Immutable;
using System.Globalization;
using Tonne.Accounting;
using Tonne.Formatting;
using Tonne.Quantities;
using Tonne.Runs;

namespace Tonne.Stopping;

/// <summary>
/// Advice on early stopping: the gain of each epoch per energy, the epoch to stop after for a wanted gain, and the gain of the later
/// epochs.
/// </summary>
/// <remarks>
/// <code>
/// best(i) = best value up to epoch i                    E(i) = energy of the epochs up to i
/// stop    = the earliest i with the largest  best(i) − w · E(i)        w: wanted gain per kWh
/// </code>
/// No part after the stop gains w per kWh from there, and every part that ends at the stop does. A plateau is crossed if the gain after
/// it is large enough.
/// This is the corner of the concave hull of best over energy at which its slope falls below w (the marginal rule). If w is not given, it
/// is a tenth of the mean: (best at the end − first value) ÷ energy after the first value.
/// Accuracies are shares of 1 (a series above 1.5 was given in per cent); of a loss the gain is its fall.
/// </remarks>
public sealed class StoppingAdvice
{
    const double DefaultShareOfMean = 0.1;

    // Metrics in order of preference: the first one that a run has is used.
    static readonly (string Name, bool MoreIsBetter)[] _known =
    [
        ("validation_accuracy", true), ("validation_f1", true), ("validation_loss", false), ("accuracy", true), ("f1", true), ("loss", false),
        ("validation_perplexity", false), ("perplexity", false),
    ];

    readonly int _first;

    StoppingAdvice(string metric, bool moreIsBetter, IReadOnlyList<StoppingPoint> points, double? wanted)
    {
        (Metric, MoreIsBetter, IsUserTarget) = (metric, moreIsBetter, wanted is not null);
        IsShare = metric.EndsWith("accuracy", StringComparison.Ordinal) || metric.EndsWith("f1", StringComparison.Ordinal);
        var scale = IsShare && points.Any(point => double.IsFinite(point.Value) && point.Value > 1.5) ? 100 : 1;
        var steps = ImmutableArray.CreateBuilder<StoppingStep>(points.Count);
        double? best = null;
        var soFar = Energy.Zero;
        foreach (var point in points)
        {
            soFar += point.Energy;
            double? value = double.IsFinite(point.Value) ? point.Value / scale : null;
            double? gain = best is null ? null : value is { } now ? Math.Max(0, GetImprovement(now, best.Value)) : 0;
            if (value is { } known && (best is null || GetImprovement(known, best.Value) > 0))
                best = known;
            steps.Add(new(point.Epoch, value, best, gain, point.Energy, soFar, point.Emissions, gain / point.Energy.KilowattHours is { } rate && double.IsFinite(rate) ? rate : null));
        }

        Steps = steps.MoveToImmutable();
        _first = Steps.TakeWhile(step => step.Best is null).Count();
        if (_first == Steps.Length)
            throw new ArgumentException($"No epoch has a value of {metric}.", nameof(points));
        var spent = (Steps[^1].EnergySoFar - Steps[_first].EnergySoFar).KilowattHours;
        var gained = GetImprovement(Steps[^1].Best!.Value, Steps[_first].Best!.Value);
        MeanPerKilowattHour = spent > 0 ? gained / spent : null;
        TargetPerKilowattHour = wanted ?? DefaultShareOfMean * (MeanPerKilowattHour ?? 0);
        StopIndex = Enumerable.Range(_first, Steps.Length - _first)
            .MaxBy(i => GetImprovement(Steps[i].Best!.Value, Steps[_first].Best!.Value) - TargetPerKilowattHour * (Steps[i].EnergySoFar - Steps[_first].EnergySoFar).KilowattHours);
    }

    /// <summary>Canonical name of the metric used.</summary>
    public string Metric { get; }

    /// <summary>Whether larger values are better.</summary>
    public bool MoreIsBetter { get; }

    /// <summary>Whether it is a share of 1, of which a hundredth is called a point.</summary>
    public bool IsShare { get; }

    /// <summary>Stage of the epochs; null if none was given.</summary>
    public string? Stage { get; private init; }

    /// <summary>Whether epochs before the first were not seen, because the training was resumed. Default: no.</summary>
    public bool IsResumed { get; private init; }

    /// <summary>The epochs in order.</summary>
    public ImmutableArray<StoppingStep> Steps { get; }

    /// <summary>The gain wanted, per kWh.</summary>
    public double TargetPerKilowattHour { get; }

    /// <summary>Whether the user gave that gain; otherwise it is a tenth of the mean.</summary>
    public bool IsUserTarget { get; }

    /// <summary>Gain per kWh over all epochs after the first value; null if they used nothing or there is only one.</summary>
    public double? MeanPerKilowattHour { get; }

    /// <summary>Index in <see cref="Steps"/> of the epoch to stop after.</summary>
    public int StopIndex { get; }

    /// <summary>The epoch to stop after.</summary>
    public StoppingStep Stop => Steps[StopIndex];

    /// <summary>Epochs after the stop.</summary>
    public int EpochsAfter => Steps.Length - 1 - StopIndex;

    /// <summary>Total gain of the epochs after the stop.</summary>
    public double GainAfter => GetImprovement(Steps[^1].Best!.Value, Stop.Best!.Value);

    /// <summary>Energy of the epochs after the stop.</summary>
    public Energy EnergyAfter => Steps[^1].EnergySoFar - Stop.EnergySoFar;

    /// <summary>Operational emissions of the epochs after the stop.</summary>
    public Emissions EmissionsAfter => Steps.Skip(StopIndex + 1).Aggregate(Emissions.Zero, (sum, step) => sum + step.Emissions);

    /// <summary>Advice on a run.</summary>
    /// <param name="record">The facts.</param>
    /// <param name="footprint">The figures, of the same run.</param>
    /// <param name="wantedPerKilowattHour">Gain wanted per kWh, in shares of 1 (0.01 is a point) or units of the loss; not below 0. Null: a tenth of the run's mean.</param>
    /// <returns>Null if no epoch has accuracy, F1, loss or perplexity, or the energy of the epochs is unknown. Of several series of epochs,
    /// the longest is used; of equally long ones, the last.</returns>
    /// <exception cref="ArgumentOutOfRangeException">The wanted gain is negative or not a number.</exception>
    public static StoppingAdvice? Of(RunRecord record, Footprint footprint, double? wantedPerKilowattHour = null) =>
        EpochSeries.FindLongest(EpochSeries.Split(record.Epochs).Where(series => !series.IsLate)) is { } longest ? Of(record, footprint, longest, wantedPerKilowattHour) : null;

    /// <summary>Advice on each series of epochs of a run: folds, models one after another.</summary>
    /// <param name="record">The facts.</param>
    /// <param name="footprint">The figures, of the same run.</param>
    /// <param name="wantedPerKilowattHour">Gain wanted per kWh, as of the advice on a run.</param>
    /// <returns>The series in order, without those that have no metric or whose energy is unknown.</returns>
    /// <exception cref="ArgumentOutOfRangeException">The wanted gain is negative or not a number.</exception>
    public static IReadOnlyList<StoppingAdvice> OfEachSeries(RunRecord record, Footprint footprint, double? wantedPerKilowattHour = null) =>
        [.. EpochSeries.Split(record.Epochs).Where(series => !series.IsLate).Select(series => Of(record, footprint, series, wantedPerKilowattHour)).OfType<StoppingAdvice>()];

    static StoppingAdvice? Of(RunRecord record, Footprint footprint, EpochSeries series, double? wantedPerKilowattHour)
    {
        var epochs = record.Epochs;
        var (from, to) = (series.From, series.From + series.Count);
        foreach (var (name, more) in _known)
        {
            var points = Enumerable.Range(from, to - from).Select(i => new StoppingPoint(
                epochs[i].Number,
                epochs[i].Metrics.TryGetValue(name, out var value) ? value : double.NaN,
                Energy.FromKilowattHours(footprint.Epochs[i].Energy.Value),
                Emissions.FromKilograms(footprint.Epochs[i].Emissions.Value))).ToList();
            if (points.Any(point => double.IsFinite(point.Value)))
                return new StoppingAdvice(name, more, points, ValidateTarget(wantedPerKilowattHour)) { Stage = epochs[from].Stage, IsResumed = series.IsResumed };
        }

        return null;
    }

    /// <summary>Advice on epochs from anywhere.</summary>
    /// <param name="metric">Canonical name of the metric; one that ends with <c>accuracy</c> or <c>f1</c> is a share.</param>
    /// <param name="moreIsBetter">Whether larger values are better.</param>
    /// <param name="points">The epochs in order.</param>
    /// <param name="wantedPerKilowattHour">Gain wanted per kWh, not below 0; null: a tenth of the mean.</param>
    /// <exception cref="ArgumentException">No epoch has a value.</exception>
    /// <exception cref="ArgumentOutOfRangeException">The wanted gain is negative or not a number.</exception>
    public static StoppingAdvice Of(string metric, bool moreIsBetter, IReadOnlyList<StoppingPoint> points, double? wantedPerKilowattHour = null) =>
        new(metric, moreIsBetter, points, ValidateTarget(wantedPerKilowattHour));

    /// <summary>The advice in sentences: the gain, the epoch to stop after, the gain of the later epochs, and the uncertainty.</summary>
    public IReadOnlyList<string> ToSentences()
    {
        var (name, unit) = (Metric.Replace('_', ' '), StoppingUnit.Choose(Steps[^1].EnergySoFar));
        var sentences = new List<string>();
        var (first, last) = (Steps[_first], Steps[^1]);
        if (_first == Steps.Length - 1)
        {
            sentences.Add($"Only one epoch has a value of {name}, {Of(first.Value!.Value)}, so there is nothing to compare it with.");
            return sentences;
        }

        var bestAt = Steps.First(step => step.Best == last.Best);
        var gained = GetImprovement(last.Best!.Value, first.Best!.Value);
        if (gained <= 0)
        {
            sentences.Add($"After epoch {first.Epoch} ({name} {Of(first.Value!.Value)}) none of the "
                + $"{Epochs(Steps.Length - 1 - _first)} that followed improved it.");
        }
        else
        {
            sentences.Add($"From epoch {first.Epoch} to its best in epoch {bestAt.Epoch}, {name} went from {Of(first.Best.Value)} to {Of(last.Best.Value)}"
                + (MeanPerKilowattHour is { } mean ? $"; over all epochs that is {FormatRate(mean, unit)}." : "."));
        }

        var price = IsUserTarget ? $"the {FormatRate(TargetPerKilowattHour, unit)} wanted" : $"{FormatRate(TargetPerKilowattHour, unit)}, a tenth of that mean";
        if (EpochsAfter == 0)
        {
            sentences.Add($"Every epoch up to the last gained at least {price}, so there was no reason to stop earlier.");
        }
        else
        {
            var share = Steps[^1].EnergySoFar > Energy.Zero ? EnergyAfter / Steps[^1].EnergySoFar : 0;
            sentences.Add(gained <= 0
                ? $"Stop after epoch {Stop.Epoch}: the later epochs gained nothing for {Text(EnergyAfter)} and "
                    + $"{Text(EmissionsAfter)}, {DisplayValue.FormatPercent(share)} of the epochs' energy."
                : $"Stop after epoch {Stop.Epoch}, at {name} {Of(Stop.Best!.Value)}: no later epoch gains {price}, counted from there.");
            if (gained > 0)
            {
                sentences.Add($"The {Epochs(EpochsAfter)} after it gained {(GainAfter > 0 ? FormatGain(GainAfter) : "nothing")} for "
                    + $"{Text(EnergyAfter)} and {Text(EmissionsAfter)}, {DisplayValue.FormatPercent(share)} of the epochs' energy"
                    + (GainAfter > 0 && EnergyAfter > Energy.Zero ? $": {FormatRate(GainAfter / EnergyAfter.KilowattHours, unit)}." : "."));
            }
        }

        if (IsResumed)
            sentences.Add(string.Create(CultureInfo.InvariantCulture, $"The training was resumed: the epochs before {Steps[0].Epoch} are not included."));
        if (Steps.Skip(_first).Any(step => step.Value is null))
            sentences.Add($"Epochs without a value of {name}, or with NaN, count as no gain.");
        sentences.Add(Metric.StartsWith("validation_", StringComparison.Ordinal) || Metric.StartsWith("test_", StringComparison.Ordinal)
            ? "This is hindsight from one run: with few validation examples, the best of many epochs is partly chance."
            : $"There are no validation figures: {name} of the training examples keeps improving even if the model only memorises them.");
        return sentences;
    }

    /// <summary>A value of the metric as text.</summary>
    public string Of(double value) => IsShare ? string.Create(CultureInfo.InvariantCulture, $"{value * 100:0.00} %") : DisplayValue.FormatMetric(value);

    /// <summary>An amount gained as text.</summary>
    public string FormatGain(double gain) => IsShare ? $"{Number(gain * 100)} points" : $"{DisplayValue.FormatMetric(gain)} of {Metric.Replace('_', ' ')}";

    /// <summary>A gain per energy as text.</summary>
    public string FormatRate(double perKilowattHour, StoppingUnit unit) =>
        $"{Number(perKilowattHour * unit.KilowattHours * (IsShare ? 100 : 1))}{(IsShare ? " points" : "")} per {unit.Name}";

    static string Text(Energy energy) => DisplayValue.Format(energy.KilowattHours, "kWh");

    static string Text(Emissions emissions) => DisplayValue.Format(emissions.Kilograms, "kg CO2e");

    static string Epochs(int count) => count == 1 ? "1 epoch" : string.Create(CultureInfo.InvariantCulture, $"{count} epochs");

    static string Number(double value) => DisplayValue.Format(value, "");

    static double? ValidateTarget(double? wanted) => wanted is null or (>= 0 and < double.PositiveInfinity) ? wanted
        : throw new ArgumentOutOfRangeException(nameof(wanted), wanted, "A wanted gain must be a number not below 0.");

    double GetImprovement(double value, double than) => MoreIsBetter ? value - than : than - value;
}
