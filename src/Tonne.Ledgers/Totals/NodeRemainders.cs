using Tonne.Quantities;

namespace Tonne.Ledgers.Totals;

/// <summary>What of a node's own run is left when the other runs on the machine are counted in full, so that each joule is counted
/// once.</summary>
/// <remarks>
/// A run that covers its node (<see cref="Runs.RunOpening.CoversNode"/>) has everything of the machine. Of each other run on the same boot
/// of the machine, the
/// part of its time that lies in the node's run is taken off: its energy × overlap ÷ duration, so that over a chain of day runs all of it
/// is taken off exactly
/// once. What remains is other processes and idle. Idle energy that other runs see in that time is in it too, and is not counted again.
/// </remarks>
static class NodeRemainders
{
    // More than the rounding of sums of kWh.
    const double Tolerance = 1e-9;

    /// <summary>Finds the remainders.</summary>
    /// <param name="runs">The runs of a total that are not counted with others.</param>
    public static (IReadOnlyDictionary<string, CountedRun> Remainders, IReadOnlyDictionary<string, double> IdleOutside,
        IReadOnlyList<string> Exceeded) Find(IReadOnlyList<CountedRun> runs)
    {
        var remainders = new Dictionary<string, CountedRun>(StringComparer.Ordinal);
        var idleOutside = new Dictionary<string, double>(StringComparer.Ordinal);
        var exceeded = new SortedSet<string>(StringComparer.Ordinal);
        var nodes = runs.Where(static run => run is { CoversNode: true, BootId.Length: > 0, Seconds: > 0 })
            .GroupBy(static run => run.BootId!, StringComparer.Ordinal).ToDictionary(
                static group => group.Key, static group => group.OrderBy(static run => run.Start).ToArray(), StringComparer.Ordinal);
        if (nodes.Count == 0)
            return (remainders, idleOutside, []);
        var taken = new Dictionary<string, Taken>(StringComparer.Ordinal);
        foreach (var run in runs)
        {
            if (run is { CoversNode: false, BootId: { } boot, Seconds: > 0 } && nodes.TryGetValue(boot, out var chain))
                TakeOff(run, chain, taken, idleOutside);
        }

        var boundaries = runs.Where(static run => !run.CoversNode).Select(static run => run.Boundary).ToHashSet(StringComparer.Ordinal);
        foreach (var whole in nodes.Values.SelectMany(static chain => chain))
        {
            // The rest of a machine is divided by the policy of the runs that were taken off.
            var node = whole with { Boundary = FindBoundary(whole.Boundary, boundaries) };
            if (!taken.TryGetValue(node.Id, out var part))
            {
                remainders[node.Id] = node;
                continue;
            }

            if (part.FacilityEnergy.Best > node.FacilityEnergy.Best * (1 + Tolerance))
                exceeded.Add(node.Node ?? node.BootId!);
            remainders[node.Id] = node with
            {
                Energy = Subtract(node.Energy, part.Energy),
                FacilityEnergy = Subtract(node.FacilityEnergy, part.FacilityEnergy),
                Operational = Subtract(node.Operational, part.Operational),
                Emissions = Subtract(node.Emissions, part.Emissions),
                Embodied = node.Embodied is { } embodied ? Subtract(embodied, part.Embodied) : null,
            };
        }

        return (remainders, idleOutside, [.. exceeded]);
    }

    static string FindBoundary(string boundary, HashSet<string> others) =>
        new[] { "share", "marginal" }.Select(policy => boundary.Replace(", machine,", $", {policy},", StringComparison.Ordinal))
            .FirstOrDefault(others.Contains) ?? boundary;

    static void TakeOff(CountedRun run, CountedRun[] chain, Dictionary<string, Taken> taken, Dictionary<string, double> idleOutside)
    {
        var (end, covered, until) = (run.End, 0d, run.Start);
        // The chain is in order of start; the first that can overlap is the one before the first that begins later.
        var first = Array.FindLastIndex(chain, FindIndexLimit(chain, run.Start), node => node.End <= run.Start) + 1;
        for (var i = first; i < chain.Length && chain[i].Start < end; i++)
        {
            // Where two node runs overlap, a run is taken off once.
            var from = chain[i].Start > until ? chain[i].Start : until;
            var to = chain[i].End < end ? chain[i].End : end;
            if (to <= from)
                continue;
            var share = Math.Min(1, (to - from).TotalSeconds / run.Seconds);
            covered += share;
            until = to;
            taken[chain[i].Id] = taken.GetValueOrDefault(chain[i].Id).Add(run, share);
        }

        if (covered > 0)
            idleOutside[run.Id] = Math.Clamp(1 - covered, 0, 1);
    }

    /// <summary>Index of the last node run that begins before a time; −1 would be none, and is 0 here, which the caller looks at
    /// anyway.</summary>
    static int FindIndexLimit(CountedRun[] chain, DateTimeOffset time)
    {
        var (low, high) = (0, chain.Length);
        while (low < high)
        {
            var middle = (low + high) / 2;
            if (chain[middle].Start <= time)
                low = middle + 1;
            else
                high = middle;
        }

        return Math.Max(0, low - 1);
    }

    static Bounds Subtract(Bounds whole, in Sum part)
    {
        var best = Math.Max(0, whole.Best - part.Best);
        return new Bounds(Math.Clamp(whole.Low - part.Low, 0, best), best, Math.Max(best, whole.High - part.High));
    }

    readonly record struct Sum(double Low, double Best, double High)
    {
        public Sum Add(Bounds bounds, double share) => new(
            Low + (bounds.Low * share), Best + (bounds.Best * share), High + (bounds.High * share));
    }

    readonly record struct Taken(Sum Energy, Sum FacilityEnergy, Sum Operational, Sum Emissions, Sum Embodied)
    {
        public Taken Add(CountedRun run, double share) => new(
            Energy.Add(run.Energy, share),
            FacilityEnergy.Add(run.FacilityEnergy, share),
            Operational.Add(run.Operational, share),
            Emissions.Add(run.Emissions, share),
            run.Embodied is { } embodied ? Embodied.Add(embodied, share) : Embodied);
    }
}
