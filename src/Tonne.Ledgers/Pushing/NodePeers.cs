namespace Tonne.Ledgers.Pushing;

/// <summary>Finds nodes whose values are far from those of their peers, the nodes with the same hardware.</summary>
/// <remarks>
/// The modified z-score of B. Iglewicz and D. C. Hoaglin, How to Detect and Handle Outliers (ASQC Quality Press, 1993):
/// <code>
/// M = 0.6745 × (x − median) ÷ MAD        an outlier: |M| > 3.5
/// </code>
/// MAD is the median of |x − median|. Machines of one model may be alike to a thousandth, and then every small difference would be an outlier;
/// so MAD ÷ 0.6745, which estimates the standard deviation, counts as at least 5 % of the median, and as at least a fixed amount.
/// </remarks>
public static class NodePeers
{
    /// <summary>Other nodes of the same hardware that there must be.</summary>
    public const int LeastPeers = 5;

    /// <summary>Amount of the score from which on a value is an outlier.</summary>
    public const double MostScore = 3.5;

    const double Consistency = 0.6745;
    const double LeastRelativeSpread = 0.05;

    static readonly (string Name, double LeastSpread, Func<NodeMeasures, double?> Read)[] _measures =
    [
        ("idle_w", 2, node => node.IdleWatts),
        ("load_w", 2, node => node.LoadWatts),
        ("busy_hour_kwh", 0.002, node => node.BusyHourKwh),
        ("gap_share", 0.01, node => node.GapShare),
        ("pue", 0.02, node => node.Pue),
    ];

    /// <summary>Compares nodes with their peers.</summary>
    /// <param name="nodes">The nodes, each with its measures.</param>
    /// <returns>What is far off, by node and measure.</returns>
    public static IReadOnlyList<NodeDeviation> Compare(IEnumerable<KeyValuePair<string, NodeMeasures>> nodes)
    {
        ArgumentNullException.ThrowIfNull(nodes);
        var found = new List<NodeDeviation>();
        foreach (var peers in nodes.GroupBy(node => node.Value.Hardware, StringComparer.Ordinal))
        {
            foreach (var (name, leastSpread, read) in _measures)
            {
                var values = peers.Select(node => (Node: node.Key, Value: read(node.Value))).Where(node => node.Value is not null)
                    .Select(node => (node.Node, Value: node.Value!.Value)).ToList();
                if (values.Count <= LeastPeers)
                    continue;
                var median = FindMedian(values.Select(node => node.Value));
                var deviation = FindMedian(values.Select(node => Math.Abs(node.Value - median)));
                var spread = Math.Max(deviation / Consistency, Math.Max(LeastRelativeSpread * Math.Abs(median), leastSpread));
                found.AddRange(values.Select(node => new NodeDeviation(node.Node, name, node.Value, median, values.Count - 1, (node.Value - median) / spread))
                    .Where(node => Math.Abs(node.Score) > MostScore));
            }
        }

        return [.. found.OrderBy(one => one.Node, StringComparer.Ordinal).ThenBy(one => one.Measure, StringComparer.Ordinal)];
    }

    static double FindMedian(IEnumerable<double> values)
    {
        var sorted = values.Order().ToList();
        var middle = sorted.Count / 2;
        return sorted.Count % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
    }
}
