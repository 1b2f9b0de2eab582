using Tonne.Runs;

namespace Tonne.Recording.Attribution;

/// <summary>A series of steps as intervals between its marks, at most <see cref="StepSeriesRecord.MaxSpans"/> of them.</summary>
sealed class StepTimeline
{
    // Marks closer than this were read together.
    const long SameRead = 1_000_000;

    StepTimeline(List<Mark> marks)
    {
        First = marks[0];
        Last = marks[^1];
        if (Last.Timestamp - First.Timestamp < SameRead)
            return;
        var ends = Enumerable.Range(1, Math.Min(marks.Count - 1, StepSeriesRecord.MaxSpans));
        if (marks.Count - 1 > StepSeriesRecord.MaxSpans)
            ends = ends.Select(i => i == StepSeriesRecord.MaxSpans ? marks.Count - 1 : FindMark(marks, i / (double)StepSeriesRecord.MaxSpans)).Where(at => at > 0).Distinct().ToList();
        var before = 0;
        foreach (var at in ends)
        {
            if (marks[at].Timestamp - marks[before].Timestamp < SameRead)
                continue;
            Spans.Add((marks[before], marks[at]));
            before = at;
        }
    }

    internal Mark First { get; }

    internal Mark Last { get; }

    /// <summary>The spans, each from one mark to another; none if all marks came at once.</summary>
    internal List<(Mark From, Mark To)> Spans { get; } = [];

    /// <summary>The series of a run: numbers that fall begin another one. One mark alone is none.</summary>
    internal static IEnumerable<StepTimeline> Split(List<Mark> marks)
    {
        for (var from = 0; from < marks.Count;)
        {
            var to = from + 1;
            while (to < marks.Count && marks[to].Number >= marks[to - 1].Number)
                to++;
            if (marks[to - 1].Number > marks[from].Number)
                yield return new StepTimeline(marks[from..to]);
            from = to;
        }
    }

    /// <summary>Tokens of a span, and whether they are those of one device; null if they were not printed.</summary>
    internal static (double Count, bool IsPerDevice)? CountTokens(Mark from, Mark to)
    {
        foreach (var (name, isPerDevice) in new[] { (StepSeriesRecord.TokensName, false), (StepSeriesRecord.DeviceTokensName, true) })
        {
            if (to.Metrics?.TryGetValue(name, out var after) == true && from.Metrics?.TryGetValue(name, out var before) == true)
                return (after - before, isPerDevice);
        }

        return null;
    }

    /// <summary>Metrics of a mark without its tokens.</summary>
    internal static IReadOnlyDictionary<string, double> GetMetrics(Mark mark) =>
        (mark.Metrics ?? new Dictionary<string, double>()).Where(metric => metric.Key is not (StepSeriesRecord.TokensName or StepSeriesRecord.DeviceTokensName))
            .ToDictionary(metric => metric.Key, metric => metric.Value, StringComparer.Ordinal);

    /// <summary>Index of the first mark at a share of the time.</summary>
    static int FindMark(List<Mark> marks, double share)
    {
        var at = marks[0].Timestamp + ((marks[^1].Timestamp - marks[0].Timestamp) * share);
        var index = marks.FindIndex(mark => mark.Timestamp >= at);
        return index < 0 ? marks.Count - 1 : index;
    }
}
