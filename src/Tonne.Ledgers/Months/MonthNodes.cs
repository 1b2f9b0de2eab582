using System.Collections.Immutable;
using Tonne.Ledgers.Totals;

namespace Tonne.Ledgers.Months;

/// <summary>Finds what is known of each node in a month, and which are silent.</summary>
static class MonthNodes
{
    static readonly TimeSpan _silentAfter = TimeSpan.FromHours(24);

    /// <summary>The nodes, by name.</summary>
    /// <param name="runs">The runs of the month and of the one before.</param>
    /// <param name="month">The month.</param>
    /// <param name="until">End of what is reported: that of the month, or now.</param>
    /// <param name="totals">Sum by node.</param>
    /// <param name="outside">Sum of what is left of the nodes' own runs, by node.</param>
    public static ImmutableArray<MonthNode> Find(
        IEnumerable<RunSummary> runs, CalendarMonth month, DateTimeOffset until, IReadOnlyDictionary<string, TotalRow> totals,
        IReadOnlyDictionary<string, TotalRow> outside)
    {
        var nodes = ImmutableArray.CreateBuilder<MonthNode>();
        foreach (var node in runs.Where(run => run.HasFigures && run.Kind == RunKind.Recorded && run.StartedAt < until
            && (run.Node ?? run.BootId) is { Length: > 0 })
            .GroupBy(static run => (run.Node ?? run.BootId)!, StringComparer.Ordinal).OrderBy(static node => node.Key,
                StringComparer.Ordinal))
        {
            var lastSeen = node.Max(MonthRuns.GetEnd);
            if (lastSeen < month.Previous.Start)
                continue;
            var own = node.Where(static run => run.CoversNode).ToList();
            double? measured = own.Count == 0 ? null : Cover(own, month.Start, until).TotalHours;
            double? missing = null;
            if (measured is { } hours)
            {
                var first = own.Min(static run => run.StartedAt);
                missing = Math.Max(0, (until - (first > month.Start ? first : month.Start)).TotalHours - hours);
            }

            var lastOwn = own.Count == 0 ? lastSeen : own.Max(MonthRuns.GetEnd);
            nodes.Add(new MonthNode(
                node.Key, totals.GetValueOrDefault(node.Key), outside.GetValueOrDefault(node.Key), lastSeen, measured, missing,
                own.Count == 0 ? lastSeen < month.Start : until - lastOwn > _silentAfter));
        }

        return nodes.ToImmutable();
    }

    /// <summary>The time from one moment to another that runs cover, each moment once.</summary>
    static TimeSpan Cover(IEnumerable<RunSummary> runs, DateTimeOffset from, DateTimeOffset to)
    {
        var (sum, at) = (TimeSpan.Zero, from);
        foreach (var run in runs.OrderBy(static run => run.StartedAt))
        {
            var begin = run.StartedAt > at ? run.StartedAt : at;
            var end = MonthRuns.GetEnd(run) is var ended && ended < to ? ended : to;
            if (end <= begin)
                continue;
            sum += end - begin;
            at = end;
        }

        return sum;
    }
}
