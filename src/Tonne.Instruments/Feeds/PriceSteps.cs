using System.Collections.Immutable;
using Tonne.Grids;

namespace Tonne.Instruments.Feeds;

/// <summary>Makes prices with times into equal steps.</summary>
static class PriceSteps
{
    const int Most = 400_000;

    /// <summary>
    /// The prices of a span at their finest step; a longer step is repeated. Null if there is none, or the times have no common step.
    /// </summary>
    internal static PriceSeries? Build(List<(DateTimeOffset Time, double? Price)> points, DateTimeOffset from, DateTimeOffset to,
        string currency, string market, string? licence)
    {
        var sorted = points.Where(point => point.Time > from - TimeSpan.FromHours(1) && point.Time < to).OrderBy(point =>
            point.Time).DistinctBy(point => point.Time).ToList();
        if (sorted.Count < 2 || sorted.TrueForAll(point => point.Price is null))
            return null;
        var step = TimeSpan.FromHours(1);
        for (var i = 1; i < sorted.Count; i++)
        {
            if (sorted[i].Time - sorted[i - 1].Time < step)
                step = sorted[i].Time - sorted[i - 1].Time;
        }

        var count = ((sorted[^1].Time - sorted[0].Time) / step) + 1;
        if (step < TimeSpan.FromMinutes(1) || count > Most || sorted.Exists(point => (point.Time - sorted[0].Time).Ticks % step.Ticks != 0))
            return null;
        var prices = new double?[(int)count];
        for (var i = 0; i < sorted.Count; i++)
        {
            var first = (int)((sorted[i].Time - sorted[0].Time).Ticks / step.Ticks);
            var next = i + 1 < sorted.Count ? (int)((sorted[i + 1].Time - sorted[0].Time).Ticks / step.Ticks) : first + 1;
            // An hour among quarter hours is repeated; a longer wait is a gap.
            for (var at = first; at < next && (at == first || step * (next - first) <= TimeSpan.FromHours(1)); at++)
                prices[at] = sorted[i].Price;
        }

        return new PriceSeries(sorted[0].Time, step, ImmutableArray.Create(prices), currency, market, licence);
    }
}
