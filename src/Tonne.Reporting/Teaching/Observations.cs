using System.Globalization;
using Tonne.Formatting;
using Tonne.Runs;

namespace Tonne.Reporting.Teaching;

/// <summary>Describes each epoch in words, from its numbers. The same numbers give the same words.</summary>
/// <remarks>
/// Rules, first match wins. d = fall of the loss since the epoch before, r = d ÷ loss before, pace = d ÷ mean fall per epoch of the series (up to its lowest loss).
/// A series is the epochs of one stage; it starts anew when the numbers do.
/// <list type="number">
/// <item>Loss NaN or infinite: the training has broken down.</item>
/// <item>First epoch: high or low loss and accuracy, against what follows. A first number above 1: the training was resumed.</item>
/// <item>Validation loss rises by more than 1 % while the loss falls: overfitting begins, or goes on. Without validation loss: validation accuracy falls by a point while accuracy rises.</item>
/// <item>Loss rises by more than 1 %: once, again, or (50 % and more) jumps.</item>
/// <item>Loss moves by less than 1 %: it has stopped falling, or stays on the plateau.</item>
/// <item>Loss falls but accuracy loses a point or more.</item>
/// <item>Loss falls: fast (pace ≥ 1.75), good (≥ 1.1), steady (≥ 0.7), slower (≥ 0.45), small; up to three epochs r decides (20, 10, 5, 2 %).
/// Said with it: half, three quarters, nine tenths of the way to the lowest loss; the lowest loss at the end.</item>
/// <item>No loss: the same of the accuracy, in points (5, 2, 0.5).</item>
/// </list>
/// </remarks>
static class Observations
{
    const double UnchangedThreshold = 0.01;

    /// <summary>An observation for each epoch of a run, in the record's order.</summary>
    public static IReadOnlyList<string> Describe(RunRecord record) => Describe(record.Epochs);

    /// <summary>An observation for each epoch.</summary>
    /// <param name="epochs">Epochs in order; metrics <c>loss</c>, <c>accuracy</c> (a share or per cent), <c>validation_loss</c>, <c>validation_accuracy</c>.</param>
    public static IReadOnlyList<string> Describe(IReadOnlyList<EpochRecord> epochs)
    {
        var texts = new List<string>(epochs.Count);
        foreach (var one in EpochSeries.Split(epochs))
        {
            var series = new Series([.. epochs.Skip(one.From).Take(one.Count)], one.IsResumed);
            for (var k = 0; k < one.Count; k++)
                texts.Add(series.Describe(k));
        }

        return texts;
    }

    sealed class Series
    {
        readonly bool _isResumed;
        readonly bool[] _hasOthers;
        readonly int[] _numbers;
        readonly double?[] _loss;
        readonly double?[] _accuracy;
        readonly double?[] _validationLoss;
        readonly double?[] _validationAccuracy;
        readonly double _lowest;
        readonly double _range;

        internal Series(IReadOnlyList<EpochRecord> epochs, bool isResumed)
        {
            _isResumed = isResumed;
            _hasOthers = [.. epochs.Select(epoch => epoch.Metrics.Count > 0)];
            _numbers = [.. epochs.Select(epoch => epoch.Number)];
            _loss = Values(epochs, "loss");
            _accuracy = Shares(Values(epochs, "accuracy"));
            _validationLoss = Values(epochs, "validation_loss");
            _validationAccuracy = Shares(Values(epochs, "validation_accuracy"));
            var finite = _loss.Where(loss => loss is { } value && double.IsFinite(value)).Select(loss => loss!.Value).ToList();
            _lowest = finite.Count > 0 ? finite.Min() : 0;
            _range = finite.Count > 0 ? finite.Max() - finite.Min() : 0;
        }

        internal string Describe(int i)
        {
            if (_loss[i] is { } loss && !double.IsFinite(loss))
                return DescribeNonFinite(i, loss);
            if (i == 0)
                return DescribeFirst();
            return DescribeDivergence(i) ?? (_loss[i] is { } now && FindLastFinite(_loss, i) is { } before ? DescribeLoss(i, before, now) : DescribeAccuracy(i));
        }

        string DescribeNonFinite(int i, double loss)
        {
            var what = double.IsNaN(loss) ? "loss is not a number" : "loss is infinite";
            return i > 0 && _loss[i - 1] is { } before && !double.IsFinite(before)
                ? what + " still: nothing more is learned"
                : what + ": the training has broken down";
        }

