using System.Globalization;
using System.Text.RegularExpressions;
using Tonne.Recording.Attribution;
using Tonne.Runs;

namespace Tonne.Recording.EpochPatterns;

/// <summary>
/// Recognises epochs by a user's regular expression: the group <c>epoch</c> is the number, every other named group a metric of that name.
/// </summary>
sealed class CustomPattern(Regex expression, IReadOnlyList<string> metricGroups) : ILinePattern
{
    public EpochMatch Match(string line, bool open, MetricValues metrics)
    {
        if (expression.Match(line) is not { Success: true } match
            || !double.TryParse(match.Groups["epoch"].ValueSpan, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var number)
            || number > int.MaxValue)
            return EpochMatch.None;
        foreach (var name in metricGroups)
        {
            if (match.Groups[name] is { Success: true } group && MetricValues.TryRead(group.ValueSpan.Trim(), out var value) && MetricName.ToCanonical(name) is { Length: > 0 and <= MetricName.MaxLength } canonical)
                metrics.Set(canonical, value);
        }

        return new(EpochMatchKind.EpochProgress, (int)number);
    }
}
