namespace Tonne.Ledgers.Totals;

/// <summary>The part of its machine's idle energy that each run carries, where several ran on one machine at a time.</summary>
/// <remarks>
/// Each run has the idle energy of the whole machine during it. With k runs at an instant each carries 1/k of its own idle power, so that every joule
/// is carried once: part = ∫ dt/k ÷ duration, 0 to 1.
/// </remarks>
static class IdleParts
{
    /// <summary>The parts of runs that shared a machine; a run that is not in it carries all.</summary>
    public static Dictionary<string, double> Find(IEnumerable<CountedRun> runs)
    {
        var parts = new Dictionary<string, double>(StringComparer.Ordinal);
        foreach (var machine in runs.Where(run => run is { BootId.Length: > 0, Seconds: > 0, IdleEnergy.Best: > 0 }).GroupBy(run => run.BootId!, StringComparer.Ordinal))
        {
            var edges = machine.SelectMany(run => new[] { (At: run.Start, Step: 1, Run: run), (At: run.End, Step: -1, Run: run) })
                .OrderBy(edge => edge.At).ThenBy(edge => edge.Step).ToList();
            if (edges.Count == 2)
                continue;
            var (count, carried, last) = (0, 0d, edges[0].At);
            var begun = new Dictionary<string, double>(StringComparer.Ordinal);
            foreach (var (at, step, run) in edges)
            {
                if (count > 0)
                    carried += (at - last).TotalSeconds / count;
                last = at;
                count += step;
                if (step > 0)
                    begun[run.Id] = carried;
                else if (begun.TryGetValue(run.Id, out var before))
                    parts[run.Id] = Math.Clamp((carried - before) / (run.End - run.Start).TotalSeconds, 0, 1);
            }
        }

        return parts;
    }
}
