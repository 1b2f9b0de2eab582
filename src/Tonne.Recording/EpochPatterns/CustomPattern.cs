using System.Globalization;
using System.Text.RegularExpressions;
using Tonne.Recording.Attribution;
using Tonne.Runs;

namespace Tonne.Recording.EpochPatterns;

/// <summary>A user's own expression: the group <c>epoch</c> is the number, every other named group a metric of that name.</summary>
sealed class CustomPattern(Regex expression, IReadOnlyList<string> metricGroups) : ILinePattern
{
    public EpochSighting See(string line, bool open, MetricReadings metrics)
    {
        if (expression.Match(line) is not { Success: true } match
            || !double.TryParse(match.Groups["epoch"].ValueSpan, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var number)
            || number > int.MaxValue)
            return EpochSighting.None;
        foreach (var name in metricGroups)
        {
            if (match.Groups[name] is { Success: true } group && MetricReadings.TryRead(group.ValueSpan.Trim(), out var value) && MetricName.Canonical(name) is { Length: > 0 and <= MetricName.Longest } canonical)
                metrics.Set(canonical, value);
        }

        return new(SightingKind.Reports, (int)number);
    }
}
