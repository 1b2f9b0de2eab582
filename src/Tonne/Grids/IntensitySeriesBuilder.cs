using System.Collections.Immutable;
using System.Globalization;
using System.Numerics;
using Tonne.Quantities;

namespace Tonne.Grids;

/// <summary>Makes a series of equal steps from values with times, in any order, with gaps, repetitions and steps that change.</summary>
/// <remarks>
/// A value holds from its time for one step of its neighbourhood. A longer step is taken as such only where three equal ones follow each
/// other, else the
/// time between is a gap; but where steps are uneven, a value holds to the next one if that is less than twice the usual step of its six
/// neighbours away. Where the step changes (hours, then quarter hours) the series has the finest step, and a value of a longer one is
/// repeated: the
/// mean over any span stays the same. Of two values for one time the later added counts, and the difference is a warning. Negative values,
/// values that are
/// not finite and values above 5,000 g/kWh are gaps, with a warning.
/// </remarks>
/// <param name="zone">The zone.</param>
/// <param name="source">Where the values come from.</param>
public sealed class IntensitySeriesBuilder(Zone zone, Source source)
{
    /// <summary>No fuel emits more: lignite in an old station is near 1,300 g/kWh.</summary>
    const double HighestGrams = 5000;

    const int MostSteps = 1_100_000;

    /// <summary>First year of values that are taken; there is a year before it.</summary>
    public const int FirstYear = 1900;

    /// <summary>Last year of values that are taken; there is a year after it.</summary>
    public const int LastYear = 9990;

    readonly List<(DateTimeOffset Time, double? Grams, TimeSpan? Length, int Order)> _points = [];
    readonly List<Warning> _warnings = [];

    /// <summary>Lifecycle or direct. Default: lifecycle.</summary>
    public IntensityBasis Basis { get; init; } = IntensityBasis.Lifecycle;

    /// <summary>Production or consumption. Default: production.</summary>
    public IntensityScope Scope { get; init; } = IntensityScope.Production;

    /// <summary>Average or marginal. Default: average.</summary>
    public IntensityKind Kind { get; init; }

    /// <summary>Observed, forecast or another signal. Default: observed.</summary>
    public IntensitySignal Signal { get; init; }

    /// <summary>When a forecast was issued; null if not known.</summary>
    public DateTimeOffset? Issued { get; init; }

    /// <summary>Step of a value without neighbours. Default: 1 h.</summary>
    public TimeSpan UsualStep { get; init; } = TimeSpan.FromHours(1);

    /// <summary>Values that end before are left out; null for all.</summary>
    public DateTimeOffset? From { get; init; }

    /// <summary>Values that start at or after it are left out; null for all.</summary>
    public DateTimeOffset? To { get; init; }

    /// <summary>What the last <see cref="Build"/> left out or changed.</summary>
    public IReadOnlyList<Warning> Warnings => _warnings;

    /// <summary>Adds a value.</summary>
    /// <param name="time">Start of the time for which it holds, to the minute.</param>
    /// <param name="gramsPerKilowattHour">In g CO2e/kWh; null for a gap.</param>
    /// <param name="length">How long it holds; null to derive it from the neighbours.</param>
    public void Add(DateTimeOffset time, double? gramsPerKilowattHour, TimeSpan? length = null)
    {
        var utc = time.ToUniversalTime();
        var minutes = (utc.Ticks + (TimeSpan.TicksPerMinute / 2)) / TimeSpan.TicksPerMinute;
        if (utc.Year is < FirstYear or > LastYear || length < TimeSpan.FromMinutes(1))
            return;
        if ((From is { } from && utc < from - TimeSpan.FromDays(1)) || (To is { } to && utc >= to))
            return;
        _points.Add((new DateTimeOffset(minutes * TimeSpan.TicksPerMinute, TimeSpan.Zero), gramsPerKilowattHour, length, _points.Count));
    }

    /// <summary>The series; null if no value is known within the span.</summary>
    public IntensitySeries? Build()
    {
        _warnings.Clear();
        var points = Sort();
        if (points.Count == 0)
            return null;
        var lengths = Lengths(points);
        var kept = new List<(long Start, long Length, double? Grams)>(points.Count);
        for (var i = 0; i < points.Count; i++)
        {
            var (start, length) = (Minutes(points[i].Time), (long)lengths[i].TotalMinutes);
            if (From is { } from && start + length <= Minutes(from))
                continue;
            kept.Add((start, length, points[i].Grams));
        }

        while (kept.Count > 0 && kept[^1].Grams is null)
            kept.RemoveAt(kept.Count - 1);
        var first = kept.FindIndex(point => point.Grams is not null);
        if (first < 0)
            return null;
        kept.RemoveRange(0, first);
        return Fill(kept);
    }

    static long Minutes(DateTimeOffset time) => time.UtcTicks / TimeSpan.TicksPerMinute;

