using System.Globalization;
using System.Text.RegularExpressions;
using Tonne.Recording.Attribution;

namespace Tonne.Recording.EpochPatterns;

/// <summary>
/// Recognises epochs of Keras 2 and 3: <c>Epoch 3/10</c>, then <c>100/100 … - loss: 0.5 - val_loss: 0.6</c>, as a bar or as one line per
/// epoch.
/// </summary>
sealed partial class KerasPattern : ILinePattern
{
    public bool NeedsEpochWord(bool open) => !open;

    public EpochMatch Match(string line, bool open, MetricValues metrics)
    {
        if (Header().Match(line) is { Success: true } header)
            return new(EpochMatchKind.EpochStarted, Read(header.Groups[1]), Last: header.Groups[2].Success ? Read(header.Groups[2]) : null);
        if (!open || Steps().Match(line) is not { Success: true } steps)
            return EpochMatch.None;
        for (var pair = Pair().Match(line, steps.Length); pair.Success; pair = pair.NextMatch())
            MetricParser.TryAdd(pair.Groups[1].Value, pair.Groups[2].Value, metrics);
        if (metrics.Count == 0)
            return EpochMatch.None;
        double? progress = steps.Groups[2].Success && Read(steps.Groups[2]) is > 0 and var all ? Math.Min(1, Read(steps.Groups[1]) / (double)all) : null;
        return new(EpochMatchKind.OpenEpochProgress, Progress: progress);
    }

    static int Read(Group group) => int.Parse(group.ValueSpan, CultureInfo.InvariantCulture);

    [GeneratedRegex(@"^\s*Epoch (\d{1,9})/(?:(\d{1,9})|Unknown)\s*$", RegexOptions.CultureInvariant)]
    private static partial Regex Header();

    [GeneratedRegex(@"^\s*(\d{1,9})/(?:(\d{1,9})|Unknown)\s", RegexOptions.CultureInvariant)]
    private static partial Regex Steps();

    [GeneratedRegex(@" - ([A-Za-z_]\w{0,60}): (" + MetricParser.Number + @")(?=\s|$)", RegexOptions.CultureInvariant)]
    private static partial Regex Pair();
}