        string DescribeFirst()
        {
            if (_numbers.Length == 1)
                return _isResumed ? DescribeResumed() : DescribeValues(0) is { Length: > 0 } facts ? $"the only epoch, nothing to compare with ({facts})" : $"the only epoch, {DescribeMissing(0)}";
            if (_isResumed)
                return DescribeResumed();
            var words = new List<string>();
            if (_loss[0] is { } loss)
                words.Add(loss - _lowest > 0.3 * Scale(loss) ? "high loss" : "loss already low");
            if (_accuracy[0] is { } accuracy)
            {
                var best = _accuracy.Max(value => value is { } a && double.IsFinite(a) ? a : 0);
                words.Add(best - accuracy > 0.1 ? "low accuracy" : "accuracy already high");
            }

            return words.Count == 0 ? $"the first epoch, {DescribeMissing(0)}" : string.Join(", ", words) + " at the start";
        }

        string DescribeMissing(int i) => _hasOthers[i] ? "no loss or accuracy reported" : "no metrics reported";

        string DescribeResumed() =>
            "training was resumed here, earlier epochs are not in this run" + (DescribeValues(0) is { Length: > 0 } facts ? $" ({facts})" : "");

        string? DescribeDivergence(int i)
        {
            if (Diverges(i) is not { } what)
                return null;
            if (i > 1 && Diverges(i - 1) is not null)
                return $"{what} still: overfitting, {DescribeBest()}";
            return $"{what} while training improves: overfitting begins";
        }

        string? Diverges(int i)
        {
            if (_loss[i] is { } now && FindLastFinite(_loss, i) is { } before && now < before
                && _validationLoss[i] is { } validation && FindLastFinite(_validationLoss, i) is { } earlier
                && double.IsFinite(validation) && validation - earlier > UnchangedThreshold * Math.Abs(earlier))
                return $"validation loss up {DisplayValue.FormatPercent((validation - earlier) / Math.Abs(earlier))}";
            if (_validationLoss[i] is null && _validationAccuracy[i] is { } score && FindLastFinite(_validationAccuracy, i) is { } scored && scored - score >= 0.01
                && _accuracy[i] is { } accuracy && FindLastFinite(_accuracy, i) is { } was && accuracy > was)
                return $"validation accuracy down {Points(scored - score)}";
            return null;
        }

        string DescribeBest()
        {
            var scores = _validationLoss.Any(value => value is { } v && double.IsFinite(v))
                ? _validationLoss.Select(value => value is { } v && double.IsFinite(v) ? v : double.PositiveInfinity).ToList()
                : [.. _validationAccuracy.Select(value => value is { } v && double.IsFinite(v) ? -v : double.PositiveInfinity)];
            return string.Create(CultureInfo.InvariantCulture, $"epoch {_numbers[scores.IndexOf(scores.Min())]} was best on validation");
        }

        string DescribeLoss(int i, double before, double now)
        {
            var fall = before - now;
            var relative = fall / Scale(before);
            if (relative < -UnchangedThreshold)
                return DescribeRise(i, relative);
            if (relative <= UnchangedThreshold)
                return i > 1 && GetRelativeChange(i - 1) is { } last && Math.Abs(last) <= UnchangedThreshold
                    ? "on the plateau: this epoch bought nothing"
                    : "loss has stopped falling";
            if (_accuracy[i] is { } accuracy && FindLastFinite(_accuracy, i) is { } was && was - accuracy >= 0.01)
                return $"loss down {DisplayValue.FormatPercent(relative)}, but accuracy lost {Points(was - accuracy)}";
            var facts = $"loss down {DisplayValue.FormatPercent(relative)}" + DescribeAccuracyChange(i);
            return $"{DescribePace(i, fall, relative)}{DescribeMilestone(i, before, now)}: {facts}";
        }

        string DescribeRise(int i, double relative)
        {
            var by = DisplayValue.FormatPercent(-relative);
            if (relative <= -0.5)
                return $"loss jumps up {by}: the learning rate is likely too high";
            return i > 1 && GetRelativeChange(i - 1) is < -UnchangedThreshold
                ? $"loss rises again, by {by}: overfitting or a learning rate too high"
                : $"loss rises by {by}: overfitting or a learning rate too high, if it goes on";
        }

        string DescribePace(int i, double fall, double relative)
        {
            var at = GetPaceLevel(i, fall, relative);
            var before = i > 1 && GetRelativeChange(i - 1) is { } r && r > UnchangedThreshold ? GetPaceLevel(i - 1, FindLastFinite(_loss, i - 1)!.Value - _loss[i - 1]!.Value, r) : (int?)null;
            if (before is { } level && at > level && at >= 2)
                return "improvement speeds up";
            return at switch
            {
                4 => before == 4 ? "still improving fast" : "fast improvement",
                3 => before == 3 ? "good improvement again" : "good improvement",
                2 => "steady improvement",
                1 => "slower improvement",
                _ => "small improvements",
            };
        }

