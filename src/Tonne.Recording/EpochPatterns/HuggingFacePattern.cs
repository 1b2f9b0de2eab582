using System.Globalization;
using System.Text.RegularExpressions;
using Tonne.Recording.Attribution;

namespace Tonne.Recording.EpochPatterns;

/// <summary>
/// Recognises the progress of the Hugging Face Trainer: <c>{'loss': 0.52, 'learning_rate': 5e-05, 'epoch': 1.0}</c> (transformers 4),
/// <c>{'loss': '0.52', 'epoch': '1'}</c> (transformers 5: values in quotes, whole epochs without a point); and JSON lines of the same
/// kind, where a whole number is the epoch's number.
/// </summary>
sealed partial class HuggingFacePattern : ILinePattern
{
    public bool NeedsEpochWord(bool open) => true;

    public EpochMatch Match(string line, bool open, MetricValues metrics)
    {
        var from = line.IndexOf('{', StringComparison.Ordinal);
        if (from < 0 || Epoch().Match(line, from) is not { Success: true } epoch)
            return EpochMatch.None;
        var text = epoch.Groups["value"].ValueSpan;
        var isText = epoch.Groups["quote"].Success;
        if (!double.TryParse(text, NumberStyles.AllowDecimalPoint | NumberStyles.AllowExponent, CultureInfo.InvariantCulture, out var reached) || reached >= 1e6)
            return EpochMatch.None;
        // A Python dictionary of texts: transformers 5 writes '1' where transformers 4 wrote 1.0.
        var isWhole = text.IndexOfAny('.', 'e', 'E') < 0 && !(isText && line[epoch.Index] == '\'');
        // The summary at the end has the mean loss of the whole training, which belongs to no epoch.
        if (line.Contains("train_runtime", StringComparison.Ordinal))
            return isWhole || reached == 0 ? EpochMatch.None : new(EpochMatchKind.TrainingEnded, Reached: reached);
        for (var pair = Pair().Match(line, from); pair.Success; pair = pair.NextMatch())
            MetricParser.TryAdd(pair.Groups[1].Value, pair.Groups[2].Value, metrics);
        if (!MetricParser.HasTrainingMetric(metrics.Values.Keys))
            return EpochMatch.None;
        if (isWhole)
            return new(EpochMatchKind.EpochProgress, (int)reached);
        return reached > 0
            ? new(EpochMatchKind.FractionalProgress, Reached: reached, IsEvaluation: line.Contains("eval_", StringComparison.Ordinal))
            : EpochMatch.None;
    }

    [GeneratedRegex(@"[""']epoch[""']:\s{0,4}(?<quote>[""'])?(?<value>\d{1,9}(?:\.\d{1,20})?(?:[eE][-+]?\d{1,3})?)[""']?\s{0,4}[,}]", RegexOptions.CultureInvariant)]
    private static partial Regex Epoch();

    [GeneratedRegex(@"[""']([A-Za-z_][\w./-]{0,60})[""']:\s{0,4}[""']?(" + MetricParser.Number + @")[""']?\s{0,4}(?=[,}])", RegexOptions.CultureInvariant)]
    private static partial Regex Pair();
}
