using System.Globalization;
using System.Text.RegularExpressions;
using Tonne.Recording.Attribution;

namespace Tonne.Recording.EpochPatterns;

/// <summary>
/// Recognises epochs in lines of hand-written loops: <c>Epoch 3/10 loss=0.5 acc=0.8</c>, <c>[Epoch 3] train loss 0.5 val acc 0.8</c>,
/// <c>Epoch [3/10], Loss: 0.51</c>, or a heading and then lines with losses.
/// </summary>
sealed partial class PlainTextPattern : ILinePattern
{
    public bool NeedsEpochWord(bool open) => !open;

    public EpochMatch Match(string line, bool open, MetricValues metrics)
    {
        if (Numbered().Match(line) is { Success: true } numbered)
        {
            if (OtherEpochWords().IsMatch(line[..numbered.Index]))
                return EpochMatch.None;
            var number = int.Parse(numbered.Groups["number"].ValueSpan, CultureInfo.InvariantCulture);
            int? last = numbered.Groups["last"].Success ? int.Parse(numbered.Groups["last"].ValueSpan, CultureInfo.InvariantCulture) : null;
            MetricParser.AddAll(line, metrics);
            if (MetricParser.HasTrainingMetric(metrics.Values.Keys) || (EpochFirst().IsMatch(line) && metrics.Values.Any(metric => metric.Key is not "learning_rate" && HasFraction(metric.Value))))
                return new(EpochMatchKind.EpochProgress, number, Last: last);
            if (EpochEndWords().IsMatch(line))
                return new(EpochMatchKind.EpochEnded, number, Progress: 1, Last: last);
            if (Heading().IsMatch(line))
                return new(EpochMatchKind.EpochStarted, number, Last: last);
            return Mention().IsMatch(line) ? new(EpochMatchKind.EpochMentioned, number, Last: last) : EpochMatch.None;
        }

        if (!open || UnrelatedLossWords().IsMatch(line))
            return EpochMatch.None;
        MetricParser.AddAll(line, metrics);
        return metrics.Values.Keys.Any(name => name.EndsWith("loss", StringComparison.Ordinal))
            ? new(EpochMatchKind.OpenEpochProgress)
            : EpochMatch.None;
    }

    /// <summary>Whether a value is no whole number; those of metrics with an unknown name may be anything.</summary>
    static bool HasFraction(double value) => double.IsNaN(value) || value != Math.Floor(value);

    /// <summary>A line that begins with the epoch.</summary>
    [GeneratedRegex(@"^[^A-Za-z]{0,60}(?:train(?:ing)?[^A-Za-z]{1,4})?epoch", RegexOptions.CultureInvariant | RegexOptions.IgnoreCase)]
    private static partial Regex EpochFirst();

    [GeneratedRegex(
        @"(?<![A-Za-z0-9_/])epoch(?:\s?(?:no\.?|num|number|id)|\s?\((?:train|val|test|eval)\))?[""']?[\s:=#\[(_-]{0,8}(?<number>\d{1,9})(?!\d|\.\d|[A-Za-z%])(?:\s{0,2}(?:/|of)\s{0,2}(?<last>\d{1,9})(?!\d))?"
        + @"|(?<![\w./])(?<number>\d{1,6})(?:/(?<last>\d{1,6}))?epoch(?=:(?:train|valid)| results| started)",
        RegexOptions.CultureInvariant | RegexOptions.IgnoreCase)]
    private static partial Regex Numbered();

    /// <summary>Words before "epoch" in lines about another epoch than the current one.</summary>
    [GeneratedRegex(@"\b(?:best|early|max|min|total|start(?:ing)? from|resum\w*|load\w*|last|warm\w*|sav\w*|restor\w*|checkpoint\w*|until|after|before|from|every)\b", RegexOptions.CultureInvariant | RegexOptions.IgnoreCase)]
    private static partial Regex OtherEpochWords();

    /// <summary>A line that is only a heading.</summary>
    [GeneratedRegex(@"^[^A-Za-z]{0,60}(?:(?:info|train(?:ing)?|start(?:ing|ed)?|begin(?:ning)?|running)[^A-Za-z]{1,8}){0,3}epoch(?:\s?(?:no\.?|num|number|id))?[^A-Za-z]{0,200}(?:(?:of|start(?:ed|ing)?|begins?|training|lr|learning rate)[^A-Za-z]{0,40}){0,2}$", RegexOptions.CultureInvariant | RegexOptions.IgnoreCase)]
    private static partial Regex Heading();

    /// <summary>A line that begins with the epoch and goes on with something other than metrics, such as its time.</summary>
    [GeneratedRegex(@"^[^A-Za-z]{0,60}epoch(?:\s?(?:no\.?|num|number|id))?[^A-Za-z0-9]{0,8}\d{1,9}(?:\s{0,2}(?:/|of)\s{0,2}\d{1,9})?[\])]?\s{0,4}(?:[|:,(\[-]|\s\s|$)", RegexOptions.CultureInvariant | RegexOptions.IgnoreCase)]
    private static partial Regex Mention();

    /// <summary>A line that reports the end of an epoch.</summary>
    [GeneratedRegex(@"\b(?:finished|completed?|done|took|ended|end of)\b", RegexOptions.CultureInvariant | RegexOptions.IgnoreCase)]
    private static partial Regex EpochEndWords();

    /// <summary>Words of lines with losses that are not the open epoch's.</summary>
    [GeneratedRegex(@"\b(?:test|best|final|early|improved|initial)\b", RegexOptions.CultureInvariant | RegexOptions.IgnoreCase)]
    private static partial Regex UnrelatedLossWords();
}
