using System.Globalization;
using System.Text.RegularExpressions;
using Tonne.Recording.Attribution;

namespace Tonne.Recording.EpochPatterns;

/// <summary>
/// Recognises epochs in tqdm bars, which PyTorch Lightning uses too: <c>Epoch 3: 45%|███ | 9/20 [00:01&lt;00:01, 9.9it/s, loss=0.5]</c>;
/// and a bar over the epochs, <c>Epochs: 30%|██ | 3/10 […]</c>.
/// </summary>
sealed partial class ProgressBarPattern : ILinePattern
{
    public bool NeedsEpochWord(bool open) => true;

    public EpochMatch Match(string line, bool open, MetricValues metrics)
    {
        if (!line.Contains("%|", StringComparison.Ordinal) || Bar().Match(line) is not { Success: true } bar)
            return EpochMatch.None;
        for (var pair = Pair().Match(line, bar.Index + bar.Length); pair.Success; pair = pair.NextMatch())
            MetricParser.TryAdd(pair.Groups[1].Value, pair.Groups[2].Value, metrics);
        if (bar.Groups["number"].Success)
            return new(EpochMatchKind.EpochProgress, Read(bar.Groups["number"]), Read(bar.Groups["percent"]) / 100d);
        if (!bar.Groups["done"].Success)
            return EpochMatch.None;
        var done = Read(bar.Groups["done"]);
        return done == 0 ? new(EpochMatchKind.EpochStarted, 1) : new(EpochMatchKind.EpochEnded, done, Progress: 1);
    }

    static int Read(Group group) => int.Parse(group.ValueSpan, CultureInfo.InvariantCulture);

    [GeneratedRegex(
        @"(?<![A-Za-z_])epochs?[\s:=#\[(]{0,6}(?:(?<number>\d{1,9})(?![\d%])[^|%]{0,60}?)?(?:[\s:\])]|(?<=[\s:]))(?<percent>\d{1,3})%\|[^|]{0,400}\|\s{0,4}(?:(?<done>\d{1,9})/(?:\d{1,9}|\?))?",
        RegexOptions.CultureInvariant | RegexOptions.IgnoreCase)]
    private static partial Regex Bar();

    [GeneratedRegex(@"[,\[]\s?([A-Za-z_][\w@./ -]{0,60}?)\s?[=:]\s?(" + MetricParser.Number + @"%?)(?=\s*(?:[,\]]|$))", RegexOptions.CultureInvariant)]
    private static partial Regex Pair();
}