    IntensitySeries? Fill(List<(long Start, long Length, double? Grams)> points)
    {
        long step = 1440;
        foreach (var (at, length, _) in points)
            step = (long)BigInteger.GreatestCommonDivisor(step, BigInteger.GreatestCommonDivisor(at, length));
        var start = points[0].Start;
        var count = (points[^1].Start + points[^1].Length - start) / step;
        if (count > MostSteps)
        {
            Warn("series-too-long", string.Create(CultureInfo.InvariantCulture,
                $"{count} steps of {step} min are more than a series holds; it was left out"), "ask for a shorter span");
            return null;
        }

        var values = new CarbonIntensity?[count];
        foreach (var (at, length, grams) in points)
        {
            for (var i = (at - start) / step; i < Math.Min(count, (at + length - start) / step); i++)
                values[i] = grams is { } known ? CarbonIntensity.FromGramsPerKilowattHour(known) : null;
        }

        return new IntensitySeries(zone, new DateTimeOffset(start * TimeSpan.TicksPerMinute, TimeSpan.Zero), ImmutableArray.Create(values),
            source, Basis, Scope,
            TimeSpan.FromMinutes(step), Kind, Signal, Issued);
    }

    List<(DateTimeOffset Time, double? Grams, TimeSpan? Length)> Sort()
    {
        var (impossible, conflicts) = (0, 0);
        var sorted = new List<(DateTimeOffset Time, double? Grams, TimeSpan? Length)>(_points.Count);
        foreach (var (time, given, length, _) in _points.OrderBy(point => point.Time).ThenBy(point => point.Order))
        {
            var grams = given;
            if (grams is { } value && !(value >= 0 && value <= HighestGrams))
            {
                grams = null;
                impossible++;
            }

            if (sorted.Count == 0 || sorted[^1].Time != time)
            {
                sorted.Add((time, grams, length));
                continue;
            }

            if (grams is null)
                continue;
            if (sorted[^1].Grams is { } before && before != grams)
                conflicts++;
            sorted[^1] = (time, grams, length ?? sorted[^1].Length);
        }

        if (impossible > 0)
            Warn("impossible-intensity", string.Create(CultureInfo.InvariantCulture,
                $"{impossible} values are negative, not finite or above {HighestGrams} g/kWh; they are gaps"));
        if (conflicts > 0)
            Warn("repeated-times", string.Create(CultureInfo.InvariantCulture,
                $"{conflicts} times have two different values; the later one counts"));
        return sorted;
    }

    TimeSpan[] Lengths(List<(DateTimeOffset Time, double? Grams, TimeSpan? Length)> points)
    {
        var longest = UsualStep > TimeSpan.FromHours(1) ? UsualStep : TimeSpan.FromHours(1);
        var gaps = new TimeSpan[points.Count];
        for (var i = 0; i + 1 < points.Count; i++)
            gaps[i] = points[i + 1].Time - points[i].Time;
        var lengths = new TimeSpan[points.Count];
        for (var i = 0; i < points.Count; i++)
        {
            var (before, after) = (i > 0 ? gaps[i - 1] : TimeSpan.MaxValue, i + 1 < points.Count ? gaps[i] : TimeSpan.MaxValue);
            var length = points[i].Length ?? (points.Count == 1 ? UsualStep : after <= before || IsRegular(gaps, i) ? after : i > 0
                && lengths[i - 1] < before ? lengths[i - 1] : before);
            if (length > longest && points[i].Length is null)
                length = Usual(gaps, longest);
            if (points[i].Length is null && length < after && after != TimeSpan.MaxValue && after < 2 * UsualNear(gaps, i, longest))
                length = after;
            lengths[i] = length > after ? after : length;
        }

        return lengths;
    }

    /// <summary>The usual step near a value, at most the longest that is usual: the median of the three before and the three after its own.</summary>
    static TimeSpan UsualNear(TimeSpan[] gaps, int at, TimeSpan longest)
    {
        var near = new List<TimeSpan>(6);
        for (var i = Math.Max(0, at - 3); i <= Math.Min(gaps.Length - 2, at + 3); i++)
        {
            if (i != at)
                near.Add(gaps[i]);
        }

        near.Sort();
        var usual = near.Count == 0 ? TimeSpan.Zero : near[(near.Count - 1) / 2];
        return usual < longest ? usual : longest;
    }

    /// <summary>Whether the step after a value is one of at least three equal ones.</summary>
    static bool IsRegular(TimeSpan[] gaps, int at)
    {
        var (first, last) = (at, at);
        while (first > 0 && gaps[first - 1] == gaps[at])
            first--;
        while (last + 1 < gaps.Length - 1 && gaps[last + 1] == gaps[at])
            last++;
        return last - first >= 2;
    }

    TimeSpan Usual(TimeSpan[] gaps, TimeSpan longest)
    {
        var shortest = longest;
        foreach (var gap in gaps)
        {
            if (gap > TimeSpan.Zero && gap < shortest)
                shortest = gap;
        }

        return shortest == longest && UsualStep < longest ? UsualStep : shortest;
    }

    void Warn(string code, string text, string? remedy = null) => _warnings.Add(new Warning(code, text, remedy));
}
