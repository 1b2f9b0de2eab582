using System.Globalization;
using System.Text.RegularExpressions;
using Tonne.Recording.Attribution;

namespace Tonne.Recording.EpochPatterns;

/// <summary>
/// Recognises epochs of the Hugging Face Trainer: <c>{'loss': 0.52, 'learning_rate': 5e-05, 'epoch': 1.0}</c>, with numbers or with
/// numbers in quotes; and JSON lines of the same kind.
/// </summary>
sealed partial class HuggingFacePattern : ILinePattern
{
    public EpochMatch Match(string line, bool open, MetricValues metrics)
    {
        var from = line.IndexOf('{', StringComparison.Ordinal);
        if (from < 0 || Epoch().Match(line, from) is not { Success: true } epoch)
            return EpochMatch.None;
        // The summary at the end has the mean loss of the whole training, which belongs to no epoch.
        if (line.Contains("train_runtime", StringComparison.Ordinal))
            return EpochMatch.None;
        for (var pair = Pair().Match(line, from); pair.Success; pair = pair.NextMatch())
            MetricParser.TryAdd(pair.Groups[1].Value, pair.Groups[2].Value, metrics);
        if (metrics.Count == 0)
            return EpochMatch.None;
        var text = epoch.Groups[1].ValueSpan;
        if (int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var whole))
            return new(EpochMatchKind.EpochProgress, whole);
        return double.TryParse(text, NumberStyles.AllowDecimalPoint | NumberStyles.AllowExponent, CultureInfo.InvariantCulture, out var reached) && reached is > 0 and < 1e6
            ? new(EpochMatchKind.FractionalProgress, Reached: reached)
            : EpochMatch.None;
    }

    [GeneratedRegex(@"[""']epoch[""']:\s{0,4}[""']?(\d{1,9}(?:\.\d{1,20})?(?:[eE][-+]?\d{1,3})?)[""']?\s{0,4}[,}]", RegexOptions.CultureInvariant)]
    private static partial Regex Epoch();

    [GeneratedRegex(@"[""']([A-Za-z_][\w./-]{0,60})[""']:\s{0,4}[""']?(" + MetricParser.Number + @")[""']?\s{0,4}(?=[,}])", RegexOptions.CultureInvariant)]
    private static partial Regex Pair();
}