        int GetPaceLevel(int i, double fall, double relative)
        {
            var steps = _numbers.Length - 1;
            if (steps > 2 && _loss[0] is { } first && double.IsFinite(first) && first > _lowest)
            {
                var pace = fall / ((first - _lowest) / steps);
                return pace >= 1.75 ? 4 : pace >= 1.1 ? 3 : pace >= 0.7 ? 2 : pace >= 0.45 ? 1 : 0;
            }

            return relative >= 0.2 ? 4 : relative >= 0.1 ? 3 : relative >= 0.05 ? 2 : relative >= 0.02 ? 1 : 0;
        }

        string DescribeMilestone(int i, double before, double now)
        {
            if (_numbers.Length > 3 && i == _numbers.Length - 1 && now <= _lowest)
                return ", the lowest loss at the end";
            if (_numbers.Length < 4 || _loss[0] is not { } first || !double.IsFinite(first) || first <= _lowest)
                return "";
            var (was, done) = ((first - before) / (first - _lowest), (first - now) / (first - _lowest));
            return Passes(0.9) ? ", nine tenths of the way"
                : Passes(0.75) ? ", three quarters of the way"
                : Passes(0.5) ? ", past half of the way"
                : "";

            bool Passes(double mark) => was < mark && done >= mark && done < 1;
        }

        string DescribeAccuracy(int i)
        {
            if (_accuracy[i] is not { } now || !double.IsFinite(now))
                return DescribeMissing(i);
            if (FindLastFinite(_accuracy, i) is not { } before)
                return $"accuracy {DisplayValue.FormatPercent(now)}";
            var gained = now - before;
            if (gained <= -0.005)
                return $"accuracy falls by {Points(-gained)}";
            return gained >= 0.05 ? $"fast improvement: accuracy up {Points(gained)}"
                : gained >= 0.02 ? $"steady improvement: accuracy up {Points(gained)}"
                : gained >= 0.005 ? $"small improvements: accuracy up {Points(gained)}"
                : "accuracy hardly moves";
        }

        string DescribeAccuracyChange(int i)
        {
            if (_accuracy[i] is not { } now || FindLastFinite(_accuracy, i) is not { } before || !double.IsFinite(now))
                return "";
            var gained = now - before;
            return Math.Abs(gained) < 0.0005 ? ", accuracy unchanged" : gained > 0 ? $", accuracy up {Points(gained)}" : $", accuracy down {Points(-gained)}";
        }

        string DescribeValues(int i)
        {
            var facts = new List<string>();
            if (_loss[i] is { } loss)
                facts.Add("loss " + DisplayValue.FormatMetric(loss));
            if (_accuracy[i] is { } accuracy && double.IsFinite(accuracy))
                facts.Add("accuracy " + DisplayValue.FormatPercent(accuracy));
            return string.Join(", ", facts);
        }

        double? GetRelativeChange(int i) => _loss[i] is { } now && double.IsFinite(now) && FindLastFinite(_loss, i) is { } before ? (before - now) / Scale(before) : null;

        /// <summary>
        /// The value that a change of the loss is divided by: the loss before, or the range of the series if a loss is negative or zero.
        /// </summary>
        double Scale(double loss) => loss > 0 && _lowest >= 0 ? loss : _range > 0 ? _range : 1;

        /// <summary>The last finite value before an epoch.</summary>
        static double? FindLastFinite(double?[] values, int i)
        {
            for (var k = i - 1; k >= 0; k--)
            {
                if (values[k] is { } value && double.IsFinite(value))
                    return value;
            }

            return null;
        }

        static double?[] Values(IReadOnlyList<EpochRecord> epochs, string name) =>
            [.. epochs.Select(epoch => epoch.Metrics.TryGetValue(name, out var value) ? value : (double?)null)];

        /// <summary>Accuracies as shares: a series that goes above 1.5 was given in per cent.</summary>
        static double?[] Shares(double?[] values) =>
            values.Any(value => value is > 1.5) ? [.. values.Select(value => value / 100)] : values;

        static string Points(double share)
        {
            var points = share * 100;
            var text = points.ToString(points < 9.95 ? "0.#" : "0", CultureInfo.InvariantCulture);
            return text == "1" ? "1 point" : text == "0" ? "less than 0.1 points" : text + " points";
        }
    }
}
